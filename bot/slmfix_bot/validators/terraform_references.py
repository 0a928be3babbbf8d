"""What expressions name: variables, locals, resources and their attributes, functions, types."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.hcl_nodes import (
    Access,
    Call,
    Expression,
    For,
    Index,
    Literal,
    Template,
    Variable,
    children,
)
from slmfix_bot.validators.terraform_functions import FUNCTIONS, OTHERS
from slmfix_bot.validators.terraform_own import BUILTIN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.hcl_nodes import Attribute, Block
    from slmfix_bot.validators.terraform_calls import Calls
    from slmfix_bot.validators.terraform_module import Module
    from slmfix_bot.validators.terraform_providers import Providers
    from slmfix_bot.validators.terraform_report import Report

# The root of a reference, the kind of name behind it, and what it is called.
_KINDS = {"var": "input variable", "local": "local value", "module": "module call"}
_FIXED = {
    "path": ("module", "root", "cwd"),
    "terraform": ("workspace", "applying"),
    "each": ("key", "value"),
    "count": ("index",),
}
_FREE = frozenset({"self", "run", "resource", "ephemeral"})
_TYPES = frozenset({"string", "number", "bool", "any", "list", "set", "map", "object", "tuple", "optional"})
# Arguments whose value is no expression but names of another kind.
_KEYWORDS = frozenset(
    """ignore_changes replace_triggered_by provider providers when on_failure from to configuration_aliases language
    experiments type events actions""".split()
)


class Chain(NamedTuple):
    """A reference: its root and the steps behind it, a name or an Index each."""

    root: Variable
    steps: tuple[Access | Index, ...]

    def name(self, index: int) -> str | None:
        """The name of a step; None for another step or none."""
        step = self.steps[index] if index < len(self.steps) else None
        return step.name if isinstance(step, Access) else None


def chain_of(node: Expression) -> Chain | None:
    """The reference that an expression is."""
    steps: list[Access | Index] = []
    while isinstance(node, Access | Index):
        steps.append(node)
        node = node.of
    return Chain(node, tuple(reversed(steps))) if isinstance(node, Variable) else None


def walk(node: Expression, bound: frozenset[str] = frozenset()) -> Iterator[tuple[Expression, frozenset[str]]]:
    """The expressions within one with the names that loops bind there; what a reference consists of is not visited
    except its index expressions."""
    stack = [(node, bound)]
    while stack:
        current, names = stack.pop()
        yield current, names
        chain = chain_of(current) if isinstance(current, Access | Index) else None
        if chain is not None:
            keys = [step.key for step in chain.steps if isinstance(step, Index) and step.key is not None]
            stack.extend((key, names) for key in reversed(keys))
        elif isinstance(current, For):
            inner = names | set(current.names)
            parts = [part for part in (current.key, current.value, current.condition) if part is not None]
            stack.extend((part, inner) for part in reversed(parts))
            stack.append((current.collection, names))
        else:
            stack.extend((child, names) for child in reversed(children(current)))


class ReferenceChecker:
    """Checks the expressions of one file."""

    def __init__(self, report: Report, module: Module, providers: Providers, calls: Calls, *, is_snippet: bool) -> None:
        self.report = report
        self.calls = calls
        self.module = module
        self.providers = providers
        self.is_snippet = is_snippet
        self._owner = ("", "")

    def check_block(self, block: Block, bound: frozenset[str] = frozenset(), top: str = "") -> None:
        """All expressions of a block and its blocks; `top` is the kind of the block at the top."""
        if not top:
            top = block.kind
            self._owner = (block.kind, block.labels[0].text if block.labels else "")
        if block.kind == "dynamic" and block.labels:
            iterators = (a.value for a in block.body.attributes if a.name == "iterator")
            named = next((value.name for value in iterators if isinstance(value, Variable)), block.labels[0].text)
            bound |= {named}
        for attribute in block.body.attributes:
            self._attribute(attribute, block, bound, top)
        for inner in block.body.blocks:
            if inner.kind not in {"required_providers", "backend", "cloud", "provider_meta"}:
                self.check_block(inner, bound, top)

    def _attribute(self, attribute: Attribute, block: Block, bound: frozenset[str], top: str) -> None:
        if top == "variable" and block.kind == "variable" and attribute.name == "type":
            self._type(attribute.value)
            return
        is_meta = attribute.name in _KEYWORDS and block.kind in {
            "resource", "data", "module", "lifecycle", "provisioner", "connection", "moved", "import", "removed",
            "terraform", "ephemeral", "action_trigger", "action", "list", "output",
        }  # fmt: skip
        if is_meta and (attribute.name != "type" or block.kind == "output"):
            return
        if attribute.name in {"iterator", "labels"} and block.kind == "dynamic":
            return
        for node, names in walk(attribute.value, bound):
            if isinstance(node, Call):
                self._call(node)
            elif isinstance(node, Access | Index | Variable):
                chain = chain_of(node)
                if chain is not None and chain.root.name not in names:
                    self._reference(chain, is_address=attribute.name == "depends_on")

    def _call(self, call: Call) -> None:
        name = call.name.removeprefix("core::")
        if "::" in name or name in OTHERS:
            return
        if name not in FUNCTIONS:
            message = f'Call to unknown function: there is no function named "{name}"'
            self.report.unknown("unknown-function", message, call.name, call.start, FUNCTIONS)
            return
        least, most = FUNCTIONS[name]
        given = len(call.arguments)
        if call.expands or (given >= least and (most is None or given <= most)):
            return
        wanted = str(least) if most == least else f"at least {least}" if most is None else f"{least} to {most}"
        message = f'Wrong number of function arguments: "{name}" takes {wanted}, not {given}'
        self.report.add("argument-count", message, call.start, found=name)

    def _type(self, value: Expression) -> None:
        if isinstance(value, Template):
            message = "Invalid quoted type constraint: types are written without quotes"
            self.report.add("unknown-type", message, value.start)
            return
        for node, _ in walk(value):
            if isinstance(node, Variable | Call) and node.name not in _TYPES:
                message = f'Invalid type specification: "{node.name}" is no type'
                self.report.unknown("unknown-type", message, node.name, node.start, sorted(_TYPES))

    def _reference(self, chain: Chain, *, is_address: bool) -> None:
        root, first = chain.root, chain.name(0)
        if root.name in _KINDS:
            if first is not None:
                self._declared(root.name, first, _KINDS[root.name], chain.steps[0])
                if root.name == "module":
                    self._output(first, chain)
            elif not chain.steps:
                message = f'Invalid reference: "{root.name}" must be followed by a name'
                self.report.add("invalid-reference", message, root.start, found=root.name)
        elif root.name in _FIXED:
            if first is not None and first not in _FIXED[root.name]:
                message = f'Invalid "{root.name}" attribute: there is no "{root.name}.{first}"'
                at = chain.steps[0].end - len(first)
                self.report.unknown("unknown-attribute", message, first, at, _FIXED[root.name])
        elif root.name == "data":
            if first is not None and chain.name(1) is not None:
                self._resource("data", first, chain.name(1) or "", chain, 2, is_address=is_address)
        elif root.name == "self":
            step = chain.steps[0] if chain.steps else None
            if self._owner[0] in {"resource", "data"} and isinstance(step, Access):
                self._attribute_of(*self._owner, step)
        elif root.name not in _FREE:
            if first is None:
                message = f'Invalid reference: "{root.name}" is neither a keyword nor a resource with its name'
                legal = self._names_like(root.name)
                self.report.unknown("invalid-reference", message, root.name, root.start, legal)
            else:
                self._resource("resource", root.name, first, chain, 1, is_address=is_address)

    def _names_like(self, name: str) -> list[str]:
        """References that a bare name may stand for."""
        found = [f"{kind}.{name}" for kind in ("var", "local", "module") if self.module.declares(kind, name)]
        found += [f"module.{name}"] if self.module.declares("module", name) else []
        return [*dict.fromkeys(found), "true", "false", "null"] if not found else list(dict.fromkeys(found))

    def _severity(self, kind: str) -> Severity | None:
        """How surely a name of the kind is missing when no file that was seen declares it."""
        if self.module.is_whole:
            return Severity.ERROR
        return Severity.WARNING if self.is_snippet or self.module.names.get(kind) else None

    def _declared(self, kind: str, name: str, what: str, step: Access | Index) -> None:
        if self.module.declares(kind, name):
            return
        severity = self._severity(kind)
        if severity is not None:
            message = f'Reference to undeclared {what}: "{kind}.{name}" is not declared in this module'
            legal = sorted(self.module.names.get(kind, ()))
            self.report.unknown(f"unknown-{_RULES[kind]}", message, name, step.end - len(name), legal, severity)

    def _output(self, name: str, chain: Chain) -> None:
        steps = chain.steps[1:]
        if ("module", name) in self.module.keyed:
            steps = steps[1:] if steps and isinstance(steps[0], Index) else ()
        called = self.calls.of(self.module.sources.get(name, ""))
        if called is not None and steps and isinstance(steps[0], Access) and steps[0].name not in called.outputs:
            message = f'Unsupported attribute: module "{name}" has no output "{steps[0].name}"'
            self.report.unknown("unknown-attribute", message, steps[0].name, steps[0].at, sorted(called.outputs))

    def _resource(self, kind: str, type_name: str, name: str, chain: Chain, at: int, *, is_address: bool) -> None:
        """A resource or data source, whether it exists, and the attribute behind it."""
        full = f"{type_name}.{name}"
        if not self.module.declares(kind, full):
            severity = self._severity(kind)
            if severity is not None:
                what = "data source" if kind == "data" else "resource"
                message = f'Reference to undeclared {what}: "{full}" is not declared in this module'
                legal = sorted(self.module.names.get(kind, ()))
                self.report.unknown("unknown-resource", message, full, self._start(chain, kind), legal, severity)
            return
        steps = chain.steps[at:]
        if is_address:
            return
        is_keyed = (kind, full) in self.module.keyed
        if steps and isinstance(steps[0], Index):
            if not is_keyed and steps[0].key is not None:
                if isinstance(steps[0].key, Literal | Template):
                    message = f'Unexpected resource instance key: "{full}" has neither "count" nor "for_each"'
                    self.report.add("unexpected-key", message, chain.root.start, found=full)
                return
            steps = steps[1:]
        elif steps and is_keyed:
            message = f'Missing resource instance key: "{full}" has "count" or "for_each", so an index must follow'
            self.report.add("missing-key", message, chain.root.start, found=full)
            return
        if steps and isinstance(steps[0], Access):
            self._attribute_of(kind, type_name, steps[0])

    @staticmethod
    def _start(chain: Chain, kind: str) -> int:
        first = chain.steps[0]
        return first.at if kind == "data" and isinstance(first, Access) else chain.root.start

    def _attribute_of(self, kind: str, type_name: str, step: Access) -> None:
        schemas = [provider.schema(kind, type_name) for provider in self.providers.of(type_name)]
        schemas.append(BUILTIN.get((kind, type_name)))
        known = [schema for schema in schemas if schema is not None]
        if not known or any(schema.is_open or step.name in schema for schema in known):
            return
        what = "data source" if kind == "data" else "resource"
        message = f'Unsupported attribute: the {what} "{type_name}" has no attribute "{step.name}"'
        legal = (*known[0].arguments, *known[0].objects)
        self.report.unknown("unknown-attribute", message, step.name, step.at, legal)


_RULES = {"var": "variable", "local": "local", "module": "module"}
