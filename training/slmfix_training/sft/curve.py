"""The training curve as data: one JSON object a line in `curve.jsonl` of the checkpoint."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

CURVE = "curve.jsonl"


class Curve:
    """Appends rows; `say` shows them to whoever waits."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._file, self._say = folder / CURVE, say

    def add(self, row: Mapping[str, Any]) -> None:
        """`row` has at least `step` and `cpu_minutes`."""
        line = json.dumps(row)
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")
        self._say(line)

    def cut(self, step: int) -> None:
        """Drops what a run wrote after its last saved step, which a resumption does again."""
        if self._file.exists():
            rows = [row for row in read_curve(self._file.parent) if row["step"] <= step]
            self._file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def read_curve(folder: Path) -> list[dict[str, Any]]:
    """The rows so far, none for a checkpoint without a curve."""
    file = folder / CURVE
    lines = file.read_text(encoding="utf-8").split("\n") if file.exists() else []
    return [json.loads(line) for line in lines if line]
