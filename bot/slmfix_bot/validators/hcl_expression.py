"""Expressions of HCL by recursive descent, with the messages that Terraform's users know."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from slmfix_bot.validators.hcl_nodes import (
    Access,
    Call,
    For,
    Index,
    Literal,
    Mapping,
    Operation,
    Sequence,
    Variable,
)
from slmfix_bot.validators.hcl_template import TemplateParser

if TYPE_CHECKING:
    from slmfix_bot.validators.hcl_nodes import Expression
    from slmfix_bot.validators.hcl_scanner import HclError, Token

_PRECEDENCE = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_CONSTANTS = {"true": True, "false": False, "null": None}
_CLOSED_BY = {"[": "]", "{": "}", "(": ")"}
_ENDS_BEFORE_END = "before the end of the file, or the brackets behind it do not match"


class ExpressionParser(TemplateParser):
    """Call `expression` at the beginning of one."""

    def expression(self) -> Expression:
        """A whole expression, conditionals included."""
        condition = self._operations(1)
        if not self.take_if("?"):
            return condition
        yes = self._nested(condition.start)
        if not self.take_if(":"):
            message = "Missing false expression in conditional: (...?...:...) needs a colon and a second value"
            raise self.fail(message)
        no = self._nested(condition.start)
        return Operation("?", (condition, yes, no), condition.start, no.end)

    def _nested(self, start: int) -> Expression:
        """An expression that no bracket encloses, whose depth counts all the same."""
        before = self.open(self.openers[-1] if self.openers else start, lines_count=self.lines_count)
        inner = self.expression()
        self.close(before)
        return inner

    def _operations(self, level: int) -> Expression:
        left = self._operand()
        while True:
            token = self.peek()
            precedence = _PRECEDENCE.get(token.kind, 0)
            if precedence < level:
                return left
            self.take()
            right = self._operations(precedence + 1)
            left = Operation(token.kind, (left, right), left.start, right.end)

    def _operand(self) -> Expression:
        """A term with its signs in front and its accesses behind."""
        signs: list[Token] = []
        while self.peek().kind in {"-", "!"}:
            signs.append(self.take())
        operand = self._accesses(self._term())
        for sign in reversed(signs):
            operand = Operation(sign.text, (operand,), sign.start, operand.end)
        return operand

    def _accesses(self, node: Expression) -> Expression:
        while True:
            if self.peek().kind == ".":
                node = self._dot(node)
            elif self.peek().kind == "[":
                node = self._index(node)
            else:
                return node

    def _dot(self, node: Expression) -> Expression:
        self.take()
        token = self.peek()
        if token.kind == "name":
            self.take()
            return Access(node, token.text, token.start, node.start, token.end)
        if token.kind == "*":
            self.take()
            return Index(node, None, node.start, token.end)
        if token.kind == "number":
            if not token.text.isdigit():
                message = "Invalid legacy index syntax: write indices in brackets"
                raise self.fail(message)
            self.take()
            return Index(node, Literal(float(token.text), token.start, token.end), node.start, token.end)
        message = f"Invalid attribute name: a name is required after a dot, found {self.found}"
        raise self.fail(message)

    def _index(self, node: Expression) -> Expression:
        opener = self.take()
        before = self.open(opener.start, lines_count=False)
        key = None if self.take_if("*") else self.expression()
        end = self.take_if("]")
        if end is None:
            message = f"Missing close bracket on index: expected ], found {self.found}"
            raise self.fail(message)
        self.close(before)
        return Index(node, key, node.start, end.end)

    def _term(self) -> Expression:
        self.check_valid()
        token = self.peek()
        if token.kind == "name":
            return self._name()
        if token.kind == "number":
            return self._number()
        if token.kind in {'"', "heredoc"}:
            self.take()
            return self.quoted(token) if token.kind == '"' else self.heredoc(token)
        if token.kind in _CLOSED_BY:
            self.take()
            before = self.open(token.start, lines_count=token.kind == "{")
            node = self._bracketed(token)
            self.close(before)
            return node
        if token.kind in {"end", "\n"}:
            message = f"Missing expression: expected the start of an expression, but found {self.found}"
            raise self.fail(message)
        message = f"Invalid expression: expected the start of an expression, but found {self.found}"
        raise self.fail(message, found=token.text)

    def _number(self) -> Literal:
        token = self.take()
        try:
            return Literal(float(token.text), token.start, token.end)
        except ValueError:
            message = f"Invalid number literal: {token.text} is not a number"
            raise self.fail(message, token.start) from None

    def _bracketed(self, opener: Token) -> Expression:
        if opener.kind == "(":
            inner = self.expression()
            return Operation("(", (inner,), opener.start, self._closing(opener, "Unbalanced parentheses").end)
        if self._is_loop():
            return self._loop(opener)
        return self._sequence_of(opener) if opener.kind == "[" else self._mapping(opener)

    def _closing(self, opener: Token, summary: str) -> Token:
        closer = _CLOSED_BY[opener.kind]
        token = self.take_if(closer)
        if token is None:
            message = f"{summary}: expected {closer}, found {self.found}"
            raise self.fail(message)
        return token

    def _name(self) -> Expression:
        token = self.take()
        name = token.text
        while self.peek().kind == "::":
            self.take()
            part = self.take_if("name")
            if part is None:
                message = "Missing function name: a name is required behind ::"
                raise self.fail(message)
            name += f"::{part.text}"
        if self.peek().kind == "(":
            return self._call(name, token.start)
        if "::" in name:
            message = "Missing open parenthesis: a name with :: is that of a function"
            raise self.fail(message)
        if name in _CONSTANTS:
            return Literal(_CONSTANTS[name], token.start, token.end)
        return Variable(name, token.start, token.end)

    def _call(self, name: str, start: int) -> Call:
        opener = self.take()
        before = self.open(opener.start, lines_count=False)
        arguments: list[Expression] = []
        expands = False
        while self.peek().kind != ")":
            arguments.append(self.expression())
            if self.take_if("..."):
                expands = True
                break
            if not self.take_if(",") and self.peek().kind != ")":
                self._refuse_unseparated("function call", "Missing argument separator", "function argument")
        end = self._closing(opener, "Missing closing parenthesis")
        self.close(before)
        return Call(name, tuple(arguments), expands, start, end.end)

    def _refuse_unseparated(self, what: str, summary: str, item: str) -> NoReturn:
        self.check_valid()
        message = f"{summary}: expected a comma to mark the next {item}, found {self.found}"
        if self.peek().kind == "end":
            message = f"Unterminated {what}: it is not closed {_ENDS_BEFORE_END}"
        raise self.fail(message)

    def _sequence_of(self, opener: Token) -> Sequence:
        items: list[Expression] = []
        while self.peek().kind != "]":
            items.append(self.expression())
            if not self.take_if(",") and self.peek().kind != "]":
                self._refuse_unseparated("tuple constructor expression", "Missing item separator", "item")
            if self.peek().kind == "end":
                self._refuse_unseparated("tuple constructor expression", "", "")
        return Sequence(tuple(items), opener.start, self.take().end)

    def _mapping(self, opener: Token) -> Mapping:
        items: list[tuple[Expression, Expression]] = []
        while True:
            while self.take_if("\n"):
                pass
            if self.peek().kind in {"}", "end"}:
                break
            key = self.expression()
            if not self.take_if("=") and not self.take_if(":"):
                raise self._no_value()
            items.append((key, self.expression()))
            self.check_valid()
            if self.peek().kind not in {"}", ",", "\n", "end"}:
                message = f"Missing attribute separator: expected a line end or comma, found {self.found}"
                raise self.fail(message)
            if self.peek().kind == ",":
                self.take()
        if self.peek().kind == "end":
            message = f"Unterminated object constructor expression: there is no closing brace {_ENDS_BEFORE_END}"
            raise self.fail(message)
        return Mapping(tuple(items), opener.start, self.take().end)

    def _no_value(self) -> HclError:
        self.check_valid()
        kind = self.peek().kind
        if kind == "end":
            message = "Unterminated object constructor expression: the last attribute has no value"
            return self.fail(message)
        message = f'Missing key/value separator: expected "=", found {self.found}'
        if kind in {"\n", ","}:
            message = 'Missing attribute value: expected a value, introduced by "="'
        return self.fail(message)

    def _is_loop(self) -> bool:
        """Whether `for` follows, line ends aside, which count nothing in front of it."""
        before, self.lines_count = self.lines_count, False
        start = self.skip()
        self.lines_count = before
        is_loop = self.text.startswith("for", start) and not (self.text[start + 3 : start + 4] or " ").isalnum()
        return is_loop and self.text[start + 3 : start + 4] not in {"_", "-"}

    def _loop(self, opener: Token) -> For:
        self.lines_count = False
        self.move(self.position)
        self.take()
        names = self.loop_names()
        collection = self.expression()
        self._expect(":", "a colon is required behind the collection")
        key, value = None, self.expression()
        if self.peek().kind == "=>":
            if opener.kind == "[":
                message = "Invalid 'for' expression: a key is not valid when building a tuple"
                raise self.fail(message)
            self.take()
            key, value = value, self.expression()
        elif opener.kind == "{":
            message = "Invalid 'for' expression: a key expression and => are required when building an object"
            raise self.fail(message)
        if self.peek().kind == "...":
            if opener.kind == "[":
                message = "Invalid 'for' expression: grouping by ... is not valid when building a tuple"
                raise self.fail(message)
            self.take()
        condition = None
        if self.peek().text == "if":
            self.take()
            condition = self.expression()
        end = self._closing(opener, "Invalid 'for' expression")
        return For(names, collection, key, value, condition, opener.start, end.end)

    def _expect(self, kind: str, why: str) -> None:
        if not self.take_if(kind):
            message = f"Invalid 'for' expression: {why}, found {self.found}"
            raise self.fail(message)
