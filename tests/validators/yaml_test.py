from __future__ import annotations

import pytest

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.json import JSON
from slmfix_bot.validators.toml import TOML
from slmfix_bot.validators.yaml import YAML


def check(text: str) -> tuple[Diagnostic, ...]:
    return YAML.check(Program(language="yaml", text=text))


def test_yaml_lines_are_those_of_git() -> None:
    found = check('a: "x\u2028y"\nb: 1\nb: 2\n')[0]
    assert (found.line, found.column, found.related_line) == (3, 1, 2)


def test_yaml_error_names_the_context() -> None:
    found = check("a:\n  - b\n c: [1, 2\nd: 1\n")[0]
    assert found.rule == "syntax"
    assert found.line >= 3


def test_yaml_reports_errors_of_every_document() -> None:
    assert [found.line for found in check("a: 1\na: 2\n---\nb: *x\n---\nc: [\n")] == [2, 4, 6]


def test_yaml_duplicate_after_nested_and_complex_keys() -> None:
    assert check("? {a: 1}\n: b\n? [x, y]\n: {c: d}\ne: {f: [g, {h: i}]}\nj: 1\n") == ()
    assert [found.found for found in check("? {a: 1}\n: b\ne: {f: [g]}\ne: 1\n")] == ["e"]


def test_yaml_templates_are_not_judged() -> None:
    with pytest.raises(CannotJudge, match="template"):
        check("a: {{ .Values.x | quote }}\n{{- if .b }}\nc: 1\n{{- end }}\n")


def test_json_error_has_place_and_expectation() -> None:
    found = JSON.check(Program(language="json", text='{\n  "a": 1\n  "b": 2\n}'))[0]
    assert (found.line, found.column, found.expected, found.found) == (3, 3, (",",), '"')


def test_json_repeated_key_is_a_warning_with_its_first_place() -> None:
    found = JSON.check(Program(language="json", text='{"a": 1,\n "a": 2}'))[0]
    assert (found.severity, found.line, found.related_line) == (Severity.WARNING, 2, 1)


@pytest.mark.parametrize("path", ["a.json5", "a.hjson"])
def test_other_dialects_of_json_are_not_judged(path: str) -> None:
    with pytest.raises(CannotJudge, match="dialect"):
        JSON.check(Program(language="json", text="{a: 1}", path=path))


@pytest.mark.parametrize("path", ["tsconfig.json", ".vscode/settings.json", "a.jsonc", "x/.eslintrc.json"])
def test_json_with_comments_where_readers_allow_them(path: str) -> None:
    text = '// x, }\n{"a": "//, ]", /* b,\n] */ "c": [1, 2,\n],}\n/* open'
    assert JSON.check(Program(language="json", text=text, path=path)) == ()
    (found,) = JSON.check(Program(language="json", text='/* é */ {\n"a": 1 // one\n"b": 2}', path=path))
    assert (found.rule, found.line, found.column) == ("syntax", 3, 1)
    assert JSON.check(Program(language="json", text="// nothing yet\n", path=path)) == ()
    assert JSON.check(Program(language="json", text=text, path="package.json"))[0].rule == "syntax"


def test_json_lines_are_judged_one_by_one() -> None:
    found = JSON.check(Program(language="json", text='{"a": 1}\n{"a": }\n{b}\n', path="x.jsonl"))
    assert [(entry.line, entry.column) for entry in found] == [(2, 7), (3, 2)]


def test_toml_error_at_the_end_is_a_line_of_the_file() -> None:
    found = TOML.check(Program(language="toml", text='a = 1\nb = """x\n'))[0]
    assert found.line == 2


def test_toml_error_has_a_place() -> None:
    found = TOML.check(Program(language="toml", text="a = 1\nb = yes\n"))[0]
    assert (found.line, found.column) == (2, 5)
