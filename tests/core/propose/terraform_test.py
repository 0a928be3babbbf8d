from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.propose.terraform_brackets import scan
from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

REPAIRS = [
    # Texts that break off.
    (
        'resource "a_b" "c" {\n  d = jsonencode([\n    {\n      e = {\n        f = "g"',
        'resource "a_b" "c" {\n  d = jsonencode([\n    {\n      e = {\n        f = "g"\n      }\n    }\n  ])\n}',
    ),
    ('resource "a_b" "c" {\n  d = "e\n', 'resource "a_b" "c" {\n  d = "e"\n}\n'),
    ('resource "a_b" "c" {\n  d = 1\n  e =\n', 'resource "a_b" "c" {\n  d = 1\n  e = null\n}\n'),
    ('resource "a_b" "c" {\n  d = 1\n  ef\n', 'resource "a_b" "c" {\n  d = 1\n}\n'),
    ('resource "a_b" "c" {\n  d = {\n    e = var\n', 'resource "a_b" "c" {\n  d = {\n    e = null\n  }\n}\n'),
    ('resource "a_b" "c" {\n  d = <<-EOT\n    hello\n', 'resource "a_b" "c" {\n  d = <<-EOT\n    hello\n  EOT\n}\n'),
    ('locals {\n  a = 1\n}\n\noutput "b', 'locals {\n  a = 1\n}\n\noutput "b" {}'),
    ('locals {\n  b = "${upper("x', 'locals {\n  b = "${upper("x")}"\n}'),
    # Closers in the middle.
    (
        "locals {\n  a = {\n    b = 1\n\n  c = 2\n}\n\nlocals {\n  d = 3\n}\n",
        "locals {\n  a = {\n    b = 1\n  }\n\n  c = 2\n}\n\nlocals {\n  d = 3\n}\n",
    ),
    ("locals {\n  a = 1\n\nlocals {\n  b = 2\n}\n", "locals {\n  a = 1\n}\n\nlocals {\n  b = 2\n}\n"),
    ("locals {\n  a = [\n    1\n    2\n  ]\n}\n", "locals {\n  a = [\n    1,\n    2\n  ]\n}\n"),
    # Signs of other languages.
    ("locals {\n  a = 'b'\n}\n", 'locals {\n  a = "b"\n}\n'),
    ("locals {\n  a: 1\n}\n", "locals {\n  a = 1\n}\n"),
    ('locals {\n  "a" = 1\n}\n', "locals {\n  a = 1\n}\n"),
    ("locals {\n  a = 1,\n  b = 2\n}\n", "locals {\n  a = 1\n  b = 2\n}\n"),
    ("locals {\n  a = 1;\n}\n", "locals {\n  a = 1\n}\n"),
    ("locals {\n  a = true & false\n}\n", "locals {\n  a = true && false\n}\n"),
    ('locals {\n  a = "arn:${aws:username}"\n}\n', 'locals {\n  a = "arn:$${aws:username}"\n}\n'),
    ('locals {\n  a = "curl -w %{http_code}"\n}\n', 'locals {\n  a = "curl -w %%{http_code}"\n}\n'),
    ('locals {\n  a = "${HOME}/x"\n}\n', 'locals {\n  a = "$${HOME}/x"\n}\n'),
    ("locals {\n  a = True\n}\n", "locals {\n  a = true\n}\n"),
    ('locals {\n  a = "b\n  c = "d"\n}\n', 'locals {\n  a = "b"\n  c = "d"\n}\n'),
    ('resource "random_pet" "a"\n{\n  length = 2\n}\n', 'resource "random_pet" "a" {\n  length = 2\n}\n'),
    ('variable "a" { type = string default = "b" }\n', 'variable "a" {\n  type = string\n  default = "b"\n}\n'),
    ("locals {\n  a = trimspace(<<EOT\n  b\nEOT)\n}\n", "locals {\n  a = trimspace(<<EOT\n  b\nEOT\n)\n}\n"),
    # Names.
    (
        'resource "random_password" "a" {\n  lenght = 2\n}\n',
        'resource "random_password" "a" {\n  length = 2\n}\n',
    ),
    (
        'resource "aws_instance" "a" {\n  root_block_device = {\n    volume_size = 20\n  }\n}\n',
        'resource "aws_instance" "a" {\n  root_block_device {\n    volume_size = 20\n  }\n}\n',
    ),
]
REPAIRS += [
    (
        "locals {\n  a = true ? ([{\n    b = 1\n  },\n  ",
        "locals {\n  a = true ? ([{\n    b = 1\n  },\n  ]) : null\n}\n  ",
    ),
    ('locals {\n  a = true ? "b', 'locals {\n  a = true ? "b" : null\n}'),
    (
        'variable "network" {\n  description = "Where it runs"\n  default = "a"\n}\nlocals {\n  a = var.netw',
        'variable "network" {\n  description = "Where it runs"\n  default = "a"\n}\nlocals {\n  a = var.network\n}',
    ),
    (
        "locals {\n  a = {\n    b {\n      c = 1\n    }\n  }\n}\n",
        "locals {\n  a = {\n    b = {\n      c = 1\n    }\n  }\n}\n",
    ),
    ('locals {\n  a = {\n    "b.c', 'locals {\n  a = {\n    "b.c" = null\n  }\n}'),
    (
        'resource "a_b" "c" {\n  d = <<EOT\n    hello\n}\n\nlocals {}\n',
        'resource "a_b" "c" {\n  d = <<EOT\n    hello\n  EOT\n}\n\nlocals {}\n',
    ),
    (
        'resource "a_b" "c" {\n  d {\n    e = f({\n      g = 1\n  }\n}\n'.replace("f(", "jsonencode("),
        'resource "a_b" "c" {\n  d {\n    e = jsonencode({\n      g = 1\n    })\n  }\n}\n',
    ),
    ('data "aws_region" "current {}\n', 'data "aws_region" "current" {}\n'),
    ('variable name" {\n}\n', 'variable "name" {\n}\n'),
]
VALID = ['locals {\n  a = "$${x}"\n}\n', "locals {}\r\n", "", "# only a comment\n", 'variable "a" {}\n\n\n']
REFUSED = ["}}}}\n", 'resource "a_b" "d" {\n  c = invented_name\n}\n', "This is not a program at all, is it\n"]


@pytest.mark.parametrize(("broken", "repaired"), REPAIRS)
def test_terraform_repairs(pool: ValidatorPool, broken: str, repaired: str) -> None:
    assert_repaired(pool, "terraform", broken, repaired)


@pytest.mark.parametrize("text", VALID)
def test_terraform_valid_noop(pool: ValidatorPool, text: str) -> None:
    assert_valid(pool, "terraform", text)


@pytest.mark.parametrize("broken", REFUSED)
def test_terraform_refused_noop(pool: ValidatorPool, broken: str) -> None:
    assert_refused(pool, "terraform", broken)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("a = [{ (", "[{("),
        ('a = "${b("c")', '"${'),
        ("a = <<-E\n x ${y} $${\n E\n{", "{"),
        ("a = <<E\n x", "<<"),
        ("# {\n// [\n/* ( */ {", "{"),
        ('a = "b\n}', ""),
    ],
)
def test_what_is_open_at_the_end(text: str, kinds: str) -> None:
    stack = scan(text)
    assert "".join(opener.kind for opener in stack) == kinds


def test_the_scan_is_linear() -> None:
    stack = scan('a = "${' * 20_000)
    assert len(stack) > 20_000
