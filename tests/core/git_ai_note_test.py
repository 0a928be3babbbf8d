import json

import pytest

from slmfix_bot.core.git_ai_note import MAX_CLAIMS, parse_note

SHA = "0" * 40


def note(head: str, **metadata: object) -> str:
    return head + "---\n" + json.dumps({"schema_version": "authorship/3.0.0", "base_commit_sha": SHA, **metadata})


SESSION = {
    "s_11c3e1cdda522c": {"agent_id": {"tool": "claude", "id": "x", "model": "claude-fable-5"}, "human_author": None}
}


def test_sessions() -> None:
    text = note("src/a.sh\n  s_11c3e1cdda522c::t_e99b144ead241a 7,3-5\n", prompts={}, sessions=SESSION)
    parsed = parse_note(text)
    assert parsed is not None
    assert parsed.base_commit == SHA
    [claim] = parsed.claims_on("src/a.sh", 4)
    assert (claim.tool, claim.model, claim.is_human) == ("claude", "claude-fable-5", False)
    assert parsed.claims_on("src/a.sh", 7)
    assert not parsed.claims_on("src/a.sh", 6)
    assert not parsed.claims_on("a.sh", 4)


@pytest.mark.parametrize("key", ["0123456789abcdef", "0123456"])
def test_prompts_of_older_notes(key: str) -> None:
    prompts = {key: {"agent_id": {"tool": "cursor", "id": "x", "model": "unknown"}, "messages": []}}
    parsed = parse_note(note(f"a\n  {key} 1\n", prompts=prompts))
    assert parsed is not None
    [claim] = parsed.claims_on("a", 1)
    assert (claim.tool, claim.model) == ("cursor", None)


def test_human_key_and_quoted_path() -> None:
    parsed = parse_note(note('"my file.sh"\n  h_0123456789abcd 2\n'))
    assert parsed is not None
    assert [claim.is_human for claim in parsed.claims_on("my file.sh", 2)] == [True]


def test_divider_on_the_first_line_is_an_empty_note() -> None:
    parsed = parse_note(note(""))
    assert parsed is not None
    assert not parsed.claims


def test_key_without_metadata_has_no_tool() -> None:
    parsed = parse_note(note("a\n  s_11c3e1cdda522c::t_e99b144ead241a 1\n", sessions=None, prompts=[]))
    assert parsed is not None
    assert parsed.claims_on("a", 1)[0].tool is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n  s_1 1\n",
        "---\nnot json",
        '---\n["authorship/3.0.0"]',
        '---\n{"schema_version": "authorship/4.0.0"}',
        "---\n" + "[" * 100_000,
    ],
)
def test_what_is_no_note(text: str) -> None:
    assert parse_note(text) is None


def test_broken_entries_are_passed_over() -> None:
    parsed = parse_note(note("  s_11c3e1cdda522c 1\na\n  nonsense 1\n  s_11c3e1cdda522c x,-,2-,99999999999,3\n"))
    assert parsed is not None
    assert [(claim.first, claim.last) for claim in parsed.claims["a"]] == [(3, 3)]


def test_hostile_note_is_bounded() -> None:
    parsed = parse_note(note("a\n" + "  s_11c3e1cdda522c " + ",".join(["1-2"] * 200_000) + "\n"))
    assert parsed is not None
    assert len(parsed.claims["a"]) == MAX_CLAIMS
