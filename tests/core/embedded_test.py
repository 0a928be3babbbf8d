from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmfix_bot.core.embedded import (
    Embedded,
    inner_text,
    to_host_column,
    to_host_line,
    to_inner_column,
    with_inner_text,
)

HOST = "- run: |\n    echo ${{ a }}\n    if x; then\n\n    done\n  id: a\n"
BLOCK = Embedded(language="bash", first_line=2, last_line=5, indent="    ", holes=(("${slmfix0}", "${{ a }}"),))
PLAIN = Embedded(language="bash", first_line=1, last_line=1, head=5, tail=2)


def test_a_block_is_read_without_its_indentation_and_written_back_with_it() -> None:
    assert inner_text(HOST, BLOCK) == "echo ${slmfix0}\nif x; then\n\ndone\n"
    repaired = with_inner_text(HOST, BLOCK, "echo ${slmfix0}\nif x; then\n  y\nfi\n")
    assert repaired == "- run: |\n    echo ${{ a }}\n    if x; then\n      y\n    fi\n  id: a\n"


def test_lines_that_stay_keep_their_blanks() -> None:
    host = "- run: |\n    a\n      \n  \n    b\n"
    place = Embedded(language="bash", first_line=2, last_line=5, indent="    ")
    assert with_inner_text(host, place, inner_text(host, place).replace("b", "c")) == host.replace("b", "c")


def test_a_repair_may_not_lose_what_the_host_fills_in() -> None:
    assert with_inner_text(HOST, BLOCK, "echo\n") is None


def test_a_program_on_one_line_stays_on_it() -> None:
    host = "run: 'echo \"a'\n"
    place = Embedded(language="bash", first_line=1, last_line=1, head=6, tail=1)
    assert inner_text(host, place) == 'echo "a\n'
    assert with_inner_text(host, place, 'echo "a"\n') == "run: 'echo \"a\"'\n"
    assert with_inner_text(host, place, "echo\na\n") is None


def test_places_are_those_of_the_host() -> None:
    assert [to_host_line(BLOCK, line) for line in (1, 4, 5)] == [2, 5, 5]
    assert to_host_column(HOST, BLOCK, 2, 4) == 8
    assert to_inner_column(BLOCK, 2, 8) == 4
    assert to_host_column(HOST, BLOCK, 1, 4) is None


def test_what_the_host_writes_differently_is_read_as_the_program_and_written_as_the_host() -> None:
    host = "all:\n\techo $$HOME $(CC)\n"
    place = Embedded(
        language="sh", first_line=2, last_line=2, indent="\t", holes=(("slmfix0", "$(CC)"),), escapes=(("$$", "$"),)
    )
    assert inner_text(host, place) == "echo $HOME slmfix0\n"
    assert with_inner_text(host, place, 'echo "$HOME" slmfix0\n') == 'all:\n\techo "$$HOME" $(CC)\n'


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@given(lines=st.lists(st.text(st.characters(exclude_characters="\n\r$", codec="utf-8")), min_size=1, max_size=5))
def test_writing_back_what_was_read_changes_nothing(lines: list[str], ending: str) -> None:
    kept = [line if line.strip() else "" for line in lines]
    body = "".join(("  " + line if line else "") + ending for line in kept)
    host = f"run: |{ending}{body}end: 1{ending}"
    place = Embedded(language="bash", first_line=2, last_line=1 + len(kept), indent="  ")
    assert inner_text(host, place) == "\n".join(kept) + "\n"
    assert with_inner_text(host, place, inner_text(host, place)) == host
