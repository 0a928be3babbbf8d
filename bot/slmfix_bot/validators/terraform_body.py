"""Holds the body of a block against its schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.edit import replace_lines
from slmfix_bot.core.text import bare_lines
from slmfix_bot.validators.hcl_nodes import For, Literal, Mapping, Sequence, Template
from slmfix_bot.validators.terraform_own import INNER_LABELS, PROVISIONERS
from slmfix_bot.validators.terraform_schema import BodySchema, Nested
from slmfix_bot.validators.terraform_values import misfit

if TYPE_CHECKING:
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.validators.hcl_nodes import Attribute, Block, Body
    from slmfix_bot.validators.terraform_report import Report

_NOTHING = BodySchema({}, {})


class BodyChecker:
    """`absence` is the severity of what is missing: a warning where the text may be a part of something."""

    def __init__(self, report: Report, absence: Severity) -> None:
        self.report = report
        self.absence = absence

    def check(self, body: Body, schema: BodySchema, where: str, at: int, meta: BodySchema = _NOTHING) -> None:
        """Reports everything in the body that the schema refuses; `where` names the block in messages, `at` is its
        offset; `meta` holds what the language itself allows there."""
        start = len(self.report.found)
        for attribute in body.attributes:
            self._argument(attribute, schema, where, meta)
        meant = {d.expected[0] for d in self.report.found[start:] if d.rule == "unknown-argument" and d.expected}
        given = {_kind(block) for block in body.blocks}
        seen: set[str] = set()
        for block in body.blocks:
            self._block(block, schema, where, meta, meant)
            kind = _kind(block)
            if kind in seen and self._nested(kind, schema, meta, "1") and block.kind != "dynamic":
                message = f'Too many {kind} blocks: {where} takes one "{kind}"'
                self.report.add("duplicate-block", message, block.start, found=kind, severity=Severity.ERROR)
            seen.add(kind)
        # What a wrong name stands for is not missing on top of that.
        self._missing(body, schema, where, at, {*given, *meant})
        self._missing(body, meta, where, at, {*given, *meant})

    def _nested(self, kind: str, schema: BodySchema, meta: BodySchema, nesting: str) -> bool:
        nested = meta.objects.get(kind) or schema.objects.get(kind)
        return nested is not None and nested.nesting == nesting

    def _argument(self, attribute: Attribute, schema: BodySchema, where: str, meta: BodySchema) -> None:
        name = attribute.name
        if name in meta.arguments or name in schema.arguments:
            letter, need = meta.arguments.get(name) or schema.arguments[name]
            if need == "c":
                message = f'"{name}" cannot be set in {where}: its value is decided by the provider'
                self.report.add("read-only-argument", message, attribute.start, found=name)
            elif problem := misfit(attribute.value, letter):
                message = f'Inappropriate value for "{name}" in {where}: {problem}'
                self.report.add("wrong-type", message, attribute.value.start, found=name)
            return
        nested = meta.objects.get(name) or schema.objects.get(name)
        if nested is not None:
            self._object(attribute, nested, where)
        elif not schema.is_open:
            message = f'Unsupported argument: "{name}" is not expected in {where}'
            legal = (*schema.settable, *meta.settable)
            self.report.unknown("unknown-argument", message, name, attribute.start, legal)

    def _object(self, attribute: Attribute, nested: Nested, where: str) -> None:
        name, value = attribute.name, attribute.value
        if nested.need == "c":
            message = f'"{name}" cannot be set in {where}: its value is decided by the provider'
            self.report.add("read-only-argument", message, attribute.start, found=name)
        elif nested.place == "b":
            message = f'"{name}" is a block in {where}, not an argument: write it without the equals sign'
            fix = self._as_block(attribute)
            self.report.add("block-expected", message, attribute.start, found=name, fix=fix)
        elif nested.nesting in {"l", "t"} and isinstance(value, Mapping | Template | Literal):
            is_null = isinstance(value, Literal) and value.value is None
            if not is_null:
                message = f'Inappropriate value for "{name}" in {where}: a list of objects is required'
                self.report.add("wrong-type", message, value.start, found=name)
        elif nested.nesting == "1" and isinstance(value, Sequence | Template):
            message = f'Inappropriate value for "{name}" in {where}: an object is required'
            self.report.add("wrong-type", message, value.start, found=name)
        elif nested.nesting == "m" and isinstance(value, Sequence | Template) and not isinstance(value, For):
            message = f'Inappropriate value for "{name}" in {where}: a map of objects is required'
            self.report.add("wrong-type", message, value.start, found=name)

    def _as_block(self, attribute: Attribute) -> tuple[Edit, ...]:
        """Without the equals sign, where what it introduces is already written as the inside of a block is."""
        value = attribute.value
        inside = self.report.text[value.start : value.end]
        if not isinstance(value, Mapping) or not value.items or inside.count("\n") < 2:
            return ()
        if not all(_is_bare(key) for key, _ in value.items) or re.search(r",[ \t]*\n|^\s*\w+\s*:", inside, re.M):
            return ()
        line = self.report.line_of(attribute.start)
        content = bare_lines(self.report.text)[line - 1]
        return (replace_lines(line, line, [re.sub(r"\s*=\s*\{", " {", content, count=1)]),)

    def _block(self, block: Block, schema: BodySchema, where: str, meta: BodySchema, meant: set[str]) -> None:
        if block.kind == "dynamic" and block.labels and "dynamic" not in schema:
            self._dynamic(block, schema, where, meta)
            return
        nested = meta.objects.get(block.kind) or schema.objects.get(block.kind)
        is_settable = nested is not None and nested.need != "c"
        if nested is not None and is_settable and nested.place != "a":
            self._labels(block, where, is_own=block.kind in meta.objects or bool(INNER_LABELS.get(block.kind)))
            inner = nested.body() if nested.body else None
            if block.kind == "provisioner" and block.labels and block.kind in meta.objects:
                inner = self._provisioner(block, where)
            if inner is not None:
                self.check(block.body, inner, f'"{block.kind}" of {where}', block.start)
        elif is_settable or block.kind in schema.arguments or block.kind in meta.arguments:
            letter = schema.arguments.get(block.kind, ("", ""))[0]
            if letter == "x" and block.kind not in meta.arguments:
                return
            message = f'"{block.kind}" is an argument in {where}, not a block: write it with an equals sign'
            fix = self._as_argument(block)
            self.report.add("argument-expected", message, block.start, found=block.kind, fix=fix)
        elif not schema.is_open and block.kind != "_":
            message = f'Unsupported block type: blocks of type "{block.kind}" are not expected in {where}'
            legal = (*schema.objects, *meta.objects, *schema.arguments)
            self.report.unknown("unknown-block", message, block.kind, block.start, legal)
            meant.update(self.report.found[-1].expected[:1])

    def _provisioner(self, block: Block, where: str) -> BodySchema | None:
        name = block.labels[0].text
        if name not in PROVISIONERS:
            message = f'Missing required provisioner plugin: {where} asks for "{name}", which does not exist'
            self.report.unknown("unknown-provisioner", message, name, block.labels[0].start + 1, PROVISIONERS)
        return PROVISIONERS.get(name)

    def _as_argument(self, block: Block) -> tuple[Edit, ...]:
        if block.labels or block.body.blocks:
            return ()
        line = self.report.line_of(block.start)
        content = bare_lines(self.report.text)[line - 1]
        return (replace_lines(line, line, [re.sub(rf"^(\s*{re.escape(block.kind)})\s*\{{", r"\1 = {", content)]),)

    def _dynamic(self, block: Block, schema: BodySchema, where: str, meta: BodySchema) -> None:
        name = block.labels[0]
        nested = schema.objects.get(name.text)
        if nested is None or nested.need == "c" or nested.place == "a":
            if not schema.is_open and name.text not in schema.arguments:
                message = f'Unsupported block type: blocks of type "{name.text}" are not expected in {where}'
                blocks = (n for n, inner in schema.objects.items() if inner.place != "a")
                self.report.unknown("unknown-block", message, name.text, name.start + 1, blocks)
            return
        contents = [inner for inner in block.body.blocks if inner.kind == "content"]
        if not contents or not any(a.name == "for_each" for a in block.body.attributes):
            lacks = "a content block" if not contents else 'the argument "for_each"'
            message = f'The dynamic block "{name.text}" of {where} lacks {lacks}'
            self.report.add("missing-argument", message, block.start, found="dynamic", severity=self.absence)
        inner = nested.body() if nested.body else None
        for content in contents if inner is not None else ():
            self.check(content.body, inner or _NOTHING, f'"{name.text}" of {where}', content.start)

    def _labels(self, block: Block, where: str, *, is_own: bool) -> None:
        wanted = INNER_LABELS.get(block.kind, 0) if is_own else 0
        if len(block.labels) != wanted:
            message = f'"{block.kind}" in {where} takes {wanted or "no"} label{"s" * (wanted != 1)}'
            self.report.add("wrong-labels", message, block.start, found=block.kind)

    def _missing(self, body: Body, schema: BodySchema, where: str, at: int, given: set[str]) -> None:
        written = {attribute.name for attribute in body.attributes}
        nulls = {a.name for a in body.attributes if isinstance(a.value, Literal) and a.value.value is None}
        for name, (letter, need) in schema.arguments.items():
            # To a provider an argument that is null is not there; the language's own take null for a value.
            is_set = name in written and (name not in nulls or letter == "v")
            if need == "r" and not is_set and name not in given:
                message = f'Missing required argument: {where} needs "{name}"'
                self.report.add("missing-argument", message, at, expected=(name,), severity=self.absence)
        for name, nested in schema.objects.items():
            if nested.need == "r" and name not in written and name not in given:
                message = f'Missing required block: {where} needs "{name}"'
                self.report.add("missing-argument", message, at, expected=(name,), severity=self.absence)


def _kind(block: Block) -> str:
    return block.labels[0].text if block.kind == "dynamic" and block.labels else block.kind


def _is_bare(key: object) -> bool:
    return type(key).__name__ == "Variable"
