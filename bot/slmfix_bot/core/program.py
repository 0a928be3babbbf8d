"""The unit that validators judge and the engine repairs: one file's text with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Program:
    """`language` is a key of the validator registry; `schema` is the text of the configured DDL for SQL.

    `path` is repository-relative with forward slashes and is never opened; it only informs (file kind, messages).
    `files` are other files of the same commit that the verdict depends on (path, text): migrations for SQL, `library/`
    and role defaults for Ansible. They may come from a stranger's change and are read as data.
    `keywords` are words of the language beyond core/vocabulary.py, from the configuration of a custom validator.
    """

    language: str
    text: str
    path: str = ""
    dialect: str | None = None
    schema: str | None = None
    files: tuple[tuple[str, str], ...] = ()
    keywords: tuple[str, ...] = ()

    def with_text(self, text: str) -> Program:
        """The same program with other contents."""
        return replace(self, text=text)
