"""Which other files a language's validator wants to see, by their paths alone. Each rule is a light module."""

from __future__ import annotations

import re
from functools import lru_cache
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


# Paths that a rule may want at all: it is asked for every changed file, and a repository has many others.
_SQL = (
    r"\.(?:sql|ddl|csv|ya?ml|ini|prisma)$|(?:^|/)(?:versions|migrations|models)/.*\.py$|/(?:env\.py|script\.py\.mako)$"
    r"|(?:^|/)(?:\.sqlfluff|sqlc\.json|drizzle\.config\.[jt]s)$"
)
WANTED = {
    "ansible": r"(?:^|/)(?:library|\w+_plugins|plugins|roles|group_vars|host_vars|defaults|vars|handlers|tasks|meta)/"
    r"|(?:^|/)(?:requirements|galaxy)\.ya?ml$",
    **dict.fromkeys(("bash", "python", "sh", "sql"), _SQL),
    "terraform": r"\.tf(?:\.json)?$|(?:^|/)(?:\.gitignore|README\.md|LICENSE|Makefile)$",
    "verilog": r"(?i:\.s?vh?)$",
}


@lru_cache(maxsize=16)
def _wanted(pattern: str, tree: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(re.compile(pattern).search, tree))


def companions(language: str, path: str, tree: Sequence[str]) -> Sequence[str]:
    """The wanted paths out of `tree`, in the order in which the validator reads them."""
    place = COMPANIONS.get(language)
    if place is None:
        return ()
    module, _, name = place.partition(":")
    choose: Callable[[str, Sequence[str]], Sequence[str]] = getattr(
        import_module(f"slmfix_bot.validators.{module}"), name
    )
    return choose(path, _wanted(WANTED[language], tuple(tree)))
