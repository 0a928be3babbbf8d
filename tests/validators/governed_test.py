from __future__ import annotations

import json

import pytest

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.family import GOVERNED as KEYS
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.detect import detect
from slmfix_bot.validators.governed import GOVERNED
from slmfix_bot.validators.pool import ValidatorPool
from slmfix_bot.validators.schema_table import read_schema

FORM = "name: Bug\ndescription: d\nbody:\n  - type: input\n    attributes: {label: l}\n"


def check(language: str, text: str, path: str = "") -> tuple[Diagnostic, ...]:
    return GOVERNED[language].check(Program(language=language, text=text, path=path))


def test_every_kind_has_a_validator_and_a_schema() -> None:
    assert tuple(GOVERNED) == KEYS
    names = {kind.schema for kind in GOVERNED.values()} - {"openapi-v"}
    assert all(read_schema(name) for name in names)
    assert all(read_schema(f"openapi-v{version}") for version in ("2.0", "3.0", "3.1"))
    assert "check_jsonschema-0.39.0" in GOVERNED["compose"].version()


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("docker-compose.yml", "services: {}\n", "compose"),
        ("deploy/compose.prod.yaml", "services: {}\n", "compose"),
        ("docker-compose-notes.md", "", None),
        (".gitlab-ci.yml", "a: 1\n", "gitlab-ci"),
        ("azure-pipelines.yml", "a: 1\n", "azure-pipelines"),
        (".pre-commit-config.yaml", "repos: []\n", "pre-commit"),
        (".pre-commit-hooks.yaml", "- id: a\n  name: a\n", "pre-commit-hooks"),
        (".github/dependabot.yml", "version: 2\n", "dependabot"),
        (".github/ISSUE_TEMPLATE/bug.yml", FORM, "github-issue-form"),
        (".github/ISSUE_TEMPLATE/config.yml", "blank_issues_enabled: false\n", "github-issue-config"),
        (".readthedocs.yaml", "version: 2\n", "readthedocs"),
        (".circleci/config.yml", "version: 2.1\n", "circleci"),
        ("CITATION.cff", "cff-version: 1.2.0\n", "citation"),
        ("api/spec.yaml", "openapi: 3.0.1\ninfo:\n  title: t\npaths: {}\n", "openapi"),
        ("api/spec.json", '{\n  "swagger": "2.0",\n  "info": {"title": "t"}\n}\n', "openapi"),
        ("api/notes.yaml", "openapi: 3.0.1\n", "yaml"),
        ("services.yaml", "services: {}\n", "yaml"),
        ("k8s/web.yaml", "# web\napiVersion: apps/v1\nkind: Deployment\n", "kubernetes"),
        ("k8s/web.json", '{"kind": "Pod", "apiVersion": "v1", "spec": {}}', "kubernetes"),
        ("k8s/part.yaml", "spec:\n  apiVersion: v1\n  kind: Pod\n", "yaml"),
        ("values.yaml", "kind: Deployment\nreplicas: 2\n", "yaml"),
    ],
)
def test_kind_of_a_file(path: str, text: str, language: str | None) -> None:
    assert detect(path, text) == language


def test_a_wrong_key_has_place_and_legal_names() -> None:
    (found,) = check("compose", "services:\n  web:\n    image: nginx\n    comand: [x]\n")
    assert (found.rule, found.line, found.column, found.end_column) == ("unknown-key", 4, 5, 11)
    assert (found.found, found.expected[0], found.severity) == ("comand", "command", Severity.ERROR)
    assert "image" not in found.expected


def test_a_slip_of_letters_goes_before_a_shared_word() -> None:
    (found,) = check("azure-pipelines", "steps:\n  - script: make\n    dispalyName: x\n")
    assert found.expected[0] == "displayName"


