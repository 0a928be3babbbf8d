"""The breaker of a BIFI round: applies learnt templates to clean programs."""

from __future__ import annotations

import json
from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from slmfix_bot.core.text import line_ending
from slmfix_training.faults.bifi_match import bindings, find_sites, index_of
from slmfix_training.faults.bifi_templates import from_row, to_row
from slmfix_training.faults.bifi_tokens import Piece, cut, join, width
from slmfix_training.faults.bifi_words import apply_change, parts_of
from slmfix_training.faults.corrupt import MAX_CHARS, Corruption

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from random import Random

    from slmfix_bot.core.program import Program
    from slmfix_training.faults.bifi_learn import Learnt
    from slmfix_training.faults.bifi_templates import Out, Template

_SAID = 0.6  # share of the open words of a sentence that are no names of the program
_CHANGED = 0.6  # share of new names that are an old one changed in a way that cases show
_TRIES, _PER_CATEGORY = 100, 25  # templates that do not fit are drawn again so often, and of one category


class Breaker:
    """The templates of one language with their weights; calling it breaks a program. `tried` and `fitted` count."""

    def __init__(
        self,
        templates: Sequence[tuple[Template, float, str]],
        cases: Mapping[str, int],
        edits: Mapping[int, int],
        words: Sequence[str],
        talk: Mapping[str, int],
    ) -> None:
        """`templates` come with weight and category; `cases` says how many cases a category has, `edits` how many cases
        had how many edits; `words` are names that several cases bring in, `talk` the words of their sentences with
        counts."""
        self._cases = {category: cases.get(category, 0) for _, _, category in templates}
        self._templates: dict[str, list[Template]] = {category: [] for category in self._cases}
        weights: dict[str, list[float]] = {category: [] for category in self._cases}
        for template, weight, category in templates:
            self._templates[category].append(template)
            weights[category].append(weight)
        self._weights = {category: list(accumulate(values)) for category, values in weights.items()}
        changes = [
            (out.text, weight)
            for template, weight, _ in templates
            for out in template.new
            if out.kind == "changed" and not out.text.startswith("escape ")
        ] or [("slip", 1.0)]
        self._changes = [change for change, _ in changes]
        self._change_weights = [weight for _, weight in changes]
        self._edits = sorted(edits.items()) or [(1, 1)]
        self._words = list(words) or ["name"]
        self._talk = list(talk) or self._words
        self._talk_weights = list(talk.values()) or [1] * len(self._talk)
        self.counts: Counter[str] = Counter()

    @property
    def shares(self) -> dict[str, float]:
        """What of the real cases belongs to each category."""
        total = sum(self._cases.values())
        return {category: count / total for category, count in self._cases.items()}

    def __call__(self, program: Program, rng: Random, boost: Mapping[str, float] | None = None) -> Corruption | None:
        """The program with as many edits as a real case has; None when no template fits. Categories are drawn as often
        as real cases have them: templates that fit everywhere would crowd out those that need a certain place. `boost`
        multiplies these weights."""
        text, categories = program.text, []
        for _ in range(rng.choices([n for n, _ in self._edits], [w for _, w in self._edits])[0]):
            broken = self._break_once(program.language, text, rng, boost or {})
            if broken is not None and len(broken[0]) < MAX_CHARS:
                # Whether a file ends with a line break is no matter of an edit script.
                text = broken[0].rstrip("\r\n") + text[len(text.rstrip("\r\n")) :]
                categories.append(broken[1])
        self.counts["fitted" if text != program.text else "nothing fits"] += 1
        return Corruption(text, tuple(categories), (program.text,)) if text != program.text else None

    def _break_once(self, language: str, text: str, rng: Random, boost: Mapping[str, float]) -> tuple[str, str] | None:
        pieces = cut(language, text)
        index = index_of(pieces)
        weights = [count * boost.get(category, 1.0) for category, count in self._cases.items()]
        for attempt in range(_TRIES):
            if attempt % _PER_CATEGORY == 0:
                category = rng.choices(list(self._cases), weights)[0]
            template = rng.choices(self._templates[category], cum_weights=self._weights[category])[0]
            sites = find_sites(template, pieces, index)
            if sites:
                broken = self._apply(template, pieces, sites, rng)
                if broken is not None and broken != text:
                    return broken if line_ending(text) == "\n" else broken.replace("\n", line_ending(text)), category
        return None

    def _apply(self, template: Template, pieces: list[Piece], sites: list[int], rng: Random) -> str | None:
        chosen = sites if template.every else [rng.choice(sites)]
        names = [piece.text for piece in pieces if piece.symbol == "<word>"]
        made = list(pieces)
        for start in reversed(_apart(chosen, len(template.pattern))):
            at = start + len(template.left)
            new = self._written(template, pieces, start, names, rng)
            if new is None and not template.every:
                return None
            if new is None:
                continue
            made[at : at + len(template.old)] = new
        return join(made)

    def _written(
        self, template: Template, pieces: Sequence[Piece], start: int, names: Sequence[str], rng: Random
    ) -> list[Piece] | None:
        bound = bindings(template, pieces, start)
        at = start + len(template.left)
        written = []
        for out in template.new:
            text = self._text(out, bound, names, rng)
            if text is None:
                return None
            written.append(Piece(text, _gap(out, pieces, at), ""))
        return written

    def _text(self, out: Out, bound: Mapping[int, str], names: Sequence[str], rng: Random) -> str | None:
        if out.kind == "literal":
            return out.text
        if out.kind == "bound":
            return bound[out.hole]
        if out.kind == "changed":
            kind, _, sign = out.text.partition(" ")
            if kind == "escape":
                return bound[out.hole].replace(sign, "\\" + sign) if sign in bound[out.hole] else None
            return apply_change(out.text, bound[out.hole], rng)
        if out.kind == "renamed":
            return self._renamed(bound[out.hole], rng)
        if out.kind == "number":
            return str(rng.choice((0, 1, 2, 3, 5, 8, 10, 12, 20, 50, 100, 2010, rng.randint(0, 999))))
        if out.kind == "own":
            return rng.choice(names) if names else None
        if out.kind == "said" and (not names or rng.random() < _SAID):
            return rng.choices(self._talk, self._talk_weights)[0]
        return rng.choice(names) if out.kind == "said" else self._free(names, rng)

    def _renamed(self, name: str, rng: Random) -> str | None:
        """The name as a model that half remembers it writes it: changed as names of cases were, or with a part new."""
        if rng.random() < _CHANGED:
            return apply_change(rng.choices(self._changes, self._change_weights)[0], name, rng)
        part, word = rng.choice(parts_of(name) or [name]), rng.choice(self._words).lower()
        return rng.choice((f"{part}_{word}", f"{word}_{part}", part + word.capitalize()))

    def _free(self, names: Sequence[str], rng: Random) -> str:
        """A name that nothing here defines: one the cases share, a part of one of the program's, or both together."""
        word = rng.choice(self._words)
        parts = parts_of(rng.choice(names)) if names else []
        own = rng.choice(parts) if parts else word
        return rng.choice((word, own, own, f"{own}_{word}", own.capitalize()))


