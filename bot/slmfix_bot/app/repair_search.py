"""The search for repairs: a beam over texts, each step verified by the validator.

Parsers report one error at a time. A text whose first error moved towards the end is therefore a step, though only a
text without new errors is a result.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot.app.repair_state import Run, State, doubts_of, new_errors, touches_only
from slmfix_bot.core.edit import apply_edits, diff_edits
from slmfix_bot.core.edit_script import decode
from slmfix_bot.core.harm import assess, known_words
from slmfix_bot.core.prompt import render_prompt
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Candidate, Case, inner_case, outer_text
from slmfix_bot.core.propose.names import guess_cost
from slmfix_bot.core.rank import Verified
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.rules import SYNTAX_RULES, is_about_signs
from slmfix_bot.core.window import build_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.app.repair_state import Effort
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.harm import Bounds
    from slmfix_bot.core.ports import ProgramValidator, RepairModel

MODEL_PRIOR = 1.2  # cost of a proposal of the model before its log-probability counts
MODEL_WEIGHT = 0.15  # of a nat of log-probability
_NEAR = 1  # lines around a change in which an error counts as its doing
_TARGETS = 4  # errors of a state that are tried, one after the other, until one can be removed
WORTH_LOCATING = 2.2  # cost up to which an unchanged message on the same line is looked at closely


class Search:
    """One search; `model` is None when the model does not propose."""

    def __init__(
        self,
        validator: ProgramValidator,
        model: RepairModel | None,
        bounds: Bounds,
        effort: Effort,
        run: Run,
        *,
        deterministic: bool = True,
    ) -> None:
        self.validator = validator
        self.model = model
        self.bounds = bounds
        self.effort = effort
        self.run = run
        self.deterministic = deterministic

    def explore(self, start: State) -> State | None:
        """Rounds over the beam until something is accepted. Fills `run.accepted`; returns the best harmless state
        with strictly fewer errors and no new one, if there is any."""
        partial = self._advance(start, patient=False)
        if not self.run.accepted and not self.is_spent():
            # The cheap steps led nowhere: the dearer first steps that were passed over get their turn.
            later = self._advance(start, patient=True)
            partial = min((s for s in (partial, later) if s is not None), key=lambda s: s.order, default=None)
        return partial

    def _advance(self, start: State, *, patient: bool) -> State | None:
        beam, partial = [start], None
        for _ in range(self.effort.rounds):
            steps: list[State] = []
            for state in beam:
                for target in state.targets[:_TARGETS]:
                    found = self._expand(state, target, patient=patient)
                    steps += found
                    # An error that nothing removes must not keep the others from being repaired.
                    if found or self.run.accepted or self.is_spent():
                        break
                if self.is_spent():
                    break
            for state in steps:
                if self._is_partial(state) and (partial is None or state.order < partial.order):
                    partial = state
            if self.run.accepted or not steps or self.is_spent():
                break
            beam = heapq.nsmallest(self.effort.beam, steps, key=lambda state: state.order)
        return partial

    def is_spent(self) -> bool:
        """Whether the budget of validator calls or time is used up."""
        return self.run.checks >= self.effort.checks or time.monotonic() > self.run.deadline

    def _is_partial(self, state: State) -> bool:
        known = {error.identity for error in self.run.errors}
        shrunk = len(state.errors) < len(self.run.errors) and {error.identity for error in state.errors} <= known
        is_better = shrunk or uncovers(self.run.errors, state.errors, self.run.original.text, state.program.text)
        return is_better and not assess(self.run.original, state.program.text, self._seen(state), self.bounds).reasons

    def _seen(self, state: State) -> tuple[Diagnostic, ...]:
        """All diagnostics met on the way: their legal names may be used."""
        return (*self.run.errors, *state.errors)

    def _expand(self, state: State, target: Diagnostic, *, patient: bool) -> list[State]:
        """Validates the proposals for one error of a state, cheapest first; returns the states that are a step forward.

        After a clear step only candidates of about its cost are tried, unless the search is patient.
        """
        run, steps, tried = self.run, [], 0
        cheapest: float | None = None
        for candidate in self._proposals(Case(state.program, state.errors, target)):
            if self.is_spent() or tried >= self.effort.checks_per_state or len(run.accepted) >= self.effort.choices:
                break
            if cheapest is not None and candidate.cost > cheapest + self.effort.slack:
                break
            candidate = self._with_own_line_endings(candidate)
            if candidate.text in run.seen or candidate.cost > self.bounds.max_cost:
                continue
            run.seen.add(candidate.text)
            if not touches_only(diff_edits(run.original.text, candidate.text), run.allowed):
                continue
            tried += 1
            reached = self._verify(state, candidate)
            if reached is None:
                continue
            if reached.errors:
                steps.append(reached)
                # An error is gone or parsing got a line further: no need to look far for other ways.
                if not patient and cheapest is None and _is_clear_step(state, reached):
                    cheapest = candidate.cost
                if len(steps) >= self.effort.steps:
                    break
            elif self._accept(reached, candidate, state) and cheapest is None:
                cheapest = candidate.cost
        return steps

    def _proposals(self, case: Case) -> Iterator[Candidate]:
        """The pool in order of cost. The model is asked only when no cheaper candidate was accepted."""
        pool = propose(case) if self.deterministic else []
        cheap = [candidate for candidate in pool if candidate.cost < MODEL_PRIOR]
        yield from cheap
        dear = pool[len(cheap) :]
        if self.model is not None and not self.run.accepted and not self.is_spent():
            dear = sorted([*self._ask(self.model, case), *dear], key=lambda candidate: candidate.cost)
        yield from dear

    def _with_own_line_endings(self, candidate: Candidate) -> Candidate:
        """Proposals write LF; what is verified must be what the edits make of the file."""
        original = self.run.original.text
        if "\r\n" not in original:
            return candidate
        return replace(candidate, text=apply_edits(original, diff_edits(original, candidate.text)))

    def _ask(self, model: RepairModel, case: Case) -> list[Candidate]:
        started = time.monotonic()
        inner = inner_case(case)
        diagnostics = (inner.target, *(d for d in inner.diagnostics if d != inner.target))
        allowed = self.run.allowed if inner.text == self.run.original.text else None
        window = build_window(inner.text, diagnostics, language=inner.program.language, allowed=allowed)
        prompt = render_prompt(inner.program, diagnostics, window)
        candidates = []
        words = known_words(self.run.original, (*self.run.errors, *case.diagnostics))
        for proposal in model.propose(prompt, self.effort.scripts, words):
            decoded = decode(window, inner.text, proposal.script)
            text = outer_text(case, decoded) if decoded is not None else None
            if text is not None and text != case.text:
                cost = MODEL_PRIOR - MODEL_WEIGHT * max(-20.0, proposal.log_probability)
                cost += guess_cost(case, text)
                candidates.append(Candidate(text, RepairSource.MODEL, cost, "edit script of the model"))
        self.run.model_seconds += time.monotonic() - started
        return candidates

    def _verify(self, state: State, candidate: Candidate) -> State | None:
        """Validates a candidate. None unless it is free of new errors or a step towards that."""
        started = time.monotonic()
        self.run.checks += 1
        program = state.program.with_text(candidate.text)
        validation = self.validator.validate(program, quick=True)
        errors = new_errors(validation.errors, self.run.baseline)
        if validation.skipped is None and errors and self._may_be_step(state, errors, candidate):
            validation = self.validator.validate(program)
            errors = new_errors(validation.errors, self.run.baseline)
        self.run.validator_seconds += time.monotonic() - started
        if validation.skipped is not None or len(validation.silent) > len(state.validation.silent):
            return None  # who could judge the text before has to judge this one too
        sources = (*state.sources, (candidate.source, candidate.note))
        reached = State(program, validation, errors, state.cost + candidate.cost, sources)
        return reached if not errors or _is_step(state, reached) else None

    def _may_be_step(self, state: State, errors: tuple[Diagnostic, ...], candidate: Candidate) -> bool:
        """From a quick validation, which may lack columns: whether a full one is worth its price."""
        reached = replace(state, errors=errors)
        if reached.open != state.open:
            return reached.open < state.open
        same = errors[0].identity == state.errors[0].identity
        return not same or candidate.cost <= WORTH_LOCATING or errors[0].column is not None

    def _accept(self, reached: State, candidate: Candidate, state: State) -> bool:
        if self.run.doubts and not self._reads_better(reached):
            self.run.refusals["the text reads no better"] += 1
            return False
        bounds = self.bounds
        if not is_about_signs(self.run.errors[0].rule) and candidate.source is not RepairSource.LINTER:
            # Dropping what has a wrong name makes the error go away, and with it what was asked for. A validator's
            # own fix may: it writes an operator for a function that the language does not have.
            bounds = replace(bounds, lost_words=max(0, bounds.lost_words - 1))
        harm = assess(self.run.original, candidate.text, self._seen(state), bounds)
        if harm.reasons:
            self.run.refusals.update(harm.reasons)
            return False
        whole = replace(candidate, cost=reached.cost)
        remaining = len(reached.errors) + len(doubts_of(reached.validation))
        self.run.accepted.append((Verified(whole, harm, remaining), reached))
        return True

    def _reads_better(self, reached: State) -> bool:
        """For a grammar that is only sure of brackets: less is unread than before, and nothing where it was edited."""
        left = doubts_of(reached.validation)
        unread = {line for doubt in left for line in range(doubt.line, doubt.end_line + 1)}
        shift = 0
        for edit in diff_edits(self.run.original.text, reached.program.text):
            count = edit.replacement.count("\n")
            if unread & set(range(edit.start_line + shift, edit.start_line + shift + count)):
                return False
            shift += count - (edit.end_line - edit.start_line + 1)
        return len(left) < self.run.doubts


def uncovers(old: tuple[Diagnostic, ...], new: tuple[Diagnostic, ...], before: str, after: str) -> bool:
    """Whether a text that did not parse parses now, and its errors are those that the first one had hidden: they stand
    away from every change, where a repair gone wrong would have made them itself."""
    if not any(error.rule in SYNTAX_RULES for error in old) or any(error.rule in SYNTAX_RULES for error in new):
        return False
    changed: list[tuple[int, int]] = []
    shift = 0
    for edit in diff_edits(before, after):
        first = edit.start_line + shift
        changed.append((first - _NEAR, first + max(1, len(edit.new_lines)) - 1 + _NEAR))
        shift += len(edit.new_lines) - (edit.end_line - edit.start_line + 1)
    near = [error for error in new if any(error.line <= last and error.end_line >= first for first, last in changed)]
    # What the file also does wrong elsewhere is not the change's doing here.
    return {error.identity for error in near} <= {error.identity for error in new if error not in near}


def _is_step(old: State, new: State) -> bool:
    """Fewer errors; or as many, and the first one stands further behind."""
    if new.open != old.open:
        return new.open < old.open
    return new.behind_first_error < old.behind_first_error


def _is_clear_step(old: State, new: State) -> bool:
    return new.open < old.open or new.behind_first_error[0] < old.behind_first_error[0]
