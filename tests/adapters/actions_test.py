from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.adapters.actions import (
    MAX_SUMMARY_BYTES,
    Runner,
    escape_data,
    escape_property,
    parse_event,
    read_event,
    read_inputs,
    workflow_command,
)
from slmfix_bot.core.review import Annotation, Level
from slmfix_bot.errors import ConfigurationError
from tests.testing.openapi import example

if TYPE_CHECKING:
    from pathlib import Path

SHA = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
HOSTILE = "a\n::error::gotcha\r\n##[add-mask]x, 100%: ::stop-commands::t"


def pull_event(**pull: Any) -> dict[str, Any]:
    return {"action": "synchronize", "number": 1347, "pull_request": {**example("pull-request"), **pull}}


@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_pull_request_uses_the_branch_commit_not_the_merge_commit(name: str) -> None:
    payload = pull_event(title=None, body=None, draft=True)
    event = parse_event(name, "octo/demo", payload, "merge-sha")
    assert event.head_sha == payload["pull_request"]["head"]["sha"]
    assert event.base_sha == payload["pull_request"]["base"]["sha"]
    assert (event.name, event.number, event.base_ref) == (name, 1347, "master")
    assert event.is_draft
    assert not event.is_fork
    assert (event.facts.author, event.facts.title, event.facts.labels) == ("octocat", "", ("bug",))


def test_forks_are_recognised_also_after_their_deletion() -> None:
    head = example("pull-request")["head"]
    assert parse_event("pull_request", "o/d", pull_event(head={**head, "repo": None}), None).is_fork
    other = {**head["repo"], "full_name": "mallory/Hello-World"}
    assert parse_event("pull_request", "o/d", pull_event(head={**head, "repo": other}), None).is_fork


def test_push_of_a_new_branch_has_no_base() -> None:
    payload = {"ref": "refs/heads/topic", "before": "0" * 40, "after": SHA}
    event = parse_event("push", "o/d", payload, SHA)
    assert (event.base_sha, event.head_sha, event.base_ref, event.number) == (None, SHA, "topic", None)
    assert parse_event("push", "o/d", {**payload, "before": "a" * 40}, SHA).base_sha == "a" * 40
    assert parse_event("push", "o/d", {**payload, "after": "0" * 40}, SHA).head_sha is None


def test_merge_group_has_both_ends_and_no_pull_request() -> None:
    group = {"base_sha": "b" * 40, "head_sha": SHA, "base_ref": "refs/heads/main", "head_ref": "refs/heads/gh-q/1"}
    event = parse_event("merge_group", "o/d", {"action": "checks_requested", "merge_group": group}, SHA)
    assert (event.base_sha, event.head_sha, event.base_ref, event.number) == ("b" * 40, SHA, "main", None)


def test_workflow_dispatch_may_name_a_pull_request() -> None:
    assert parse_event("workflow_dispatch", "o/d", {"inputs": {"pull-request": "12"}}, SHA).number == 12
    event = parse_event("workflow_dispatch", "o/d", {"inputs": None}, SHA)
    assert (event.number, event.head_sha) == (None, SHA)


def test_read_event_takes_the_runners_file(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(pull_event()), encoding="utf-8")
    environ = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "o/d", "GITHUB_EVENT_PATH": str(file)}
    assert read_event(environ).number == 1347


@pytest.mark.parametrize(
    ("content", "words"), [(None, "not set"), ("{", "cannot be read"), ('{"pull_request": {"number": 1}}', "lacks")]
)
def test_a_damaged_event_is_a_configuration_error(tmp_path: Path, content: str | None, words: str) -> None:
    environ = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_REPOSITORY": "o/d"}
    if content is not None:
        file = tmp_path / "event.json"
        file.write_text(content, encoding="utf-8")
        environ["GITHUB_EVENT_PATH"] = str(file)
    with pytest.raises(ConfigurationError, match=words):
        read_event(environ)


def test_inputs_keep_their_hyphens_and_empty_ones_are_absent() -> None:
    environ = {"INPUT_FAIL-ON": "error ", "INPUT_MAX_REPAIRS": "3", "INPUT_MODEL": "", "PATH": "/bin"}
    assert read_inputs(environ) == {"fail-on": "error", "max-repairs": "3"}


def test_escapes_are_those_of_the_runner() -> None:
    assert escape_data("100%\r\n:,") == "100%25%0D%0A:,"
    assert escape_property("a:b,c%") == "a%3Ab%2Cc%25"
    assert escape_data("%0A") == "%250A"


def test_an_annotation_stays_one_command_whatever_it_quotes() -> None:
    line = workflow_command(
        Annotation(level=Level.ERROR, title=HOSTILE, message=HOSTILE, path="a,line=9::b.sh", line=3, end_line=4)
    )
    assert "\n" not in line
    assert "\r" not in line
    assert "##[" not in line
    found = re.fullmatch(r"::error title=([^,:]*),file=([^,:]*),line=3,endLine=4::.*", line)
    assert found is not None


def test_a_path_that_is_not_utf_8_is_printed_all_the_same() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    Runner({}, stream).annotate([Annotation(level=Level.NOTICE, title="t", message="m", path="caf\udce9.sh")])
    assert b"caf?.sh" in stream.buffer.getvalue()


def test_foreign_text_is_printed_while_commands_are_stopped() -> None:
    stream = io.StringIO()
    Runner({}, stream).print_foreign(HOSTILE)
    first, *middle, last = stream.getvalue().rstrip("\n").split("\n")
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 32
    assert last == f"::{token}::"
    assert "::error::gotcha\r" in middle
    assert "##[" not in "".join(middle)


def test_outputs_cannot_be_ended_by_their_value(tmp_path: Path) -> None:
    file = tmp_path / "output"
    runner = Runner({"GITHUB_OUTPUT": str(file)}, io.StringIO())
    runner.set_output("report", "x\nEOF\nfindings=9")
    runner.set_output("findings", 3)
    lines = file.read_text(encoding="utf-8").split("\n")
    name, delimiter = lines[0].split("<<")
    assert (name, lines[1:4], lines[4]) == ("report", ["x", "EOF", "findings=9"], delimiter)
    assert lines[5].split("<<")[1] == lines[7] != delimiter


def test_a_summary_stays_below_what_the_runner_drops(tmp_path: Path) -> None:
    file = tmp_path / "summary"
    runner = Runner({"GITHUB_STEP_SUMMARY": str(file)}, io.StringIO())
    runner.append_summary("short\n")
    runner.append_summary("é" * 90 + "\n" + ("é" * 90 + "\n") * 10_000)
    data = file.read_bytes()
    assert len(data) <= MAX_SUMMARY_BYTES
    assert data.startswith(b"short\n")
    assert "The summary was cut here" in data.decode()


def test_without_the_runners_files_nothing_happens_noop() -> None:
    runner = Runner({}, io.StringIO())
    runner.set_output("a", "b")
    runner.append_summary("text")
