"""Whether a YAML file is a GitHub workflow or an action's metadata, by its place, else by its top-level keys."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePosixPath

PLACE = re.compile(r"(?:^|/)\.(?:github|gitea|forgejo)/workflows/[^/]+\.ya?ml$")
KEY = re.compile(r"^([\"']?)([\w-]+)\1[ \t]*:(?=\s|$)", re.M)


def detect_workflow(place: PurePosixPath, text: str) -> str | None:
    """ "workflow" or None."""
    if PLACE.search(place.as_posix()):
        return "workflow"
    keys = {found[2] for found in KEY.finditer(text)}
    if place.stem == "action":
        return "workflow" if "runs" in keys else None
    is_workflow = {"on", "jobs"} <= keys and re.search(r"^\s+(?:runs-on|uses|steps)\s*:", text, re.M)
    return "workflow" if is_workflow else None
