"""Writes samples as a stream that a killed run continues, in shares of categories that follow the menu.

Beside `<language>-<seed>.{train,held}.jsonl` stands `<language>-<seed>.rl.jsonl`: training cases with the whole
program, for what has to run the validator again (PPO). The state file says how far the corpus was read and how much of
the files counts; what stands behind that was written by a run that was killed, and is written again.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict
from random import Random
from typing import IO, TYPE_CHECKING, Any

from slmfix_bot.validators import VALIDATORS
from slmfix_training.faults.corrupt import break_program, category_shares
from slmfix_training.samples.samples import Refused, generate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slmfix_bot.validators.base import Validator
    from slmfix_training.samples.samples import Breaker, Sample

PARTS = ("train", "held", "rl")
SAVE_EVERY = 200  # snippets
RL_SHARE, RL_LIMIT = 0.2, 3000
STRONGEST = 8.0  # how much more often a category is drawn that validators seldom refuse


class Shard:
    """The open files of one language and seed, and what is in them."""

    def __init__(self, folder: Path, name: str, stack: ExitStack) -> None:
        self._paths = {part: folder / f"{name}.{part}.jsonl" for part in PARTS}
        self._state = folder / f"{name}.state.json"
        state: dict[str, Any] = {"next": 0, "counts": {}, "sizes": {}, "boost": {}}
        if self._state.exists():
            state = json.loads(self._state.read_text())
        self.position: int = state["next"]
        self.counts: Counter[str] = Counter(state["counts"])
        self.boost: dict[str, float] = state["boost"]
        self._files: dict[str, IO[bytes]] = {}
        for part, path in self._paths.items():
            file = stack.enter_context(path.open("r+b" if path.exists() else "w+b"))
            file.truncate(state["sizes"].get(part, 0))
            file.seek(0, 2)
            self._files[part] = file

    def write(self, part: str, sample: Sample) -> None:
        """Appends one line; fields that say nothing are left out, except `held_out` of whole cases."""
        row = {key: value for key, value in asdict(sample).items() if value or (key == "held_out" and part != "train")}
        self._files[part].write((json.dumps(row, ensure_ascii=False) + "\n").encode())

    def save(self) -> None:
        """Makes what was written count."""
        sizes = {}
        for part, file in self._files.items():
            file.flush()
            sizes[part] = file.tell()
        partial = self._state.with_suffix(".tmp")
        state = {"next": self.position, "counts": self.counts, "sizes": sizes, "boost": self.boost}
        partial.write_text(json.dumps(state))
        partial.replace(self._state)


def write_samples(
    corpus: Path,
    output: Path,
    language: str,
    *,
    limit: int,
    seconds: float,
    seed: int | str,
    excluded: frozenset[str],
    with_schema: float = 0.55,
    validators: Mapping[str, Validator] = VALIDATORS,
    passes: int = 1,
    breaker: Breaker = break_program,
    shares: Mapping[str, float] | None = None,
) -> Counter[str]:
    """Goes on with `<language>-<seed>` until it holds `limit` training samples, the time is over or the corpus is
    through; returns what the shard holds: samples by part, by `category ...`, and what was refused and why.

    `shares` are those of the categories that the samples should have; default the menu's.
    With `with_schema` 1 only programs with a schema are taken. A small corpus is gone through in several `passes`, with
    other faults each time. Only of the passes, seed and position depends what is made of a row.
    """
    output.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    only_schema = language == "sql" and with_schema >= 1
    shares = shares or category_shares(language, schema=only_schema)
    with ExitStack() as stack:
        shard = Shard(output, f"{language}-{seed}", stack)
        counts = shard.counts
        for position, row in _rows(corpus / f"{language}.jsonl", seed, passes, shard.position):
            if counts["repair"] >= limit or time.monotonic() - started > seconds:
                break
            rng = Random(f"{seed}{language}{position}")
            if row["schema"] or not only_schema:
                counts["snippets"] += 1
                for made in generate(row, rng, excluded, with_schema, validators, shard.boost, breaker):
                    _keep(shard, made, rng)
            shard.position = position + 1
            if shard.position % SAVE_EVERY == 0:
                shard.boost = _boost(shares, counts)
                shard.save()
        shard.save()
    return counts


def _keep(shard: Shard, made: tuple[Sample, Sample] | Refused, rng: Random) -> None:
    counts = shard.counts
    if isinstance(made, Refused):
        counts[f"refused: {made}"] += 1
        return
    sample, case = made
    counts["held" if sample.held_out else sample.kind] += 1
    if sample.held_out:
        shard.write("held", case)
        return
    shard.write("train", sample)
    for category in sample.categories:
        counts[f"category {category}"] += 1
    if sample.kind == "repair" and counts["rl"] < RL_LIMIT and rng.random() < RL_SHARE:
        counts["rl"] += 1
        shard.write("rl", case)


def _rows(file: Path, seed: int | str, passes: int, start: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """(position, snippet) from a position on; each pass in an order of its own."""
    lines = [line for line in file.read_text().split("\n") if line]
    for number in range(passes):
        order = list(range(len(lines)))
        Random(f"{seed}{file.stem}{number}").shuffle(order)
        for at, index in enumerate(order, number * len(lines)):
            if at >= start:
                yield at, json.loads(lines[index])


def _boost(shares: Mapping[str, float], counts: Counter[str]) -> dict[str, float]:
    """Multipliers of the categories that bring the samples nearer to the shares of the menu."""
    total = sum(counts[f"category {category}"] for category in shares)
    if total < SAVE_EVERY:
        return {}
    wanted = {name: share / max(counts[f"category {name}"] / total, 0.002) for name, share in shares.items()}
    return {category: min(STRONGEST, max(1 / STRONGEST, ratio**2)) for category, ratio in wanted.items()}
