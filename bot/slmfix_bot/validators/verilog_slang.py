"""What slang says about a text, as plain data. The only user of pyslang.

Includes are answered from memory: names that no given file has are blanked out before the parser sees them, and a text
that gets the parser to open any other file all the same is not judged.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import CannotJudge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Files = tuple[tuple[str, str], ...]
SYNTAX = frozenset({"Lexer", "Numeric", "Preprocessor", "Parser", "General"})
INCLUDE = re.compile(r"`include\b[ \t]*(?P<name>\"[^\"\n]*\"|<[^>\n]*>)?")
UNIT = re.compile(
    r"^[ \t]*(?:module|macromodule|package|interface|program|primitive)\s+(?:automatic\s+|static\s+)?(\w+)", re.M
)
MAX_LIBRARY = 4_000_000  # characters of other files that are compiled along
RENEWED = 100  # texts after which a source manager, which keeps them all, is given up
MAX_DEPTH = 512


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One diagnostic of slang at offsets `start..end` of the text (code points); `names` are the quoted names of its
    message. `strict` says that slang lets nobody turn it off."""

    code: str
    message: str
    start: int
    end: int
    names: tuple[str, ...]
    is_syntax: bool
    strict: bool


@dataclass(frozen=True, kw_only=True)
class Reading:
    """`missing` are includes, and `macros` names of macros, that are defined nowhere; `unsure` are modules of other
    files that could not be read without errors."""

    problems: tuple[Problem, ...]
    missing: tuple[str, ...] = ()
    macros: tuple[str, ...] = ()
    unsure: frozenset[str] = frozenset()


class Library:
    """Other files of the design, parsed once; holds the source manager that all texts checked against them share."""

    def __init__(self, files: Files) -> None:
        import pyslang

        self.files = files
        self.sources = pyslang.SourceManager()
        self.sources.setDisableProximatePaths(True)
        self.texts = 0  # that were checked with it
        self.options = _options()
        self._library = pyslang.SourceLibrary()
        self._names = {path: f"/{number}" for number, (path, _) in enumerate(files)}
        self.unsure: set[str] = set()
        self.trees: list[Any] = []
        volume = 0
        for path, text in files:
            self.sources.assignText(self._names[path], self.blank(path, text)[0])
        for path, text in files:
            volume += len(text)
            if volume <= MAX_LIBRARY and UNIT.search(text):
                self._add(path, text)

    @property
    def current(self) -> str:
        """The name of the text that is being checked; a source manager knows a name only once."""
        return f"/text-{self.texts}"

    def _add(self, path: str, text: str) -> None:
        from pyslang.syntax import SyntaxTree

        plain, missing = self.blank(path, text)
        tree = SyntaxTree.fromText(plain, self.sources, "", f"/library{self._names[path]}", self.options, self._library)
        if missing or any(diagnostic.isError() for diagnostic in tree.diagnostics):
            self.unsure.update(UNIT.findall(text))
        self.trees.append(tree)

    def blank(self, path: str, text: str) -> tuple[str, list[str]]:
        """The text with its includes led to memory, and the names of those that no file answers."""
        missing: list[str] = []

        def lead(match: re.Match[str]) -> str:
            wanted = (match["name"] or "")[1:-1]
            target = find_include(wanted, path, self._names)
            if target is None:
                missing.append(wanted or "a macro's value")
                return " " * len(match[0])
            return f'`include "{target}"'

        return INCLUDE.sub(lead, text), missing


def find_include(wanted: str, path: str, names: Mapping[str, str]) -> str | None:
    """The name in memory of the included file: beside the including one, or else the only one that ends like it."""
    beside = f"{path.rpartition('/')[0]}/{wanted}".lstrip("/")
    if beside in names:
        return names[beside]
    tail = "/" + re.sub(r"^(?:\.{1,2}/)+", "", wanted)
    found = [name for known, name in names.items() if f"/{known}".endswith(tail)] if wanted else []
    return found[0] if len(found) == 1 else None


def _options() -> Any:
    from pyslang import Bag
    from pyslang.ast import CompilationFlags, CompilationOptions

    options = CompilationOptions()
    options.typoCorrectionLimit = 0
    options.errorLimit = 0
    options.flags = CompilationFlags.AllowTopLevelIfacePorts
    return Bag([options])


@lru_cache(maxsize=2)
def _library(files: Files) -> list[Library]:
    """A box, so that what is in it can be renewed."""
    return [Library(files)]


def read(text: str, files: Files = (), path: str = "", *, keywords: str | None = None) -> Reading:
    """Parses and elaborates. `keywords` is a version for `begin_keywords. Raises CannotJudge."""
    box = _library(files)
    if not files or box[0].texts >= RENEWED:
        box[0] = Library(files)
    library = box[0]
    library.texts += 1
    plain, missing = library.blank(path, text)
    head = f'`begin_keywords "{keywords}" ' if keywords else ""
    before = len(library.sources.getAllBuffers())
    reading = _compile(library, head + plain, len(head))
    own = {"", library.current, *(f"/{number}" for number in range(len(files)))}
    if any(library.sources.getRawFileName(each) not in own for each in library.sources.getAllBuffers()[before:]):
        msg = "includes a file in a way that is not followed"
        raise CannotJudge(msg)
    return replace(reading, missing=tuple(missing), unsure=frozenset(library.unsure))


def _compile(library: Library, text: str, head: int) -> Reading:
    from pyslang import DiagnosticEngine
    from pyslang.ast import Compilation
    from pyslang.syntax import SyntaxTree

    sources = library.sources
    tree = SyntaxTree.fromText(text, sources, "", library.current, library.options)
    compilation = Compilation(library.options)
    for other in library.trees:
        compilation.addSyntaxTree(other)
    compilation.addSyntaxTree(tree)
    engine = DiagnosticEngine(sources)
    place = _code_points(text)
    problems: dict[tuple[str, int], Problem] = {}
    macros: list[str] = []
    for diagnostic in compilation.getAllDiagnostics():
        start = sources.getFullyExpandedLoc(diagnostic.location)
        severity = engine.getSeverity(diagnostic.code, diagnostic.location).name
        if severity not in {"Error", "Fatal"} or sources.getRawFileName(start.buffer) != library.current:
            continue
        # Objects of slang must not outlive the compilation: only text and numbers leave this loop.
        code = str(diagnostic.code).removeprefix("DiagCode(").removesuffix(")")
        names = tuple(str(name) for name in diagnostic.args if isinstance(name, str))
        macros += names if code == "UnknownDirective" else ()
        begin = max(0, place(start.offset) - head)
        ends = [found.end.offset for found in diagnostic.ranges if found.start == diagnostic.location]
        problem = Problem(
            code=code,
            message=engine.formatMessage(diagnostic),
            start=begin,
            end=max(begin, place(ends[0]) - head) if ends else begin,
            names=names,
            is_syntax=diagnostic.code.getSubsystem().name in SYNTAX,
            strict=diagnostic.isError(),
        )
        problems.setdefault((code, begin), problem)
    ordered = sorted(problems.values(), key=lambda problem: problem.start)
    return Reading(problems=tuple(ordered), macros=tuple(macros))


def _code_points(text: str) -> Callable[[int], int]:
    """From an offset in UTF-8 to one in the text."""
    if text.isascii():
        return lambda offset: offset
    ends = list(accumulate((len(character.encode(errors="replace")) for character in text), initial=0))
    return lambda offset: bisect_left(ends, offset)
