"""Learns the breaker's templates from pairs of a broken program and its repair."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from slmfix_training.faults.bifi_match import find_sites, index_of
from slmfix_training.faults.bifi_templates import Out, Slot, Template
from slmfix_training.faults.bifi_tokens import END, LINE, START, Piece, cut, gap_class, width
from slmfix_training.faults.bifi_words import find_change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SEVERAL = 3  # different cases that a word, or a run of words, has to occur in to become part of a template
_RUN = 4  # words of a run that are looked at together
_MAX_OLD, _MAX_NEW = 6, 120
_FREE = {"sql", "json", "verilog"}  # in which a line break is a blank
_OPEN = {"own", "free", "said", "number"}  # kinds of `Out` whose text is made up
_LONGEST_RUN = 6  # words of a phrase
_SURE = 5  # against a case with several edits
_ALONE = 3  # pieces
_TALK = 8  # words that come in at once
_HOLES = {"<word>", "<number>"}
_SENTINELS = {START, END}


@dataclass
class Learnt:
    """`weights` count the different cases that show a template; `edits` how many edits a case has; `categories` what
    these cases were, `cases` what all were; `words` are what several cases bring in: as names, and in talk."""

    weights: Counter[Template] = field(default_factory=Counter)
    categories: dict[Template, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    cases: Counter[str] = field(default_factory=Counter)
    edits: Counter[int] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    talk: Counter[str] = field(default_factory=Counter)
    pairs: int = 0
    hunks: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class _Hunk:
    """Pieces `i1..i2` of the repaired program became `j1..j2` of the broken one."""

    clean: Sequence[Piece]
    broken: Sequence[Piece]
    i1: int
    i2: int
    j1: int
    j2: int
    lines_matter: bool

    @property
    def come(self) -> Sequence[Piece]:
        return self.broken[self.j1 : self.j2]


def learn(language: str, pairs: Iterable[tuple[str, str, str]]) -> Learnt:
    """The templates of pairs (broken, repaired, category) of one language."""
    cases = []
    for broken, repaired, category in _different(pairs):
        pieces = cut(language, repaired)
        cases.append((pieces, category, list(_hunks(language, pieces, cut(language, broken)))))
    runs = _count_runs(hunks for _, _, hunks in cases)
    talk = _count_runs([hunk for hunk in hunks if _is_long(hunk)] for _, _, hunks in cases)
    learnt = Learnt(pairs=len(cases))
    for pieces, category, hunks in cases:
        made = [_templates(hunk, runs) for hunk in hunks]
        learnt.hunks += len(hunks)
        learnt.dropped += sum(not templates for templates in made)
        found = Counter(template for templates in made for template in templates)
        learnt.cases[category] += bool(found)
        kinds = {templates[0] for templates in made if templates}
        learnt.edits[min(3, len(kinds) or 1)] += 1
        index = index_of(pieces)
        for template, count in found.items():
            every = count >= 2 and count >= 0.7 * len(find_sites(template, pieces, index))
            key = replace(template, every=every or _is_escape(template))
            learnt.weights[key] += 2 if _is_escape(template) else 1  # the others come with several contexts
            # What was wrong with a case tells most about its edit where it has one.
            learnt.categories[key][category] += _SURE if len(kinds) == 1 else 1
    learnt.talk = Counter({word: n for word, n in _several(talk).items() if word.islower()})
    learnt.words = _several(runs - talk)
    return learnt


def _is_escape(template: Template) -> bool:
    """Whether it escapes signs as Markdown wants it, which is done all over a text or nowhere."""
    return any(out.kind == "changed" and out.text.startswith("escape ") for out in template.new)


def _several(runs: Counter[tuple[str, ...]]) -> Counter[str]:
    """The words that occur in several cases."""
    return Counter({run[0]: n for run, n in runs.items() if len(run) == 1 and n >= SEVERAL and run[0].isidentifier()})


def _different(pairs: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Without repetitions: a model asked twice gives the same text twice."""
    seen = set()
    for pair in pairs:
        key = sha256(" ".join(pair[0].split()).encode()).digest()
        if key not in seen:
            seen.add(key)
            yield pair


