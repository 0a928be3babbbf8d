"""Use case: check a pull request and bring the report to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.app.check import run_check
from slmfix_bot.app.deliver import NO_PULL_REQUEST, Delivered, deliver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slmfix_bot.app.companions import Companions
    from slmfix_bot.app.repair import Repairer
    from slmfix_bot.core.change import ChangeSet
    from slmfix_bot.core.options import Options
    from slmfix_bot.core.ports import Poster, ProgramValidator
    from slmfix_bot.core.provenance import Attribution
    from slmfix_bot.core.report import ModelIdentity


def run_review(
    *,
    changes: ChangeSet,
    attributions: Mapping[str, Mapping[int, Attribution]],
    options: Options,
    validator: ProgramValidator,
    detect: Callable[[str, str, str | None], str | None],
    poster: Poster | None,
    repairer: Repairer | None = None,
    read_schema: Callable[[str], str | None] = lambda path: None,
    companions: Companions | None = None,
    model: ModelIdentity | None = None,
    why_not: str = NO_PULL_REQUEST,
    notes: Sequence[str] = (),
    blob_url: str | None = None,
) -> Delivered:
    """Checks the changes and delivers the report; the arguments are those of `run_check` and `deliver`."""
    report = run_check(
        changes=changes,
        attributions=attributions,
        options=options,
        validator=validator,
        detect=detect,
        repairer=repairer,
        read_schema=read_schema,
        companions=companions,
        model=model,
    )
    return deliver(report, poster, options.review, why_not=why_not, notes=notes, blob_url=blob_url)
