"""`slmfix-bot repair`: a pipe that gives back a program, and the batch that nothing stops."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = 'if [ -f x ]; then\n  echo "yes\nfi\n'
REPAIRED = 'if [ -f x ]; then\n  echo "yes"\nfi\n'
HOPELESS = ")))) (((( ;;;; }}}} done fi esac (\n"
SCHEMA = "CREATE TABLE users (id INTEGER, name TEXT);"


class Stdin:
    """Standard input with bytes."""

    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLMFIX_MODEL", "none")


def pipe(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], text: str, *args: str
) -> tuple[int, str, str]:
    """Exit code, output and messages of `repair -`."""
    monkeypatch.setattr("sys.stdin", Stdin(text.encode()))
    code = main(["repair", "-", *args])
    captured = capfdbinary.readouterr()
    return code, captured.out.decode(), captured.err.decode()


@pytest.mark.parametrize(
    ("before", "code", "after", "message"),
    [
        (BROKEN, 0, REPAIRED, "repaired (search), verified by bash"),
        (REPAIRED, 0, REPAIRED, ""),
        (REPAIRED.rstrip("\n"), 0, REPAIRED.rstrip("\n"), ""),
    ],
)
def test_program_goes_through_the_pipe(
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
    before: str,
    code: int,
    after: str,
    message: str,
) -> None:
    result = pipe(monkeypatch, capfdbinary, before, "--language", "bash")
    assert result[:2] == (code, after)
    assert message in result[2]


def test_line_endings_and_letters_survive_the_pipe(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    broken = "import os\r\nprint('é', sys.argv)\r\n"
    code, text, _ = pipe(monkeypatch, capfdbinary, broken, "--language", "python")
    assert code == 0
    assert text == "import os\r\nimport sys\r\nprint('é', sys.argv)\r\n"


def test_hopeless_program_comes_back_unchanged_with_exit_one(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, text, message = pipe(monkeypatch, capfdbinary, HOPELESS, "--language", "bash")
    assert (code, text) == (1, HOPELESS)
    assert "the program is printed as it was" in message


def test_schema_file_makes_names_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    schema = tmp_path / "schema.sql"
    schema.write_text(SCHEMA)
    query = "SELECT nmae FROM users;\n"
    assert pipe(monkeypatch, capfdbinary, query, "--language", "sql")[:2] == (0, query)
    fixed = pipe(monkeypatch, capfdbinary, query, "--language", "sql", "--schema", str(schema))
    assert fixed[:2] == (0, "SELECT name FROM users;\n")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["missing.sh", "--language", "bash"], "missing.sh cannot be read"),
        (["-", "--language", "cobol"], "'cobol' is not one of"),
        (["-"], "a single program needs --language"),
    ],
)
def test_mistake_is_exit_two(args: list[str], message: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["repair", *args]) == 2
    assert message in capfdbinary.readouterr().err.decode()


def test_text_that_is_not_utf8_is_exit_two(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (tmp_path / "x.sh").write_bytes(b"echo \xff\n")
    assert main(["repair", str(tmp_path / "x.sh"), "--language", "bash"]) == 2
    assert "is not UTF-8 text (byte 5)" in capfdbinary.readouterr().err.decode()


def batch(tmp_path: Path, lines: list[bytes]) -> list[dict[str, Any]]:
    """The output rows for input lines."""
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(b"".join(line + b"\n" for line in lines))
    assert main(["repair", "--batch", str(source), "--output", str(target)]) == 0
    return [json.loads(line) for line in target.read_text(encoding="utf-8").split("\n") if line]


def row(**fields: object) -> bytes:
    """One line of input."""
    return json.dumps(fields).encode()


def test_batch_answers_every_line_in_order(tmp_path: Path) -> None:
    results = batch(
        tmp_path,
        [
            row(id="a", language="bash", code=BROKEN),
            row(id="b", language="bash", code=REPAIRED),
            b"not json",
            b"",
            b"[1]",
            b"[" * 100_000,
            row(id="c", language="cobol", code="x"),
            row(id="d", language="bash"),
            row(id="e", language="bash", code=7),
            row(id="f", language="bash", code="echo \ud800"),
            row(id=9, language="sql-schema", code="SELECT nmae FROM users;\n", dialect="sqlite", context=SCHEMA),
            row(id="g", language="ansible-yaml", code="- hosts: all\n  tasks:\n    - apt:\n        nme: x\n"),
        ],
    )
    assert [r["id"] for r in results] == ["a", "b", None, None, None, "c", "d", "e", "f", 9, "g"]
    statuses = [r["status"] for r in results]
    assert statuses == ["repaired", "valid", *["skipped"] * 6, "valid", "repaired", "repaired"]
    assert results[0]["code"] == REPAIRED
    assert results[0]["edits"] == [{"start_line": 2, "end_line": 2, "replacement": '  echo "yes"\n'}]
    assert len(results[0]["diagnostics_before"]) == 1
    assert results[0]["diagnostics_after"] == []
    assert results[0]["source"] == "search"
    assert results[2]["reason"].startswith("line 3: not JSON")
    assert results[5]["reason"].startswith("line 7: no validator for 'cobol'")
    assert results[8]["code"] == "echo \ud800"
    assert results[9]["code"] == "SELECT name FROM users;\n"
    assert "name: x" in results[10]["code"]
    contract = set(
        "id status code diagnostics_before diagnostics_after edits similarity source candidates latency_ms".split()
    )
    assert all(contract <= set(r) <= contract | {"reason"} for r in results)


def test_batch_that_does_not_exist_is_exit_two(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["repair", "--batch", str(tmp_path / "none.jsonl")]) == 2


def test_batch_never_empties_its_own_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": 1, "language": "json", "code": "{}"}\n', encoding="utf-8")
    before = rows.read_bytes()
    (tmp_path / "link").symlink_to(rows)
    for output in (rows, tmp_path / "link"):
        assert main(["repair", "--batch", str(rows), "--output", str(output)]) == 2
        assert "is the input of --batch" in capsys.readouterr().err
    assert rows.read_bytes() == before


@pytest.mark.parametrize("batch", [True, False])
def test_output_that_cannot_be_written_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], batch: bool
) -> None:
    source = tmp_path / "a"
    source.write_text('{"id": 1, "language": "json", "code": "{}"}\n', encoding="utf-8")
    what = ["--batch", str(source)] if batch else [str(source), "--language", "json"]
    assert main(["repair", *what, "--output", str(tmp_path / "missing" / "folder")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_batch_writes_only_what_every_reader_of_json_takes(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text('{"id": NaN, "language": "json", "code": "{}"}\n', encoding="utf-8")
    assert main(["repair", "--batch", str(rows)]) == 0
    row = json.loads(capfdbinary.readouterr().out)
    assert (row["id"], row["status"]) == (None, "skipped")
    assert "NaN" in row["reason"]