def _hunks(language: str, clean: list[Piece], broken: list[Piece]) -> Iterator[_Hunk]:
    """The edits from the repaired program to the broken one; two with a single piece between them are one."""
    keys = [[gap_class(language, piece.gap) + piece.text for piece in pieces] for pieces in (clean, broken)]
    opcodes = SequenceMatcher(a=keys[0], b=keys[1], autojunk=False).get_opcodes()
    merged: list[list[int]] = []
    for tag, i1, i2, j1, j2 in opcodes:
        if tag == "equal":
            continue
        if merged and i1 - merged[-1][1] <= 1 and not clean[i1 - 1].text[-1].isalnum():
            merged[-1][1], merged[-1][3] = i2, j2
        else:
            merged.append([i1, i2, j1, j2])
    return (_Hunk(clean, broken, i1, i2, j1, j2, language not in _FREE) for i1, i2, j1, j2 in merged)


def _words(hunk: _Hunk) -> list[str]:
    """The new pieces, in order."""
    return [piece.text for piece in hunk.come if piece.text not in _SENTINELS]


def _is_long(hunk: _Hunk) -> bool:
    """Whether so many words come in that they are talk rather than code."""
    return sum(piece.symbol == "<word>" for piece in hunk.come) >= _TALK


def _count_runs(cases: Iterable[Sequence[_Hunk]]) -> Counter[tuple[str, ...]]:
    """In how many cases each run of one to `_RUN` pieces is brought in."""
    counts: Counter[tuple[str, ...]] = Counter()
    for hunks in cases:
        runs: set[tuple[str, ...]] = set()
        for hunk in hunks:
            words = _words(hunk)
            for size in range(1, _RUN + 1):
                runs.update(tuple(words[i : i + size]) for i in range(len(words) - size + 1))
        counts.update(runs)
    return counts


def _templates(hunk: _Hunk, runs: Counter[tuple[str, ...]]) -> tuple[Template, ...]:
    """The template with one piece of context on each side, and with two, and without where that is enough; none of an
    edit too long to come again."""
    at_end = hunk.i2 >= len(hunk.clean) - 1
    if hunk.i2 - hunk.i1 > _MAX_OLD or (hunk.j2 - hunk.j1 > _MAX_NEW and not at_end):
        return ()
    # What is long enough to be found by itself, such as a port of a module, may also stand elsewhere.
    contexts = (0, 1, 2) if hunk.i2 - hunk.i1 >= _ALONE else (1, 2)
    made = (_template(hunk, context, runs) for context in contexts)
    return tuple(dict.fromkeys(template for template in made if template is not None))


def _template(hunk: _Hunk, context: int, runs: Counter[tuple[str, ...]]) -> Template | None:
    clean, i1, i2 = hunk.clean, hunk.i1, hunk.i2
    holes: dict[str, int] = {}

    strictly = hunk.lines_matter

    def slot(piece: Piece, *, strict: bool) -> Slot:
        hole = holes.setdefault(piece.text, len(holes)) if piece.symbol in _HOLES else -1
        return Slot(piece.symbol, hole, piece.begins_line if strict and strictly else None)

    # Talk follows whatever the program ends with.
    begin = i1 if _is_long(hunk) and i2 >= len(clean) - 1 else max(0, i1 - context)
    left = tuple(slot(piece, strict=False) for piece in clean[begin:i1])
    old = tuple(slot(piece, strict=True) for piece in clean[i1:i2])
    right = tuple(slot(piece, strict=i == 0) for i, piece in enumerate(clean[i2 : i2 + context]))
    escaped, shift = _escaping(hunk), _shift(hunk)
    if escaped:
        return Template((), (Slot("<word>", 0),), (), (Out("changed", f"escape {escaped}", 0),))
    if shift:
        return Template(left, (Slot(LINE, len(holes) + 1, True),), (), (Out("bound", "", len(holes) + 1, "\n", shift),))
    if all(s.hole >= 0 for s in left + old + right):
        return None
    new = tuple(_outs(hunk, holes, runs))
    if len(old) == len(new) == 1 and new[0].kind == "free" and old[0].hole >= 0:
        # What the wrong name had to do with the right one was its meaning; a name at random has nothing to do with it.
        new = (replace(new[0], kind="renamed", hole=old[0].hole),)
    return Template(left, old, right, new)


