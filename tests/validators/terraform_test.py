from __future__ import annotations

import json
from pathlib import Path

import pytest

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.detect import detect
from slmfix_bot.validators.pool import ValidatorPool
from slmfix_bot.validators.terraform import TERRAFORM
from slmfix_bot.validators.terraform_companions import MAX_FILES, terraform_companions
from slmfix_bot.validators.terraform_functions import FUNCTIONS
from slmfix_bot.validators.terraform_tables import shipped

CASES = Path(__file__).parents[1] / "cases" / "terraform"


def check(text: str, path: str = "main.tf", **fields: object) -> tuple[Diagnostic, ...]:
    return TERRAFORM.check(Program(language="terraform", text=text, path=path, **fields))  # type: ignore[arg-type]


def errors(text: str, path: str = "main.tf", **fields: object) -> list[Diagnostic]:
    return [d for d in check(text, path, **fields) if d.severity is Severity.ERROR]


@pytest.mark.parametrize("path", sorted((CASES / "positive").iterdir()), ids=lambda path: path.name)
def test_must_fire(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    marked = [number for number, line in enumerate(text.split("\n"), 1) if "# here" in line]
    assert [(d.rule, d.line) for d in errors(text)] == [(path.name.partition("--")[0], line) for line in marked]


@pytest.mark.parametrize("path", sorted((CASES / "negative").iterdir()), ids=lambda path: path.name)
def test_must_not_fire(path: Path) -> None:
    assert errors(path.read_text(encoding="utf-8"), path.name) == []


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ('resource "random_id" "a" {\n  byte_lenght = 4\n}\n', "byte_lenght", "byte_length"),
        ('resource "aws_s3_bukcet" "a" {}\n', "aws_s3_bukcet", "aws_s3_bucket"),
        ('resource "hlm_release" "a" {}\n', "hlm_release", "helm_release"),
        ("locals {\n  a = jsonencod(1)\n}\n", "jsonencod", "jsonencode"),
        ("locals {\n  a = True\n}\n", "True", "true"),
        ('variable "region" {}\nlocals {\n  a = region\n}\n', "region", "var.region"),
    ],
)
def test_legal_names_come_with_a_wrong_one(text: str, found: str, expected: str) -> None:
    first = errors(text)[0]
    assert first.found == found
    assert first.expected[0] == expected


def test_the_number_of_explained_names_is_bounded() -> None:
    found = errors("".join(f'resource "aws_insance" "r{n}" {{}}\n' for n in range(400)))
    assert len(found) == 400
    assert found[0].expected[0] == "aws_instance"
    assert found[-1].expected == ()


def test_the_opener_of_what_is_not_closed() -> None:
    found = errors('resource "random_id" "a" {\n  keepers = {\n    a = 1\n\n')
    assert [(d.line, d.related_line) for d in found] == [(4, 2)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("  root_block_device = {\n    volume_size = 20\n  }\n", "  root_block_device {\n    volume_size = 20\n  }\n"),
        ('  tags {\n    Name = "x"\n  }\n', '  tags = {\n    Name = "x"\n  }\n'),
    ],
)
def test_a_sign_too_many_or_too_few_is_mended(before: str, after: str) -> None:
    frame = 'resource "aws_instance" "a" {{\n  ami = "x"\n  instance_type = "y"\n{}}}\n'
    found = errors(frame.format(before))
    assert len(found) == 1
    assert apply_edits(frame.format(before), found[0].fix) == frame.format(after)
    assert errors(frame.format(after)) == []


def test_inline_object_gets_no_unsafe_fix() -> None:
    inside = '  ami = "x"\n  instance_type = "y"\n  root_block_device = { volume_size = 1 }\n'
    text = f'resource "aws_instance" "a" {{\n{inside}}}\n'
    assert [(d.rule, d.fix) for d in errors(text)] == [("block-expected", ())]


USES = 'resource "random_id" "a" {\n  byte_length = var.length\n  prefix      = local.prefix\n}\n'
DECLARES = 'variable "length" {}\nlocals {\n  prefix = "x"\n}\n'


def test_other_files_of_the_folder_declare_names() -> None:
    assert errors(USES, "net/main.tf", files=(("net/variables.tf", DECLARES),)) == []
    found = errors(USES, "net/main.tf", files=(("other/variables.tf", DECLARES),))
    assert [(d.rule, d.found) for d in found] == [("unknown-variable", "length"), ("unknown-local", "prefix")]


