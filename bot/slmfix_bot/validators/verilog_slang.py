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
from slmfix_bot.validators.verilog_rules import ALSO_ERRORS, UNIT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Files = tuple[tuple[str, str], ...]
SYNTAX = frozenset({"Lexer", "Numeric", "Preprocessor", "Parser", "General"})
INCLUDE = re.compile(r"`include\b[ \t]*(?P<name>\"[^\"\n]*\"|<[^>\n]*>|`\w+)?")
WORD = re.compile(r"[A-Za-z_]\w*")
SHARED = frozenset({"package", "interface"})
MAX_LIBRARY = 4_000_000  # characters of other files that are compiled along
RENEWED = 100  # texts after which a source manager, which keeps them all, is given up


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
    """`missing` are includes, and `macros` names of macros, that are defined nowhere; `units` are the design units of
    other files, `unsure` those of them that were not read without errors or that are there more than once."""

    problems: tuple[Problem, ...]
    missing: tuple[str, ...] = ()
    macros: tuple[str, ...] = ()
    unsure: frozenset[str] = frozenset()
    units: tuple[str, ...] = ()


class Library:
    """Other files of the design. They share one source manager with all texts that are checked against them, and each
    is parsed when the first text needs it."""

    def __init__(self, files: Files) -> None:
        import pyslang

        self.files = dict(files)
        self.sources = pyslang.SourceManager()
        self.sources.setDisableProximatePaths(True)
        self.options = _options()
        self.texts = 0  # that were checked with it
        self.unsure: set[str] = set()
        self._library = pyslang.SourceLibrary()
        self._names = {path: f"/{number}" for number, path in enumerate(self.files)}
        self._trees: dict[str, Any] = {}
        self._units: dict[str, list[str]] = {}
        self._shared: set[str] = set()
        for path, text in self.files.items():
            self.sources.assignText(self._names[path], self.blank(path, text)[0])
            for kind, name in UNIT.findall(text):
                self._units.setdefault(name, []).append(path)
                if kind in SHARED:
                    self._shared.add(name)
        self.unsure.update(name for name, paths in self._units.items() if len(paths) > 1)

    @property
    def current(self) -> str:
        """The name of the text that is being checked; a source manager knows a name only once."""
        return f"/text-{self.texts}"

    @property
    def units(self) -> tuple[str, ...]:
        """The names of the design units."""
        return tuple(self._units)

    def trees(self, text: str) -> list[Any]:
        """The files that define what the text mentions, and the packages and interfaces that those mention in turn. A
        file that defines what the text defines is another version of it."""
        own = {name for _, name in UNIT.findall(text)}
        rivals = {path for name in own for path in self._units.get(name, ())}
        wanted = self._paths(text, self._units.keys() - own, rivals)
        queue = list(wanted)
        volume = sum(len(self.files[path]) for path in wanted)
        while queue and volume <= MAX_LIBRARY:
            for path in self._paths(self.files[queue.pop()], self._shared, rivals):
                if path not in wanted:
                    wanted[path] = None
                    queue.append(path)
                    volume += len(self.files[path])
        return [self._tree(path) for path in wanted]

    def _paths(self, text: str, units: Iterable[str], rivals: set[str]) -> dict[str, None]:
        mentioned = set(WORD.findall(text))
        found = [self._units[name][0] for name in units if name in mentioned]
        return {path: None for path in sorted(found) if path not in rivals}

    def _tree(self, path: str) -> Any:
        from pyslang.syntax import SyntaxTree

        if path not in self._trees:
            plain, missing = self.blank(path, self.files[path])
            name = f"/library{self._names[path]}"
            tree = SyntaxTree.fromText(plain, self.sources, "", name, self.options, self._library)
            if missing or any(diagnostic.isError() for diagnostic in tree.diagnostics):
                self.unsure.update(name for _, name in UNIT.findall(plain))
            self._trees[path] = tree
        return self._trees[path]

    def blank(self, path: str, text: str) -> tuple[str, list[str]]:
        """The text with its includes led to memory, and the names of those that no file answers."""
        missing: list[str] = []

        def lead(match: re.Match[str]) -> str:
            wanted = (match["name"] or "")[1:-1] if (match["name"] or "`")[0] != "`" else ""
            target = find_include(wanted, path, self._names)
            if target is None:
                missing.append(wanted or "what a macro names")
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
    numbers = range(len(files))
    own = {"", library.current, *(f"/{number}" for number in numbers), *(f"/library/{number}" for number in numbers)}
    if any(library.sources.getRawFileName(each) not in own for each in library.sources.getAllBuffers()[before:]):
        msg = "includes a file in a way that is not followed"
        raise CannotJudge(msg)
    return replace(reading, missing=tuple(missing), unsure=frozenset(library.unsure), units=library.units)


def _compile(library: Library, text: str, head: int) -> Reading:
    from pyslang import DiagnosticEngine
    from pyslang.ast import Compilation
    from pyslang.syntax import SyntaxTree

    sources = library.sources
    tree = SyntaxTree.fromText(text, sources, "", library.current, library.options)
    compilation = Compilation(library.options)
    for other in library.trees(text):
        compilation.addSyntaxTree(other)
    compilation.addSyntaxTree(tree)
    engine = DiagnosticEngine(sources)
    place = _code_points(text)
    problems: dict[tuple[str, int], Problem] = {}
    macros: list[str] = []
    for diagnostic in compilation.getAllDiagnostics():
        start = sources.getFullyExpandedLoc(diagnostic.location)
        if sources.getRawFileName(start.buffer) != library.current:
            continue
        # Objects of slang must not outlive the compilation: only text and numbers leave this loop.
        code = str(diagnostic.code).removeprefix("DiagCode(").removesuffix(")")
        if not diagnostic.isError() and code not in ALSO_ERRORS:
            continue
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