def test_a_misspelt_required_key_is_one_report() -> None:
    (found,) = check(
        "readthedocs", "version: 2\nsphinx: {config: conf.py}\nbuild: {os: ubuntu-24.04, commands: [make]}\n"
    )
    assert (found.rule, found.expected[0]) == ("unknown-key", "configuration")


def test_one_of_several_keys_misspelt_is_one_report() -> None:
    text = "version: 2\nupdates:\n- {package-ecosystem: pip, direcory: /, schedule: {interval: daily}}\n"
    (found,) = check("dependabot", text)
    assert (found.found, found.expected[0]) == ("direcory", "directory")


def test_swapped_letters_of_a_short_key() -> None:
    api = "openapi: 3.0.0\ninfo: {title: t, version: v}\npaths: {/a: {egt: {responses: {}}}}\n"
    assert "get" in check("openapi", api)[0].expected[:1]


def test_only_the_nearest_alternative_is_reported() -> None:
    text = "steps:\n  - task: UsePythonVersion@0\n    input: {versionSpec: '3'}\n"
    (found,) = check("azure-pipelines", text)
    assert (found.line, found.found, found.expected[0]) == (3, "input", "inputs")


def test_types_of_all_alternatives_are_named() -> None:
    (found,) = check("gitlab-ci", "build:\n  script: make\n  parallel: [1]\n")
    assert found.rule == "wrong-type"
    assert "a mapping or a number" in found.message or "a mapping or a whole number" in found.message


@pytest.mark.parametrize(
    ("language", "text", "fixed"),
    [
        ("pre-commit", "repos:\n- repo: a\n  rev: 1.10 # x\n  hooks: []\n", '  rev: "1.10" # x'),
        ("pre-commit", "repos: []\nfail_fast: 'true'\n", "fail_fast: true"),
        ("compose", "services:\n  web:\n    ports: '80:80' # x\n", "    ports: ['80:80'] # x"),
    ],
)
def test_a_scalar_of_the_wrong_type_has_a_fix(language: str, text: str, fixed: str) -> None:
    (found,) = check(language, text)
    assert found.rule == "wrong-type"
    better = apply_edits(text, found.fix)
    assert fixed in better.split("\n")
    assert check(language, better) == ()


def test_what_has_no_certain_fix_has_none() -> None:
    for value in ("80:80 81:81", "{a: b}", "|\n      80:80"):
        (found,) = check("compose", f"services:\n  web:\n    ports: {value}\n")
        assert (found.rule, found.fix) == ("wrong-type", ())


@pytest.mark.parametrize(
    "text",
    [
        "services:\n  web: {image: nginx, ports: *ports}\nx-ports: &ports ['80:80']\n",
        "services:\n  web: !reset {imagee: nginx}\n",
        "services:\n  web: ${WEB}\n",
        "services:\n  web:\n    deploy: {{ deploy }}\n",
        "services:\n  {{ name }}:\n    imagee: 1\n",
    ],
)
def test_what_is_computed_is_not_judged(text: str) -> None:
    try:
        found = check("compose", text)
    except CannotJudge:
        return
    assert {entry.rule for entry in found} <= {"undefined-alias"}


def test_merged_keys_count_and_are_reported_once_where_they_stand() -> None:
    base = "x-base: &base\n  imagee: nginx\nservices:\n  a:\n    <<: *base\n  b:\n    <<: *base\n"
    assert [(entry.line, entry.found) for entry in check("compose", base)] == [(2, "imagee")]
    hook = (
        "x: &x {id: a, name: a, entry: a, language: system}\nrepos: [{repo: local, hooks: [{<<: *x, verbose: true}]}]\n"
    )
    assert {entry.rule for entry in check("pre-commit", hook)} == {"unknown-key"}  # x itself, a warning


