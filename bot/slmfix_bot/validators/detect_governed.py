"""Which files a published JSON Schema governs, by the names that their programs look for; OpenAPI by its first key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePosixPath

_NAMES = {
    language: re.compile(rf"(^|/)(?:{pattern})$")
    for language, pattern in {
        "azure-pipelines": r"\.?azure-pipelines\.ya?ml",
        "bamboo": r"bamboo-specs/[^/]+\.ya?ml",
        "bitbucket-pipelines": r"bitbucket-pipelines\.ya?ml",
        "buildkite": r"\.buildkite/pipeline(\.[\w-]+)?\.ya?ml",
        "changie": r"\.changie\.ya?ml",
        "circleci": r"\.circleci/config\.ya?ml",
        "citation": r"CITATION\.cff",
        "cloudbuild": r"cloudbuild\.(ya?ml|json)",
        "codecov": r"\.?codecov\.ya?ml",
        "compose": r"(docker-)?compose([.-][\w.-]+)?\.ya?ml",
        "dependabot": r"\.github/dependabot\.ya?ml",
        "drone": r"\.drone\.ya?ml",
        "github-discussion": r"\.github/DISCUSSION_TEMPLATE/[^/]+\.ya?ml",
        "github-issue-config": r"\.github/ISSUE_TEMPLATE/config\.ya?ml",
        "github-issue-form": r"\.github/ISSUE_TEMPLATE/(?!config\.)[^/]+\.ya?ml",
        "gitlab-ci": r"\.gitlab-ci\.ya?ml",
        "pre-commit": r"\.pre-commit-config\.ya?ml",
        "pre-commit-hooks": r"\.pre-commit-hooks\.ya?ml",
        "readthedocs": r"\.?readthedocs\.ya?ml",
        "taskfile": r"[Tt]askfile(\.dist)?\.ya?ml",
        "travis": r"\.travis\.ya?ml",
        "woodpecker": r"\.woodpecker(/[^/]+)?\.ya?ml",
    }.items()
}
_OPENAPI = re.compile(r"""^\{?\s*["']?(swagger|openapi)["']?\s*:\s*["']?(2\.0|3\.[01]\.\d+)["']?\s*,?\s*$""", re.M)


def detect_governed(place: PurePosixPath, text: str) -> str | None:
    """A key of the registry or None."""
    path = place.as_posix()
    by_name = next((language for language, pattern in _NAMES.items() if pattern.search(path)), None)
    if by_name is None and _OPENAPI.search(text[:2000]) and re.search(r"^\s*[\"']?info[\"']?\s*:", text, re.M):
        return "openapi"
    return by_name
