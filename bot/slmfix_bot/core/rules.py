"""What kind of error a rule reports; the repair engine treats the kinds differently."""

from __future__ import annotations

SYNTAX_RULES = frozenset({"syntax", "yaml", "fence", "unquoted-template", "duplicate-key", "error-node"})
"""Rules of validators that stop at the first error of this kind and say nothing about names then."""

CONTAINER_RULES = frozenset({"unknown-table", "unknown-module", "removed-api", "unknown-api-version", "unknown-kind"})
"""Rules about names whose parts can be judged only once they are known."""

LOCAL_RULES = frozenset({"error-node"})
"""Rules of a reader that does not know the whole language: what they say counts only where the change is."""

SUPERFLUOUS_RULES = frozenset(
    {
        "superfluous-sudo",
        "sudo-for-user",
        "superfluous-host-port",
        "duplicate-value",
        "deprecated-command",
        "duplicate-declaration",
    }
)
"""Rules whose finding is that something may go without loss: `found`, at the place of the diagnostic."""

_SIGNS = ("SC", "E9", "jinja")


def is_about_signs(rule: str) -> bool:
    """Whether adding, deleting or moving signs may be the answer. It is not for a program that parses and names
    something that does not exist: a sign that makes the error go away only hides it there.

    >>> is_about_signs("SC1073"), is_about_signs("unknown-column")
    (True, False)
    """
    return rule in SYNTAX_RULES or rule.startswith(_SIGNS)
