"""Quoted strings and heredocs with what is interpolated into them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from slmfix_bot.validators.hcl_nodes import For, Operation, Template
from slmfix_bot.validators.hcl_scanner import Scanner

if TYPE_CHECKING:
    from slmfix_bot.validators.hcl_nodes import Expression
    from slmfix_bot.validators.hcl_scanner import Token

_IN_QUOTES = re.compile(r'\\|"|\n|\$\$\{|%%\{|\$\{|%\{')
_IN_HEREDOC = re.compile(r"\n|\$\$\{|%%\{|\$\{|%\{")
_ESCAPE = re.compile(r'\\(?:[nrt"\\]|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})')
_ENDS = {"endif": ("if", "else"), "endfor": ("for",), "else": ("if",)}


class _Directive(NamedTuple):
    """An open `%{ if }`, `%{ else }` or `%{ for }`, and what it holds so far."""

    keyword: str
    names: tuple[str, ...]
    expression: Expression | None
    start: int
    parts: list[str | Expression]


class TemplateParser(Scanner, ABC):
    """The expressions inside are parsed by the subclass."""

    @abstractmethod
    def expression(self) -> Expression:
        """An expression; comes with the subclass."""

    def quoted(self, opener: Token, *, literal: bool = False) -> Template:
        """The string whose quote was just read. `literal` refuses templates, as labels of blocks do."""
        stack = [_Directive("", (), None, opener.start, [])]
        begin = position = opener.end
        while True:
            match = _IN_QUOTES.search(self.text, position)
            if match is None:
                kind = "string literal" if literal else "template string"
                message = f"Unterminated {kind}: no closing quote was found for the string"
                raise self.fail(message, opener.start)
            sign, at = match.group(), match.start()
            if sign == '"':
                break
            if sign == "\n":
                message = "Invalid multi-line string: a quoted string may not be split over several lines"
                raise self.fail(message, opener.start)
            if sign == "\\":
                position = self._escape(at)
            elif sign in {"${", "%{"}:
                if literal:
                    message = "Invalid string literal: template sequences are not allowed in this string"
                    raise self.fail(message, at)
                self._text(stack, begin, at)
                begin = position = self._sequence(stack, at)
            else:
                position = match.end()
        self._text(stack, begin, at)
        self._check_closed(stack)
        self.move(match.end())
        return Template(tuple(stack[0].parts), opener.start, match.end())

    def heredoc(self, opener: Token) -> Template:
        """The heredoc whose first line was just read; the line end behind the closing marker stays."""
        marker = opener.text.lstrip("<").removeprefix("-").strip()
        stack = [_Directive("", (), None, opener.start, [])]
        begin = position = opener.end
        is_line_start = True
        while True:
            if is_line_start:
                line_end = self.text.find("\n", position)
                if line_end >= 0 and self.text[position:line_end].strip() == marker:
                    break
            match = _IN_HEREDOC.search(self.text, position)
            if match is None:
                message = f"Unterminated template string: no closing marker {marker} was found for the heredoc"
                raise self.fail(message, opener.start, marker)
            is_line_start = match.group() == "\n"
            if match.group() in {"${", "%{"}:
                self._text(stack, begin, match.start())
                begin = position = self._sequence(stack, match.start())
            else:
                position = match.end()
        self._text(stack, begin, position)
        self._check_closed(stack)
        end = position + len(self.text[position:line_end].rstrip())
        self.move(end)
        return Template(tuple(stack[0].parts), opener.start, end)

    def _text(self, stack: list[_Directive], begin: int, end: int) -> None:
        if end > begin:
            stack[-1].parts.append(self.text[begin:end])

    def _escape(self, at: int) -> int:
        match = _ESCAPE.match(self.text, at)
        if match is None:
            sign = self.text[at : at + 2]
            message = f"Invalid escape sequence: {sign.strip() or 'a backslash at the end of a line'} is not valid"
            raise self.fail(message, at, sign)
        return match.end()

    def _sequence(self, stack: list[_Directive], at: int) -> int:
        """Reads `${ }` or `%{ }`; returns the offset behind it."""
        before = self.open(at, lines_count=False)
        self.move(at + 3 if self.text.startswith("~", at + 2) else at + 2)
        if self.text[at] == "$":
            stack[-1].parts.append(self.expression())
            self._end_sequence("interpolation")
        else:
            self._directive(stack, at)
        end = self.position
        self.close(before)
        return end

    def _end_sequence(self, what: str) -> None:
        start = self.skip()
        end = start + 1 if self.text.startswith("~", start) else start
        if self.text.startswith("}", end):
            self.move(end + 1)
            return
        if start >= len(self.text):
            message = f"Unclosed template {what} sequence: there is no closing brace before the end of the file"
            raise self.fail(message, self.openers[-1])
        message = (
            f"Extra characters after {what} expression: expected a closing brace; "
            "a sequence of another language is escaped by $${ or %%{"
        )
        raise self.fail(message, start)

    def _directive(self, stack: list[_Directive], at: int) -> None:
        keyword = self.take_if("name")
        word = keyword.text if keyword else ""
        if word in _ENDS:
            if stack[-1].keyword not in _ENDS[word]:
                message = f"Unexpected {word} directive: there is no open directive that it belongs to"
                raise self.fail(message, at)
            self._end_sequence("directive")
            self._leave(stack, word, at)
            return
        names: tuple[str, ...] = ()
        if word == "for":
            names = self.loop_names()
        elif word != "if":
            message = 'Invalid template control keyword: "if", "else", "endif", "for" or "endfor" is expected'
            raise self.fail(message, keyword.start if keyword else None, word)
        expression = self.expression()
        self._end_sequence("directive")
        stack.append(_Directive(word, names, expression, at, []))

    def _leave(self, stack: list[_Directive], word: str, at: int) -> None:
        done = stack.pop()
        inner = Template(tuple(done.parts), done.start, at)
        if done.keyword == "for" and done.expression is not None:
            stack[-1].parts.append(For(done.names, done.expression, None, inner, None, done.start, at))
        elif done.keyword == "if" and done.expression is not None:
            stack[-1].parts.append(Operation("?", (done.expression, inner), done.start, at))
        else:
            stack[-1].parts.append(inner)
        if word == "else":
            stack.append(_Directive("else", (), None, at, []))

    def _check_closed(self, stack: list[_Directive]) -> None:
        if len(stack) > 1:
            word = "endfor" if stack[-1].keyword == "for" else "endif"
            message = f"Unexpected end of template: the {stack[-1].keyword} directive lacks its {word}"
            raise self.fail(message, stack[-1].start)

    def loop_names(self) -> tuple[str, ...]:
        """`k, v in`."""
        names = []
        for _ in range(2):
            name = self.take_if("name")
            if name is None:
                message = "Invalid 'for' expression: the name of a variable is expected"
                raise self.fail(message)
            names.append(name.text)
            if not self.take_if(","):
                break
        word = self.peek()
        if word.text != "in":
            message = "Invalid 'for' expression: the keyword in is expected behind the names"
            raise self.fail(message)
        self.take()
        return tuple(names)
