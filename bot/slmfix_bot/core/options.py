"""The settings of a run after defaults, `.slmfix.yml`, inputs and options were merged (precedence in that order)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Scope(StrEnum):
    """Which added lines count: with AI evidence; also those without evidence; also attested human and bot lines."""

    AI = "ai"
    LIKELY = "likely"
    ALL = "all"


class FailOn(StrEnum):
    """When the exit code is 1: any error finding; only those without a verified repair; never."""

    ERROR = "error"
    UNREPAIRED = "unrepaired"
    NEVER = "never"


class Aggressiveness(StrEnum):
    """How much a repair may change; bounds in core/harm.py."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class LanguageOptions:
    """`schema` is a repository path that is read from the same commit as the configuration."""

    enabled: bool = True
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    dialect: str | None = None
    schema: str | None = None


@dataclass(frozen=True, kw_only=True)
class CustomValidator:
    """A command of the user's that judges programs of one language; docs/custom-validators.md says it in full.

    `output` is a key of `READERS`; `pattern` its regular expression or the text of a problem matcher, from the file
    `pattern_file` if that is set. `timeout` is in seconds for one program. `contents` are the `files_from_base` (path,
    text) as read from the commit that is trusted; bytes that are not UTF-8 are escaped as surrogates. A validator with
    a reason in `refused` is not run, and every file of its language is reported with that reason.
    """

    name: str
    language: str
    command: tuple[str, ...]
    output: str
    files: tuple[str, ...] = ()
    pattern: str | None = None
    pattern_file: str | None = None
    expected_pattern: str | None = None
    severity: str = "error"
    syntax_rules: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    files_from_base: tuple[str, ...] = ()
    version_command: tuple[str, ...] = ()
    success_codes: tuple[int, ...] = (0,)
    timeout: float = 10.0
    memory_mib: int = 1536
    contents: tuple[tuple[str, str], ...] = ()
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class ReviewOptions:
    """`max_comments` bounds one run's review comments; the rest goes to the summary."""

    max_comments: int = 30
    comment_on_unrepaired: bool = False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds on what a hostile file may cost."""

    file_kib: int = 1024
    seconds_per_file: float = 20.0


@dataclass(frozen=True, kw_only=True)
class Options:
    """One run's settings. `model` is a directory, a package name, or "none"; `time_budget` is in seconds."""

    scope: Scope = Scope.LIKELY
    fail_on: FailOn = FailOn.ERROR
    aggressiveness: Aggressiveness = Aggressiveness.MEDIUM
    model: str = "slmfix-mini"
    device: str = "auto"
    repair: bool = True
    max_repairs: int = 50
    time_budget: float = 120.0
    jobs: int = 1
    languages: Mapping[str, LanguageOptions] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    declare: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    review: ReviewOptions = field(default_factory=ReviewOptions)
    limits: Limits = field(default_factory=Limits)
    validators: tuple[CustomValidator, ...] = ()

    def keywords(self, language: str) -> tuple[str, ...]:
        """The words of a language that its custom validators are configured with."""
        return tuple(dict.fromkeys(w for v in self.validators if v.language == language for w in v.keywords))
