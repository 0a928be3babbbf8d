"""What is known of the repository around an Ansible file (ansible_repository.py reads it)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.validators.ansible_tables import Module


@dataclass(frozen=True, kw_only=True)
class Repository:
    """`modules` maps short and full names to interfaces, None when only the name is known; a plugin kind is in
    `opaque` when a file of that kind could not be read."""

    is_known: bool = False
    modules: Mapping[str, Module | None] = field(default_factory=dict)
    filters: frozenset[str] = frozenset()
    tests: frozenset[str] = frozenset()
    lookups: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    variables: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    handlers: frozenset[str] = frozenset()

    def plugins(self, kind: str) -> frozenset[str] | None:
        """Names of the repository's own "filter", "test" or "lookup" plugins; None when they cannot be known."""
        if kind in self.opaque:
            return None
        return {"filter": self.filters, "test": self.tests, "lookup": self.lookups}[kind]


NOWHERE = Repository()
