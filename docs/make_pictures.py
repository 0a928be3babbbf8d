"""Makes the pictures of the README from the real output of the demo.

    python -P docs/make_pictures.py [MODEL]

docs/terminal.svg is what `slmfix-bot check` prints; docs/suggestion.svg shows the text of one review comment with its
suggestion drawn the way GitHub draws it, as lines that go and lines that come.
"""

from __future__ import annotations

import re
import sys
from inspect import signature
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from slmfix_bot.adapters.config import build_options
from slmfix_bot.adapters.git import Git
from slmfix_bot.adapters.new_repository import create_repository
from slmfix_bot.cli.build import read_config_file
from slmfix_bot.cli.checking import check_changes
from slmfix_bot.cli.demo_commits import COMMITS
from slmfix_bot.core.review_plan import plan_review
from slmfix_bot.core.text import bare_lines
from slmfix_bot.reporters.github_review import comment_body
from slmfix_bot.reporters.terminal import print_report

if TYPE_CHECKING:
    from slmfix_bot.core.report import Report
    from slmfix_bot.core.review_plan import Place

FOLDER = Path(__file__).parent
SHOWN = "deploy/site.yml"
# Without rich's web fonts: a picture must not fetch anything.
DEFAULT = str(signature(Console.export_svg).parameters["code_format"].default)
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", DEFAULT, flags=re.S)


def demo_report(model: str) -> Report:
    """The report on the demo's branch."""
    with TemporaryDirectory() as folder:
        create_repository(Path(folder), COMMITS)
        git = Git(Path(folder))
        options = build_options(read_config_file(git.root, None), {"model": model})
        changes = git.change_set("main")
        (checked,) = check_changes(git, [(changes.head, changes)], options)
        return checked.report


def recording_console(width: int) -> Console:
    """A console that only records."""
    return Console(record=True, width=width, file=StringIO(), force_terminal=True, highlight=False)


def save(console: Console, name: str, title: str) -> None:
    """Writes what the console recorded."""
    console.save_svg(str(FOLDER / f"{name}.svg"), title=title, unique_id=name, code_format=FORMAT)


def draw_suggestion(report: Report, place: Place) -> Console:
    """The comment in a frame, its suggestion block as a diff."""
    assert place.suggestion is not None
    body = comment_body(place, report.model)
    before, after = body.split(place.suggestion.block)
    text = next(change.head_text for change in report.changes if change.path == place.path)
    old = bare_lines(text)[place.suggestion.start_line - 1 : place.suggestion.end_line]
    diff = Text()
    for mark, style, lines in (("-", "on #ffd7d5", old), ("+", "on #ccffd8", place.suggestion.body_lines)):
        for line in lines:
            diff.append(f" {mark} {line}".ljust(86), style=f"black {style}")
            diff.append("\n")
    diff.right_crop(1)
    after = re.sub(r"<!--.*?-->|</?sub>", "", after, flags=re.S)
    comment = Group(
        Markdown(before), Text(), Panel(diff, title="Suggested change", title_align="left"), Markdown(after)
    )
    console = recording_console(96)
    title = f"slmfix-bot commented on {place.path}, line {place.suggestion.end_line}"
    console.print(Panel(comment, title=title, title_align="left", padding=(1, 2)))
    return console


def main() -> None:
    """Writes both pictures."""
    report = demo_report(sys.argv[1] if len(sys.argv) > 1 else "slmfix-mini")
    console = recording_console(104)
    print_report(console, report)
    save(console, "terminal", "slmfix-bot check")
    places = plan_review(report, comment_on_unrepaired=False).places
    place = next(place for place in places if place.path == SHOWN and place.suggestion)
    save(draw_suggestion(report, place), "suggestion", "Pull request")


if __name__ == "__main__":
    main()
