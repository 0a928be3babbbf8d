"""Dockerfiles as BuildKit reads them: directives, comments, continuations, flags, here-documents.

An instruction keeps a map from its logical line, in which continuations are joined, back to the file, so that every
diagnostic has a place. Comments and blank lines inside a continuation do not end it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.text import chomp, split_lines
from slmfix_bot.validators.dockerfile_words import Word, split_words
from slmfix_bot.validators.place import Place, place_of

if TYPE_CHECKING:
    from collections.abc import Sequence

DIRECTIVE = re.compile(r"#[ \t]*([a-zA-Z][a-zA-Z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*\Z")
DIRECTIVES = frozenset({"syntax", "escape", "check"})
FLAG = re.compile(r"--([^\s=]*)(=?)")
HEREDOC = re.compile(r"\d*<<(-?)([^<]+)\Z")
TAKES_HEREDOC = frozenset({"RUN", "COPY", "ADD"})


@dataclass(frozen=True, kw_only=True)
class Heredoc:
    """The body of a here-document: offsets in the file, the terminator excluded."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction. `text` is its logical line, `at` where the keyword begins in it (not at 0 behind ONBUILD) and
    `args_at` where the arguments do, behind the flags. `line` and `end_line` are those of the file, here-documents
    included."""

    keyword: str
    text: str
    at: int
    args_at: int
    line: int
    end_line: int
    flags: tuple[Word, ...] = ()
    heredocs: tuple[Heredoc, ...] = ()
    pieces: tuple[tuple[int, int], ...] = field(repr=False)

    @property
    def written(self) -> str:
        """The keyword as written."""
        return self.text[self.at : self.at + len(self.keyword)]

    @property
    def args(self) -> str:
        """The logical text of the arguments."""
        return self.text[self.args_at :]

    def offset(self, at: int) -> int:
        """The offset in the file of an offset in the logical line."""
        index = bisect_right(self.pieces, at, key=lambda piece: piece[0]) - 1
        logical, source = self.pieces[index]
        return source + at - logical

    def words(self, escape: str) -> list[Word]:
        """The arguments as words, with their quotes; places are those of the logical line."""
        return split_words(self.args, escape, self.args_at)


@dataclass(frozen=True, kw_only=True)
class Dockerfile:
    """`errors` are those of reading; `blank_lines` the lines of blanks, not empty ones, inside continuations."""

    text: str
    escape: str
    instructions: tuple[Instruction, ...]
    errors: tuple[Diagnostic, ...]
    blank_lines: tuple[int, ...]
    starts: tuple[int, ...] = field(repr=False)

    def place(self, offset: int) -> Place:
        """The line and column of an offset in the file."""
        line = max(1, min(bisect_right(self.starts, offset), len(self.starts) - 1))
        return Place(line, offset - self.starts[line - 1] + 1)

    def problem(
        self,
        instruction: Instruction,
        rule: str,
        message: str,
        *,
        span: tuple[int, int | None] = (0, None),
        expected: Sequence[str] = (),
        found: str | None = None,
    ) -> Diagnostic:
        """A diagnostic about a span of an instruction's logical line; without an end, up to the line's."""
        start, end = span[0], len(instruction.text) if span[1] is None else span[1]
        first = self.place(instruction.offset(start))
        last = self.place(instruction.offset(max(start, end - 1)))
        return Diagnostic(
            rule=rule,
            message=message,
            line=first.line,
            end_line=last.line,
            column=first.column,
            end_column=last.column + 1,
            found=instruction.text[start:end] if found is None else found,
            expected=tuple(expected),
        )


def parse(text: str) -> Dockerfile:
    """Reads the whole text; never raises."""
    return _Parser(text).read()


def trigger_of(instruction: Instruction) -> Instruction | None:
    """The instruction inside an ONBUILD."""
    if instruction.keyword != "ONBUILD" or not instruction.args:
        return None
    return _instruction(instruction.args, instruction.args_at, instruction)


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = split_lines(text)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self.escape = "\\"
        self.errors: list[Diagnostic] = []
        self.instructions: list[Instruction] = []
        self.blank_lines: list[int] = []
        self.row = 0

    def read(self) -> Dockerfile:
        self._read_directives()
        while self.row < len(self.lines):
            content = self._content(self.row)
            if not content.strip() or content.lstrip().startswith("#"):
                self.row += 1
            else:
                self._read_instruction()
        return Dockerfile(
            text=self.text,
            escape=self.escape,
            instructions=tuple(self.instructions),
            errors=tuple(self.errors),
            blank_lines=tuple(self.blank_lines),
            starts=tuple(self.starts),
        )

    def _content(self, row: int) -> str:
        line = chomp(self.lines[row])
        return " " + line[1:] if row == 0 and line.startswith("\ufeff") else line

    def _read_directives(self) -> None:
        seen: set[str] = set()
        for row in range(len(self.lines)):
            found = DIRECTIVE.match(self._content(row).lstrip())
            name = found[1].lower() if found else ""
            if found is None or name not in DIRECTIVES:
                return
            if name in seen:
                self._error(row, f"only one {name} parser directive can be used")
            elif name == "escape" and found[2] not in {"\\", "`"}:
                self._error(row, f"invalid escape token {found[2]!r}: it is ` or \\", found=found[2])
            elif name == "escape":
                self.escape = found[2]
            seen.add(name)

    def _error(self, row: int, message: str, found: str | None = None) -> None:
        column = self.lines[row].find(found) + 1 if found else 1
        self.errors.append(Diagnostic(rule="syntax", message=message, line=row + 1, column=column, found=found))

    def _read_instruction(self) -> None:
        first = self.row
        continues = re.compile(rf"(?:(?<!{re.escape(self.escape)})|^){re.escape(self.escape)}[ \t]*$")
        parts: list[str] = []
        pieces: list[tuple[int, int]] = []
        length = 0
        while self.row < len(self.lines):
            content = self._content(self.row)
            row, self.row = self.row, self.row + 1
            if row > first and (not content.strip() or content.lstrip().startswith("#")):
                if content and not content.strip():
                    self.blank_lines.append(row + 1)
                continue
            start = len(content) - len(content.lstrip()) if row == first else 0
            ending = continues.search(content)
            piece = content[start : ending.start()] if ending else content[start:]
            pieces.append((length, self.starts[row] + start))
            parts.append(piece)
            length += len(piece)
            if not ending:
                break
        logical = "".join(parts)
        shell = Instruction(
            keyword="", text=logical, at=0, args_at=0, line=first + 1, end_line=self.row, pieces=tuple(pieces)
        )
        self._finish(_instruction(logical, 0, shell))

    def _finish(self, found: Instruction) -> None:
        inner = trigger_of(found) or found
        heredocs: list[Heredoc] = []
        if inner.keyword in TAKES_HEREDOC:
            for word in inner.words(self.escape):
                opener = HEREDOC.match(word.text)
                name = re.sub(r"[\"'\\]", "", opener[2]) if opener else ""
                if opener and name:
                    heredocs.append(self._read_heredoc(found, word, name, strips=bool(opener[1])))
        values = {**found.__dict__, "heredocs": tuple(heredocs), "end_line": self.row}
        self.instructions.append(Instruction(**values))

    def _read_heredoc(self, opener: Instruction, word: Word, name: str, *, strips: bool) -> Heredoc:
        first = self.row
        while self.row < len(self.lines):
            content = chomp(self.lines[self.row])
            self.row += 1
            if (content.lstrip("\t") if strips else content) == name:
                return Heredoc(name=name, start=self.starts[first], end=self.starts[self.row - 1])
        line, column = place_of(self.text, opener.offset(word.start))
        message = f"the here-document {name!r} is never ended"
        self.errors.append(
            Diagnostic(
                rule="syntax", message=message, line=line, column=column, end_column=column + len(word.text),
                found=word.text, related_line=line,
            )
        )  # fmt: skip
        return Heredoc(name=name, start=self.starts[min(first, len(self.lines))], end=len(self.text))


def _instruction(logical: str, shift: int, outer: Instruction) -> Instruction:
    """Splits `logical`, which begins at `shift` of the outer logical line, into keyword, flags and arguments."""
    text = outer.text.rstrip()
    at = shift + len(logical) - len(logical.lstrip())
    keyword = re.compile(r"\S*").match(text, at)
    end = keyword.end() if keyword else at
    flags: list[Word] = []
    position = _skip(text, end)
    while text.startswith("--", position) and (stop := re.compile(r"\s|\Z").search(text, position)):
        if text[position : stop.start()] == "--":
            position = _skip(text, stop.start())
            break
        flags.append(Word(text[position : stop.start()], position))
        position = _skip(text, stop.start())
    return Instruction(
        keyword=text[at:end].upper(),
        text=text,
        at=at,
        args_at=position,
        line=outer.line,
        end_line=outer.end_line,
        flags=tuple(flags),
        pieces=outer.pieces,
    )


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position
