"""Names that are used and not declared: the declaration that their use asks for.

What a procedure assigns is a variable, what `assign` drives is a wire, what is only read comes from outside and is a
port, and a name among the labels of a case is a constant. Declaring brings in no name, so nothing is invented.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.verilog_nets import Splice, splice_all, variable_word
from slmfix_bot.core.propose.verilog_source import indent_of
from slmfix_bot.core.propose.verilog_usage import Usage, settle_widths, usages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.lexer import Token
    from slmfix_bot.core.propose.verilog_source import Module


def declare(text: str, module: Module, names: Iterable[str], *, ports: bool = True) -> str | None:
    """The text with declarations of the names in the module; None if there is no place for one of them, or if one is no
    signal: a call or the beginning of a path. Without `ports`, what is only read becomes a wire."""
    found = usages(module, names)
    if not found or any(usage.called or usage.dotted for usage in found.values()):
        return None
    widths = settle_widths(found)
    constants = [name for name, usage in found.items() if is_constant(module, usage, found)]
    lines: list[str] = []
    inputs: list[str] = []
    for name, usage in found.items():
        width = f"{widths[name]} " if widths[name] else ""
        if name in constants:
            continue
        if usage.kinds == {"loop"} or (usage.kinds == {"loop", "procedure"} and not width):
            lines.append(f"integer {name};")
        elif "generate" in usage.kinds:
            lines.append(f"genvar {name};")
        elif usage.kinds & {"procedure", "loop"}:
            lines.append(f"{variable_word(module)} {width}{name};")
        elif usage.is_driven or usage.connected or not ports or module.ports is None:
            lines.append(f"wire {width}{name};")
        else:
            inputs.append(f"input {width}{name}")
    if constants:
        first = sum(one[0].is_constant for one in module.declarations.values())
        values = ", ".join(f"{name} = {value}" for value, name in enumerate(constants, first))
        lines.append(f"localparam {values};")
    splices = [_body(text, module, lines), _ports(text, module, inputs)]
    if None in splices:
        return None
    return splice_all(text, [splice for splice in splices if splice is not None and splice[2]])


def is_constant(module: Module, usage: Usage, found: dict[str, Usage]) -> bool:
    """Never driven, and a label of a case, or beside such a label what a state is set to or compared with."""
    if usage.is_driven or usage.indexed or usage.is_edge or usage.is_condition:
        return False
    if usage.is_label:
        return True
    labels = any(other.is_label and not other.is_driven for other in found.values())
    shouted = bool(re.fullmatch(r"[A-Z][A-Z0-9_]+", usage.name))
    return bool(usage.partners) and (labels or shouted) and usage.name[:1].isupper()


def _body(text: str, module: Module, lines: list[str]) -> Splice | None:
    """The declarations behind the header, indented like what follows them."""
    if not lines:
        return 0, 0, ""
    if module.header_end is None:
        return None
    end = module.header_end.end
    following = next((token for token in module.tokens if token.start >= end), None)
    indent = ""
    if following is not None and "\n" in text[end : following.start]:
        indent = indent_of(text, following.start)
    return end, end, "".join(f"\n{indent}{line}" for line in lines)


def _ports(text: str, module: Module, inputs: list[str]) -> Splice | None:
    """The inputs behind the last port, so that connections by position keep their meaning."""
    if not inputs:
        return 0, 0, ""
    if module.ports is None or module.header_end is None:
        return None
    opener, closer = module.ports
    inside = [token for token in module.tokens if opener.end <= token.start < closer.start]
    if not inside:
        return opener.end, opener.end, ", ".join(inputs)
    if not any(token.text in {"input", "output", "inout"} for token in inside):
        return None
    separator = _separator(text, inside, opener)
    last = inside[-1]
    return last.end, last.end, "".join(f",{separator}{one}" for one in inputs)


def _separator(text: str, inside: list[Token], opener: Token) -> str:
    """One port a line where the list has it so."""
    between = text[opener.end : inside[-1].start]
    return f"\n{indent_of(text, inside[-1].start)}" if "\n" in between else " "
