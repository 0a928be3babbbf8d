"""Brings a report to a pull request: suggestion, else comment, else annotation, else a line in the job summary.

Nothing is lost on the way down, and nothing on the way turns the run red: a token that may not write, a branch that
moved or a server that does not answer leave annotations and the summary, with one sentence that says why.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slmfix_bot.core.combine import is_repaired
from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.markdown import one_line
from slmfix_bot.core.report import Delivery
from slmfix_bot.core.review import Annotation, Level, PostOutcome, ReviewComment
from slmfix_bot.core.review_plan import plan_review
from slmfix_bot.core.tally import tally
from slmfix_bot.errors import GitHubError
from slmfix_bot.reporters.annotations import annotation, choose
from slmfix_bot.reporters.github_review import comment_body, review_body
from slmfix_bot.reporters.summary import render_summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slmfix_bot.core.options import ReviewOptions
    from slmfix_bot.core.ports import Poster
    from slmfix_bot.core.report import Report
    from slmfix_bot.core.review_plan import Place

NO_PULL_REQUEST = "This run has no pull request to comment on."


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """The report with every finding's delivery, the annotations to print, and the job summary to write.

    `suggestions` and `comments` count what stands on the pull request now, `posted` what this run added.
    """

    report: Report
    annotations: tuple[Annotation, ...]
    summary: str
    notes: tuple[str, ...] = ()
    suggestions: int = 0
    comments: int = 0
    posted: int = 0

    def outputs(self, report_path: str) -> dict[str, object]:
        """The action's outputs by name (action.yml); `report_path` is where the caller wrote the JSON report."""
        counts = tally(self.report)
        return {
            "findings": counts.findings,
            "repaired": counts.repaired,
            "unrepaired": counts.unrepaired,
            "suggestions": self.suggestions,
            "report": report_path,
        }


@dataclass
class _Board:
    """What has been placed so far; `standing` are places that an earlier run has posted."""

    standing: list[Place] = field(default_factory=list)
    posted: list[Place] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def deliver(
    report: Report,
    poster: Poster | None,
    options: ReviewOptions,
    *,
    why_not: str = NO_PULL_REQUEST,
    notes: Sequence[str] = (),
    blob_url: str | None = None,
) -> Delivered:
    """Posts what can be posted on `report.head` and says where every finding went.

    Without a poster, `why_not` is the sentence that the summary gives; `notes` are further sentences of the caller.
    """
    plan = plan_review(report, comment_on_unrepaired=options.comment_on_unrepaired)
    board = _Board(notes=list(notes))
    if poster is not None:
        _post(report, poster, plan.places, options.max_comments, board)
    elif plan.places:
        board.notes.append(why_not)
    placed = [*board.standing, *board.posted]
    deliveries = _placed_deliveries(placed)
    told = tuple(Annotation(level=Level.NOTICE, title="slmfix", message=note) for note in board.notes)
    open_rest = [f for f in report.open_findings if f.id not in deliveries]
    chosen = choose(open_rest, reserved=told)
    deliveries |= {finding.id: Delivery.ANNOTATION for finding in chosen}
    findings = tuple(replace(f, delivery=deliveries.get(f.id, Delivery.SUMMARY)) for f in report.findings)
    delivered = replace(report, findings=findings)
    return Delivered(
        report=delivered,
        annotations=(*told, *(annotation(finding) for finding in chosen)),
        summary=render_summary(delivered, notes=board.notes, reasons=plan.refusals, blob_url=blob_url),
        notes=tuple(board.notes),
        suggestions=sum(place.suggestion is not None for place in placed),
        comments=sum(place.suggestion is None for place in placed),
        posted=len(board.posted),
    )


def _post(report: Report, poster: Poster, places: Sequence[Place], limit: int, board: _Board) -> None:
    try:
        own = poster.own_comments()
    except GitHubError as error:
        board.notes.append(_sentence("Nothing was posted", str(error)))
        return
    live = frozenset[str]().union(*(comment.ids for comment in own if not comment.is_outdated))
    known = live.union(*(comment.ids for comment in own))
    fresh: list[Place] = []
    for place in places:
        # The button of an outdated comment is gone, so a suggestion is offered again; words are not repeated.
        stands = set(place.ids) <= (live if place.suggestion else known)
        (board.standing if stands else fresh).append(place)
    fresh.sort(key=_priority)
    if len(fresh) > limit:
        board.notes.append(f"{len(fresh) - limit} comments were left out: max-comments is {limit}.")
    chosen = {_comment(place, report): place for place in fresh[:limit]}
    if not chosen:
        return
    # Lower lines first: applied one by one from the top of the page, a suggestion shifts none that is still to come.
    ordered = sorted(chosen, key=lambda comment: (comment.path, -(comment.line or 0)))
    suggestions = sum(place.suggestion is not None for place in chosen.values())
    outcome = poster.post(report.head, ordered, review_body(suggestions, len(chosen) - suggestions))
    board.posted += [chosen[comment] for comment in outcome.posted]
    board.notes += _explain(outcome)


def _priority(place: Place) -> tuple[bool, bool]:
    severities = {finding.diagnostic.severity for finding in (*place.findings, *place.related)}
    return place.suggestion is None, Severity.ERROR not in severities


def _comment(place: Place, report: Report) -> ReviewComment:
    return ReviewComment(
        path=place.path,
        line=place.line,
        start_line=place.start_line,
        body=comment_body(place, report.model),
        ids=place.ids,
    )


def _placed_deliveries(places: Iterable[Place]) -> dict[str, Delivery]:
    return {
        finding.id: Delivery.SUGGESTION if place.suggestion and is_repaired(finding) else Delivery.COMMENT
        for place in places
        for finding in place.findings
    }


def _explain(outcome: PostOutcome) -> list[str]:
    notes = []
    if outcome.blocked:
        notes.append(
            _sentence("Not everything was posted" if outcome.posted else "Nothing was posted", outcome.blocked)
        )
    if outcome.refused:
        notes.append(_sentence(f"GitHub refused {len(outcome.refused)} comments", outcome.refused[0][1]))
    return notes


def _sentence(what: str, why: str) -> str:
    return f"{what}: {one_line(why, 400)}."
