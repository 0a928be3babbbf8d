"""Kubernetes manifests as the API server's strict field validation sees them.

Kinds of groups that are not Kubernetes' own (custom resources, kustomize, Helm charts) are not judged beyond YAML's
syntax. The table is of one version: what an older one accepted and it does not is told by name.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.ansible_document import Document, Item, items, literal
from slmfix_bot.validators.governed import check_plain, is_json, read_nodes
from slmfix_bot.validators.governed_report import in_order, replaced, report
from slmfix_bot.validators.kubernetes_rules import judge_relations
from slmfix_bot.validators.names import nearest, similarity
from slmfix_bot.validators.schema_judge import SchemaJudge
from slmfix_bot.validators.schema_problem import UNKNOWN
from slmfix_bot.validators.schema_scalar import Reading
from slmfix_bot.validators.schema_table import read_member

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program

_ARCHIVE = "kubernetes"
# Groups of the API server whose kinds the table lists in full. Distributions added kinds of their own to `v1`.
_OPEN = frozenset({"v1"})
_NEAR = 1.2  # similarity of names (names.py) from which a group is taken for a misspelling
# Files of kustomize that complete others: what they lack, the others have.
_PATCH = re.compile(r"(^|/)(overlays?|patch(es)?|components|kustom\w*)/|[^/]*patch[^/]*$")
_ALIKE = 0.88  # share of equal letters from which a kind is; Template and PodTemplate are two kinds


class KubernetesValidator:
    """Kinds and their versions, fields, types, required fields and closed sets of values."""

    name = "Kubernetes API schema"
    languages = ("kubernetes",)

    def version(self) -> str:
        """The version of Kubernetes that the table is of."""
        return str(read_member(_ARCHIVE, "index")["version"])

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """Syntax errors, else what the API server would refuse in the documents of known kinds."""
        plain = check_plain(program)
        if any(found.message == "Extra data" for found in plain):
            msg = "several JSON documents in one file"
            raise CannotJudge(msg)
        if any(found.rule == "syntax" for found in plain):
            return plain
        document = Document(text=program.text, path=program.path)
        document.diagnostics.extend(plain)
        reading = Reading.JSON if is_json(program) else Reading.STRICT
        for root in read_nodes(program):
            _judge_object(document, root, reading)
        return in_order(document.diagnostics)


def _judge_object(document: Document, root: yaml.Node, reading: Reading) -> None:
    if not isinstance(root, yaml.MappingNode):
        return
    pairs = {item.key: item for item in items(root)}
    if "kind" not in pairs or "apiVersion" not in pairs:
        return
    kind, api = literal(pairs["kind"].value), literal(pairs["apiVersion"].value)
    if kind is None or api is None:
        return
    if kind.endswith("List") and "items" in pairs and isinstance(pairs["items"].value, yaml.SequenceNode):
        for entry in pairs["items"].value.value:
            _judge_object(document, entry, reading)
        return
    if _definition(kind, api) is None:
        meant = _judge_name(document, pairs, kind, api)
        if meant is None:
            return
        kind, api = meant  # what else is wrong shows at once
    _judge_fields(document, root, kind, api, reading)


def _judge_fields(document: Document, root: yaml.Node, kind: str, api: str, reading: Reading) -> None:
    group = api.rpartition("/")[0] or "core"
    schema = read_member(_ARCHIVE, group)
    judge = SchemaJudge(schema, reading)
    is_part = bool(_PATCH.search(document.path))
    problems = judge.judge(root, schema["$defs"][_definition(kind, api)], kind)
    named = {"apiVersion", "kind"}
    problems = tuple(p for p in problems if p.where.strip("'") not in named)
    report(document, problems, frozenset({"missing-key"} if is_part else ()))
    if not is_part and not any(problem.rule == UNKNOWN for problem in problems):  # a wrong key hides what is related
        judge_relations(document, kind, root)


def _definition(kind: str, api: str) -> str | None:
    kinds: dict[str, dict[str, str]] = read_member(_ARCHIVE, "index")["kinds"]
    return kinds.get(kind, {}).get(api)


def _judge_name(document: Document, pairs: dict[str, Item], kind: str, api: str) -> tuple[str, str] | None:
    """Whether a kind and version that the table lacks are a removed one, a misspelling, or somebody else's; returns
    the kind and version that were surely meant."""
    index: dict[str, Any] = read_member(_ARCHIVE, "index")
    kinds: dict[str, dict[str, str]] = index["kinds"]
    removed: dict[str, dict[str, str]] = index["removed"]
    known_apis = {version for versions in (*kinds.values(), *removed.values()) for version in versions}
    if api in removed.get(kind, {}):
        current = tuple(kinds.get(kind, ()))
        _report_removed(document, pairs["apiVersion"].value, kind, api, removed[kind][api], current)
        return (kind, current[0]) if len(current) == 1 else None
    if kind in kinds:
        if api in known_apis or _resembles(api, kinds[kind]):
            expected = nearest(api, kinds[kind])
            message = f"{kind} is not of apiVersion {api!r} but of {' or '.join(kinds[kind])}"
            value = pairs["apiVersion"].value
            fix = replaced(document.text, value, expected[0]) if len(expected) == 1 else ()
            document.report("unknown-api-version", message, value, found=api, expected=expected, fix=fix)
            return (kind, expected[0]) if len(expected) == 1 else None
    elif api in known_apis and kind not in index["others"]:
        of_version = [name for name, versions in kinds.items() if api in versions]
        near = get_close_matches(kind, kinds, n=3, cutoff=_ALIKE) or (() if api in _OPEN else nearest(kind, of_version))
        if near and kind not in removed:
            message = f"apiVersion {api!r} has no kind {kind!r}"
            document.report("unknown-kind", message, pairs["kind"].value, found=kind, expected=tuple(near))
            return (near[0], api) if len(near) == 1 and near[0] in of_version else None
    return None


def _resembles(api: str, versions: dict[str, str]) -> bool:
    """Whether an unknown apiVersion can only be meant for a kind of Kubernetes: a group of others has a dot in it."""
    group = api.rpartition("/")[0]
    own = {version.rpartition("/")[0] for version in versions}
    return "." not in group or group in own or any(similarity(group, name) >= _NEAR for name in own if name)


def _report_removed(
    document: Document, value: yaml.Node, kind: str, api: str, version: str, current: tuple[str, ...]
) -> None:
    advice = f"; it is {' or '.join(current)} now" if current else "; nothing of that name took its place"
    message = f"Kubernetes {version} removed {kind} from apiVersion {api!r}{advice}"
    fix = replaced(document.text, value, current[0]) if len(current) == 1 else ()
    document.report("removed-api", message, value, found=api, expected=nearest(api, current), fix=fix)


KUBERNETES = KubernetesValidator()
