"""What contradicts a schema, at a node; and which of several alternatives the program meant."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from slmfix_bot.validators.names import nearest, similarity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    import yaml

UNKNOWN, MISSING, TYPE, CHOICE, OTHER = "unknown-key", "missing-key", "wrong-type", "wrong-choice", "schema"
_NAMED = 8
NEAR, ALIKE, SHORT = 1.3, 0.8, 4
MAX_WEIGHED = 50  # problems of one alternative that are looked at one by one
MAX_NAME = 200  # characters of a hostile name that are compared
_ARTICLES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "nothing",
    "number": "a number",
    "object": "a mapping",
    "string": "a string",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """`at` is the node that is wrong or, for a missing key, the mapping that lacks it; `owner` is the node whose schema
    was contradicted: the mapping of an unknown key. `legal` are the names that could stand there, `types` is wanted
    in place of `has`. Most problems are of alternatives that are not reported, so words are made late."""

    rule: str
    where: str
    at: yaml.Node
    owner: yaml.Node
    legal: Sequence[str] = ()
    types: frozenset[str] = frozenset()
    has: frozenset[str] = frozenset()
    text: str = ""
    is_key_of_kind: bool = False

    @property
    def is_choice_of_keys(self) -> bool:
        """Whether one of the missing keys would do."""
        return self.rule == MISSING and bool(self.text)

    @property
    def found(self) -> str | None:
        """The name as written, for rules about names."""
        return str(self.at.value) if self.rule in {UNKNOWN, CHOICE} else None

    @cached_property
    def expected(self) -> tuple[str, ...]:
        """The legal names, nearest first; the missing ones in their order."""
        if self.found is None:
            return tuple(self.legal)
        name = self.found[:MAX_NAME]
        # Slips of letters go before shared words; swapped ones make a short name look unlike.
        slips = [legal for legal in self.legal if sorted(legal) == sorted(name)]
        slips += get_close_matches(name, self.legal, cutoff=ALIKE)
        return tuple(dict.fromkeys([*slips, *nearest(name, self.legal)]))

    @cached_property
    def is_misspelt(self) -> bool:
        """Whether an unknown key is nearly one that is known and absent."""
        return self.rule == UNKNOWN and any(is_near(self.found or "", name) for name in self.expected[:1])

    @property
    def message(self) -> str:
        """One sentence."""
        return _WORDS[self.rule](self) if not self.text else self.text


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(short, names[:_NAMED])) + (", ..." if len(names) > _NAMED else "")


_WORDS: Mapping[str, Callable[[Problem], str]] = {
    UNKNOWN: lambda p: f"{p.where} has no key {short(p.found or '')}",
    MISSING: lambda p: f"{p.where} lacks the required key{'s' if len(p.legal) > 1 else ''} {_listed(p.legal)}",
    TYPE: lambda p: f"{p.where} must be {spell(p.types)}, not {spell(p.has)}",
    CHOICE: lambda p: f"{short(p.found or '')} is no value of {p.where}: {_listed(p.expected)}",
}


@lru_cache(maxsize=4096)
def is_near(one: str, two: str) -> bool:
    """Whether one name may be a misspelling of the other, or short for it."""
    return (
        (len(one) >= SHORT and two.startswith(one))
        or (len(one) == len(two) and sorted(one) == sorted(two))
        or similarity(one[:MAX_NAME], two) >= NEAR
        or SequenceMatcher(None, one[:MAX_NAME], two, autojunk=False).ratio() >= ALIKE
    )


def other(node: yaml.Node, where: str, text: str, *, owner: yaml.Node | None = None) -> Problem:
    """Any other contradiction, in words."""
    return Problem(rule=OTHER, where=where, at=node, owner=owner or node, text=text)


def short(text: str) -> str:
    """A name for a message, quoted and not longer than a line."""
    return repr(text if len(text) <= 80 else text[:77] + "...")


def spell(types: Iterable[str]) -> str:
    """Types in words; a number that may be whole or not is named once."""
    names = set(types)
    if "number" in names:
        names.discard("integer")
    return " or ".join(sorted(_ARTICLES[name] for name in names))


def choose(node: yaml.Node, branches: Sequence[tuple[Problem, ...]], where: str) -> tuple[Problem, ...]:
    """The problems of the alternative that the node comes nearest to; of several equally near ones one message."""
    fitting = [problems for problems in branches if not _misfits(node, problems)]
    if not fitting:
        return (_of_another_type(node, branches, where),)
    choices = [problems[0] for problems in fitting if len(problems) == 1 and problems[0].rule == CHOICE]
    if len(choices) == len(fitting) and all(problem.at is choices[0].at for problem in choices):
        return (merged(choices),)
    ranks = [(_distance(node, problems), problems) for problems in fitting]
    least = min(rank for rank, _ in ranks)
    best = [problems for rank, problems in ranks if rank == least]
    if len(best) > 1 and all(_only_lacks(node, problems) for problems in best):
        names = _union([problem for problems in best for problem in problems])
        text = f"{where} needs one of {_listed(names)}"
        return (Problem(rule=MISSING, where=where, at=node, owner=node, legal=names, text=text),)
    if len(best) > 1 and len({frozenset((p.rule, id(p.at)) for p in problems) for problems in best}) > 1:
        return (_common(node, best, where),)
    return best[0]


def merged(problems: Sequence[Problem]) -> Problem:
    """One problem for several of one rule and place."""
    return replace(problems[0], legal=_union(problems))


def _union(problems: Iterable[Problem]) -> list[str]:
    return list(dict.fromkeys(name for problem in problems for name in problem.legal))


def _misfits(node: yaml.Node, problems: Sequence[Problem]) -> bool:
    """Whether an alternative is for nodes of another type, or a mapping says that it is of another kind."""
    return any(problem.owner is node and problem.rule == TYPE for problem in problems)


def _of_another_type(node: yaml.Node, branches: Sequence[tuple[Problem, ...]], where: str) -> Problem:
    own = [p for problems in branches for p in problems if p.rule == TYPE and p.owner is node]
    wanted = frozenset().union(*(problem.types for problem in own))
    return Problem(rule=TYPE, where=where, at=node, owner=node, types=wanted, has=own[0].has)


def _only_lacks(node: yaml.Node, problems: Sequence[Problem]) -> bool:
    return all(problem.rule == MISSING and problem.owner is node for problem in problems)


def _distance(node: yaml.Node, problems: Sequence[Problem]) -> tuple[int, int]:
    """Contradicted kinds first, then what the node itself has wrong, then the number of problems below."""
    kinds = sum(problem.is_key_of_kind for problem in problems)
    own = sum(3 if p.rule == MISSING else 2 for p in problems[:MAX_WEIGHED] if p.owner is node and not p.is_misspelt)
    return kinds, own + len(problems)


def _common(node: yaml.Node, best: Sequence[tuple[Problem, ...]], where: str) -> Problem:
    """The problem that all of the nearest alternatives have, or that none of them fits."""
    shared = [p for p in best[0] if all(any(q.rule == p.rule and q.at is p.at for q in other) for other in best[1:])]
    if shared:
        twins = [q for problems in best for q in problems if q.rule == shared[0].rule and q.at is shared[0].at]
        return merged(twins)
    return other(node, where, f"{where} has none of the forms that it may have")
