"""An endless stream of packed batches from a folder of shards that may still grow."""

from __future__ import annotations

import hashlib
import time
from random import Random
from typing import TYPE_CHECKING

import numpy as np

from slmfix_bot.core.prompt import SPECIAL_TOKENS
from slmfix_bot.errors import UsageError
from slmfix_training.sft.packing import Arrays, Batch, pack, tokenise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

    from slmfix_training.sft.recipe import Recipe

RESCAN_SECONDS = 240.0
# share of a language in the mix, beside the root of its number of samples
WEIGHTS = {"sql": 1.4, "ansible": 1.2, "bash": 1.2, "verilog": 1.2, "terraform": 1.2, "json": 0.6, "toml": 0.4}


class Feed:
    """Batches without end from all shards in the folders: of each language the least used samples first, languages
    mixed by weight and the root of their size, copy tasks only early."""

    def __init__(self, folders: Sequence[Path], tokenizer: Tokenizer, recipe: Recipe, rank: int, workers: int) -> None:
        self.folders, self.tokenizer, self.recipe = folders, tokenizer, recipe
        self.rank, self.workers = rank, workers
        self.noise = np.random.default_rng(recipe.seed)
        self.rng = Random(recipe.seed)
        self.uses: dict[str, NDArray[np.int64]] = {}
        self.seen, self.progress = 0, 0.0
        self._cache = "tokens-" + hashlib.sha256(tokenizer.to_str().encode()).hexdigest()[:8]

    def files(self) -> list[Path]:
        """Training shards; those that are still written (changed within 20 seconds) are left for later, if there are
        others. Raises UsageError when there are none at all."""
        found = [file for folder in self.folders for file in sorted(folder.glob("*.train.jsonl"))]
        if not found:
            msg = f"{', '.join(map(str, self.folders))}: no *.train.jsonl; write some with slmfix-train samples"
            raise UsageError(msg)
        return [file for file in found if time.time() - file.stat().st_mtime > 20] or found

    def load(self) -> tuple[Arrays, list[tuple[str, int]], list[int]]:
        """All complete shards as one, where each sample comes from, and the order to use them in."""
        parts = {file.name: tokenise(file, self.tokenizer, file.parent / self._cache) for file in self.files()}
        sizes = [np.diff(part.starts) for part in parts.values()]
        arrays = Arrays(
            tokens=np.concatenate([part.tokens for part in parts.values()]),
            starts=np.concatenate([[0], np.cumsum(np.concatenate(sizes))]).astype(np.int64),
            scripts=np.concatenate([part.scripts for part in parts.values()]),
            copies=np.concatenate([part.copies for part in parts.values()]),
        )
        origins = [(name, i) for name, part in parts.items() for i in range(len(part))]
        return arrays, origins, self._order(arrays, {name: len(part) for name, part in parts.items()})

    def _order(self, arrays: Arrays, sizes: dict[str, int]) -> list[int]:
        """A language's turn comes at even distances, the shorter the larger its share."""
        languages = np.concatenate([np.full(size, name.split("-")[0], dtype="U16") for name, size in sizes.items()])
        used = np.concatenate([self._used(name, size) for name, size in sizes.items()])
        late = self.progress > self.recipe.copy_until
        turn = np.full(len(used), np.inf)
        for language in np.unique(languages):
            own = np.flatnonzero((languages == language) & ~(arrays.copies & late))
            own = own[np.argsort(used[own] + self.noise.random(len(own)))]
            share = WEIGHTS.get(str(language), 1.0) * max(1, len(own)) ** 0.5
            turn[own] = (np.arange(len(own)) + self.noise.random()) / share
        order = np.argsort(turn)
        return [int(i) for i in order[: int(np.isfinite(turn).sum())] if i % self.workers == self.rank]

    def _used(self, name: str, size: int) -> NDArray[np.int64]:
        """How often each sample of a shard was used; the shard may have grown."""
        grown = np.zeros(size, dtype=np.int64)
        earlier = self.uses.get(name, grown)[:size]
        grown[: len(earlier)] = earlier
        self.uses[name] = grown
        return grown

    def _with_echoes(self, batch: Batch, arrays: Arrays, count: int) -> Batch:
        """The batch with rows of random text tokens written twice; the second time counts half."""
        length = self.recipe.length
        rows = [(batch.tokens, batch.segments, batch.positions, batch.weights)]
        for _ in range(count):
            half = int(self.noise.integers(16, length // 2 + 1))
            drawn = arrays.tokens[self.noise.integers(0, len(arrays.tokens), 3 * half)].astype(np.int64)
            drawn = drawn[drawn >= len(SPECIAL_TOKENS)][:half]
            row = np.zeros((4, 1, length), dtype=np.int64)
            size = 2 * len(drawn)
            row[0, 0, :size] = np.tile(drawn, 2)
            row[1, 0, :size] = 1
            row[2, 0, :size] = np.arange(size)
            row[3, 0, len(drawn) : size] = 1
            rows.append((row[0], row[1], row[2], (0.5 * row[3]).astype(np.float32)))
        tokens, segments, positions, weights = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        return Batch(tokens=tokens, segments=segments, positions=positions, weights=weights)

    def batches(self) -> Iterator[Batch]:
        """Endless; shards are looked for again after every pass and every few minutes."""
        recipe = self.recipe
        while True:
            arrays, origins, order = self.load()
            echoes = recipe.echo_rows if self.progress < recipe.copy_until else 0
            started, seen = time.monotonic(), self.seen
            for batch, used in pack(
                arrays,
                order,
                recipe.rows - echoes,
                recipe.length,
                self.rng,
                prompt_share=recipe.prompt_share,
                prompt_weight=recipe.prompt_weight,
            ):
                self.seen += len(used)
                for index in used:
                    name, at = origins[index]
                    self.uses[name][at] += 1
                yield self._with_echoes(batch, arrays, echoes)
                if time.monotonic() - started > RESCAN_SECONDS:
                    break
            if self.seen == seen:
                msg = f"{len(order)} samples are too few for one step of {recipe.rows} rows of {recipe.length} tokens"
                raise UsageError(msg)
