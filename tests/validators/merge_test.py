"""Several validators of one language."""

from __future__ import annotations

from slmfix_bot.core.diagnostic import Diagnostic, Validation
from slmfix_bot.validators.merge import merge


def said(name: str, *lines: int, skipped: str | None = None) -> Validation:
    """A validation with one diagnostic a line."""
    found = tuple(Diagnostic(rule="r", message="m", line=line) for line in lines)
    return Validation(validator=name, version="1", diagnostics=found, skipped=skipped)


def test_one_part_stays_as_it_is() -> None:
    part = said("a", 3, 1)
    assert merge([part]) is part


def test_diagnostics_are_put_in_order_and_equal_ones_once() -> None:
    both = merge([said("a", 3, 5), said("b", 1, 3)])
    assert [one.line for one in both.diagnostics] == [1, 3, 5]
    assert (both.validator, both.version, both.silent) == ("a and b", "1 and 1", ())


def test_nobody_heard_is_skipped_with_every_reason() -> None:
    none = merge([said("a", skipped="no licence"), said("b", skipped="b: is not installed")])
    assert none.skipped == "a: no licence; b: is not installed"
    assert none.diagnostics == ()


def test_one_of_two_heard_is_a_judgement_and_says_who_was_silent() -> None:
    one = merge([said("a", 2), said("b", skipped="no licence")])
    assert one.skipped is None
    assert one.silent == ("b: no licence",)
    assert len(one.errors) == 1
