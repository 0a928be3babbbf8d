"""Blocks of Verilog that are not closed, closed twice, or whose keywords stick together."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.verilog_nets import Splice, splice_all
from slmfix_bot.core.propose.verilog_source import code_without_directives, indent_of, read_modules

if TYPE_CHECKING:
    from slmfix_bot.core.lexer import Token

CLOSERS = {
    "module": "endmodule",
    "macromodule": "endmodule",
    "begin": "end",
    "case": "endcase",
    "casez": "endcase",
    "casex": "endcase",
    "function": "endfunction",
    "task": "endtask",
    "generate": "endgenerate",
    "fork": "join",
}
_MODULES = frozenset({"module", "macromodule"})
_PROCEDURES = frozenset({"always", "always_ff", "always_comb", "always_latch", "initial", "final"})
_ENDS = frozenset(CLOSERS.values())
_MAX_DEPTH = 200
_GLUED = re.compile(r"(?<![\w$`.])(?:endmodule|endcase|begin|else|end){2,}(?![\w$])")


def close_blocks(text: str) -> str:
    """The text with the closers that are missing, each where its block has to end at the latest."""
    splices: list[Splice] = []
    stack: list[Token] = []
    for token in code_without_directives(text):
        if token.kind is not Kind.WORD:
            continue
        ends = _ended(stack, token)
        if ends:
            splices.append(_before(text, token, [stack.pop() for _ in range(ends)]))
        if token.text in CLOSERS:
            stack.append(token)
        elif stack and token.text == CLOSERS[stack[-1].text]:
            stack.pop()
        if len(stack) > _MAX_DEPTH:
            return text
    if stack:
        end = len(text.rstrip())
        closers = "".join(f"\n{indent_of(text, token.start)}{CLOSERS[token.text]}" for token in reversed(stack))
        splices.append((end, end, closers))
    return splice_all(text, splices)


def _ended(stack: list[Token], token: Token) -> int:
    """How many open blocks cannot go on where the token stands."""
    if token.text in _MODULES:
        return len(stack)
    if token.text in _PROCEDURES:
        inner = next((n for n, opened in enumerate(reversed(stack)) if opened.text in _MODULES | {"generate"}), 0)
        return inner if any(opened.text in {"case", "casez", "casex"} for opened in stack[len(stack) - inner :]) else 0
    if token.text not in _ENDS:
        return 0
    depth = next((n for n, opened in enumerate(reversed(stack)) if CLOSERS[opened.text] == token.text), None)
    return depth or 0


def _before(text: str, token: Token, opened: list[Token]) -> Splice:
    """Closers on lines of their own if the token begins its line, else on its line."""
    start = text.rfind("\n", 0, token.start) + 1
    if text[start : token.start].strip():
        return token.start, token.start, "".join(f"{CLOSERS[each.text]} " for each in opened)
    lines = "".join(f"{indent_of(text, each.start)}{CLOSERS[each.text]}\n" for each in opened)
    return start, start, lines


def delegate(text: str) -> str:
    """A module of which there is only the header, with another inside it that has its ports: the outer one ends and
    uses the inner one."""
    modules = read_modules(text)
    splices: list[Splice] = []
    for outer, inner in pairwise(modules):
        ports = [name for name, found in inner.declarations.items() if found[0].direction and found[0].in_header]
        is_header = outer.closer is None and not outer.statements and outer.header_end is not None
        if is_header and ports and outer.name != inner.name and set(ports) <= outer.declarations.keys():
            connections = ", ".join(f".{port}({port})" for port in ports)
            start = text.rfind("\n", 0, inner.start) + 1
            if not text[start : inner.start].strip():
                splices.append((start, start, f"{inner.name} {inner.name} ({connections});\nendmodule\n\n"))
    return without_surplus(splice_all(text, splices)) if splices else text


def without_surplus(text: str) -> str:
    """The text without closers that close nothing."""
    splices: list[Splice] = []
    stack: list[Token] = []
    for token in code_without_directives(text):
        if token.text in CLOSERS:
            stack.append(token)
            if len(stack) > _MAX_DEPTH:
                return text
        elif token.text in _ENDS and token.kind is Kind.WORD:
            if stack and CLOSERS[stack[-1].text] == token.text:
                stack.pop()
            elif not any(CLOSERS[opened.text] == token.text for opened in stack):
                end = token.end + 1 if text[token.end : token.end + 1] == "\n" else token.end
                splices.append((token.start, end, ""))
    return splice_all(text, splices)


def unglue(text: str) -> str:
    """`endendmodule` as `end` and `endmodule` on lines of their own."""

    def split(match: re.Match[str]) -> str:
        words = re.findall(r"endmodule|endcase|begin|else|end", match[0])
        separator = f"\n{indent_of(text, match.start())}"
        return separator.join(words)

    return _GLUED.sub(split, text)
