"""The report for people at a terminal: each finding with its evidence, its repair as a coloured diff, and a summary.

Texts go to rich as `Text`, never as markup, and without control characters: a pull request must not be able to
write escape sequences to anybody's terminal.
"""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from slmfix_bot.core.combine import is_repaired
from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.markdown import one_line
from slmfix_bot.core.tally import tally
from slmfix_bot.core.text import bare_lines
from slmfix_bot.reporters.patch import unified_diff
from slmfix_bot.reporters.wording import headline, origin, repair_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.report import Finding, Report
    from slmfix_bot.core.tally import Tally
    from slmfix_bot.reporters import Style

SEVERITY_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}
DIFF_STYLES = {"-": "red", "+": "green", "@": "cyan"}
MAX_DIFF_LINES = 60


def render(report: Report, style: Style) -> str:
    """The report as text, with ANSI colours if the style asks for them."""
    stream = StringIO()
    console = Console(
        file=stream,
        width=style.width,
        force_terminal=style.color,
        color_system="standard" if style.color else None,
        highlight=False,
        soft_wrap=False,
        legacy_windows=False,
    )
    print_report(console, report)
    return stream.getvalue()


def print_report(console: Console, report: Report) -> None:
    """Writes the report to a console; docs/make_pictures.py hands in a recording one."""
    texts = {change.path: change.head_text for change in report.changes}
    shown: dict[tuple[str, tuple[Edit, ...]], int] = {}
    for finding in report.findings:
        _print_finding(console, finding)
        if finding.repair is not None and is_repaired(finding):
            first = shown.setdefault((finding.path, finding.repair.edits), finding.diagnostic.line)
            if first == finding.diagnostic.line:
                _print_diff(console, finding.path, texts.get(finding.path), finding.repair.edits)
            else:
                _print_labelled(console, "", f"the repair is the one shown at line {first}")
        console.print()
    for skip in report.skipped:
        console.print(_line(("skipped ", "yellow"), (f"{visible(skip.path)}: ", ""), (one_line(skip.reason), "")))
    if report.skipped:
        console.print()
    _print_summary(console, report, tally(report))


def visible(text: str) -> str:
    """The text with every control character, line separator and undecodable byte replaced by a visible sign."""
    return "".join(char if char.isprintable() or char == "\t" else "\N{REPLACEMENT CHARACTER}" for char in text)


def _line(*parts: tuple[str, str]) -> Text:
    return Text.assemble(*parts)


def _print_finding(console: Console, finding: Finding) -> None:
    diagnostic = finding.diagnostic
    place = f"{visible(finding.path)}:{diagnostic.line}"
    if diagnostic.column is not None:
        place += f":{diagnostic.column}"
    severity = (str(diagnostic.severity), SEVERITY_STYLES[diagnostic.severity])
    console.print(_line((place, "bold"), ("  ", ""), severity, (f" {visible(diagnostic.rule)}", "dim")))
    _print_labelled(console, "", one_line(diagnostic.message), indent=2)
    _print_labelled(console, "origin", origin(finding.provenance))
    if finding.suppressed is not None:
        _print_labelled(console, "ignored", one_line(finding.suppressed))
    else:
        _print_labelled(console, "repair", repair_line(finding.repair), "bold green" if is_repaired(finding) else "dim")


def _print_labelled(console: Console, label: str, words: str, style: str = "dim", *, indent: int = 10) -> None:
    """A label and words that wrap behind it."""
    first = f"  {label}".ljust(indent)
    for line in Text(words).wrap(console, max(20, console.width - indent)):
        console.print(Text.assemble((first, style), line))
        first = " " * indent


def _print_diff(console: Console, path: str, text: str | None, edits: Sequence[Edit]) -> None:
    if text is None:
        return
    diff = unified_diff(path, text, apply_edits(text, edits))
    lines = bare_lines(diff)[3:]
    for line in lines[:MAX_DIFF_LINES]:
        console.print(Text(f"    {visible(line)}", style=DIFF_STYLES.get(line[0], "")), overflow="fold")
    if len(lines) > MAX_DIFF_LINES:
        console.print(Text(f"    ... {len(lines) - MAX_DIFF_LINES} more lines", style="dim"))


def _print_summary(console: Console, report: Report, counts: Tally) -> None:
    if counts.findings:
        table = Table(title=None, box=None, padding=(0, 2, 0, 0))
        for heading in ("file", "findings", "repaired"):
            table.add_column(heading, justify="left" if heading == "file" else "right")
        for path in dict.fromkeys(finding.path for finding in report.open_findings):
            found = [finding for finding in report.open_findings if finding.path == path]
            table.add_row(Text(visible(path)), str(len(found)), str(sum(map(is_repaired, found))))
        console.print(table)
        console.print()
    console.print(Text(headline(counts), style="bold" if counts.findings else "bold green"))
    model = f"{report.model.name} {report.model.version}" if report.model else "none"
    console.print(Text(f"{report.base[:12]}..{report.head[:12]}, model: {model}", style="dim"))
