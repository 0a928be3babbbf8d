"""The other files of a commit that the verdict on a program depends on: migrations for SQL, modules for Ansible.

They are chosen by their paths and handed to the validator as data. Either all of them are given or none: half of the
migrations is a schema that never existed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot.errors import GitError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slmfix_bot.core.ports import RepositoryFiles
    from slmfix_bot.core.program import Program

MAX_CHARACTERS = 4 << 20


class Companions:
    """`choose` names the paths for a language and a path out of all paths; `open_files` opens a version of the
    repository by the name that the change set has for it."""

    def __init__(
        self,
        choose: Callable[[str, str, Sequence[str]], Sequence[str]],
        open_files: Callable[[str], RepositoryFiles],
    ) -> None:
        self._choose = choose
        self._open = open_files
        self._versions: dict[str, RepositoryFiles] = {}
        self._read: dict[tuple[str, tuple[str, ...]], tuple[tuple[str, str], ...]] = {}

    def attach(self, program: Program, version: str) -> Program:
        """The program with its companions in that version; programs with the same ones share them.

        Without them where git cannot give them: the file is then judged as if it stood alone.
        """
        try:
            return self._attach(program, version)
        except (GitError, ToolError):
            return program

    def _attach(self, program: Program, version: str) -> Program:
        files = self._versions.get(version) or self._versions.setdefault(version, self._open(version))
        chosen = self._choose(program.language, program.path, files.paths())
        paths = tuple(path for path in chosen if path != program.path)
        if (version, paths) not in self._read:
            self._read[version, paths] = _texts(files, paths)
        return replace(program, files=self._read[version, paths])


def _texts(files: RepositoryFiles, paths: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    texts = files.read(paths) if paths else {}
    if len(texts) < len(paths) or sum(map(len, texts.values())) > MAX_CHARACTERS:
        return ()
    return tuple((path, texts[path]) for path in paths)
