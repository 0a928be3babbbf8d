"""Checkstyle XML, and the XML that is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.checkstyle import read

if TYPE_CHECKING:
    from slmfix_bot.validators.readers.base import Source

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<checkstyle version="4.3">
  <file name="/tmp/x/input/app.relay">
    <error line="2" column="3" severity="error" message="unknown option &apos;imag&apos;" source="relay.rules.option"/>
    <error line="3" severity="warning" message="three is no number"/>
  </file>
  <file name="other.relay"><error line="1" severity="error" message="not ours"/></file>
</checkstyle>
"""
BOMB = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>
<checkstyle><file name="app.relay"><error line="1" message="&c;"/></file></checkstyle>
"""


def test_errors_of_this_file_are_read(source: Source) -> None:
    first, second = read(REPORT, source)
    assert (first.rule, first.line, first.column, first.message) == ("option", 2, 3, "unknown option 'imag'")
    assert (second.rule, second.severity, second.column) == ("relay-lint", Severity.WARNING, None)


def test_empty_report_noop(source: Source) -> None:
    assert read('<?xml version="1.0"?>\n<checkstyle version="8.0"></checkstyle>', source) == []


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (BOMB, "document type"),
        ('<!doctype x SYSTEM "file:///etc/passwd"><checkstyle/>', "document type"),
        ("", "not checkstyle XML"),
        ("java.lang.NullPointerException", "not checkstyle XML"),
        ("<html><body>504</body></html>", "root element is <html>"),
        ("<checkstyle><file>", "not checkstyle XML"),
        ("<a>" * 3000, "not checkstyle XML"),
        ('<checkstyle><file name="app.relay"><error line="two" message="x"/></file></checkstyle>', "'two' as a line"),
    ],
)
def test_other_output_is_not_taken_for_a_clean_file(source: Source, output: str, reason: str) -> None:
    with pytest.raises(CannotJudge) as caught:
        read(output, source)
    assert reason in str(caught.value)