def test_names_are_not_judged_without_the_other_files() -> None:
    assert errors(USES) == []
    assert errors(USES, files=(("broken.tf", "variable {{{"),)) == []
    assert [d.rule for d in errors(USES, dialect="module")] == ["unknown-variable", "unknown-local"]


def test_json_companions_declare_names() -> None:
    declared = json.dumps({"variable": {"length": {}}, "locals": {"prefix": "x"}})
    assert errors(USES, files=(("variables.tf.json", declared),)) == []


def test_the_providers_version_may_be_pinned_in_another_file() -> None:
    text = 'resource "aws_eip" "nat" {\n  vpc = true\n}\n'
    pin = 'terraform {{\n  required_providers {{\n    aws = {{ source = "hashicorp/aws", version = "{}" }}\n  }}\n}}\n'
    assert errors(text, files=(("versions.tf", pin.format("~> 5.0")),)) == []
    assert errors(text, files=(("versions.tf", pin.format(">= 4.0")),)) == []
    assert [d.rule for d in errors(text, files=(("versions.tf", pin.format("6.2.0")),))] == ["unknown-argument"]
    assert errors(text, files=(("versions.tf", pin.format("~> 99.0")),)) == []
    other = pin.replace("hashicorp/aws", "acme/aws")
    assert errors(text, files=(("versions.tf", other.format("6.2.0")),)) == []


def test_what_a_text_without_a_name_lacks_is_a_warning() -> None:
    text = 'resource "aws_iam_role" "web" {\n  name = var.name\n}\n'
    assert {d.rule: d.severity for d in check(text, "")} == {
        "missing-argument": Severity.WARNING,
        "unknown-variable": Severity.WARNING,
    }
    assert [d.rule for d in errors(text)] == ["missing-argument"]
    assert errors(text, "role_override.tf") == []


EXPORT = json.dumps(
    {
        "provider_schemas": {
            "example.com/acme/acme": {
                "provider": {"block": {"attributes": {"token": {"type": "string", "required": True}}}},
                "resource_schemas": {
                    "acme_thing": {
                        "block": {
                            "attributes": {
                                "name": {"type": "string", "required": True},
                                "sizes": {"type": ["list", "number"], "optional": True},
                                "rules": {"type": ["set", ["object", {"port": "number"}]], "optional": True},
                                "arn": {"type": "string", "computed": True},
                                "nested": {
                                    "nested_type": {"nesting_mode": "single", "attributes": {"a": {"type": "bool"}}},
                                    "optional": True,
                                },
                            },
                            "block_types": {
                                "part": {
                                    "nesting_mode": "list",
                                    "max_items": 1,
                                    "min_items": 1,
                                    "block": {"attributes": {"id": {"type": "string", "optional": True}}},
                                }
                            },
                        }
                    }
                },
            }
        }
    }
)


@pytest.mark.parametrize(
    ("inside", "rules"),
    [
        ('name = "a"\nsizes = [1]\nnested = { a = true }\nrules {\n port = 1\n }\npart {}', []),
        ('nam = "a"\npart {}', ["unknown-argument"]),
        ('name = "a"', ["missing-argument"]),
        ('name = "a"\narn = "b"\npart {}\npart {}', ["read-only-argument", "duplicate-block"]),
        ('name = "a"\nsizes = ["x"]\npart {\n ids = 1\n}', ["wrong-type", "unknown-argument"]),
        ('name = "a"\nnested {\n a = true\n}\npart {}', ["argument-expected"]),
    ],
)
def test_the_users_export_is_exact(inside: str, rules: list[str]) -> None:
    text = f'provider "acme" {{}}\nresource "acme_thing" "a" {{\n{inside}\n}}\n'
    assert [d.rule for d in errors(text, schema=EXPORT)] == rules
    assert errors(text) == []


def test_a_schema_that_is_none_is_no_reason_to_judge() -> None:
    with pytest.raises(CannotJudge, match="providers schema -json"):
        check('resource "acme_thing" "a" {}\n', schema="CREATE TABLE t (a int)")


