"""Rules that read a stranger's text end in time, whatever it is."""

from __future__ import annotations

import time

import pytest

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Case

SIZE = 10_000
TEXTS = [
    "a" * SIZE,
    " " * SIZE + "x",
    "1" * SIZE + "'",
    "module m;" + "x[i]=x[i];" * (SIZE // 10),
    "module m;" + "always @* a=1;b=2;" * (SIZE // 18),
    "module m;" + "{a{" * (SIZE // 3),
    "begin " * (SIZE // 6),
    "module m(" * (SIZE // 9),
    "and g(.a(" * (SIZE // 9),
    "case(x) " * (SIZE // 8) + "endmodule",
    "end" * (SIZE // 3),
    "module m;endmodule\n" + "one two " * (SIZE // 8),
    "'b2 " * (SIZE // 4),
    "`include " * (SIZE // 9),
]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:18])
@pytest.mark.parametrize("rule", ["syntax", "unknown-name", "invalid-primitive-port-conn"])
def test_hostile_text_is_read_in_time(text: str, rule: str) -> None:
    found = Diagnostic(rule=rule, message="use of 'x'", line=1, column=1, found="x", expected=("end",))
    started = time.monotonic()
    propose(Case(Program(language="verilog", text=text), (found,), found))
    assert time.monotonic() - started < 4