def _escaping(hunk: _Hunk) -> str:
    """The sign that backslashes were put before in a word; empty where nothing of the kind happened."""
    old = "".join(piece.text for piece in hunk.clean[hunk.i1 : hunk.i2])
    new = "".join(piece.text for piece in hunk.come)
    if hunk.i2 - hunk.i1 != 1 or "\\" not in new or new.replace("\\", "") != old or new.endswith("\\"):
        return ""
    signs = {new[i + 1] for i, sign in enumerate(new) if sign == "\\"}
    return signs.pop() if len(signs) == 1 else ""


def _shift(hunk: _Hunk) -> int:
    """By how many columns a line was moved; 0 where that is not all that happened."""
    if hunk.i2 - hunk.i1 != 1 or hunk.j2 - hunk.j1 != 1:
        return 0
    old, new = hunk.clean[hunk.i1], hunk.broken[hunk.j1]
    if old.text != new.text or old.text == END or not (old.begins_line and new.begins_line):
        return 0
    return width(new.gap) - width(old.gap)


def _outs(hunk: _Hunk, holes: dict[str, int], runs: Counter[tuple[str, ...]]) -> Iterator[Out]:
    """What is written, piece by piece. A word stays literal where the run of literal words that it ends is one that
    several cases show; so do words one by one, but never a sentence of a single case, nor a long one of several."""
    names = {piece.text for piece in hunk.clean if piece.symbol in _HOLES}
    base = _line_indent(hunk.clean, hunk.i1)
    prose = _is_long(hunk)
    run: tuple[str, ...] = ()
    length = 0
    for i, piece in enumerate(hunk.come[:_MAX_NEW]):
        run = (*run[1 - _RUN :], piece.text)
        kind, text, hole = "literal", piece.text, -1
        if piece.symbol in _HOLES:
            kind, text, hole = _word(piece, holes, names)
            kind = "said" if prose and kind in {"own", "free"} else kind
            if kind in _OPEN and runs[run] >= SEVERAL and length < _LONGEST_RUN:
                kind, text, length = "literal", piece.text, length + 1
            elif kind in _OPEN:
                run, length = (), 0
        yield Out(kind, text, hole, *_gap(hunk, i, base))


def _gap(hunk: _Hunk, i: int, base: int) -> tuple[str, int]:
    """Gap and indentation of the i-th new piece; `=` where the old piece at its place begins a line as it does."""
    piece = hunk.come[i]
    if piece.begins_line:
        return "\n", width(piece.gap) - base
    if i or hunk.i1 == hunk.i2 or hunk.clean[hunk.i1].begins_line:
        return " " if piece.gap else "", 0
    return "=", 0


def _word(piece: Piece, holes: dict[str, int], names: set[str]) -> tuple[str, str, int]:
    """How to make up a word or number elsewhere: kind, text and hole of its `Out`."""
    if piece.text in holes:
        return "bound", "", holes[piece.text]
    if piece.symbol == "<number>":
        return "number", "", -1
    for name, hole in holes.items():
        change = find_change(name, piece.text)
        if change and not change.startswith(("before ", "behind ")):
            return "changed", change, hole
    return ("own" if piece.text in names else "free"), "", -1


def _line_indent(pieces: Sequence[Piece], at: int) -> int:
    """The indentation of the line that a piece is on."""
    return next((width(pieces[i].gap) for i in range(min(at, len(pieces) - 1), 0, -1) if pieces[i].begins_line), 0)


def summary(learnt: Learnt) -> dict[str, Any]:
    """For the report: pairs, edits, templates, and how many of these more than one case shows."""
    return {
        "pairs": learnt.pairs,
        "edits": learnt.hunks,
        "too long": learnt.dropped,
        "templates": len(learnt.weights),
        "of several cases": sum(n > 1 for n in learnt.weights.values()),
        "words": len(learnt.words),
    }
