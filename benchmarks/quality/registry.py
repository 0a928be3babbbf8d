"""All methods by name, in the order of the tables. A method of one's own is a class and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.quality import baselines_tools as tools
from benchmarks.quality.baselines_enumeration import Enumeration
from benchmarks.quality.baselines_model import SmolLm
from benchmarks.quality.methods import ENGINE, Context, Method, Nothing

from slmfix_bot.errors import FatalError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

METHODS: Mapping[str, Callable[[Context], Method]] = {
    "nothing": lambda context: Nothing(),
    "ruff": tools.Ruff,
    "shellcheck": tools.ShellCheck,
    "sqlfluff": tools.SqlFluff,
    "sqlglot": tools.SqlGlot,
    "json-repair": tools.JsonRepair,
    "ansible-lint": tools.AnsibleLint,
    "enumeration": Enumeration,
    "smollm2": SmolLm,
    **ENGINE,
}
SETS = {
    "all": tuple(METHODS),
    "tiers": tuple(ENGINE),
    "baselines": tuple(name for name in METHODS if name not in ENGINE),
}


def names_of(chosen: Sequence[str]) -> list[str]:
    """The methods meant by names and names of sets, in the order of the tables. Raises ValueError."""
    wanted = {name for one in chosen for name in SETS.get(one, (one,))}
    if unknown := wanted - set(METHODS):
        msg = f"no method {', '.join(sorted(unknown))}; there are {', '.join([*SETS, *METHODS])}"
        raise ValueError(msg)
    return [name for name in METHODS if name in wanted]


def open_methods(names: Sequence[str], context: Context) -> tuple[dict[str, Method], dict[str, str]]:
    """The methods that can work here, and why the others cannot."""
    methods, missing = {}, {}
    for name in names:
        try:
            methods[name] = METHODS[name](context)
        except (FatalError, ToolError) as error:
            missing[name] = str(error)
    return methods, missing
