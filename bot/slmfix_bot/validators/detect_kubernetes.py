"""Whether a YAML file holds Kubernetes manifests: `apiVersion` and `kind` at the top level of a document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePosixPath

_TOP = re.compile(
    r"""^(?:\{\s*)?["']?(apiVersion|kind)["']?\s*:\s*(?:["']?[A-Za-z][\w./-]*["']?)?\s*(?:#.*)?,?\s*$""", re.M
)
_JSON = re.compile(r"""^\s*\{\s*"(kind|apiVersion)"\s*:\s*"[\w./-]+"\s*,\s*"(kind|apiVersion)"\s*:""")


def detect_kubernetes(_place: PurePosixPath, text: str) -> str | None:
    """ "kubernetes" or None."""
    if text.lstrip().startswith("{"):
        return "kubernetes" if _JSON.search(text) else None
    return "kubernetes" if {"apiVersion", "kind"} <= set(_TOP.findall(text)) else None
