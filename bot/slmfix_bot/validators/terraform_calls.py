"""The modules that a module calls by a path in the same repository: which inputs they take, which outputs they have."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.hcl_scanner import HclError
from slmfix_bot.validators.terraform_module import parsed

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program


@dataclass(frozen=True)
class Called:
    """`inputs` says of each variable whether a call must set it."""

    inputs: dict[str, bool]
    outputs: frozenset[str]


class Calls:
    """Looks called modules up among the program's companions."""

    def __init__(self, program: Program) -> None:
        self._folder = posixpath.dirname(program.path)
        self._files: dict[str, list[tuple[str, str]]] = {}
        for path, text in program.files:
            self._files.setdefault(posixpath.dirname(path), []).append((path, text))

    def of(self, source: str) -> Called | None:
        """The module at a path relative to the program's folder; None when it is elsewhere or cannot be read."""
        if not source.startswith(("./", "../")):
            return None
        files = self._files.get(posixpath.normpath(posixpath.join(self._folder, source)).removeprefix("./"))
        if not files or any(path.endswith(".json") for path, _ in files):
            return None
        inputs: dict[str, bool] = {}
        outputs: set[str] = set()
        for path, text in files:
            if not path.endswith(".tf"):
                continue
            try:
                body = parsed(text)
            except (HclError, CannotJudge):
                return None
            for block in body.blocks:
                name = block.labels[0].text if block.labels else ""
                if block.kind == "variable":
                    inputs[name] = not any(a.name == "default" for a in block.body.attributes)
                elif block.kind == "output":
                    outputs.add(name)
        return Called(inputs, frozenset(outputs))
