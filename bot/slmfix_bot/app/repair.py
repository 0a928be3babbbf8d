"""Repairs one program: propose, verify with the validator, refuse harm, rank, repeat (DESIGN section 6).

A beam of intermediate texts is carried through the rounds, because parsers report one error at a time: a text whose
first error moved towards the end is a step, though only a text without new errors is a result.
"""

from __future__ import annotations

import heapq
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from slmfix_bot.core.edit import diff_edits
from slmfix_bot.core.edit_script import decode, encode
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.prompt import render_prompt
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.rank import Verified, score
from slmfix_bot.core.report import RepairSource, RepairStatus
from slmfix_bot.core.similarity import similarity
from slmfix_bot.core.window import build_window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic, Validation
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.ports import ProgramValidator, RepairModel, SyntaxParser
    from slmfix_bot.core.program import Program

MODEL_PRIOR = 1.2  # cost of a proposal of the model before its log-probability counts


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """Which parts take part; the three rows of the table in the README."""

    model_ranks: bool = True
    model_proposes: bool = True


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Bounds of one repair: validator calls in all, rounds, width of the beam, accepted candidates to choose from,
    scripts asked of the model, and seconds."""

    checks: int = 400
    checks_per_state: int = 160
    rounds: int = 5
    beam: int = 3
    choices: int = 8
    scripts: int = 6
    seconds: float = 8.0


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one program. `before` and `after` are validations of the old and the new text; `candidates`
    counts validator calls on proposals; `latency_ms` is wall time, `model_ms` and `validator_ms` its parts."""

    status: RepairStatus
    text: str
    before: Validation
    after: Validation
    source: RepairSource | None = None
    note: str = ""
    edits: tuple[Edit, ...] = ()
    similarity: float | None = None
    candidates: int = 0
    latency_ms: float = 0.0
    model_ms: float = 0.0
    validator_ms: float = 0.0
    reason: str | None = None


@dataclass(frozen=True)
class _State:
    """A text in the beam with its open errors and how it came about."""

    program: Program
    validation: Validation
    errors: tuple[Diagnostic, ...]
    cost: float = 0.0
    sources: tuple[tuple[RepairSource, str], ...] = ()


@dataclass
class _Run:
    """The mutable part of one repair: budget and findings."""

    original: Program
    errors: tuple[Diagnostic, ...]
    baseline: Counter[tuple[str, str]]
    allowed: frozenset[int] | None
    deadline: float
    checks: int = 0
    model_seconds: float = 0.0
    validator_seconds: float = 0.0
    accepted: list[tuple[Verified, _State]] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)


def new_errors(errors: Iterable[Diagnostic], baseline: Counter[tuple[str, str]]) -> tuple[Diagnostic, ...]:
    """The errors that the base version does not have; equal ones are matched one to one."""
    left = Counter(baseline)
    fresh = []
    for error in errors:
        if left[error.identity] > 0:
            left[error.identity] -= 1
        else:
            fresh.append(error)
    return tuple(fresh)