def _apart(sites: Sequence[int], length: int) -> list[int]:
    """The sites without those that overlap one before."""
    chosen: list[int] = []
    for site in sorted(sites):
        if not chosen or site >= chosen[-1] + length:
            chosen.append(site)
    return chosen


def _gap(out: Out, pieces: Sequence[Piece], at: int) -> str:
    if out.gap == "=":
        return pieces[min(at, len(pieces) - 1)].gap
    if out.gap != "\n":
        return out.gap
    line = next((width(pieces[i].gap) for i in range(min(at, len(pieces) - 1), 0, -1) if pieces[i].begins_line), 0)
    return "\n" + " " * max(0, line + out.indent)


def save(file: Path, learnt: Learnt) -> None:
    """Writes the templates with their counts, heaviest first."""
    rows = [
        {"count": count, "category": learnt.categories[template].most_common(1)[0][0], **to_row(template)}
        for template, count in learnt.weights.most_common()
    ]
    words = [word for word, _ in learnt.words.most_common()]
    kept = {"cases": learnt.cases, "edits": learnt.edits, "words": words, "talk": learnt.talk, "templates": rows}
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept), encoding="utf-8")


def load(file: Path) -> Breaker:
    """The breaker of a file."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    templates = [(from_row(row), float(row["count"]), row["category"]) for row in kept["templates"]]
    return Breaker(
        templates, kept["cases"], {int(n): count for n, count in kept["edits"].items()}, kept["words"], kept["talk"]
    )
