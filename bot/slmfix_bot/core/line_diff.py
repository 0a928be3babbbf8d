"""How one line became another, as operations on the entries that it is split into."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from slmfix_bot.core.edit_operation import BLANKS, Operation
from slmfix_bot.core.prompt import DELETE, INDENT, REPLACE, SUBSTITUTE, neutralise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.window import Entry

# a word carries the blank before it, as in byte-level BPE: what is copied then has the same tokens as in the prompt
_WORD = re.compile(r" ?\w+| ?[^\w\s]|\s")


def shared_prefix(one: Sequence[object], two: Sequence[object]) -> int:
    """How many leading items are equal."""
    limit = min(len(one), len(two))
    return next((i for i in range(limit) if one[i] != two[i]), limit)


def shared_suffix(one: Sequence[object], two: Sequence[object], skip: int = 0) -> int:
    """How many trailing items are equal, not counting the first `skip` of either."""
    limit = min(len(one), len(two)) - skip
    return next((i for i in range(limit) if one[-1 - i] != two[-1 - i]), limit)


def _changes(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """The changed ranges of two word lists."""
    head = shared_prefix(old, new)
    tail = shared_suffix(old, new, head)
    before, after = old[head : len(old) - tail], new[head : len(new) - tail]
    if not before or not after:
        return [(head, head + len(before), head, head + len(after))] if before or after else []
    opcodes = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    return [(head + a, head + b, head + c, head + d) for tag, a, b, c, d in opcodes if tag != "equal"]


def _substitution(words: Sequence[str], start: int, end: int, text: str) -> tuple[str, str] | None:
    """`old, new` for words start..end becoming `text`, extended until `old` is a whole word and occurs first here."""
    line = "".join(words)
    leftwards = True
    while True:
        old = "".join(words[start:end])
        if old.strip() and line.find(old) == len("".join(words[:start])):
            return old, text
        if start == 0 and end == len(words):
            return None
        if (leftwards and start > 0) or end == len(words):
            start -= 1
            text = words[start] + text
        else:
            text += words[end]
            end += 1
        leftwards = not leftwards


def edit_entry(address: int, old: str, new: str) -> list[Operation]:
    """The shortest operations that rewrite one entry: one substitution, several, or a replacement."""
    words, target = _WORD.findall(old), _WORD.findall(new)
    options = [[Operation(REPLACE, address, address, new)]]
    changes = _changes(words, target)
    if changes:
        first, last = changes[0], changes[-1]
        whole = _substitution(words, first[0], last[1], "".join(target[first[2] : last[3]]))
        single = [_substitution(words, a, b, "".join(target[c:d])) for a, b, c, d in changes]
        for pairs in ([whole], single):
            found = [pair for pair in pairs if pair]
            text = old
            for before, after in found:
                # what is copied must also be a part of the entry as the prompt spells it
                text = text.replace(before, after, 1) if neutralise(before) in neutralise(old) else ""
            if text == new and len(found) == len(pairs):
                options.append([Operation(SUBSTITUTE, address, address, after, before) for before, after in found])
    return min(reversed(options), key=lambda operations: sum(operation.cost for operation in operations))


def _spread(entries: Sequence[Entry], line: str, new: str) -> list[str] | None:
    """The new contents of the entries of a line; None when something between them changed."""
    pieces: list[tuple[str, int | None]] = []  # word, index of its entry
    at = 0
    for index, entry in enumerate(entries):
        pieces += [(word, None) for word in _WORD.findall(line[at : entry.start])]
        pieces += [(word, index) for word in _WORD.findall(entry.text)]
        at = entry.end
    pieces += [(word, None) for word in _WORD.findall(line[at:])]
    owners = [index for _, index in pieces]
    words, target = [word for word, _ in pieces], _WORD.findall(new)
    contents = [entry.text for entry in entries]
    for a, b, c, d in reversed(_changes(words, target)):
        text = "".join(target[c:d])
        if None in owners[a:b]:
            return None
        owner = owners[a] if a < b else _neighbour(owners, a)
        if owner is None:
            return None
        for index in sorted({i for i in owners[a:b] if i is not None} | {owner}):
            inside = [k for k in range(a, b) if owners[k] == index]
            anchor = inside[0] if inside else a
            start = sum(len(words[k]) for k in range(anchor) if owners[k] == index)
            removed = sum(len(words[k]) for k in inside)
            piece = text if index == owner else ""
            contents[index] = contents[index][:start] + piece + contents[index][start + removed :]
    return contents


def _neighbour(owners: Sequence[int | None], at: int) -> int | None:
    """The entry that takes an insertion before word `at`: the one that ends there, else the one that begins."""
    before = owners[at - 1] if at else None
    return before if before is not None else owners[at] if at < len(owners) else None


def is_shift(old: str, new: str) -> bool:
    """Whether only the indentation differs; a line of blanks has none."""
    body = old.lstrip(BLANKS)
    return old != new and bool(body) and body == new.lstrip(BLANKS)


def shift_line(addresses: Sequence[int], entries: Sequence[Entry], line: str, new: str) -> Operation | None:
    """The shift of one line by its whole indentation; None when more changed or its beginning is not in the window."""
    if not entries or entries[0].start or not entries[0].text.strip(BLANKS) or not is_shift(line, new):
        return None
    body = len(line.lstrip(BLANKS))
    return Operation(INDENT, addresses[0], addresses[0], new[: len(new) - body], line[: len(line) - body])


def join_shifts(one: Operation, two: Operation) -> Operation | None:
    """Both shifts as one with the lesser indentation; None when the lines do not move alike."""
    for less, more in ((one, two), (two, one)):
        if more.old.startswith(less.old) and more.text == less.text + more.old[len(less.old) :]:
            return Operation(INDENT, one.first, two.last, less.text, less.old)
    return None


def edit_line(addresses: Sequence[int], entries: Sequence[Entry], line: str, new: str) -> list[Operation] | None:
    """Operations for a line whose entries in the window are given; None when it changed outside of them."""
    if len(entries) == 1 and entries[0].text == line:
        return edit_entry(addresses[0], line, new)
    contents = _spread(entries, line, new)
    if contents is None:
        return None
    operations: list[Operation] = []
    for address, entry, content in zip(addresses, entries, contents, strict=True):
        if content == entry.text:
            continue
        if content or not new:
            operations += edit_entry(address, entry.text, content)
        else:
            operations.append(Operation(DELETE, address, address))
    return operations
