"""HCL native syntax: blocks and arguments. `terraform fmt` is the standard for what parses; agreement was measured
(docs/decisions/0009-terraform-schemas.md)."""

from __future__ import annotations

from slmfix_bot.validators.hcl_expression import ExpressionParser
from slmfix_bot.validators.hcl_nodes import Attribute, Block, Body, Label
from slmfix_bot.validators.hcl_scanner import HclError, Token

BOM = "\ufeff"


def parse_hcl(text: str) -> Body:
    """The tree of a file. Raises HclError for the first error, CannotJudge when the nesting is too deep."""
    parser = BodyParser(text)
    if text.startswith(BOM):
        parser.move(1)
    return parser.body(None)


class BodyParser(ExpressionParser):
    """Bodies, which are arguments and blocks."""

    def body(self, opener: Token | None) -> Body:
        """Up to the closing brace, which is used up, or the end of the file when there is no opener."""
        attributes: dict[str, Attribute] = {}
        blocks: list[Block] = []
        while True:
            token = self.peek()
            if token.kind == "\n":
                self.take()
            elif token.kind == "name":
                item = self._item()
                if isinstance(item, Block):
                    blocks.append(item)
                elif item.name in attributes:
                    message = f'Attribute redefined: the argument "{item.name}" was already set'
                    raise HclError(message, item.start, attributes[item.name].start, item.name)
                else:
                    attributes[item.name] = item
            elif token.kind == ("end" if opener is None else "}"):
                return Body(tuple(attributes.values()), tuple(blocks))
            else:
                raise self._no_item(token)

    def _no_item(self, token: Token) -> HclError:
        self.check_valid()
        if token.kind == "end":
            message = "Unclosed configuration block: there is no closing brace for it before the end of the file"
            return self.fail(message)
        if token.kind == '"':
            return self.fail("Invalid argument name: argument names must not be quoted")
        return self.fail(f"Argument or block definition required: found {self.found}", found=token.text)

    def _item(self) -> Attribute | Block:
        name = self.take()
        kind = self.peek().kind
        if kind == "=":
            return self._attribute(name)
        if kind in {'"', "{", "name"}:
            return self._block(name)
        self.check_valid()
        message = (
            "Argument or block definition required: to set an argument, use the equals sign; "
            f'found {self.found} behind "{name.text}"'
        )
        raise self.fail(message, name.start, name.text)

    def _attribute(self, name: Token) -> Attribute:
        self.take()
        value = self.expression()
        self.check_valid()
        if self.peek().kind == ",":
            message = "Unexpected comma after argument: argument definitions must be separated by line ends, not commas"
            raise self.fail(message, found=",")
        if self.peek().kind not in {"\n", "end"}:
            message = f"Missing newline after argument: an argument must end with a line end, found {self.found}"
            raise self.fail(message)
        return Attribute(name.text, name.start, value)

    def _block(self, kind: Token) -> Block:
        labels = self._labels()
        opener = self.take()
        before = self.open(kind.start, lines_count=True)
        body = self.body(opener) if self.peek().kind in {"\n", "end", "}"} else self._single()
        end = self.take()
        self.close(before)
        self.check_valid()
        if self.peek().kind not in {"\n", "end"}:
            message = f"Missing newline after block definition: a block must end with a line end, found {self.found}"
            raise self.fail(message)
        return Block(kind.text, kind.start, labels, body, end.end)

    def _labels(self) -> tuple[Label, ...]:
        labels: list[Label] = []
        while self.peek().kind != "{":
            token = self.peek()
            if token.kind == "name":
                self.take()
                labels.append(Label(token.text, token.start))
            elif token.kind == '"':
                self.take()
                labels.append(Label(self.quoted(token, literal=True).text or "", token.start))
            else:
                raise self._no_label(token)
        return tuple(labels)

    def _no_label(self, token: Token) -> HclError:
        self.check_valid()
        if token.kind == "=":
            message = "Invalid block definition: the equals sign belongs to an argument, not to a block"
        elif token.kind in {"\n", "end"}:
            message = "Invalid block definition: a block needs an opening brace on the line of its header"
        else:
            message = f"Invalid block definition: a quoted label or an opening brace is expected, found {self.found}"
        return self.fail(message, found=token.text.strip() or None)

    def _single(self) -> Body:
        """`{ name = value }` on one line."""
        name = self.take_if("name")
        if name is None or self.peek().kind != "=":
            self.check_valid()
            message = "Argument definition required: a block on a single line holds one argument and nothing else"
            raise self.fail(message)
        self.take()
        value = self.expression()
        self.check_valid()
        if self.peek().kind != "}":
            message = (
                "Invalid single-argument block definition: a block on a single line ends with a brace "
                f"behind its only argument, found {self.found}"
            )
            raise self.fail(message)
        return Body((Attribute(name.text, name.start, value),), ())
