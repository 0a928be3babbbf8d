"""What a repair works with: its bounds, its outcome, and the states that the search moves through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.rules import CONTAINER_RULES, LOCAL_RULES, SYNTAX_RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic, Validation
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.program import Program
    from slmfix_bot.core.rank import Verified
    from slmfix_bot.core.report import RepairSource, RepairStatus


@dataclass(frozen=True, kw_only=True)
class Tiers:
    """Which parts of the model take part; without either, the deterministic tiers work alone. Without `deterministic`
    the model is the only one that proposes: for measuring what it is worth."""

    deterministic: bool = True
    model_ranks: bool = True
    model_proposes: bool = True


@dataclass(frozen=True, kw_only=True)
class Effort:
    """Bounds of one repair: validator calls in all and per state, rounds, width of the beam, steps to take from one
    state, accepted candidates to choose from, how much dearer than the cheapest accepted one a candidate may be,
    scripts asked of the model, and seconds."""

    checks: int = 300
    checks_per_state: int = 140
    rounds: int = 8
    beam: int = 3
    steps: int = 12
    choices: int = 6
    slack: float = 1.0
    scripts: int = 16
    seconds: float = 6.0


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
class State:
    """A text with its open errors and how it came about; `sources` holds the tier and note of every step."""

    program: Program
    validation: Validation
    errors: tuple[Diagnostic, ...]
    cost: float = 0.0
    sources: tuple[tuple[RepairSource, str], ...] = ()

    @property
    def open(self) -> tuple[int, ...]:
        """Open errors of syntax, of containers, and others, and then the same of programs inside the file. Each kind
        hides the next: names are looked for only in what parses, columns only in tables that exist, and scripts only
        in files that are in order; so a step may uncover any number of later ones."""
        own = [error.rule for error in self.errors if error.embedded is None]
        inner = [error.rule for error in self.errors if error.embedded is not None]
        return *_by_kind(own), *_by_kind(inner)

    @property
    def targets(self) -> list[Diagnostic]:
        """The errors in the order in which to remove them: columns cannot be told before their table is known. Of
        errors that are about names, those with an answer come first: a missing option is often the one that is
        misspelt beside it."""

        def rank(error: Diagnostic) -> tuple[bool, bool, bool]:
            is_syntax = error.rule in SYNTAX_RULES
            return not is_syntax, error.rule not in CONTAINER_RULES, not (is_syntax or error.expected or error.fix)

        return sorted(self.errors, key=rank)

    @property
    def behind_first_error(self) -> tuple[int, int]:
        """How much text follows the first error: lines, then characters of its line. Insertions before the error do
        not count, so the figure shrinks when parsing gets further."""
        error = self.errors[0]
        lines = self.program.text.split("\n")
        line = lines[error.line - 1] if error.line <= len(lines) else ""
        return len(lines) - error.line, len(line) - (error.column or 1)

    @property
    def order(self) -> tuple[tuple[int, ...], float, tuple[int, int]]:
        """Sorts the beam: fewest errors, then the cheapest way, then the furthest."""
        return self.open, self.cost, self.behind_first_error


def _by_kind(rules: Sequence[str]) -> tuple[int, int, int]:
    syntax = sum(rule in SYNTAX_RULES for rule in rules)
    containers = sum(rule in CONTAINER_RULES for rule in rules)
    return syntax, containers, len(rules) - syntax - containers


@dataclass
class Run:
    """The mutable part of one repair: budget and findings. `deadline` is in seconds of the monotonic clock, `doubts`
    what the original has of them (doubts_of)."""

    original: Program
    errors: tuple[Diagnostic, ...]
    baseline: Counter[tuple[str, str]]
    allowed: frozenset[int] | None
    deadline: float
    doubts: int = 0
    checks: int = 0
    model_seconds: float = 0.0
    validator_seconds: float = 0.0
    accepted: list[tuple[Verified, State]] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)


def doubts_of(validation: Validation) -> tuple[Diagnostic, ...]:
    """What a reader that does not know the whole language could not read, beside what is surely an error."""
    return tuple(d for d in validation.diagnostics if d.rule in LOCAL_RULES and d.severity is not Severity.ERROR)


def new_errors(
    errors: Iterable[Diagnostic], baseline: Counter[tuple[str, str]], changed: frozenset[int] | None = None
) -> tuple[Diagnostic, ...]:
    """The errors that the base version does not have; equal ones are matched one to one, and of those the errors
    outside the `changed` lines first."""
    found = tuple(errors)
    left = Counter(baseline)
    excused = set()
    for index in sorted(range(len(found)), key=lambda index: _is_on(found[index], changed)):
        if left[found[index].identity] > 0:
            left[found[index].identity] -= 1
            excused.add(index)
    return tuple(error for index, error in enumerate(found) if index not in excused)


def _is_on(error: Diagnostic, lines: frozenset[int] | None) -> bool:
    return lines is not None and any(line in lines for line in range(error.line, error.end_line + 1))


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
