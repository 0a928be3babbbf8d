"""The blocks at the top of a Terraform file: kinds, labels, what they hold, and what they name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.hcl_nodes import Access, Body, Template, Variable
from slmfix_bot.validators.hcl_nodes import Sequence as Items
from slmfix_bot.validators.terraform_body import BodyChecker
from slmfix_bot.validators.terraform_calls import Calls
from slmfix_bot.validators.terraform_module import source_of
from slmfix_bot.validators.terraform_own import (
    ANYTHING,
    BACKENDS,
    BUILTIN,
    META_DATA,
    META_PROVIDER,
    META_RESOURCE,
    OWN,
    Own,
)
from slmfix_bot.validators.terraform_providers import Providers, known_types
from slmfix_bot.validators.terraform_references import ReferenceChecker, chain_of
from slmfix_bot.validators.terraform_schema import BodySchema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.hcl_nodes import Attribute, Block
    from slmfix_bot.validators.terraform_module import Module
    from slmfix_bot.validators.terraform_report import Report

_NAME = re.compile(r"[^\W\d][\w-]*")
_RESERVED = frozenset({"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"})
_KIND_NAMES = {"resource": "resource", "data": "data source"}


class StructureChecker:
    """Checks one file; `absence` is the severity of what is missing."""

    def __init__(
        self, report: Report, module: Module, program: Program, absence: Severity, *, is_snippet: bool
    ) -> None:
        self.report = report
        self.absence = absence
        self.calls = Calls(program)
        self.providers = Providers(module, program.schema)
        self.bodies = BodyChecker(report, absence)
        self.references = ReferenceChecker(report, module, self.providers, self.calls, is_snippet=is_snippet)
        self._seen: dict[tuple[str, str], int] = {}

    def check(self, body: Body) -> None:
        """Everything in the file."""
        for attribute in body.attributes:
            message = f'Unsupported argument: "{attribute.name}" stands outside of any block'
            self.report.add("unknown-argument", message, attribute.start)
        for block in body.blocks:
            own = OWN.get(block.kind)
            if own is None:
                message = f'Unsupported block type: there are no blocks of type "{block.kind}"'
                self.report.unknown("unknown-block", message, block.kind, block.start, OWN)
                continue
            if self._labels(block, own):
                self._unique(block)
                self._body(block, own)
            self.references.check_block(block)

    def _labels(self, block: Block, own: Own) -> bool:
        given, wanted = len(block.labels), len(own.labels)
        if given != wanted:
            if given < wanted:
                message = f"Missing {own.labels[given]} for {block.kind}: it takes {_count(wanted)}"
            else:
                message = f"Extraneous label for {block.kind}: it takes {_count(wanted)}"
            severity = self.absence if given < wanted else Severity.ERROR
            self.report.add("wrong-labels", message, block.start, found=block.kind, severity=severity)
            return False
        for what, label in zip(own.labels, block.labels, strict=True):
            is_reserved = block.kind == "variable" and label.text in _RESERVED
            if not _NAME.fullmatch(label.text) or is_reserved:
                reason = "it is reserved" if is_reserved else "a letter, then letters, digits, _ and - are allowed"
                message = f'Invalid {what} of {block.kind}: "{label.text}", {reason}'
                self.report.add("invalid-name", message, label.start, found=label.text)
                return False
        return True

    def _unique(self, block: Block) -> None:
        names = [(block.kind, ".".join(label.text for label in block.labels), block.start)]
        if block.kind == "locals":
            names = [("local", attribute.name, attribute.start) for attribute in block.body.attributes]
        elif block.kind in {"terraform", "moved", "import", "removed", "provider"}:
            return
        for kind, name, start in names:
            first = self._seen.setdefault((kind, name), start)
            if first != start:
                message = f'Duplicate {kind}: "{name}" was already declared'
                self.report.add("duplicate-declaration", message, start, found=name, related=first)

    def _body(self, block: Block, own: Own) -> None:
        labels = [label.text for label in block.labels]
        if block.kind in _KIND_NAMES:
            self._resource(block, block.kind, labels[0])
        elif block.kind == "provider":
            schemas = [provider.schema("provider", "") for provider in self.providers.of(labels[0], labels[0])]
            relaxed = [_without_needs(schema) for schema in schemas if schema is not None]
            self._against(block, relaxed, f'provider "{labels[0]}"', META_PROVIDER)
        elif block.kind in {"ephemeral", "list", "action"}:
            self.bodies.check(block.body, ANYTHING, block.kind, block.start)
        else:
            where = " ".join([block.kind, *(f'"{label}"' for label in labels)])
            self.bodies.check(block.body, own.body, where, block.start)
            if block.kind == "module":
                self._call(block, where)
            for inner in block.body.blocks if block.kind == "terraform" else ():
                if inner.kind == "backend" and len(inner.labels) == 1:
                    self._backend(inner.labels[0].text, inner.labels[0].start)
            if block.kind in {"module", "locals"}:
                for inner in block.body.blocks:
                    if inner.kind != "lifecycle" or block.kind == "locals":
                        message = f'Unexpected "{inner.kind}" block: {where} takes arguments only'
                        self.report.add("unknown-block", message, inner.start, found=inner.kind)
            elif block.kind == "check":
                for inner in block.body.blocks:
                    if inner.kind == "data" and len(inner.labels) == 2:
                        self._resource(inner, "data", inner.labels[0].text)

    def _call(self, block: Block, where: str) -> None:
        called = self.calls.of(source_of(block))
        if called is None:
            return
        arguments = {name: ("v", "r" if is_needed else "o") for name, is_needed in called.inputs.items()}
        meta = OWN["module"].body
        known = BodySchema({**arguments, **{name: (letter, "o") for name, (letter, _) in meta.arguments.items()}}, {})
        self.bodies.check(Body(block.body.attributes, ()), known, where, block.start)

    def _resource(self, block: Block, kind: str, type_name: str) -> None:
        meta = META_RESOURCE if kind == "resource" else META_DATA
        where = f'{kind} "{type_name}"'
        both = [a for a in block.body.attributes if a.name in {"count", "for_each"}]
        if len(both) == 2:
            message = 'Invalid combination of "count" and "for_each": only one of them may be set'
            self.report.add("conflicting-arguments", message, both[1].start, found=both[1].name, related=both[0].start)
        if type_name.startswith("terraform_"):
            self._builtin(block, kind, type_name, meta)
            return
        local = next((_provider(a) for a in block.body.attributes if a.name == "provider"), None)
        schemas = self.providers.of(type_name, local)
        if not schemas and local is None and (meant := self.providers.misspelt(type_name, kind)):
            message = f'Invalid {_KIND_NAMES[kind]} type: no known provider has a {_KIND_NAMES[kind]} "{type_name}"'
            self.report.unknown("unknown-resource-type", message, type_name, block.labels[0].start + 1, meant)
            return
        if schemas and not any(type_name in provider.types[kind] for provider in schemas):
            self._unknown_type(block, kind, type_name)
            return
        found = [schema for provider in schemas if (schema := provider.schema(kind, type_name)) is not None]
        self._against(block, found, where, meta)
        self._ignored(block, found, where)

    def _builtin(self, block: Block, kind: str, type_name: str, meta: BodySchema) -> None:
        schema = BUILTIN.get((kind, type_name))
        if schema is None:
            message = f'Invalid {_KIND_NAMES[kind]} type: Terraform has no {_KIND_NAMES[kind]} "{type_name}"'
            names = [name for of, name in BUILTIN if of == kind]
            self.report.unknown("unknown-resource-type", message, type_name, block.labels[0].start + 1, names)
            return
        self._against(block, [schema], f'{kind} "{type_name}"', meta)
        self._ignored(block, [schema], f'{kind} "{type_name}"')
        for attribute in block.body.attributes:
            if attribute.name == "backend" and isinstance(attribute.value, Template) and attribute.value.text:
                self._backend(attribute.value.text, attribute.value.start)

    def _backend(self, name: str, start: int) -> None:
        if name not in BACKENDS:
            message = f'Invalid backend configuration: there is no backend type named "{name}"'
            self.report.unknown("unknown-backend", message, name, start + 1, BACKENDS)

    def _ignored(self, block: Block, schemas: Sequence[BodySchema], where: str) -> None:
        """The names under `ignore_changes`."""
        attributes = (a for inner in block.body.blocks if inner.kind == "lifecycle" for a in inner.body.attributes)
        lists = [a.value for a in attributes if a.name == "ignore_changes" and isinstance(a.value, Items)]
        for item in lists[0].items if lists and schemas else ():
            chain = chain_of(item)
            name = chain.root.name if chain else None
            if name is None or name == "all" or any(schema.is_open or name in schema for schema in schemas):
                continue
            message = f'Unsupported attribute: {where} has no "{name}" whose changes could be ignored'
            legal = (*schemas[0].arguments, *schemas[0].objects)
            self.report.unknown("unknown-attribute", message, name, item.start, legal)

    def _unknown_type(self, block: Block, kind: str, type_name: str) -> None:
        schemas = self.providers.of(type_name)
        types = known_types(schemas, kind)
        words = set(type_name.split("_")[1:])
        related = (t for t in types if words & set(t.split("_"))) if self.report.explains else ()
        pool = sorted(related, key=lambda t: (-len(words & set(t.split("_"))), t))[:60]
        message = f'Invalid {_KIND_NAMES[kind]} type: the provider has no {_KIND_NAMES[kind]} "{type_name}"'
        other = "data" if kind == "resource" else "resource"
        if any(type_name in provider.types[other] for provider in schemas):
            message += f", only a {_KIND_NAMES[other]} of that name"
        legal = pool or sorted(types)
        self.report.unknown("unknown-resource-type", message, type_name, block.labels[0].start + 1, legal)

    def _against(self, block: Block, schemas: Sequence[BodySchema], where: str, meta: BodySchema) -> None:
        """Holds the body against the newest of the possible schemas, unless another has nothing to say against it."""
        first: Report | None = None
        for schema in schemas or [ANYTHING]:
            attempt = self.report.attempt()
            BodyChecker(attempt, self.absence).check(block.body, schema, where, block.start, meta)
            if not any(d.severity is Severity.ERROR for d in attempt.found):
                first = attempt
                break
            first = first or attempt
        self.report.found.extend(first.found if first else ())


def _count(number: int) -> str:
    return "no label" if number == 0 else f"{number} label{'s' * (number > 1)}"


def _provider(attribute: Attribute) -> str | None:
    value = attribute.value
    while isinstance(value, Access):
        value = value.of
    if isinstance(value, Template):
        return (value.text or "").partition(".")[0] or None
    return value.name if isinstance(value, Variable) else None


def _without_needs(schema: BodySchema) -> BodySchema:
    """What a provider requires may also come from its environment."""
    arguments = {name: (letter, "o") for name, (letter, _) in schema.arguments.items()}
    objects = {name: nested._replace(need="o") for name, nested in schema.objects.items()}
    return BodySchema(arguments, objects, schema.is_open)
