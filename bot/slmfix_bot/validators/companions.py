"""Which other files a language's validator wants to see, by their paths alone. Each rule is a light module."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# language -> "module:function(path, all paths) -> wanted paths" below this package
COMPANIONS: dict[str, str] = {
    "ansible": "ansible_companions:ansible_companions",
    # Scripts and Python files hold SQL.
    "bash": "sql_companions:sql_companions",
    "python": "sql_companions:sql_companions",
    "sh": "sql_companions:sql_companions",
    "sql": "sql_companions:sql_companions",
    "terraform": "terraform_companions:terraform_companions",
    "verilog": "verilog_companions:verilog_companions",
}


def companions(language: str, path: str, tree: Sequence[str]) -> Sequence[str]:
    """The wanted paths out of `tree`, in the order in which the validator reads them."""
    place = COMPANIONS.get(language)
    if place is None:
        return ()
    module, _, name = place.partition(":")
    choose: Callable[[str, Sequence[str]], Sequence[str]] = getattr(
        import_module(f"slmfix_bot.validators.{module}"), name
    )
    return choose(path, tree)
