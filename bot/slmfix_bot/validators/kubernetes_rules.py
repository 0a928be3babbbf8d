"""What the API server checks between the fields of one manifest: labels, volumes, ports, and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_document import get, items
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.schema_scalar import ANY, Reading, types_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.ansible_document import Document

_WITH_SELECTOR = frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"})
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
# Kinds whose names are parts of a path and may hold nearly anything.
_FREE_NAMES = frozenset(
    {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "APIService", "Event", "FlowSchema"}
)


def judge_relations(document: Document, kind: str, root: yaml.Node) -> None:
    """Adds what contradicts itself in an object whose fields are right."""
    if kind not in _FREE_NAMES:
        _judge_name(document, _at(root, "metadata", "name"), _SUBDOMAIN)
    if kind in _WITH_SELECTOR:
        _judge_selector(document, root)
    for spec in _pod_specs(kind, root):
        _judge_pod(document, spec, _claims(root))
    if kind == "Job":
        _judge_restart(document, _at(root, "spec", "template", "spec", "restartPolicy"), {"Never", "OnFailure"}, kind)
    elif kind in _WITH_SELECTOR:
        _judge_restart(document, _at(root, "spec", "template", "spec", "restartPolicy"), {"Always"}, kind)


def _at(node: yaml.Node | None, *keys: str) -> yaml.Node | None:
    for key in keys:
        node = get(node, key) if node is not None else None
    return node


def _text(node: yaml.Node | None) -> str | None:
    """The text of a scalar that is a string and not computed."""
    if not isinstance(node, yaml.ScalarNode) or types_of(node, Reading.STRICT) is ANY:
        return None
    return str(node.value)


def _pod_specs(kind: str, root: yaml.Node) -> Iterator[yaml.Node]:
    if kind == "Pod":
        path: tuple[str, ...] = ("spec",)
    elif kind == "CronJob":
        path = ("spec", "jobTemplate", "spec", "template", "spec")
    else:
        path = ("spec", "template", "spec")
    spec = _at(root, *path)
    if spec is not None:
        yield spec


def _entries(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _judge_name(document: Document, node: yaml.Node | None, form: re.Pattern[str]) -> None:
    name = _text(node)
    if node is None or not name or form.fullmatch(name) or "$" in name:
        return
    proposal = re.sub(r"[^a-z0-9.-]+", "-", name.lower()).strip("-.")
    message = f"{name[:80]!r} is no name: small letters, digits and '-' only, with a letter or digit at both ends"
    expected = (proposal,) if form.fullmatch(proposal) else ()
    document.report("wrong-name", message, node, found=name, expected=expected)


def _judge_selector(document: Document, root: yaml.Node) -> None:
    selector, labels = _at(root, "spec", "selector", "matchLabels"), _at(root, "spec", "template", "metadata", "labels")
    if selector is None or not isinstance(selector, yaml.MappingNode) or _is_open(selector) or _is_open(labels):
        return
    own = {item.key: _text(item.value) for item in items(labels)} if labels is not None else {}
    for item in items(selector):
        wanted, has = _text(item.value), own.get(item.key, "")
        if wanted is None or has is None or wanted == has:
            continue
        message = f"the selector wants {item.key}={wanted}, which the labels of the template do not have"
        document.report("selector-mismatch", message, item.value if has else item.key_node)


def _is_open(node: yaml.Node | None) -> bool:
    """Whether a mapping may hold more than it shows."""
    return node is not None and (
        types_of(node, Reading.STRICT) is ANY or any(item.key.startswith(("{{", "$", "<")) for item in items(node))
    )


def _claims(root: yaml.Node) -> list[str | None]:
    """The volumes that a StatefulSet makes for each pod."""
    return [_text(_at(entry, "metadata", "name")) for entry in _entries(_at(root, "spec", "volumeClaimTemplates"))]


def _judge_pod(document: Document, spec: yaml.Node, claims: list[str | None]) -> None:
    volumes = [*claims, *(_text(get(entry, "name")) for entry in _entries(get(spec, "volumes")))]
    is_known = None not in volumes
    seen: set[str] = set()
    for field in ("initContainers", "containers"):
        for container in _entries(get(spec, field)):
            name = get(container, "name")
            _judge_name(document, name, _LABEL)
            text = _text(name)
            if text is not None and text in seen and name is not None:
                document.report("duplicate-name", f"two containers have the name {text!r}", name)
            seen.add(text or "")
            if is_known:
                _judge_mounts(document, container, [volume for volume in volumes if volume])


def _judge_mounts(document: Document, container: yaml.Node, volumes: list[str]) -> None:
    for mount in _entries(get(container, "volumeMounts")):
        name = get(mount, "name")
        text = _text(name)
        if name is None or text is None or text in volumes:
            continue
        message = f"the pod has no volume {text!r}"
        document.report("unknown-volume", message, name, found=text, expected=nearest(text, volumes))


def _judge_restart(document: Document, node: yaml.Node | None, allowed: set[str], kind: str) -> None:
    value = _text(node)
    if node is not None and value in {"Always", "OnFailure", "Never"} - allowed:
        message = f"the pods of a {kind} may not have the restartPolicy {value!r}"
        document.report("wrong-choice", message, node, found=value, expected=tuple(sorted(allowed)))
