from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.hcl_nodes import For, Mapping, Template
from slmfix_bot.validators.hcl_parser import parse_hcl
from slmfix_bot.validators.hcl_scanner import MAX_DEPTH, HclError

# What `terraform fmt` 1.11 accepts and refuses; the word is the beginning of its message.
ACCEPTED = [
    "a = <<EOT\nx\nEOT\n", "a { b = 1 }", "\ufeffa = 1\n", "a = [1,\n2,]", "a = {b=1,c=2,}", 'a = "${x\n}"', "a = -x.y",
    "a = (\n1\n+ 2)", "a = b.*.c[0]", "a = provider::x::y(1)", 'a = "%{ if x }y%{ endif }"', "a = f(1,)", "a = f(x...)",
    "a = {for k in x : k => 1 if true}",
    "a = x.y .z", 'a = {\n "x" : 1\n (y) = 2\n 1 = 3\n z.w = 4\n}', "a = !!x",
    "a = 1.5e3", 'x "a" b {\n}', 'a = b ["x"]', 'a = "$"', 'a = "$$x %%"', "a = b.c-d", "a = [for x in y: x\n]",
    "a = /* x */ 1 # y", "a = 5 == 5 == 5", "a = <<-EOT\n  ${x\n  } EOT\n  EOT\nb = 1", "a = 1\r\nb = 2\r\n", "a {}",
    "a {\n} # c", "a { # c\nb = 1\n}", "a = f(\n1,\n# c\n)", 'a = "${~ x ~}"', "_a = 1", 'a = "${"${x}"}"', "é = 1",
    "a = for", "a = (x\n).y", "a = null.x", 'a = "}"', "a = x.0", "a = <<E-F\nE-F\n", "a = { for x in y : x => x... }",
    "a = <<EOT\n%{ for x in y ~}\n${x}\n%{ endfor ~}\nEOT\n", 'a = "a" + "b"', "a = x ? y : z ? 1 : 2", "a = f::g(1)",
]  # fmt: skip
REFUSED = [
    ('a = "x', "Unterminated template string"), ("a = <<EOT\nx\nEOT", "Unterminated template string"),
    ("a = 1 b = 2", "Missing newline after argument"), ("a {b = 1\n}", "Invalid single-argument block definition"),
    ("a = {b=1,,c=2}", "Invalid expression"), ("a = foo.0.1.x", "Invalid legacy index syntax"),
    ("a = 'x'", "Invalid character"), ("a = 1\na = 2", "Attribute redefined"),
    ('a "${x}" {}', "Invalid string literal"),
    ('a = "%{ if x }y"', "Unexpected end of template"), ("a = [for k in x : k...]", "Invalid 'for' expression"),
    ("a = f(x...,)", "Missing closing parenthesis"), ("a = 1.", "Invalid attribute name"),
    ('a = "\\q"', "Invalid escape sequence"), ("a = 0x10", "Missing newline after argument"),
    ("a = { b = 1 c = 2 }", "Missing attribute separator"), ("a {} b {}", "Missing newline after block definition"),
    ("a = f(,)", "Invalid expression"), ('"a" = 1', "Invalid argument name"), ("a = [1 2]", "Missing item separator"),
    ("a { b {} }", "Argument definition required"), ("a = x[1,2]", "Missing close bracket on index"),
    ('a = "a\nb"', "Invalid multi-line string"), ("a = b ? c", "Missing false expression in conditional"),
    ("a = b ? c :", "Missing expression"), ("a: 1", "Argument or block definition required"),
    ("a = (1", "Unbalanced parentheses"), ("a = x,", "Unexpected comma after argument"),
    ("a = 1.2.3", "Invalid number"),
    ("a = x & y", "Unsupported operator"), ('a = "%{ foo }"', "Invalid template control keyword"),
    ('a = "%{ else }"', "Unexpected else directive"), ("a = {b, c = 1}", "Missing attribute value"),
    ("a = {b c}", "Missing key/value separator"), ("a {\n", "Unclosed configuration block"), ("a", "Argument or block"),
    ("a = [1", "Unterminated tuple"), ("a = {b = 1", "Unterminated object"), ("a = f(1", "Unterminated function call"),
    ('a "b', "Unterminated string literal"), ('a "b"\n{', "Invalid block definition"), ("a = }", "Invalid expression"),
    ('a = "${aws:x}"', "Extra characters after interpolation"), ("/* x", "Unterminated comment"),
]  # fmt: skip


@pytest.mark.parametrize("text", ACCEPTED)
def test_accepted(text: str) -> None:
    parse_hcl(text)


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(HclError) as caught:
        parse_hcl(text)
    assert caught.value.message.startswith(message)
    assert 0 <= caught.value.offset <= len(text)


def test_the_tree_has_places() -> None:
    text = 'a "b" {\n  c = { d = [for x in y : x] }\n  e = "f${g}h"\n}\n'
    block = parse_hcl(text).blocks[0]
    assert (block.kind, block.labels[0].text, text[block.end - 1]) == ("a", "b", "}")
    mapping, template = (attribute.value for attribute in block.body.attributes)
    assert isinstance(mapping, Mapping)
    assert isinstance(mapping.items[0][1], For)
    assert isinstance(template, Template)
    assert text[template.start : template.end] == '"f${g}h"'
    assert [part for part in template.parts if isinstance(part, str)] == ["f", "h"]


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "f(" * 5000, "a {\n" * 5000, 'a = "${' * 5000 + '"'])
def test_deep_nesting_is_not_judged(text: str) -> None:
    with pytest.raises((CannotJudge, HclError)):
        parse_hcl(text)


def test_deep_but_legal() -> None:
    parse_hcl("a = " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    parse_hcl("a = " + " + ".join(["1"] * 5000) + "\n")
    parse_hcl("a = b" + ".c" * 5000 + "\n")


PIECES = st.sampled_from(
    ["a", " = ", "1", '"', "${", "%{", "}", "{", "\n", "[", "]", "(", ")", ",", ".", "for ", " in ", "if ", " : ", "=>",
     "?", "<<E\n", "<<-E\n", "E\n", "#", "/*", "*/", "//", "\\", "$${", "~", "...", "::", "true", "*", "-", "!",
     "é", "'", "\r"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    refused: HclError | None = None
    try:
        parse_hcl(text)
    except HclError as error:
        refused = error
    except CannotJudge:
        return
    assert refused is None or 0 <= refused.offset <= len(text)
    assert refused is None or 0 <= (refused.opener or 0) <= len(text)
