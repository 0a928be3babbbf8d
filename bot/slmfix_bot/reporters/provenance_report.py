"""The verdict on every added line with its evidence, for people and as JSON (`slmfix.provenance/1`)."""

from __future__ import annotations

import json
from io import StringIO
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from slmfix_bot.core.markdown import one_line
from slmfix_bot.core.provenance import Verdict
from slmfix_bot.reporters.json_report import attribution_data, utf8
from slmfix_bot.reporters.terminal import visible
from slmfix_bot.reporters.wording import origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slmfix_bot.core.change import ChangeSet
    from slmfix_bot.core.provenance import Attribution
    from slmfix_bot.reporters import Style

    Attributions = Mapping[str, Mapping[int, Attribution]]

VERDICT_STYLES = {Verdict.AI: "magenta", Verdict.AI_ASSISTED: "magenta", Verdict.MIXED: "magenta", Verdict.BOT: "cyan"}


def ranges(lines: Mapping[int, Attribution]) -> Iterator[tuple[int, int, Attribution]]:
    """Neighbouring lines with the same attribution as `first, last, attribution`."""
    numbered = sorted(lines.items())
    # Consecutive line numbers keep their distance to their index.
    for _, group in groupby(enumerate(numbered), key=lambda item: (item[1][0] - item[0], item[1][1])):
        members = [item for _, item in group]
        yield members[0][0], members[-1][0], members[0][1]


def render_json(changes: ChangeSet, attributions: Attributions) -> str:
    """One JSON document, ended by LF."""
    files = [
        {"path": utf8(path), "lines": [_range(first, last, found) for first, last, found in ranges(lines)]}
        for path, lines in sorted(attributions.items())
    ]
    skipped = [{"path": utf8(skip.path), "reason": skip.reason} for skip in changes.skipped]
    document = {
        "schema": "slmfix.provenance/1",
        "base": changes.base,
        "head": changes.head,
        "files": files,
        "skipped": skipped,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _range(first: int, last: int, attribution: Attribution) -> dict[str, Any]:
    return {"start_line": first, "end_line": last, **attribution_data(attribution)}


def render_text(changes: ChangeSet, attributions: Attributions, style: Style) -> str:
    """One paragraph a file: ranges of lines with the verdict, then every piece of evidence."""
    stream = StringIO()
    console = Console(
        file=stream,
        width=style.width,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        highlight=False,
    )
    for path, lines in sorted(attributions.items()):
        console.print(Text(visible(path), style="bold"))
        for first, last, found in ranges(lines):
            place = f"{first}" if first == last else f"{first}-{last}"
            verdict_style = VERDICT_STYLES.get(found.verdict, "dim")
            console.print(Text.assemble((f"  {place:>9}  ", ""), (origin(found), verdict_style)))
            for item in found.evidence[1:]:
                quote = f'{item.kind} ({item.scope}) "{one_line(item.quote, 80)}" in {one_line(item.source, 60)}'
                console.print(Text(f"             also {quote}", style="dim"))
    for skip in changes.skipped:
        console.print(Text(f"skipped {visible(skip.path)}: {one_line(skip.reason)}", style="yellow"))
    if not attributions:
        console.print("no added line")
    return stream.getvalue()
