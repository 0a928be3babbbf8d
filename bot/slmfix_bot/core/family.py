"""Languages that are written in another one: what holds for YAML holds for each kind of file that is YAML."""

from __future__ import annotations

GOVERNED = (
    "azure-pipelines",
    "bamboo",
    "bitbucket-pipelines",
    "buildkite",
    "changie",
    "circleci",
    "citation",
    "cloudbuild",
    "codecov",
    "compose",
    "dependabot",
    "drone",
    "github-discussion",
    "github-issue-config",
    "github-issue-form",
    "gitlab-ci",
    "openapi",
    "pre-commit",
    "pre-commit-hooks",
    "readthedocs",
    "taskfile",
    "travis",
    "woodpecker",
)
"""Kinds of YAML files that a published JSON Schema governs."""

_FAMILY = dict.fromkeys((*GOVERNED, "ansible", "kubernetes", "workflow"), "yaml")


def family_of(language: str) -> str:
    """The language whose signs a language uses; itself, if no other.

    >>> family_of("compose"), family_of("sql")
    ('yaml', 'sql')
    """
    return _FAMILY.get(language, language)
