"""An endless stream of packed batches from a folder of shards that may still grow."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from slmfix_bot.core.prompt import LINE_TOKENS
from slmfix_training.packing import Arrays, Batch, pack, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

    from slmfix_training.recipe import Recipe

RESCAN_SECONDS = 240.0
WEIGHTS = {"sql": 1.4, "ansible": 1.2, "bash": 1.2, "json": 0.5, "toml": 0.4}  # how early a shard's samples come


class Feed:
    """Batches without end from all shards in a folder: the least used samples first, copy tasks only early."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, recipe: Recipe, rank: int, workers: int) -> None:
        self.folder, self.tokenizer, self.recipe = folder, tokenizer, recipe
        self.rank, self.workers = rank, workers
        self.noise = np.random.default_rng(recipe.seed)
        self.rng = Random(recipe.seed)
        self.uses: dict[str, NDArray[np.int64]] = {}
        self.seen, self.progress = 0, 0.0

    def files(self) -> list[Path]:
        """Training shards; those that are still written (changed within 20 seconds) are left for later."""
        found = sorted(self.folder.glob("*.train.jsonl"))
        return [file for file in found if time.time() - file.stat().st_mtime > 20]

    def load(self) -> tuple[Arrays, list[tuple[str, int]], list[int]]:
        """All complete shards as one, where each sample comes from, and the order to use them in."""
        parts = {file.name: tokenise(file, self.tokenizer, self.folder / "tokens") for file in self.files()}
        sizes = [np.diff(part.starts) for part in parts.values()]
        arrays = Arrays(
            tokens=np.concatenate([part.tokens for part in parts.values()]),
            starts=np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64),
            scripts=np.concatenate([part.scripts for part in parts.values()]),
        )
        keys = []
        for name, part in parts.items():
            weight = WEIGHTS.get(name.split("-")[0], 1.0)
            grown = np.zeros(len(part), dtype=np.int64)
            earlier = self.uses.get(name, grown)[: len(part)]
            grown[: len(earlier)] = earlier
            used = self.uses[name] = grown
            keys.append(used + 0.999 * (1 - self.noise.random(len(part)) ** (1 / weight)))
        order = np.argsort(np.concatenate(keys))
        if self.progress > self.recipe.copy_until:
            order = order[~self._copies(arrays)[order]]
        origins = [(name, i) for name, part in parts.items() for i in range(len(part))]
        return arrays, origins, [int(i) for i in order if i % self.workers == self.rank]

    def _copies(self, arrays: Arrays) -> NDArray[np.bool_]:
        first, last = (self.tokenizer.token_to_id(token) for token in (LINE_TOKENS[0], LINE_TOKENS[-1]))
        second, third = arrays.tokens[arrays.starts[:-1] + 1], arrays.tokens[arrays.starts[:-1] + 2]
        copies: NDArray[np.bool_] = (second == self.tokenizer.token_to_id("copy")) & (third >= first) & (third <= last)
        return copies

    def batches(self) -> Iterator[Batch]:
        """Endless; shards are looked for again after every pass and every few minutes."""
        recipe = self.recipe
        while True:
            arrays, origins, order = self.load()
            started = time.monotonic()
            for batch, used in pack(
                arrays,
                order,
                recipe.rows,
                recipe.length,
                self.rng,
                prompt_share=recipe.prompt_share,
                prompt_weight=recipe.prompt_weight,
            ):
                self.seen += len(used)
                for index in used:
                    name, at = origins[index]
                    self.uses[name][at] += 1
                yield batch
                if time.monotonic() - started > RESCAN_SECONDS:
                    break
