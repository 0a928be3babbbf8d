"""What the use cases need from the outside; the adapters implement it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.program import Program
    from slmfix_bot.core.report import ModelIdentity
    from slmfix_bot.core.review import OwnComment, PostOutcome, PullRequest, ReviewComment
    from slmfix_bot.core.similarity import Node


class ProgramValidator(Protocol):
    """Judges programs of every registered language, bounded and isolated."""

    def validate(self, program: Program, *, quick: bool = False) -> Validation:
        """Never raises for a bad program: what cannot be judged is `skipped` with a reason. `quick` applies the same
        rules and gives the same messages, without costly positions and explanations."""

    def validate_many(self, programs: Sequence[Program], *, quick: bool = False) -> list[Validation]:
        """The validations in the order of the programs, several at a time where the run's settings allow it."""

    def supports(self, language: str) -> bool:
        """Whether a validator is registered for the language."""


class RepositoryFiles(Protocol):
    """The files of one version of a repository."""

    def paths(self) -> Sequence[str]:
        """All paths, repository-relative."""

    def read(self, paths: Sequence[str]) -> Mapping[str, str]:
        """The texts; what is missing, large or no UTF-8 is left out."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A model's edit script and its log-probability (natural log, summed over the script's tokens)."""

    script: str
    log_probability: float


class RepairModel(Protocol):
    """A small language model behind prompt format `line-edit/1` (core/prompt.py)."""

    identity: ModelIdentity

    @property
    def operations(self) -> Collection[str]:
        """The operations that its scripts use; a script that it is to score may use no others."""

    def propose(self, prompt: str, count: int, words: Collection[str] | None = None) -> Sequence[Proposal]:
        """Up to `count` scripts that do different things, most probable first; new text keeps to `words` (case
        folded)."""

    def score(self, prompt: str, scripts: Sequence[str]) -> Sequence[float]:
        """Log-probability of each script given the prompt."""


class SyntaxParser(Protocol):
    """Parses text into a plain tree for similarity and context; None when there is no grammar or it timed out."""

    def parse(self, language: str, text: str) -> Node | None: ...


class Poster(Protocol):
    """One pull request on a code host. Reading raises GitHubError; posting answers with an outcome instead, because a
    refused comment must not lose the others."""

    def pull_request(self) -> PullRequest:
        """The state of the pull request now."""

    def own_comments(self) -> Sequence[OwnComment]:
        """Every comment of our own account that carries a marker; a marker written by anybody else does not count."""

    def post(self, head_sha: str, comments: Sequence[ReviewComment], summary: str) -> PostOutcome:
        """Posts one review with these comments on that head, or nothing if the branch has moved meanwhile."""
