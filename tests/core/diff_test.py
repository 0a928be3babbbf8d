import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmfix_bot.core.change import Hunk
from slmfix_bot.core.diff import parse_hunks, parse_patch, parse_raw, unquote_path

ORDINARY = ["", "a", "b", " ", "\t", "x\ry", "\f", "\u2028", "\x85é"]
HOSTILE = ["-- a", "++ b", "-", "+", "@@ -1 +1 @@", "diff --git a/x b/x", "\\ No newline"]
LINE = st.sampled_from([*ORDINARY, *HOSTILE])
LINES = st.lists(LINE, max_size=25)


def section(header: str, body: str = "") -> bytes:
    return (header + body).encode()


@given(LINES, LINES)
def test_parse_hunks_finds_the_lines_that_difflib_added(old: list[str], new: list[str]) -> None:
    before, after = [f"{line}\n" for line in old], [f"{line}\n" for line in new]
    patch = "".join(list(difflib.unified_diff(before, after, "a", "b"))[2:])
    opcodes = difflib.SequenceMatcher(None, before, after).get_opcodes()
    expected = {j + 1 for tag, _, _, j1, j2 in opcodes if tag != "equal" for j in range(j1, j2)}
    hunks = parse_hunks(patch)
    assert set().union(*(hunk.added for hunk in hunks)) == expected
    assert all(hunk.start <= line <= hunk.end for hunk in hunks for line in hunk.added)


def test_parse_hunks_of_a_deletion_is_an_empty_extent() -> None:
    [hunk] = parse_hunks("@@ -1,2 +0,0 @@\n-a\n-b\n")
    assert hunk.end < hunk.start
    assert not hunk.added


def test_parse_hunks_keeps_context_and_missing_final_newline_apart() -> None:
    patch = "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
    assert parse_hunks(patch) == (Hunk(1, 2, frozenset({2})),)
    assert parse_hunks(patch)[0].added == {2}


def test_parse_hunks_of_nothing() -> None:
    assert parse_hunks("") == ()


@pytest.mark.parametrize(
    "patch",
    [
        "@@ -1 +1 @@\n",
        "@@ -1,1 +1,5 @@\n-a\n+b\n",
        "@@ -1 +1 @@\n-a\n+b\n--- x\n+++ y\n@@ -1 +1 @@\n-a\n+b\n",
        "words\n",
    ],
)
def test_parse_hunks_refuses_what_is_no_unified_diff(patch: str) -> None:
    with pytest.raises(ValueError, match="unified diff"):
        parse_hunks(patch)


@pytest.mark.parametrize(
    ("quoted", "path"),
    [
        ("plain.sh", "plain.sh"),
        ('"caf\\303\\251.sh"', "café.sh"),
        ('"tab\\tquote\\"back\\\\slash\\n"', 'tab\tquote"back\\slash\n'),
        ('"\\\\303"', "\\303"),
        ('"\\377"', "\udcff"),
        ('"', '"'),
    ],
)
def test_unquote_path(quoted: str, path: str) -> None:
    assert unquote_path(quoted) == path


def test_parse_patch_survives_a_path_that_looks_like_two() -> None:
    patch = section(
        "diff --git a/x b/y b/x b/y\nindex 1..2 100644\n--- a/x b/y\t\n+++ b/x b/y\t\n", "@@ -1 +1 @@\n-a\n+b\n"
    )
    assert [(part.path, part.hunks) for part in parse_patch(patch)] == [("x b/y", (Hunk(1, 1, frozenset({1})),))]


def test_parse_patch_is_not_fooled_by_contents_that_look_like_headers() -> None:
    patch = section(
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n",
        "@@ -0,0 +1,3 @@\n+diff --git a/g b/g\n+++ b/g\n+@@ -1 +1 @@\n",
    )
    [part] = parse_patch(patch)
    assert part.path == "f"
    assert part.hunks is not None
    assert part.hunks[0].added == {1, 2, 3}


def test_parse_patch_reports_binary_and_combined_files_as_unreadable() -> None:
    patch = section("diff --git a/i.png b/i.png\nindex 1..2 100644\nBinary files a/i.png and b/i.png differ\n")
    patch += section(
        "diff --cc m.sh\nindex 1,2..3\n--- a/m.sh\n+++ b/m.sh\n", "@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n"
    )
    assert [(part.path, part.hunks) for part in parse_patch(patch)] == [("i.png", None), ("m.sh", None)]


def test_parse_patch_leaves_out_deletions_renames_and_modes() -> None:
    patch = section("diff --git a/d b/d\ndeleted file mode 100644\n--- a/d\n+++ /dev/null\n", "@@ -1 +0,0 @@\n-a\n")
    patch += section("diff --git a/o b/n\nsimilarity index 100%\nrename from o\nrename to n\n")
    patch += section("diff --git a/m b/m\nold mode 100644\nnew mode 100755\n")
    assert list(parse_patch(patch)) == []


def test_parse_patch_of_latin_1_contents_keeps_the_line_numbers() -> None:
    patch = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n caf\xe9\n+th\xe9\x85\x0c\n"
    [part] = parse_patch(patch)
    assert part.hunks is not None
    assert part.hunks[0].added == {2}


def test_parse_raw_reads_paths_of_any_bytes() -> None:
    raw = b":100644 100644 1111 2222 R090\0old\nname\0:new \xff\0:100644 100755 3333 3333 M\0mode\0"
    rename, mode = parse_raw(raw)
    assert (rename.status, rename.old_path, rename.path) == ("R", "old\nname", ":new \udcff")
    assert rename.changes_content
    assert not mode.changes_content


@pytest.mark.parametrize("raw", [b"fatal: no\0", b"::100644 100644 100644 1 2 3 MM\0f\0"])
def test_parse_raw_refuses_what_it_does_not_know(raw: bytes) -> None:
    with pytest.raises(ValueError, match="raw diff"):
        list(parse_raw(raw))
