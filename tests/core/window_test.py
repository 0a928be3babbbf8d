from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.window import MAX_ENTRIES, MAX_LINE, MAX_SEGMENT, build_window, line_contents, split_segments


def report(line: int, message: str = "m", column: int | None = None, related: int | None = None) -> Diagnostic:
    return Diagnostic(rule="r", message=message, line=line, column=column, related_line=related)


def numbered(count: int) -> str:
    return "".join(f"line {i}\n" for i in range(1, count + 1))


def test_build_window_shows_a_short_program_whole() -> None:
    window = build_window("a\nb\nc\n", [report(2)], language="sql")
    assert [(entry.line, entry.text) for entry in window.entries] == [(1, "a"), (2, "b"), (3, "c")]
    assert window.gaps == frozenset()
    assert window.reported == (2,)


def test_build_window_is_bounded_and_marks_gaps() -> None:
    window = build_window(numbered(100), [report(50)], language="sql")
    lines = [entry.line for entry in window.entries]
    assert len(lines) == MAX_ENTRIES
    assert lines == list(range(lines[0], lines[0] + MAX_ENTRIES))
    assert window.gaps == {0, MAX_ENTRIES}
    assert window.entries[window.reported[0] - 1].line == 50
    assert 50 - lines[0] > lines[-1] - 50


def test_build_window_prefers_the_first_diagnostic() -> None:
    text = numbered(200)
    window = build_window(text, [report(150), report(20)], language="sql", max_entries=3)
    assert {entry.line for entry in window.entries} == {148, 149, 150}
    both = build_window(text, [report(150), report(20)], language="sql")
    assert 20 in {entry.line for entry in both.entries}
    assert [both.entries[address - 1].line for address in both.reported] == [150, 20]


def test_build_window_takes_mentions_opener_and_header() -> None:
    lines = [f"filler {i}" for i in range(120)]
    lines[3] = "total := 0"
    lines[10] = "if (ready) begin"
    lines[40] = "block:"
    lines[41:100] = [f"    inner {i}" for i in range(41, 100)]
    window = build_window("\n".join(lines), [report(90, "undefined name 'total'", related=11)], language="python")
    assert {4, 11, 41, 90} <= {entry.line for entry in window.entries}
    plain = build_window("\n".join(lines), [report(90)], language="python")
    assert not {4, 11} & {entry.line for entry in plain.entries}


def test_build_window_end_of_file_error_takes_the_last_lines() -> None:
    text = numbered(100)
    window = build_window(text, [report(30, "unexpected end of file")], language="bash")
    assert {30, 99, 100} <= {entry.line for entry in window.entries}
    assert 100 not in {entry.line for entry in build_window(text, [report(30)], language="bash").entries}


def test_build_window_report_past_the_end() -> None:
    window = build_window("a\nb\n", [report(7)], language="bash")
    assert window.reported == (2,)


def test_build_window_long_line_is_centred_on_the_column() -> None:
    text = " ".join(f"word{i}" for i in range(1000)) + "\n"
    column = text.index("word500") + 1
    window = build_window(text, [report(1, column=column)], language="sql")
    assert len(window.entries) == MAX_ENTRIES
    assert "word500" in window.entries[window.reported[0] - 1].text
    assert {entry.line for entry in window.entries} == {1}


def test_build_window_without_column_looks_for_the_quoted_name() -> None:
    text = " ".join(f"word{i}" for i in range(1000)) + "\n"
    window = build_window(text, [report(1, "no such column: 'word700'")], language="sql")
    assert "word700" in window.entries[window.reported[0] - 1].text


def test_build_window_empty_text() -> None:
    assert build_window("", [report(1)], language="sql").entries == ()


def test_build_window_survives_a_huge_line() -> None:
    started = time.monotonic()
    window = build_window("x y, " * 1_000_000, [report(1, column=2_000_000)], language="sql")
    assert len(window.entries) == MAX_ENTRIES
    assert time.monotonic() - started < 5


def test_split_segments_breaks_before_blanks() -> None:
    text = "    " + "alpha beta, " * 10
    pieces = [text[a:b] for a, b in split_segments(text)]
    assert len(pieces) > 2
    assert all(piece.startswith(" ") for piece in pieces)
    assert split_segments("x" * MAX_LINE) == [(0, MAX_LINE)]


@given(st.text(alphabet="ab ,\té\r", max_size=300))
def test_split_segments_concatenate(text: str) -> None:
    segments = split_segments(text)
    assert "".join(text[a:b] for a, b in segments) == text
    assert len(segments) == 1 or all(0 < b - a <= MAX_SEGMENT for a, b in segments)


@given(st.text(alphabet="a\n\r\u2028", max_size=40))
def test_line_contents_concatenate(text: str) -> None:
    assert "".join(content + terminator for content, terminator in line_contents(text)) == text


@given(
    st.lists(st.text(alphabet="ab '\"x", max_size=90), min_size=1, max_size=60),
    st.integers(0, 80),
    st.one_of(st.none(), st.integers(0, 100)),
    st.integers(1, MAX_ENTRIES),
)
def test_build_window_entries_are_the_text(lines: list[str], line: int, column: int | None, limit: int) -> None:
    text = "\n".join(lines)
    contents = [content for content, _ in line_contents(text)]
    window = build_window(text, [report(line, "'ab' 'x'", column)], language="sql", max_entries=limit)
    assert len(window.entries) <= limit
    assert list(window.entries) == sorted(window.entries)
    for entry in window.entries:
        assert contents[entry.line - 1][entry.start : entry.end] == entry.text
        assert entry.ends_line == (entry.end == len(contents[entry.line - 1]))
    assert bool(window.reported) == bool(window.entries)
