"""Tokenised samples as arrays, and their packing into rows of a fixed length for a compiled training step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from random import Random

    from numpy.typing import NDArray
    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

MAX_TOKENS = 384  # of prompt and script together
MAX_NEW = 64


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """`tokens` of all samples in a row; sample i is `tokens[starts[i]:starts[i + 1]]`, its script starts at
    `scripts[i]` (relative), and `copies[i]` says whether it is a copy task."""

    tokens: NDArray[np.uint16]
    starts: NDArray[np.int64]
    scripts: NDArray[np.int64]
    copies: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.scripts)


def tokenise(file: Path, tokenizer: Tokenizer, cache: Path) -> Arrays:
    """The samples of one shard that fit; kept in `cache`, which is of this tokenizer alone, for the next start."""
    kept = cache / f"{file.stem}.npz"
    if kept.exists() and kept.stat().st_mtime > file.stat().st_mtime:
        with np.load(kept) as data:
            return Arrays(**{name: data[name] for name in ("tokens", "starts", "scripts", "copies")})
    text = file.read_text()
    complete = text[: text.rfind("\n") + 1]  # the shard may still be growing
    rows = [json.loads(line) for line in complete.split("\n") if line]
    pieces: list[NDArray[np.uint16]] = []
    scripts: list[int] = []
    copies: list[bool] = []
    for at in range(0, len(rows), 4096):
        chunk = rows[at : at + 4096]
        heads = tokenizer.encode_batch([row["prompt"] for row in chunk], add_special_tokens=False)
        tails = tokenizer.encode_batch([row["script"] for row in chunk], add_special_tokens=False)
        for row, head, tail in zip(chunk, heads, tails, strict=True):
            if len(head.ids) + len(tail.ids) <= MAX_TOKENS:
                pieces.append(np.array([*head.ids, *tail.ids], dtype=np.uint16))
                scripts.append(len(head.ids))
                copies.append(row.get("kind") == "copy")
    starts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])]).astype(np.int64)
    tokens = np.concatenate(pieces) if pieces else np.zeros(0, dtype=np.uint16)
    arrays = Arrays(
        tokens=tokens,
        starts=starts,
        scripts=np.array(scripts, dtype=np.int64),
        copies=np.array(copies, dtype=np.bool_),
    )
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(kept, tokens=tokens, starts=starts, scripts=arrays.scripts, copies=arrays.copies)
    return arrays


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Rows of packed samples. `segments` numbers the samples of a row from 1 (0: padding); `weights` belongs to the
    prediction of the token at the same place."""

    tokens: NDArray[np.int64]
    segments: NDArray[np.int64]
    positions: NDArray[np.int64]
    weights: NDArray[np.float32]


def pack(
    arrays: Arrays, order: list[int], rows: int, length: int, rng: Random, *, prompt_share: float, prompt_weight: float
) -> Iterator[tuple[Batch, list[int]]]:
    """Fills rows first-fit in the given order; yields each batch with the samples in it."""
    open_rows: list[list[int]] = []
    room: list[int] = []
    for index in order:
        size = int(arrays.starts[index + 1] - arrays.starts[index])
        at = next((i for i, free in enumerate(room) if free >= size), None)
        if at is None:
            open_rows.append([])
            room.append(length)
            at = len(room) - 1
        open_rows[at].append(index)
        room[at] -= size
        if len(room) >= 4 * rows:
            chosen = _fullest(open_rows, room, rows)
            batch = _fill(arrays, chosen, length, rng, prompt_share, prompt_weight)
            yield batch, [index for row in chosen for index in row]
    while len(room) >= rows:  # without this a small corpus would never fill a batch
        chosen = _fullest(open_rows, room, rows)
        batch = _fill(arrays, chosen, length, rng, prompt_share, prompt_weight)
        yield batch, [index for row in chosen for index in row]


def _fullest(open_rows: list[list[int]], room: list[int], count: int) -> list[list[int]]:
    """Takes the rows with the least room out of both lists."""
    full = sorted(sorted(range(len(room)), key=room.__getitem__)[:count], reverse=True)
    for i in full:
        del room[i]
    return [open_rows.pop(i) for i in full]


def _fill(
    arrays: Arrays, rows: list[list[int]], length: int, rng: Random, prompt_share: float, prompt_weight: float
) -> Batch:
    shape = (len(rows), length)
    tokens, segments, positions = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    weights = np.zeros(shape, dtype=np.float32)
    noise = np.random.default_rng(rng.getrandbits(32)).random(shape)
    for i, row in enumerate(rows):
        at = 0
        for number, index in enumerate(row, 1):
            start, end = arrays.starts[index], arrays.starts[index + 1]
            size, script = int(end - start), int(arrays.scripts[index])
            span = slice(at, at + size)
            tokens[i, span] = arrays.tokens[start:end]
            segments[i, span] = number
            positions[i, span] = np.arange(size)
            weights[i, at + 1 : at + script] = prompt_weight * (noise[i, at + 1 : at + script] < prompt_share)
            weights[i, at + script : at + size] = 1.0
            at += size
    return Batch(tokens=tokens, segments=segments, positions=positions, weights=weights)
