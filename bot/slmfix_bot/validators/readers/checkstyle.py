"""Checkstyle's XML: `<checkstyle><file name="x"><error line column severity message source/></file></checkstyle>`.

A document type is refused before anything is parsed: entities are the one thing in it that can do harm, and no
checkstyle report has one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from slmfix_bot.errors import CannotJudge

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.readers.base import Source


def read(output: str, source: Source) -> list[Diagnostic]:
    """The diagnostics. Raises CannotJudge."""
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", output, flags=re.I):
        msg = "its output has a document type, which a checkstyle report does not need"
        raise CannotJudge(msg)
    try:
        # As bytes: a declaration of another encoding is refused in text. Lone surrogates have no place in XML.
        root = ElementTree.fromstring(output.lstrip().encode(errors="replace"))
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        msg = f"its output is not checkstyle XML: {error}"
        raise CannotJudge(msg) from None
    if root.tag != "checkstyle":
        msg = f"its output is not checkstyle XML: the root element is <{root.tag[:40]}>"
        raise CannotJudge(msg)
    return [
        source.diagnostic(
            message=error.get("message"),
            line=error.get("line"),
            column=error.get("column"),
            severity=error.get("severity"),
            rule=_rule(error.get("source")),
        )
        for file in root.iter("file")
        if source.is_own(file.get("name"))
        for error in file.iter("error")
    ]


def _rule(source: str | None) -> str:
    """The last part of a Java class or of `tool.rule`: `com.puppycrawl...UnusedImportsCheck`, `eslint.rules.semi`."""
    return (source or "").rpartition(".")[2]
