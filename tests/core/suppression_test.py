from __future__ import annotations

import time

import pytest

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.suppression import suppression

AT_2 = Diagnostic(rule="unknown-table", message="no such table", line=2)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x\nSELECT 1 -- slmfix: ignore[unknown-table] made by a migration\n", "made by a migration"),
        ("# slmfix: ignore[unknown-table] a template\nx\n", "a template"),
        ("x\r\ny # slmfix: ignore[*] a template\r\n", "a template"),
        ("x\ny /* slmfix: ignore[unknown-table] a template */\n", "a template"),
        ("x\ny // slmfix:ignore[unknown-table] a template", "a template"),
    ],
)
def test_suppression_with_reason(text: str, reason: str) -> None:
    assert suppression(text, AT_2) == reason


@pytest.mark.parametrize(
    "text",
    [
        "x\ny # slmfix: ignore[unknown-table]\n",
        "x # slmfix: ignore[unknown-table] about this line only\ny\n",
        "x\ny # slmfix: ignore[unknown-table] \n",
        "x\ny # slmfix: ignore[syntax] a template\n",
        "x\ny # slmfix: ignore a template\n",
        "x\ny slmfix: ignore[unknown-table] a template\n",
        "x\ny\n# slmfix: ignore[unknown-table] a line too late\n",
        "x\n" + "y" * 5000 + " # slmfix: ignore[unknown-table] on an endless line\n",
        "",
    ],
)
def test_suppression_noop(text: str) -> None:
    assert suppression(text, AT_2) is None


def test_suppression_is_quick_on_hostile_lines() -> None:
    started = time.process_time()
    for unit in ("# slmfix: ignore[", "#", "# slmfix: ignore[a] b ", " ", "/*"):
        suppression("x\n" + unit * (4000 // len(unit)), AT_2)
        suppression("x\n# slmfix: ignore[a] " + unit * (4000 // len(unit)) + "*", AT_2)
    assert time.process_time() - started < 1.0


def test_noqa_counts_where_it_names_the_rule() -> None:
    name = Diagnostic(rule="F821", message="Undefined name", line=1)
    assert suppression("x  # noqa: E501, F821\n", name) == "noqa: E501, F821"
    for text in ("x  # noqa\n", "x  # noqa: F401\n", "x noqa: F821\n", "y\n# noqa: F821\n", "# ruff: noqa: F821\nx\n"):
        assert suppression(text, Diagnostic(rule="F821", message="Undefined name", line=text.count("\n"))) == (
            "noqa: F821" if text.startswith("y") else None
        )
