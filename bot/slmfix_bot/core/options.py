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
