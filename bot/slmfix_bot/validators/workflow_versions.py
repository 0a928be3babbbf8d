"""Older versions and commits of common actions, whose inputs actionlint does not know, are read as a known version.

What only the older version had must not become an alarm: for those, an input counts only as a slip for a known one
(workflow_messages.py).
"""

from __future__ import annotations

import re

OLDEST = {
    "actions/checkout": 4,
    "actions/setup-python": 5,
    "actions/setup-node": 4,
    "actions/setup-go": 5,
    "actions/setup-java": 4,
    "actions/setup-dotnet": 4,
    "actions/cache": 4,
    "actions/upload-artifact": 4,
    "actions/download-artifact": 4,
    "actions/github-script": 7,
    "docker/build-push-action": 5,
    "docker/login-action": 3,
    "docker/setup-buildx-action": 3,
    "docker/setup-qemu-action": 3,
    "docker/metadata-action": 5,
    "github/codeql-action/init": 3,
    "github/codeql-action/analyze": 3,
    "golangci/golangci-lint-action": 4,
    "goreleaser/goreleaser-action": 5,
}
USES = re.compile(
    rf"(?<=[\s\"'])({'|'.join(map(re.escape, OLDEST))})@(?:v(\d+)(?:\.\d+)*|[0-9a-f]{{40}}|main|master)(?=[\s\"']|\Z)"
)
NAMED = re.compile(rf'"({"|".join(map(re.escape, OLDEST))})@v\d+"')


def with_known_versions(text: str) -> str:
    """The text as actionlint reads it. Places stay: a line keeps its number, and what is replaced ends its line."""
    return USES.sub(lambda found: f"{found[1]}@v{max(int(found[2] or 0), OLDEST[found[1]])}", text)


def without_versions(message: str) -> str:
    """A message about an action, without the version that may not be the file's."""
    return NAMED.sub(r'"\1"', message)


def is_older(text: str, action: str) -> bool:
    """Whether the text uses an action in a version whose inputs are not known: an older one, or a commit."""
    return any(found[1] == action and int(found[2] or 0) < OLDEST[action] for found in USES.finditer(text))