@pytest.mark.parametrize("text", ["{% if x %}\n", 'a "b" {\n  {{ inner }}\n}\n'])
def test_templates_are_not_judged(text: str) -> None:
    with pytest.raises(CannotJudge, match="template"):
        check(text)


def test_the_first_version_of_hcl_is_not_judged() -> None:
    with pytest.raises(CannotJudge, match="first version"):
        check('"bind_addr" = "0.0.0.0"\n', "consul.hcl")
    assert [d.rule for d in errors('"bind_addr" = "0.0.0.0"\n')] == ["syntax"]


def test_variable_files_have_no_blocks() -> None:
    assert [d.rule for d in errors('variable "a" {}\n', "x.tfvars")] == ["unknown-block"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "\ufeff\n", 'locals {}\r\nvariable "a" {}\r\n'])
def test_little_is_valid(text: str) -> None:
    assert check(text) == ()


def test_companions_are_those_of_the_folder() -> None:
    tree = ["README.md", "a/main.tf", "a/versions.tf", "a/vars.tf.json", "a/x.tfvars", "a/b/main.tf", "c/main.tf"]
    assert terraform_companions("a/main.tf", tree) == ("a/vars.tf.json", "a/versions.tf", "a/b/main.tf")
    assert terraform_companions("c/main.tf", ["c/main.tf", "modules/x/a.tf", "d/b.tf"]) == ("modules/x/a.tf",)
    assert terraform_companions("a/b/main.tf", tree) == ("a/main.tf",)
    assert terraform_companions("main.tf", ["README.md", "main.tf"]) == ("README.md",)
    assert terraform_companions("a/x.tfvars", tree) == ()
    assert terraform_companions("a/0.tf", [f"a/{n}.tf" for n in range(MAX_FILES + 2)]) == ()


INNER = 'variable "cidr" {}\nvariable "name" {\n  default = "x"\n}\noutput "id" {\n  value = 1\n}\n'


@pytest.mark.parametrize(
    ("inside", "used", "rules"),
    [
        ('cidr = "10.0.0.0/8"\nname = "y"', "id", []),
        ("", "id", ["missing-argument"]),
        ('cidr_block = "10.0.0.0/8"', "id", ["unknown-argument"]),
        ('cidr = "10.0.0.0/8"\ncount = 2', "id", []),
        ('cidr = "10.0.0.0/8"', "vpc_id", ["unknown-attribute"]),
    ],
)
@pytest.mark.parametrize("source", ["./net", "../x/net/"])
def test_calls_of_modules_in_the_repository(inside: str, used: str, rules: list[str], source: str) -> None:
    text = f'module "n" {{\n  source = "{source}"\n  {inside}\n}}\noutput "o" {{\n  value = module.n.{used}\n}}\n'
    assert [d.rule for d in errors(text, "x/main.tf", files=(("x/net/a.tf", INNER),))] == rules
    assert errors(text, "x/main.tf", files=(("y/net/a.tf", INNER),)) == []


def test_a_folder_with_one_file_is_whole() -> None:
    assert [d.rule for d in errors(USES, files=(("README.md", "# Title"),))] == ["unknown-variable", "unknown-local"]


@pytest.mark.parametrize(
    ("path", "language"), [("a/main.tf", "terraform"), ("x.tfvars", "terraform"), ("j.hcl", "terraform")]
)
def test_paths_are_recognised(path: str, language: str) -> None:
    assert detect(path, "a = 1\n") == language


def test_the_table_knows_the_large_providers() -> None:
    providers = shipped().providers
    assert {"aws", "google", "azurerm", "kubernetes", "helm", "random", "null", "tls", "docker"} <= set(providers)
    assert [table.version[0] for table in providers["aws"]] == [6, 5, 4]
    for prefix in ("aws", "google", "azurerm"):
        for table in providers[prefix]:
            assert all(table.schema("resource", name) is not None for name in table.types["resource"])
    assert "templatefile" in FUNCTIONS


def test_in_the_worker() -> None:
    with ValidatorPool() as pool:
        assert pool.validate(Program(language="terraform", text="a {\n", path="a.tf")).errors[0].rule == "syntax"
        deep = pool.validate(Program(language="terraform", text="a = " + "[" * 50_000))
        assert deep.skipped == "nested more than 80 levels deep"
        assert "aws 6." in pool.version("terraform")
