from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program
from slmfix_bot.validators.bash import BASH, SH

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic


def explained(text: str) -> Diagnostic:
    program = Program(language="bash", text=text)
    return BASH.explain(program, BASH.check(program))[0]


def test_unclosed_block_names_opener_and_keyword() -> None:
    found = explained("if true; then\n  for i in 1; do\n    echo\nfi\n")
    assert (found.line, found.column, found.found) == (4, 1, "fi")
    assert found.related_line == 2
    assert "done" in found.expected


def test_unterminated_quote_stands_at_its_opening() -> None:
    found = explained('echo a\necho "abc\necho def\n')
    assert (found.line, found.column, found.found) == (2, 6, '"')


def test_heredoc_without_end_is_an_error_although_bash_only_warns() -> None:
    found = explained("cat <<EOF\ntext\n")
    assert (found.line, found.expected) == (1, ("EOF",))


def test_a_repeated_token_is_found_at_the_place_of_the_error() -> None:
    found = explained("echo a | cat | | wc\n")
    assert (found.line, found.column) == (1, 16)


def test_end_of_file_is_a_line_of_the_file() -> None:
    found = explained("while true; do\n  echo\n")
    assert found.line == 2
    assert found.related_line == 1


def test_messages_hold_no_path_and_no_line() -> None:
    assert explained("fi\n").message == "syntax error near unexpected token `fi'"


def test_sh_is_judged_as_posix() -> None:
    arrays = Program(language="sh", text="a=(1 2)\n")
    assert SH.check(arrays)
    assert BASH.check(replace(arrays, language="bash")) == ()


def test_fix_of_shellcheck_is_an_edit_of_whole_lines() -> None:
    text = 'f() {\n  printf "%s" "a$@b"\n}\nname = "x"\n'
    for diagnostic in BASH.check(Program(language="bash", text=text)):
        if diagnostic.fix:
            changed = apply_edits(text, diagnostic.fix)
            assert changed != text
            assert changed.count("\n") == text.count("\n")


@pytest.mark.parametrize("code", ["[ a && b ]", "local x=1", "sort < a < b"])
def test_programs_that_parse_and_cannot_work(code: str) -> None:
    assert {found.rule[:2] for found in BASH.check(Program(language="bash", text=f"{code}\n"))} == {"SC"}


def test_crlf_breaks_a_script() -> None:
    assert BASH.check(Program(language="bash", text="if true; then\r\n  echo\r\nfi\r\n"))


@pytest.mark.parametrize("test", ["[ -f x;", "[ $x = 5];", '[ "$x" == 5 }];', "[ -x /usr/bin/vim  ;"])
def test_a_test_without_its_bracket_is_an_error_although_bash_parses_it(test: str) -> None:
    (found,) = BASH.check(Program(language="bash", text=f"#!/bin/bash\nif {test} then\n  echo\nfi\n"))
    assert (found.line, found.rule[:2]) == (2, "SC")


@pytest.mark.parametrize(
    "test", ['[ "$(a; b] c)" = "]" ]', "[ a = \\; ]", "[ -n 'x;' ]", "[[ a =~ ^[a-z]+$ ]]", "[ -e a[0] ]"]
)
def test_a_test_with_its_bracket_is_none_noop(test: str) -> None:
    assert BASH.check(Program(language="bash", text=f"if {test}; then echo; fi\n")) == ()


@pytest.mark.parametrize("line", ["# shellcheck disable=all", "# shellcheck disable=SC1000-SC9999"])
def test_a_script_cannot_excuse_itself_from_everything(line: str) -> None:
    assert BASH.check(Program(language="bash", text=f"#!/bin/bash\n{line}\nlocal x=1\n"))
    named = "#!/bin/bash\n# shellcheck disable=SC2168\nlocal x=1\n"
    assert BASH.check(Program(language="bash", text=named)) == ()
