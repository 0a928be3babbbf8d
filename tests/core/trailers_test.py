import pytest

from slmfix_bot.core.trailers import MAX_TRAILERS, is_revert, parse_trailers

CLAUDE = "Co-Authored-By: Claude <noreply@anthropic.com>"


def found(message: str) -> list[tuple[str, bool]]:
    return [(trailer.key, trailer.carried) for trailer in parse_trailers(message)]


def test_last_paragraph() -> None:
    [trailer] = parse_trailers(f"Fix\n\nWhy.\n\n{CLAUDE}\n")
    assert (trailer.key, trailer.email, trailer.carried) == ("co-authored-by", "noreply@anthropic.com", False)


def test_paragraphs_of_trailers_at_the_end_are_all_final() -> None:
    message = "Fix\n\nAgent-Logs-Url: https://github.com/o/r/sessions/1\n\nCo-authored-by: A <a@b>\n"
    assert found(message) == [("agent-logs-url", False), ("co-authored-by", False)]


def test_trailers_above_other_text_are_carried() -> None:
    assert found(f"Feature (#1)\n\n* one\n\n{CLAUDE}\n\n* two\n") == [("co-authored-by", True)]


def test_trailers_below_the_rule_of_a_squash_are_carried() -> None:
    assert found(f"Feature (#1)\n\n* one\n\n* two\n\n---------\n\n{CLAUDE}\n") == [("co-authored-by", True)]


def test_crlf_message() -> None:
    assert found(f"Fix\r\n\r\n{CLAUDE}\r\n") == [("co-authored-by", False)]


@pytest.mark.parametrize(
    "message",
    [
        f"Quote\n\n> {CLAUDE}\n",
        f"Fence\n\n```\n{CLAUDE}\n```\n",
        f"Tilde\n\n~~~~\n~~~\n{CLAUDE}\n~~~~\n",
        f'Revert "x"\n\n    {CLAUDE}\n',
        f"Prose about {CLAUDE}\n",
        CLAUDE,
        "Subject\n\nhttps://example.org/a:b\n",
        "",
    ],
)
def test_what_is_no_trailer_noop(message: str) -> None:
    assert parse_trailers(message) == ()


def test_identity_in_the_value_must_end_it() -> None:
    [trailer] = parse_trailers("S\n\nCo-authored-by: <noreply@anthropic.com> and Me\n")
    assert trailer.email is None


def test_hostile_message_is_bounded() -> None:
    assert len(parse_trailers("S\n\n" + f"{CLAUDE}\n" * 100_000)) == MAX_TRAILERS
    assert parse_trailers("S\n\n" + "a-" * 200_000 + ": x") == ()


def test_is_revert() -> None:
    assert is_revert('Revert "x"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.\n')
    assert not is_revert("Explain\n\nA line that says: This reverts commit 0123456789abcdef.\n")
