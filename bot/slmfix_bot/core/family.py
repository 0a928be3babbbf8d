"""Languages that are written in another one: what holds for YAML holds for each kind of file that is YAML."""

from __future__ import annotations

import re

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


_COMMENTED_JSON = re.compile(
    r"(^|/)(\.vscode/|\.devcontainer/|[jt]sconfig[^/]*\.json$|devcontainer\.json$|deno\.jsonc?$|api-extractor[^/]*\.json$"
    r"|\.(eslintrc|babelrc|swcrc|jshintrc|jscsrc)(\.json)?$|language-configuration\.json$|nest-cli\.json$|bun\.lock$)"
    r"|\.(jsonc|code-workspace|sublime-[a-z]+)$"
)


def allows_comments(path: str) -> bool:
    """Whether the readers of a JSON file accept comments and trailing commas.

    >>> allows_comments("web/tsconfig.json"), allows_comments("package.json")
    (True, False)
    """
    return bool(_COMMENTED_JSON.search(path))
