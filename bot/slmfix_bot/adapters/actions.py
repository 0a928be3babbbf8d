"""The GitHub Actions runner: inputs and event in; outputs, job summary and annotations out.

The runner reads commands from everything that is printed (`::error::` at the start of a line, the older `##[error]`
anywhere in one), so text that strangers wrote is escaped or printed while commands are stopped.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.provenance import PullRequestFacts
from slmfix_bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TextIO

    from slmfix_bot.core.review import Annotation

INPUTS = (
    "github-token",
    "scope",
    "fail-on",
    "aggressiveness",
    "max-comments",
    "comment-on-unrepaired",
    "model",
    "config",
    "max-repairs",
    "time-budget",
    "base",
    "head",
)
OUTPUTS = ("findings", "repaired", "unrepaired", "suggestions", "report")

MAX_SUMMARY_BYTES = 1_000_000
"""The runner drops a summary of more than 1 MiB whole."""

_NO_COMMIT = "0" * 40
_CUT = "\n\n*The summary was cut here, because the runner drops a longer one. The report file has everything.*\n"


@dataclass(frozen=True, kw_only=True)
class Event:
    """What started the run. Hashes are None where the event does not carry them; on a pull request `head_sha` is the
    branch's own commit, not the merge commit of GITHUB_SHA. `is_fork`: the branch belongs to another repository."""

    name: str
    repository: str
    action: str = ""
    number: int | None = None
    base_sha: str | None = None
    head_sha: str | None = None
    base_ref: str = ""
    is_fork: bool = False
    is_draft: bool = False
    changed_files: int | None = None
    facts: PullRequestFacts = field(default_factory=PullRequestFacts)


def read_inputs(environ: Mapping[str, str]) -> dict[str, str]:
    """The action's inputs that are not empty, by their names in action.yml (the runner keeps hyphens)."""
    return {
        name.removeprefix("INPUT_").lower().replace("_", "-"): value.strip()
        for name, value in environ.items()
        if name.startswith("INPUT_") and value.strip()
    }


def read_event(environ: Mapping[str, str]) -> Event:
    """The event of GITHUB_EVENT_PATH. Raises ConfigurationError outside of Actions."""
    try:
        name, repository = environ["GITHUB_EVENT_NAME"], environ["GITHUB_REPOSITORY"]
        payload = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_bytes())
    except KeyError as error:
        msg = f"{error.args[0]} is not set; `review` runs inside GitHub Actions (elsewhere use `check`)"
        raise ConfigurationError(msg) from error
    except (OSError, ValueError) as error:
        msg = f"the event in GITHUB_EVENT_PATH cannot be read: {error}"
        raise ConfigurationError(msg) from error
    try:
        return parse_event(name, repository, payload, environ.get("GITHUB_SHA"))
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"the payload of event {name} lacks what GitHub puts there: {error!r}"
        raise ConfigurationError(msg) from error


def parse_event(name: str, repository: str, payload: Mapping[str, Any], sha: str | None) -> Event:
    """An event from its payload; unknown kinds keep GITHUB_SHA as the head. Raises KeyError for a damaged payload."""
    action = payload.get("action") or ""
    if payload.get("pull_request"):
        return _pull_request(name, repository, action, payload["pull_request"])
    if name == "merge_group":
        group = payload["merge_group"]
        return Event(
            name=name,
            repository=repository,
            action=action,
            base_sha=group["base_sha"],
            head_sha=group["head_sha"],
            base_ref=group["base_ref"].removeprefix("refs/heads/"),
        )
    if name == "push":
        before, after = payload["before"], payload["after"]
        return Event(
            name=name,
            repository=repository,
            base_sha=before if before != _NO_COMMIT else None,
            head_sha=after if after != _NO_COMMIT else None,
            base_ref=payload["ref"].removeprefix("refs/heads/"),
        )
    given = payload.get("inputs") or {}
    number = str(given.get("pull-request") or given.get("pr") or "")
    return Event(
        name=name, repository=repository, action=action, number=int(number) if number.isdigit() else None, head_sha=sha
    )


def _pull_request(name: str, repository: str, action: str, pull: Mapping[str, Any]) -> Event:
    head, base, author = pull["head"], pull["base"], pull["user"] or {}
    head_repository = head["repo"]  # null once the fork was deleted
    return Event(
        name=name,
        repository=repository,
        action=action,
        number=pull["number"],
        base_sha=base["sha"],
        head_sha=head["sha"],
        base_ref=base["ref"],
        is_fork=head_repository is None or head_repository["full_name"] != base["repo"]["full_name"],
        is_draft=bool(pull.get("draft")),
        changed_files=pull.get("changed_files"),
        facts=PullRequestFacts(
            author=author.get("login", ""),
            author_is_bot=author.get("type") == "Bot",
            branch=head["ref"],
            title=pull.get("title") or "",
            body=pull.get("body") or "",
            labels=tuple(label["name"] for label in pull.get("labels") or ()),
        ),
    )


def escape_data(text: str) -> str:
    """The message of a workflow command."""
    text = text.replace("##[", "##\u200b[")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """A value between `::name` and `::`."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def workflow_command(annotation: Annotation) -> str:
    """One annotation as the line that the runner understands, without a newline."""
    properties = {
        "title": annotation.title,
        "file": annotation.path,
        "line": annotation.line,
        "endLine": annotation.end_line,
    }
    given = ",".join(f"{key}={escape_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{annotation.level.value} {given}::{escape_data(annotation.message)}"


class Runner:
    """The files and the standard output that the runner watches. Missing files (a local run) are passed over."""

    def __init__(self, environ: Mapping[str, str], stream: TextIO) -> None:
        self._environ = environ
        self._stream = stream

    def annotate(self, annotations: Iterable[Annotation]) -> None:
        """Prints them; the runner shows the first ten of each level of a step (reporters/annotations.py chooses)."""
        for annotation in annotations:
            self._stream.write(_encodable(workflow_command(annotation)) + "\n")
        self._stream.flush()

    def print_foreign(self, text: str) -> None:
        """Prints text in which nothing is taken for a command."""
        token = secrets.token_hex(16)
        safe = _encodable(text.replace("##[", "##\u200b["))
        self._stream.write(f"::stop-commands::{token}\n{safe.rstrip(chr(10))}\n::{token}::\n")
        self._stream.flush()

    def set_output(self, name: str, value: object) -> None:
        """Sets an output of the step, between delimiters that the value cannot guess."""
        path = self._environ.get("GITHUB_OUTPUT")
        if path:
            delimiter = f"slmfix_{secrets.token_hex(16)}"
            with Path(path).open("a", encoding="utf-8", errors="replace") as file:
                file.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")

    def append_summary(self, markdown: str) -> None:
        """Adds to the job summary, cut at a line end before the runner would drop it."""
        path = self._environ.get("GITHUB_STEP_SUMMARY")
        if not path:
            return
        file = Path(path)
        room = MAX_SUMMARY_BYTES - (file.stat().st_size if file.exists() else 0)
        data = markdown.encode("utf-8", "replace")
        if len(data) > room:
            kept = data[: max(0, room - len(_CUT.encode()))]
            data = kept[: kept.rfind(b"\n") + 1] + _CUT.encode()
        with file.open("ab") as stream:
            stream.write(data.rstrip(b"\n") + b"\n")


def _encodable(text: str) -> str:
    # A path that is not UTF-8 holds lone surrogates, which no stream takes.
    return text.encode("utf-8", "replace").decode()
