"""Repairs one program: propose, verify with the validator, refuse harm, rank, repeat (DESIGN section 6)."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot.app.repair_search import Search
from slmfix_bot.app.repair_state import Effort, Outcome, Run, State, Tiers, doubts_of, new_errors
from slmfix_bot.core.edit import diff_edits
from slmfix_bot.core.edit_script import encode
from slmfix_bot.core.harm import BOUNDS
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.prompt import render_prompt
from slmfix_bot.core.rank import Verified, score
from slmfix_bot.core.report import RepairSource, RepairStatus
from slmfix_bot.core.similarity import similarity
from slmfix_bot.core.window import build_window

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.ports import ProgramValidator, RepairModel, SyntaxParser
    from slmfix_bot.core.program import Program

SLOW_SECONDS = 20.0  # in place of the effort's, so that a slow validator is asked as often as a fast one
MAX_TEXT = 200_000  # characters; each of some hundred candidates costs time in proportion


class Repairer:
    """Holds what every repair shares; one instance serves a whole run."""

    def __init__(
        self,
        validator: ProgramValidator,
        model: RepairModel | None = None,
        parser: SyntaxParser | None = None,
        *,
        aggressiveness: Aggressiveness = Aggressiveness.MEDIUM,
        tiers: Tiers | None = None,
        effort: Effort | None = None,
        slow: Collection[str] = (),
    ) -> None:
        """`slow` are languages whose validator is a program that is started anew for every candidate."""
        self.slow = frozenset(slow)
        self.validator = validator
        self.model = model
        self.parser = parser
        self.bounds = BOUNDS[aggressiveness]
        self.tiers = tiers or Tiers()
        self.effort = effort or Effort()

    def repair(
        self,
        program: Program,
        *,
        allowed: frozenset[int] | None = None,
        baseline: Iterable[tuple[str, str]] = (),
        seconds: float | None = None,
    ) -> Outcome:
        """Repairs all new errors of the program as far as possible.

        `allowed` are the lines that may change (None: all); `baseline` the identities of errors that the base
        version has already and that are neither repaired nor held against a candidate; `seconds` bounds the wall
        time further than the effort does.
        """
        started = time.monotonic()
        before = self.validator.validate(program)
        if before.skipped is not None:
            return Outcome(
                status=RepairStatus.SKIPPED, text=program.text, before=before, after=before, reason=before.skipped
            )
        known = Counter(baseline)
        errors = new_errors(before.errors, known, allowed)
        if not errors:
            return Outcome(status=RepairStatus.VALID, text=program.text, before=before, after=before)
        if len(program.text) > MAX_TEXT:
            reason = f"the file is too large to repair: more than {MAX_TEXT:,} characters"
            return Outcome(
                status=RepairStatus.UNREPAIRED, text=program.text, before=before, after=before, reason=reason
            )
        budget = SLOW_SECONDS if program.language in self.slow else self.effort.seconds
        budget = budget if seconds is None else min(seconds, budget)
        run = Run(program, errors, known, allowed, started + budget, len(doubts_of(before)))
        run.seen.add(program.text)
        proposing = self.model if self.tiers.model_proposes else None
        search = Search(
            self.validator, proposing, self.bounds, self.effort, run, deterministic=self.tiers.deterministic
        )
        partial = search.explore(State(program, before, errors))
        outcome = self._conclude(run, before, partial, spent=search.is_spent())
        return replace(
            outcome,
            candidates=run.checks,
            latency_ms=1000 * (time.monotonic() - started),
            model_ms=1000 * run.model_seconds,
            validator_ms=1000 * run.validator_seconds,
        )

    def _conclude(self, run: Run, before: Validation, partial: State | None, *, spent: bool) -> Outcome:
        if run.accepted:
            _, chosen = min(self._scored(run), key=lambda pair: score(pair[0], run.original.text))
            return self._outcome(run, before, chosen, RepairStatus.REPAIRED)
        if partial is not None:
            return self._outcome(run, before, partial, RepairStatus.PARTIAL)
        reason = "the budget ran out before a proposal passed" if spent else "no proposal passed the validator"
        if run.refusals:
            reason = f"what passed the validator was refused as harmful: {run.refusals.most_common(1)[0][0]}"
        return Outcome(
            status=RepairStatus.UNREPAIRED, text=run.original.text, before=before, after=before, reason=reason
        )

    def _scored(self, run: Run) -> list[tuple[Verified, State]]:
        """Adds the model's log-probability where the edit can be written as a script over the first window."""
        if self.model is None or not self.tiers.model_ranks or not _needs_ranking(run):
            return run.accepted
        started = time.monotonic()
        window = build_window(run.original.text, run.errors, language=run.original.language, allowed=run.allowed)
        prompt = render_prompt(run.original, run.errors, window)
        scripts = [
            encode(window, run.original.text, verified.candidate.text, operations=self.model.operations)
            for verified, _ in run.accepted
        ]
        written = list(dict.fromkeys(script for script in scripts if script is not None))
        values = dict(zip(written, self.model.score(prompt, written), strict=True)) if written else {}
        run.model_seconds += time.monotonic() - started
        # A candidate without a script reaches beyond the window: it gets the worst value seen.
        worst = min(values.values(), default=0.0)
        return [
            (replace(verified, log_probability=values.get(script or "", worst)), state)
            for (verified, state), script in zip(run.accepted, scripts, strict=True)
        ]

    def _outcome(self, run: Run, before: Validation, state: State, status: RepairStatus) -> Outcome:
        text = state.program.text
        kept = None
        if self.parser is not None:
            old, new = (self.parser.parse(run.original.language, version) for version in (run.original.text, text))
            kept = similarity(old, new) if old is not None and new is not None else None
        return Outcome(
            status=status,
            text=text,
            before=before,
            after=state.validation,
            source=state.sources[-1][0],
            note="; ".join(note for _, note in state.sources if note),
            edits=diff_edits(run.original.text, text),
            similarity=kept,
        )


def _needs_ranking(run: Run) -> bool:
    """Whether the model's word could change the choice: it has none among names out of a schema (core/rank.py)."""
    free = [v for v, _ in run.accepted if v.candidate.source is not RepairSource.SCHEMA]
    return len(run.accepted) > 1 and bool(free)
