"""How a program uses a name that it does not declare: who drives it, how wide it is, whether it is a constant."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.verilog_statements import closing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slmfix_bot.core.lexer import Token
    from slmfix_bot.core.propose.verilog_source import Assignment, Module

_COMPARED = frozenset({"==", "!=", "<", ">", "<=", ">=", "===", "!=="})
_CASES = frozenset({"case", "casez", "casex"})
MAX_WIDTH = 4096
MAX_PLACES = 200  # of one name
_AROUND = 60  # tokens before and behind an index in which others like it count


@dataclass
class Usage:
    """`kinds` are those of the assignments to the name, `highest` the largest constant index, `partners` what it is
    assigned to or from, `widths` the ranges of what it stands beside, with brackets."""

    name: str
    kinds: set[str] = field(default_factory=set)
    indexed: bool = False
    called: bool = False
    dotted: bool = False
    is_label: bool = False
    is_edge: bool = False
    is_condition: bool = False
    connected: bool = False
    highest: int = -1
    partners: set[str] = field(default_factory=set)
    widths: list[str] = field(default_factory=list)

    @property
    def is_driven(self) -> bool:
        """Whether the module gives it a value."""
        return bool(self.kinds)


def usages(module: Module, names: Iterable[str]) -> dict[str, Usage]:
    """How the module uses each of the names; those it does not mention are left out."""
    found = {name: Usage(name) for name in names if next(module.occurrences(name), None) is not None}
    for assignment in module.assignments:
        _read_assignment(module, assignment, found)
    for usage in found.values():
        for index in islice(module.occurrences(usage.name), MAX_PLACES):
            _read_place(module, index, usage)
    return found


def _read_assignment(module: Module, assignment: Assignment, found: dict[str, Usage]) -> None:
    for name in assignment.names & found.keys():
        found[name].kinds.add(assignment.kind)
    left, right = _whole(assignment.target), _whole(assignment.value)
    if left in found:
        _pair(module, found[left], assignment.value)
    if right in found:
        _pair(module, found[right], assignment.target)


def _whole(tokens: Sequence[Token]) -> str:
    """The name, if the tokens are a name without an index."""
    return tokens[0].text if len(tokens) == 1 and tokens[0].kind is Kind.WORD else ""


def _pair(module: Module, usage: Usage, other: Sequence[Token]) -> None:
    """What stands on the other side of an assignment is as wide."""
    if _whole(other):
        usage.partners.add(_whole(other))
    width = width_of(module, other)
    if width:
        usage.widths.append(width)


def width_of(module: Module, tokens: Sequence[Token]) -> str:
    """The range of an expression, for a name, a sized literal, `x + 1` and choices between such; "" if not known."""
    if not tokens:
        return ""
    literal = re.match(r"(\d+)'", "".join(token.text for token in tokens[:2]))
    if literal:
        return _range(int(literal[1]))
    if tokens[0].text == "{" and closing(tokens, 0) == len(tokens) - 1:
        return ""
    declared = module.declarations.get(tokens[0].text, ())
    if len(tokens) == 1 or tokens[1].text not in {"[", "(", "==", "<", ">", "!"}:
        return next((one.packed for one in declared if one.packed), "")
    if tokens[1].text == "[" and len(tokens) > 4 and tokens[3].text == ":":
        high, low = tokens[2].text, tokens[4].text
        if high.isdecimal() and low.isdecimal() and len(high) < 5 and len(low) < 5:
            return _range(abs(int(high) - int(low)) + 1)
    return ""


def _range(bits: int) -> str:
    return f"[{bits - 1}:0]" if 1 < bits <= MAX_WIDTH else ""


def _read_place(module: Module, index: int, usage: Usage) -> None:
    tokens = module.tokens
    before = tokens[index - 1].text if index else ""
    after = tokens[index + 1].text if index + 1 < len(tokens) else ""
    usage.is_edge |= before in {"posedge", "negedge"}
    usage.called |= after == "(" and before not in {"@", "begin", "end", ";", "module"}
    usage.dotted |= after == "."
    usage.is_label |= after == ":" and _is_label(tokens, index)
    usage.is_condition |= before in {"(", "!", "~", "&", "|"} and after in {")", "&", "|"}
    usage.connected |= before == "(" and index > 2 and tokens[index - 3].text == "."
    if after == "[":
        _read_index(module, index + 1, usage)
    _read_comparison(module, index, usage)


def _is_label(tokens: Sequence[Token], index: int) -> bool:
    """Whether the colon behind the name ends a label and is not the second half of `a ? b : c`."""
    for token in reversed(tokens[max(0, index - 30) : index]):
        if token.text in {";", "end", "begin", ")", "endcase"}:
            return True
        if token.text == "?":
            return False
    return True


def _read_index(module: Module, opener: int, usage: Usage) -> None:
    """`x[3]`, `x[7:0]`; of `x[i]` the vectors beside it that have the same index."""
    tokens = module.tokens
    usage.indexed = True
    inner = tokens[opener + 1 : closing(tokens, opener)]
    numbers = [int(token.text) for token in inner if token.text.isdecimal() and len(token.text) < 5]
    if len(numbers) == len([token for token in inner if token.kind in {Kind.WORD, Kind.NUMBER}]):
        usage.highest = max([usage.highest, *numbers])
        return
    spelt = "".join(token.text for token in inner)
    for place in range(max(0, opener - _AROUND), min(len(tokens) - 1, opener + _AROUND)):
        token = tokens[place]
        declared = module.declarations.get(token.text)
        if declared and tokens[place + 1].text == "[" and declared[0].packed:
            other = tokens[place + 2 : closing(tokens, place + 1)]
            if "".join(t.text for t in other) == spelt:
                usage.widths.append(declared[0].packed)


def _read_comparison(module: Module, index: int, usage: Usage) -> None:
    """`x == 3'b101`, `x < 100`, and the labels of `case (x)`."""
    tokens = module.tokens
    rest = tokens[index + 1 : index + 5]
    if len(rest) > 1 and rest[0].text in _COMPARED:
        width = width_of(module, rest[1:]) if rest[0].text != "<=" else ""
        if not width and rest[1].text.isdecimal() and len(rest[1].text) < 10 and rest[0].text != "<=":
            width = _range(int(rest[1].text).bit_length())
        usage.widths += [width] if width else []
    if (
        index > 1
        and tokens[index - 1].text == "("
        and tokens[index - 2].text in _CASES
        and rest
        and rest[0].text == ")"
    ):
        width = width_of(module, rest[1:])
        usage.widths += [width] if width else []


def settle_widths(found: dict[str, Usage]) -> dict[str, str]:
    """The range of each name: its own indices or the widest that its partners have; names that are assigned to each
    other share theirs."""
    widths = {name: _widest(usage) for name, usage in found.items()}
    for _ in range(3):
        for name, usage in found.items():
            for partner in usage.partners & widths.keys():
                best = _wider(widths[name], widths[partner])
                widths[name] = widths[partner] = best
    return widths


def _widest(usage: Usage) -> str:
    best = f"[{usage.highest}:0]" if usage.highest >= 0 else ""
    for width in usage.widths:
        best = _wider(best, width)
    return best or ("[31:0]" if usage.indexed else "")


def _wider(one: str, two: str) -> str:
    """The wider of two ranges; one that is not of numbers counts as wider."""
    return max((one, two), key=_bits)


def _bits(extent: str) -> int:
    if not extent:
        return 1
    found = re.fullmatch(r"\[\s*(\d{1,9})\s*:\s*(\d{1,9})\s*\]", extent)
    return abs(int(found[1]) - int(found[2])) + 1 if found else MAX_WIDTH + 1