def touches_only(edits: Sequence[Edit], allowed: frozenset[int] | None) -> bool:
    """Whether every edit stays on allowed lines; an insertion may stand before or behind one."""
    if allowed is None:
        return True
    for edit in edits:
        if edit.is_insertion:
            if not {edit.start_line, edit.start_line - 1} & allowed:
                return False
        elif not set(range(edit.start_line, edit.end_line + 1)) <= allowed:
            return False
    return True


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
    ) -> None:
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
        version has already and that are neither repaired nor held against a candidate.
        """
        started = time.monotonic()
        before = self.validator.validate(program)
        if before.skipped is not None:
            return Outcome(
                status=RepairStatus.SKIPPED, text=program.text, before=before, after=before, reason=before.skipped
            )
        known = Counter(baseline)
        errors = new_errors(before.errors, known)
        if not errors:
            return Outcome(status=RepairStatus.VALID, text=program.text, before=before, after=before)
        budget = self.effort.seconds if seconds is None else min(seconds, self.effort.seconds)
        run = _Run(program, errors, known, allowed, started + budget)
        run.seen.add(program.text)
        best_partial = self._search(run, _State(program, before, errors))
        outcome = self._conclude(run, before, best_partial)
        return replace(
            outcome,
            candidates=run.checks,
            latency_ms=1000 * (time.monotonic() - started),
            model_ms=1000 * run.model_seconds,
            validator_ms=1000 * run.validator_seconds,
        )

    def _search(self, run: _Run, start: _State) -> _State | None:
        """Rounds over the beam; fills `run.accepted` and returns the best state with fewer errors, if any."""
        beam, partial = [start], None
        for _ in range(self.effort.rounds):
            steps: list[_State] = []
            for state in beam:
                steps += self._expand(run, state)
                if self._is_spent(run):
                    break
            for state in steps:
                shrunk = len(state.errors) < len(run.errors) and set(_identities(state)) <= {
                    error.identity for error in run.errors
                }
                if shrunk and self._is_harmless(run, state) and (partial is None or _order(state) < _order(partial)):
                    partial = state
            if run.accepted or not steps or self._is_spent(run):
                break
            beam = heapq.nsmallest(self.effort.beam, steps, key=_order)
        return partial

    def _is_spent(self, run: _Run) -> bool:
        return run.checks >= self.effort.checks or time.monotonic() > run.deadline

    def _is_harmless(self, run: _Run, state: _State) -> bool:
        return not assess(run.original, state.program.text, _expected(run, state), self.bounds).reasons

    def _expand(self, run: _Run, state: _State) -> list[_State]:
        """Validates the proposals for one state, cheapest first; returns the states that are a step forward."""
        case = Case(state.program, state.errors, state.errors[0])
        steps: list[_State] = []
        tried, cheapest = 0, None
        for candidate in self._proposals(run, case):
            if self._is_spent(run) or tried >= self.effort.checks_per_state:
                break
            if cheapest is not None and (candidate.cost > cheapest + 2.0 or len(run.accepted) >= self.effort.choices):
                break
            if candidate.text in run.seen:
                continue
            run.seen.add(candidate.text)
            if not touches_only(diff_edits(run.original.text, candidate.text), run.allowed):
                continue
            tried += 1
            reached = self._verify(run, state, candidate)
            if reached is None:
                continue
            if reached.errors:
                steps.append(reached)
            elif self._accept(run, reached, candidate, state) and cheapest is None:
                cheapest = candidate.cost
        return steps

    def _proposals(self, run: _Run, case: Case) -> Iterator[Candidate]:
        """The pool in order of cost. The model is asked only when no cheap candidate was accepted."""
        pool = sorted(propose(case), key=lambda candidate: candidate.cost)
        asked = not (self.model and self.tiers.model_proposes)
        position = 0
        while position < len(pool):
            if not asked and pool[position].cost >= MODEL_PRIOR:
                asked = True
                if not run.accepted:
                    rest = [*self._ask(run, case), *pool[position:]]
                    pool[position:] = sorted(rest, key=lambda candidate: candidate.cost)
            yield pool[position]
            position += 1
        if not asked and not run.accepted:
            yield from self._ask(run, case)

    def _ask(self, run: _Run, case: Case) -> list[Candidate]:
        if self.model is None:
            return []
        started = time.monotonic()
        window = build_window(
            case.text, (case.target, *case.diagnostics), language=case.program.language, allowed=run.allowed
        )
        prompt = render_prompt(case.program, (case.target, *case.diagnostics), window)
        candidates = []
        for proposal in self.model.propose(prompt, self.effort.scripts):
            text = decode(window, case.text, proposal.script)
            if text is not None and text != case.text:
                cost = MODEL_PRIOR - 0.15 * max(-20.0, proposal.log_probability)
                candidates.append(Candidate(text, RepairSource.MODEL, cost, "edit script of the model"))
        run.model_seconds += time.monotonic() - started
        return candidates

    def _verify(self, run: _Run, state: _State, candidate: Candidate) -> _State | None:
        """Validates a candidate. None unless it is a step: fewer errors, or the only error moved on."""
        started = time.monotonic()
        run.checks += 1
        program = state.program.with_text(candidate.text)
        validation = self.validator.validate(program)
        run.validator_seconds += time.monotonic() - started
        if validation.skipped is not None:
            return None
        errors = new_errors(validation.errors, run.baseline)
        reached = _State(
            program,
            validation,
            errors,
            state.cost + candidate.cost,
            (*state.sources, (candidate.source, candidate.note)),
        )
        return reached if not errors or _is_step(state, reached) else None

    def _accept(self, run: _Run, reached: _State, candidate: Candidate, state: _State) -> bool:
        harm = assess(run.original, candidate.text, _expected(run, state), self.bounds)
        if harm.reasons:
            run.refusals.update(harm.reasons)
            return False
        whole = replace(candidate, cost=reached.cost)
        run.accepted.append((Verified(whole, harm, len(reached.errors)), reached))
        return True

    def _conclude(self, run: _Run, before: Validation, partial: _State | None) -> Outcome:
        if run.accepted:
            _, chosen = min(self._scored(run), key=lambda pair: score(pair[0], run.original.text))
            return self._outcome(run, before, chosen, RepairStatus.REPAIRED)
        if partial is not None:
            return self._outcome(run, before, partial, RepairStatus.PARTIAL)
        reason = "no proposal passed the validator"
        if run.refusals:
            reason = f"every proposal that passed was harmful: {run.refusals.most_common(1)[0][0]}"
        return Outcome(
            status=RepairStatus.UNREPAIRED, text=run.original.text, before=before, after=before, reason=reason
        )

    def _scored(self, run: _Run) -> list[tuple[Verified, _State]]:
        """Adds the model's log-probability where the edit can be written as a script over the first window."""
        if self.model is None or not self.tiers.model_ranks or len(run.accepted) < 2:
            return run.accepted
        started = time.monotonic()
        window = build_window(run.original.text, run.errors, language=run.original.language, allowed=run.allowed)
        prompt = render_prompt(run.original, run.errors, window)
        scripts = [encode(window, run.original.text, verified.candidate.text) for verified, _ in run.accepted]
        written = [script for script in scripts if script is not None]
        values = dict(zip(written, self.model.score(prompt, written), strict=True)) if written else {}
        run.model_seconds += time.monotonic() - started
        # A candidate without a script gets the worst value seen: it reaches beyond the window.
        worst = min(values.values(), default=0.0)
        return [
            (replace(verified, log_probability=values.get(script or "", worst)), state)
            for (verified, state), script in zip(run.accepted, scripts, strict=True)
        ]

    def _outcome(self, run: _Run, before: Validation, state: _State, status: RepairStatus) -> Outcome:
        text = state.program.text
        source, note = state.sources[-1]
        kept = None
        if self.parser is not None:
            old, new = (self.parser.parse(run.original.language, version) for version in (run.original.text, text))
            kept = similarity(old, new) if old is not None and new is not None else None
        return Outcome(
            status=status,
            text=text,
            before=before,
            after=state.validation,
            source=source,
            note="; ".join(note for _, note in state.sources if note),
            edits=diff_edits(run.original.text, text),
            similarity=kept,
        )


def _identities(state: _State) -> list[tuple[str, str]]:
    return [error.identity for error in state.errors]


def _expected(run: _Run, state: _State) -> tuple[Diagnostic, ...]:
    """All diagnostics seen on the way: their legal names may be used."""
    return (*run.errors, *state.errors)


def _is_step(old: _State, new: _State) -> bool:
    """Fewer errors; or as many, and the first one stands further behind, counted from the end of the text."""
    if len(new.errors) != len(old.errors):
        return len(new.errors) < len(old.errors)
    return _tail(new) < _tail(old)


def _tail(state: _State) -> tuple[int, int]:
    """How much text follows the first error: lines, then characters of its line. Insertions before it do not count."""
    error = state.errors[0]
    lines = state.program.text.split("\n")
    line = lines[error.line - 1] if error.line <= len(lines) else ""
    return len(lines) - error.line, len(line) - (error.column or 1)


def _order(state: _State) -> tuple[int, float, tuple[int, int]]:
    return len(state.errors), state.cost, _tail(state)
