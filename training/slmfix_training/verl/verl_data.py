"""Samples as verl's parquet files: one row a broken program, prompts in the form `whole-program/1`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators import VALIDATORS
from slmfix_training.samples.rl_cases import group_of, make_case, program_of, read_rows
from slmfix_training.verl.whole_program import WHOLE_PROGRAM_FORMAT, render_messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slmfix_bot.validators.base import Validator

ABILITY = "program-repair"
SPLITS = ("train", "test")
MAX_CHARACTERS = 6000  # of prompt: about the paper's 2,048 tokens


def verl_rows(
    folder: Path, test_share: float, validators: Mapping[str, Validator] = VALIDATORS
) -> Iterator[dict[str, Any]]:
    """The rows of all samples that are broken still; `extra_info["split"]` says which file a row belongs to, by the
    program that was broken, so that no program is in both."""
    for index, row in enumerate(read_rows(folder)):
        case = make_case(program_of(row), row.get("clean"), validators)
        if case is None:
            continue
        messages = render_messages(case.program, case.errors, row.get("question", ""))
        if sum(len(message["content"]) for message in messages) > MAX_CHARACTERS:
            continue
        yield {
            "data_source": f"slmfix/{group_of(row)}",
            "prompt": messages,
            "ability": ABILITY,
            "reward_model": {"style": "rule", "ground_truth": case.clean or ""},
            "extra_info": {
                "index": index,
                "split": SPLITS[_share(case.clean or case.program.text) < test_share],
                "format": WHOLE_PROGRAM_FORMAT,
                "language": case.program.language,
                "dialect": case.program.dialect or "",
                "schema": case.program.schema or "",
                "broken": case.program.text,
            },
        }


def write_parquet(
    folder: Path, output: Path, test_share: float, validators: Mapping[str, Validator] = VALIDATORS
) -> dict[str, int]:
    """Writes `train.parquet` and `test.parquet`; the number of rows of each."""
    import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]
    import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]

    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    texts = ("split", "format", "language", "dialect", "schema", "broken")
    schema = pa.schema(
        [
            ("data_source", pa.string()),
            ("prompt", pa.list_(message)),
            ("ability", pa.string()),
            ("reward_model", pa.struct([("style", pa.string()), ("ground_truth", pa.string())])),
            ("extra_info", pa.struct([("index", pa.int64()), *((name, pa.string()) for name in texts)])),
        ]
    )
    rows = list(verl_rows(folder, test_share, validators))
    output.mkdir(parents=True, exist_ok=True)
    counts = {}
    for split in SPLITS:
        chosen = [row for row in rows if row["extra_info"]["split"] == split]
        pq.write_table(pa.Table.from_pylist(chosen, schema=schema), output / f"{split}.parquet")
        counts[split] = len(chosen)
    return counts


def _share(text: str) -> float:
    """A number in 0..1 that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
