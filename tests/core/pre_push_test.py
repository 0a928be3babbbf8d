import pytest

from slmfix_bot.core.pre_push import parse_pre_push
from slmfix_bot.errors import UsageError

ONE, TWO, ZERO = "1" * 40, "2" * 40, "0" * 40


def test_every_line_counts_and_deletions_are_left_out() -> None:
    text = f"refs/heads/a {ONE} refs/heads/a {TWO}\nrefs/heads/b {TWO} refs/heads/b {ZERO}\n"
    text += f"(delete) {ZERO} refs/heads/c {ONE}\n"
    assert [(ref.local_ref, ref.remote_id) for ref in parse_pre_push(text)] == [
        ("refs/heads/a", TWO),
        ("refs/heads/b", None),
    ]


def test_nothing_to_push() -> None:
    assert parse_pre_push("") == ()


def test_other_text_is_refused() -> None:
    with pytest.raises(UsageError, match="pre-push"):
        parse_pre_push("hello\n")