def test_an_alias_of_itself_and_a_bomb_end() -> None:
    assert check("openapi", "openapi: 3.0.0\ninfo: &i\n  title: t\n  version: v\n  x-self: *i\npaths: {}\n") == ()
    bomb = "x-a: &a {type: object, properties: {p: {type: string}}}\n" + "".join(
        f"x-{i}: &b{i} {{type: object, properties: {{p: {'*a' if not i else f'*b{i - 1}'}, q: "
        f"{'*a' if not i else f'*b{i - 1}'}}}}}\n"
        for i in range(20)
    )
    text = f"openapi: 3.0.0\ninfo: {{title: t, version: v}}\npaths: {{}}\n{bomb}components: {{schemas: {{s: *b19}}}}\n"
    assert check("openapi", text) == ()


def test_a_slow_pattern_meets_a_bounded_text() -> None:
    with ValidatorPool(timeout=5) as pool:
        for language in ("compose", "gitlab-ci", "github-issue-form", "dependabot", "readthedocs"):
            long = '"' + "a" * 100_000 + '!"'
            text = f"? {long}\n: {long}\nservices: {{{long}: {{image: {long}}}}}\nversion: {long}\nname: {long}\n"
            assert pool.validate(Program(language=language, text=text)).skipped is None


def test_deep_nesting_is_a_reason_not_a_crash() -> None:
    with ValidatorPool(timeout=5) as pool:
        text = "openapi: 3.0.0\ninfo: {title: t, version: v}\npaths: {}\ncomponents:\n  schemas:\n    a: " + (
            "{items: " * 450 + "{}" + "}" * 450
        )
        validation = pool.validate(Program(language="openapi", text=text))
        assert validation.skipped is not None or validation.is_valid
        assert pool.validate(Program(language="compose", text="services: {}\n")).is_valid


def test_the_syntax_is_judged_first_and_by_the_plain_validator() -> None:
    (found,) = check("openapi", '{"openapi": "3.0.0",}', "a.json")
    assert found.rule == "syntax"
    assert [entry.rule for entry in check("compose", "services: [\n")] == ["syntax"]
    assert check("compose", "services: {}\nservices: {}\n")[0].rule == "duplicate-key"


def test_json_is_read_as_json() -> None:
    api = {"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    assert check("openapi", json.dumps(api | {"x-n": 1e30}), "a.json") == ()
    (found,) = check("openapi", json.dumps(api | {"info": {"title": "t", "version": 1e3}}), "a.json")
    assert (found.rule, found.message) == ("wrong-type", "'version' must be a string, not a number")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("travis", "language: pyhton\npython: 3.6\nlanguage: c\n"),
        ("codecov", "coverage: {status: {project: yes, patches: 1}}\n"),
        ("azure-pipelines", "steps:\n  - task: Marketplace@1\n    inputs: {a: b}\n"),
        ("readthedocs", "version: 2\nbuild: {os: ubuntu-18.04, tools: {python: '3.99'}}\nsphinx: {configuration: a}\n"),
    ],
)
def test_what_the_reader_tolerates_is_a_warning(language: str, text: str) -> None:
    found = check(language, text)
    assert found
    assert all(entry.severity is Severity.WARNING for entry in found)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("circleci", "version: 2\njobs: {'1.12': {steps: []}}\n"),
        ("drone", "pipeline: {test: {image: a}}\n"),
        ("compose", "web: {image: nginx}\n"),
        ("openapi", "openapi: 3.2.0\nnothing: known\n"),
        ("pre-commit", "- repo: a\n  sha: b\n"),
    ],
)
def test_other_versions_of_a_format_are_not_judged(language: str, text: str) -> None:
    assert check(language, text) == ()


def test_yes_may_be_a_word_for_lenient_readers_only() -> None:
    assert check("compose", "services:\n  a: {image: yes, init: yes}\n") == ()
    (found,) = check(
        "readthedocs",
        "version: 2\nsphinx: {configuration: a, fail_on_warning: maybe}\nbuild: {os: ubuntu-24.04, commands: [a]}\n",
    )
    assert found.rule == "wrong-type"
