"""What a method of repair is, the bot's own tiers, and the registry of all methods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from benchmarks.quality.nameless import Nameless

from slmfix_bot.adapters.config import build_options
from slmfix_bot.app.repair_state import Effort, Tiers
from slmfix_bot.cli.build import NO_MODEL, open_repairer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.ports import ProgramValidator
    from slmfix_bot.core.program import Program


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What a method made of a program; the same text means that it abstained. `candidates` counts the texts that it
    gave to the validator, None if it asked none."""

    text: str
    candidates: int | None = None


@dataclass(frozen=True, kw_only=True)
class Context:
    """What methods are made from. `sample` bounds the cases of a group for methods that need seconds for each,
    `seconds` the wall time of one repair of the engine. `times` bounds the cases of a group on which
    times are taken (None: all); on the others methods share the answers of the validators."""

    validator: ProgramValidator
    model: str = "slmfix-mini"
    without_names: bool = False
    sample: int = 40
    seconds: float = Effort().seconds
    times: int | None = None


class Method(Protocol):
    """One way to repair programs."""

    @property
    def title(self) -> str:
        """The name in tables."""

    @property
    def sample(self) -> int | None:
        """How many cases of a group at most; None: all."""

    def supports(self, program: Program) -> bool:
        """Whether the method knows the language at all; where not, it has no row."""

    def repair(self, program: Program, before: Validation) -> Attempt:
        """May raise anything: the run goes on, and the case counts as failed."""


class Nothing:
    """The program as it is: 0 % by construction, since only failing programs are counted."""

    title = "nothing"
    sample = None

    def supports(self, program: Program) -> bool:
        return True

    def repair(self, program: Program, before: Validation) -> Attempt:
        return Attempt(text=program.text)


class Engine:
    """The bot's engine with some of its tiers; `effort` None is what ships."""

    sample = None

    def __init__(self, context: Context, title: str, tiers: Tiers | None = None, effort: Effort | None = None) -> None:
        """Raises ModelError."""
        self.title = title
        uses_model = tiers is None or tiers.model_ranks or tiers.model_proposes
        options = build_options({"model": context.model if uses_model else NO_MODEL})
        self._validator = Nameless(context.validator) if context.without_names else None
        repairer = open_repairer(options, self._validator or context.validator, tiers)
        assert repairer is not None  # repairing is the default
        repairer.effort = replace(effort or repairer.effort, seconds=context.seconds)
        self._repairer = repairer

    def supports(self, program: Program) -> bool:
        return True

    def repair(self, program: Program, before: Validation) -> Attempt:
        seen = self._validator.hide_schema(program) if self._validator else program
        outcome = self._repairer.repair(seen)
        return Attempt(text=outcome.text, candidates=outcome.candidates)


_DETERMINISTIC = Tiers(model_ranks=False, model_proposes=False)
_PROPOSER = Tiers(deterministic=False, model_ranks=False)
_FEW, _MANY = Effort(scripts=1), Effort(scripts=8)

ENGINE: Mapping[str, Callable[[Context], Method]] = {
    "proposer-1": lambda context: Engine(context, "model alone, 1 script", _PROPOSER, _FEW),
    "proposer-8": lambda context: Engine(context, "model alone, 8 scripts", _PROPOSER, _MANY),
    "deterministic": lambda context: Engine(context, "deterministic tiers", _DETERMINISTIC),
    "ranker": lambda context: Engine(context, "deterministic + model ranks", Tiers(model_proposes=False)),
    "engine-1": lambda context: Engine(context, "engine, 1 script", Tiers(), _FEW),
    "engine-8": lambda context: Engine(context, "engine, 8 scripts", Tiers(), _MANY),
    "engine": lambda context: Engine(context, "engine as shipped"),
}
