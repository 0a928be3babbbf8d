"""The worked example of docs/custom-language: what its validator says, and that its documents say the same."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from slmfix_bot.adapters.config import build_options, load_config
from slmfix_bot.adapters.process import run
from slmfix_bot.validators import VALIDATORS

EXAMPLE = Path(__file__).parents[1] / "docs" / "custom-language"
GOOD = re.findall(r"```\n(pipeline.*?)```", (EXAMPLE / "grammar.md").read_text(encoding="utf-8"), flags=re.S)[0]


def lint(folder: Path, text: str) -> list[dict[str, object]]:
    """The findings of relay-lint."""
    file = folder / "x.relay"
    file.write_text(text, encoding="utf-8")
    done = run([sys.executable, str(EXAMPLE / "tools" / "relay_lint.py"), str(file)], cwd=folder, timeout=20)
    found = [json.loads(line) for line in done.text.split("\n") if line]
    assert done.error_text == ""
    assert done.returncode == bool(found)
    return found


def test_the_grammars_example_is_clean(tmp_path: Path) -> None:
    assert lint(tmp_path, GOOD) == []
    assert lint(tmp_path, "") == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "line", "first"),
    [
        ("replicas 3", "replica 3", "unknown-option", 9, "replicas"),
        ("needs db", "needs dbs", "unknown-service", 10, "db"),
        ("strategy canary", "strategy canry", "invalid-choice", 15, "canary"),
        ("step release", "stp release", "unknown-block", 13, "step"),
        ("api {", "api", "syntax", 7, "{"),
        ("}\n\nservice", "\n\nservice", "syntax", 7, "}"),
        ('"postgres:16"', '"postgres:16', "syntax", 4, '"'),
        ("deploy api, db", "deploy api db", "syntax", 14, ","),
        ("deploy api, db", "deploy api, db,", "syntax", 14, ","),
        ("replicas 3", "replicas many", "syntax", 9, None),
        ("replicas 3", "replicas", "syntax", 9, None),
        ("replicas 3", 'image "x"', "duplicate-option", 9, None),
        ('  image "postgres:16"\n', "", "missing-option", 3, None),
        ("service db", "service api", "duplicate-name", 7, None),
        ("canary\n}", "canary\n", "syntax", 17, "}"),
        ("pipeline shop_main", "pipeline", "syntax", 1, None),
    ],
)
def test_each_rule_fires(tmp_path: Path, old: str, new: str, rule: str, line: int, first: str | None) -> None:
    assert old in GOOD
    found = [one for one in lint(tmp_path, GOOD.replace(old, new)) if one["rule"] == rule]
    assert [one["line"] for one in found][:1] == [line]
    expected = found[0]["expected"]
    assert isinstance(expected, list)
    assert expected[:1] == ([first] if first else [])


def test_generated_programs_are_clean(tmp_path: Path) -> None:
    command = [sys.executable, str(EXAMPLE / "tools" / "make_corpus.py"), "programs", "--count", "12", "--seed", "5"]
    assert run(command, cwd=tmp_path, timeout=20).returncode == 0
    files = sorted((tmp_path / "programs").iterdir())
    assert len(files) == 12
    assert [lint(tmp_path, file.read_text(encoding="utf-8")) for file in files] == [[]] * 12


def test_every_mistake_of_the_collection_is_one(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (EXAMPLE / "mistakes.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) == 40
    assert lint(tmp_path, rows[0]["clean"]) == []
    assert [row["id"] for row in rows if not lint(tmp_path, row["code"])] == []


def test_configurations_in_the_documents_are_valid() -> None:
    shown = (EXAMPLE.parent / "custom-validators.md").read_text(encoding="utf-8")
    texts = re.findall(r"```yaml\n(.*?)```", shown, flags=re.S)
    assert texts
    for text in (*texts, (EXAMPLE / ".slmfix.yml").read_text(encoding="utf-8")):
        (validator,) = build_options(load_config(text, languages=frozenset(VALIDATORS))).validators
        assert validator.command == ("python3", "tools/relay_lint.py", "{file}")


def test_every_key_is_documented() -> None:
    text = (EXAMPLE.parent / "custom-validators.md").read_text(encoding="utf-8")
    documented = {key for row in re.findall(r"^\| `([a-z_]+)` \|", text, flags=re.M) for key in [row]}
    schema = json.loads(
        (EXAMPLE.parents[1] / "bot" / "slmfix_bot" / "data" / "config.schema.json").read_text(encoding="utf-8")
    )
    assert documented == set(schema["properties"]["validators"]["items"]["properties"])
