"""The operations of an edit script and what they do to a text. They refer to the entries of a window.

    <rep><|5|>text          entry 5 becomes text
    <sub><|5|>old<to>new    the first `old` inside entry 5 becomes `new`; several apply one after the other
    <ins><|5|>text          a new physical line after the one that entry 5 belongs to; <|0|>: before the first entry's
    <del><|2|><|4|>         entries 2 to 4 are removed; a line disappears with the last of its characters
    <cut><|4|>              everything from entry 4 to the end of the text is removed, seen or not
    <ind><|2|><|4|>old<to>new
                            the lines that begin with entries 2 to 4 begin with the blanks `new` in place of the blanks
                            `old`; lines of nothing but blanks stay, and so do segments inside of a line
    <end>                   closes every script

Text is escaped by `prompt.neutralise`. Line endings and a missing final newline are the original's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.prompt import (
    CUT,
    DELETE,
    END,
    INDENT,
    INSERT,
    LINE_TOKENS,
    OPERATIONS,
    REPLACE,
    SPECIAL_TOKENS,
    SUBSTITUTE,
    TO,
    neutralise,
    restore,
)
from slmfix_bot.core.text import line_ending
from slmfix_bot.core.window import line_contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slmfix_bot.core.window import Window

BLANKS = " \t"  # what an indentation is made of
_TOKEN = re.compile("(" + "|".join(map(re.escape, SPECIAL_TOKENS)) + ")")


@dataclass(frozen=True)
class Operation:
    """One edit; `first == last` except for deletions and shifts, `old` only for substitutions and shifts; texts are
    not escaped."""

    kind: str
    first: int
    last: int
    text: str = ""
    old: str = ""

    def render(self) -> str:
        """The script form."""
        head = self.kind + LINE_TOKENS[self.first]
        if self.kind == SUBSTITUTE:
            return head + neutralise(self.old) + TO + neutralise(self.text)
        if self.kind == DELETE:
            return head + LINE_TOKENS[self.last]
        if self.kind == INDENT:
            return head + LINE_TOKENS[self.last] + self.old + TO + self.text
        return head + neutralise(self.text)

    @property
    def cost(self) -> int:
        """Rough length: three for a control token, one for a character."""
        return {SUBSTITUTE: 9, DELETE: 9, INDENT: 9}.get(self.kind, 6) + len(self.old) + len(self.text)


def render_script(operations: Iterable[Operation]) -> str:
    """The script of the operations in the given order."""
    return "".join(operation.render() for operation in operations) + END


def parse_script(script: str) -> tuple[Operation, ...] | None:
    """The operations of a script; None when it is malformed or was not finished."""
    parts = _TOKEN.split(script)  # text, token, text, token, ...
    if len(parts) < 3 or parts[-2:] != [END, ""] or parts[0] or "\n" in script:
        return None
    tokens, texts = parts[1:-2:2], [restore(text) for text in parts[2:-2:2]]
    operations: list[Operation] = []
    at = 0
    while at < len(tokens):
        kind, at = tokens[at], at + 1
        length = {SUBSTITUTE: 2, DELETE: 2, INDENT: 3}.get(kind, 1)
        operation = _parse_operation(kind, tokens[at : at + length], texts[at - 1 : at + length])
        if operation is None:
            return None
        operations.append(operation)
        at += length
    return tuple(operations)


def _parse_operation(kind: str, arguments: Sequence[str], texts: Sequence[str]) -> Operation | None:
    """`texts[0]` follows the operation token, `texts[i]` the i-th argument."""
    addresses = [LINE_TOKENS.index(token) for token in arguments if token in LINE_TOKENS]
    if kind not in OPERATIONS or not addresses or texts[0] or arguments[0] not in LINE_TOKENS:
        return None
    first = addresses[0]
    if kind == SUBSTITUTE and len(arguments) == 2 and arguments[1] == TO and texts[1]:
        return Operation(kind, first, first, texts[2], texts[1])
    if kind == INDENT and len(arguments) == 3 and len(addresses) == 2 and arguments[2] == TO:
        old, new = texts[2:4]
        is_shift = not (texts[1] or (old + new).strip(BLANKS)) and old != new and addresses[1] >= first
        return Operation(kind, first, addresses[1], new, old) if is_shift else None
    if kind == DELETE and len(addresses) == 2 and not any(texts) and addresses[1] >= first:
        return Operation(kind, first, addresses[1])
    if kind in (REPLACE, INSERT) or (kind == CUT and not texts[1]):
        return Operation(kind, first, first, texts[1])
    return None


class _Draft:
    """The text while the operations apply; a method returns False for an illegal reference."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.contents: dict[int, str] = {}  # by address; what an edit made of the entry
        self.removed: set[int] = set()
        self.inserted: dict[int, list[str]] = {}  # by physical line that they follow
        self.cut: int | None = None
        self.rewritten: set[int] = set()

    def _line(self, address: int) -> int:
        return self.window.entries[address - 1].line

    def apply(self, operation: Operation) -> bool:
        count = len(self.window.entries)
        if operation.kind == INSERT:
            return operation.first <= count and self._insert(operation)
        if not 1 <= operation.first <= operation.last <= count:
            return False
        if operation.kind == CUT:
            free, self.cut = self.cut is None, operation.first
            return free
        return self._shift(operation) if operation.kind == INDENT else self._rewrite(operation)

    def _insert(self, operation: Operation) -> bool:
        entries = self.window.entries
        after = self._line(operation.first) if operation.first else (entries[0].line - 1 if entries else 0)
        self.inserted.setdefault(after, []).append(operation.text)
        return True

    def _shift(self, operation: Operation) -> bool:
        entries = self.window.entries
        addresses = {
            address
            for address in range(operation.first, operation.last + 1)
            if entries[address - 1].start == 0 and entries[address - 1].text.strip(BLANKS)
        }
        if not addresses or addresses & self.contents.keys():
            return False
        if not all(entries[address - 1].text.startswith(operation.old) for address in addresses):
            return False
        width = len(operation.old)
        self.contents |= {address: operation.text + entries[address - 1].text[width:] for address in addresses}
        self.rewritten |= addresses
        return True

    def _rewrite(self, operation: Operation) -> bool:
        addresses = set(range(operation.first, operation.last + 1))
        if addresses & self.rewritten or (operation.kind != SUBSTITUTE and addresses & self.contents.keys()):
            return False
        if operation.kind == DELETE:
            self.removed |= addresses
            self.contents |= dict.fromkeys(addresses, "")
        elif operation.kind == REPLACE:
            self.contents[operation.first] = operation.text
        else:
            current = self.contents.get(operation.first, self.window.entries[operation.first - 1].text)
            if not operation.old or operation.old not in current:
                return False
            self.contents[operation.first] = current.replace(operation.old, operation.text, 1)
            return True
        self.rewritten |= addresses
        return True

    def is_legal(self, line_count: int) -> bool:
        """Whether nothing behind a cut was edited, and only allowed lines were."""
        touched = {self._line(address) for address in self.contents}
        if self.cut is not None:
            cut = self.window.entries[self.cut - 1]
            if any(address >= self.cut for address in self.contents):
                return False
            if any(after > cut.line or (after == cut.line and cut.start == 0) for after in self.inserted):
                return False
            touched |= set(range(cut.line, line_count + 1)) if self.window.allowed is not None else set()
        allowed = self.window.allowed
        if allowed is None:
            return True
        return touched <= allowed and all(after in allowed or after + 1 in allowed for after in self.inserted)

    def line(self, number: int, content: str) -> str | None:
        """The new contents of a physical line; None when it disappears."""
        addresses = self.window.addresses.get(number, [])
        if self.cut is not None and self._line(self.cut) == number:
            start = self.window.entries[self.cut - 1].start
            if start == 0:
                return None
            content, addresses = content[:start], [address for address in addresses if address < self.cut]
        edited = [address for address in addresses if address in self.contents]
        left, at, result = False, 0, []
        for address in edited:
            entry = self.window.entries[address - 1]
            left = left or entry.start > at or address not in self.removed
            result += [content[at : entry.start], self.contents[address]]
            at = entry.end
        return "".join([*result, content[at:]]) if left or not edited or at < len(content) else None


def apply_operations(window: Window, text: str, operations: Sequence[Operation]) -> str | None:
    """The text after the operations; None for an illegal reference. `window` was built from this text."""
    draft = _Draft(window)
    lines = line_contents(text)
    if not all(draft.apply(operation) for operation in operations) or not draft.is_legal(len(lines)):
        return None
    ending = line_ending(text)
    ends_open = bool(lines) and not lines[-1][1]
    last = window.entries[draft.cut - 1].line if draft.cut is not None else len(lines)
    touched = {window.entries[address - 1].line for address in draft.contents} | ({last} if draft.cut else set())
    result = [(new, ending) for new in draft.inserted.get(0, [])]
    for number, (content, terminator) in enumerate(lines[:last], 1):
        kept = draft.line(number, content) if number in touched else content
        if kept is not None:
            result.append((kept, terminator or ending))
        result += [(new, ending) for new in draft.inserted.get(number, [])]
    if ends_open and result:
        result[-1] = result[-1][0], ""
    return "".join(content + terminator for content, terminator in result)
