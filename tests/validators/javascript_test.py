from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.program import Program
from slmfix_bot.validators import javascript
from slmfix_bot.validators.javascript import JAVASCRIPT, TYPESCRIPT

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from slmfix_bot.validators.pool import ValidatorPool

UNCLOSED = "const é = '😀';\nf(a, b;\n"


def program(text: str, path: str = "a.js", language: str = "javascript") -> Program:
    return Program(language=language, text=text, path=path)


def test_an_error_names_opener_and_expected_signs(pool: ValidatorPool) -> None:
    (error,) = pool.validate(program(UNCLOSED)).errors
    assert (error.line, error.column, error.found) == (2, 7, ";")
    assert error.expected == (",", ")")
    assert error.related_line == 2


def test_columns_count_code_points(pool: ValidatorPool) -> None:
    (error,) = pool.validate(program("const é = '😀'; f(a;\n")).errors
    assert error.column == 19


def test_a_name_that_is_declared_twice_points_to_the_first(pool: ValidatorPool) -> None:
    (error,) = pool.validate(program("let a = 1;\n\nlet a = 2;\n")).errors
    assert error.related_line is not None


def test_configuration_and_comments_cannot_switch_it_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".oxlintrc.json").write_text('{"ignorePatterns": ["**"]}', encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*\n", encoding="utf-8")
    (tmp_path / ".eslintignore").write_text("*\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert JAVASCRIPT.check(program("/* oxlint-disable */ /* eslint-disable */\n" + UNCLOSED))


def test_without_oxlint_the_grammar_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(javascript, "_oxlint", lambda: None)
    (error,) = JAVASCRIPT.check(program(UNCLOSED))
    assert (error.rule, error.message) == ("error-node", 'missing ")"')
    assert JAVASCRIPT.check(program("const a = <p>{b ?? c}</p>;\n")) == ()
    assert TYPESCRIPT.check(program("let a: B<C>;\n", "a.ts", "typescript")) == ()
    assert "slmfix-bot[languages]" in JAVASCRIPT.version()


def test_markup_without_a_path_is_typescript_too(pool: ValidatorPool) -> None:
    text = "export const A = (p: { n: number }) => <p>{p.n}</p>;\n"
    assert pool.validate(program(text, "", "typescript")).is_valid
    assert pool.validate(program("const x = <number>y;\n", "", "typescript")).is_valid


def test_what_is_not_plain_javascript_is_not_judged(pool: ValidatorPool) -> None:
    for text in (".pragma library\nvar x = 1\n", "type A = {| b: string |};\n", f"f({'1,' * 4000}1);\n"):
        assert pool.validate(program(text)).skipped
    assert pool.validate(program('<?xml version="1.0"?>\n<TS></TS>\n', "de.ts", "typescript")).skipped
