"""The corpus: clean, without copies, without evaluation sets, the same bytes after an interruption."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.core.program import Program
from slmfix_training.corpora import corpus, generated, sources, verdicts
from slmfix_training.corpora.exclusion import Exclusion
from slmfix_training.corpora.generate_data import random_bash, random_json, random_toml, random_yaml
from slmfix_training.corpora.generate_sql import random_query
from slmfix_training.corpora.snippets import cut
from slmfix_training.corpora.sources import Source, find_root, is_of, read_files
from slmfix_training.samples.samples import diagnose, is_clean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from slmfix_bot.validators.base import Validator

GIT = Source(registry="debian", package="git", version="1:2.39.5-0", licence="GPL-2.0-only", languages=("bash",))
ABSENT = Source(registry="pypi", package="absent", version="1", licence="MIT", languages=("bash", "sql"))


@pytest.fixture
def roots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, ...]:
    """A root with one package, and a table of it and of an absent one."""
    monkeypatch.setattr(corpus, "sources", lambda: (GIT, ABSENT))
    monkeypatch.setattr(generated, "GENERATED", {"bash": 6})
    package = tmp_path / "roots" / GIT.folder
    package.mkdir(parents=True)
    for i, word in enumerate(("one", "two", "three", "four")):
        (package / f"{i}.sh").write_text(f"for {word} in a b c; do\n    echo ${word} | sort\ndone\n")
    (package / "broken.sh").write_text("if true; then echo no | sort; esac\n")
    return (tmp_path / "roots",)


def build(roots: tuple[Path, ...], output: Path, *texts: str) -> dict[str, Any]:
    return corpus.build_corpus(roots, output, Exclusion(texts), 1, ("bash",))


def rows(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "bash.jsonl").read_text().split("\n") if line]


def test_generated_sql_passes_with_its_schema() -> None:
    rng = Random(1)
    passed = 0
    for _ in range(40):
        query = random_query(rng)
        program = Program(language="sql", text=query.text, dialect=query.dialect, schema=query.schema or None)
        passed += diagnose(program, explain=False) == ()
    assert passed >= 34


@pytest.mark.parametrize(
    ("language", "generate"),
    [("bash", random_bash), ("json", random_json), ("yaml", random_yaml), ("toml", random_toml)],
)
def test_generated_data_is_clean(language: str, generate: Callable[[Random], str]) -> None:
    rng = Random(2)
    assert sum(is_clean(Program(language=language, text=generate(rng))) for _ in range(20)) >= 17


def test_cut_python_brings_the_imports_along() -> None:
    text = "import os\nimport re\n\n\ndef find(x):\n    y = re.findall('a', x)\n    return y\n"
    (snippet,) = cut("python", text)
    assert snippet.startswith("import re\n")
    assert "import os" not in snippet
    assert diagnose(Program(language="python", text=snippet), explain=False) == ()


def test_cut_ansible_reads_examples_only() -> None:
    text = "DOCUMENTATION = ''\nEXAMPLES = r'''\n- name: a\n  debug:\n    msg: b\n'''\nRETURN = '''\n- name: no\n'''\n"
    assert [snippet for snippet in cut("ansible", text) if "no" in snippet] == []
    assert list(cut("ansible", text))


def test_cut_refuses_what_is_too_long() -> None:
    assert list(cut("sql", "SELECT " + "a, " * 300 + "b FROM t;\n")) == []


def test_cut_refuses_comments_alone() -> None:
    assert list(cut("bash", "# the licence of this file\n# and more of it\n")) == []


def test_a_corpus_is_clean_and_says_where_it_comes_from(roots: tuple[Path, ...], tmp_path: Path) -> None:
    manifest = build(roots, tmp_path / "out")
    found = rows(tmp_path / "out")
    assert all(is_clean(Program(language="bash", text=row["text"])) for row in found)
    assert all(row["validated"] for row in found)
    assert {row["licence"] for row in found} == {"GPL-2.0-only", "MIT"}
    assert {row["source"] for row in found} == {GIT.name, "generated"}
    entry = manifest["files"]["bash.jsonl"]
    assert manifest["schema"] == "slmfix.corpus/2"
    assert entry["snippets"] == len(found) == sum(entry["by_source"].values()) == sum(entry["by_licence"].values())
    assert entry["dropped"]["refused_by_the_validator"] == 1
    assert manifest["licences"] == {GIT.name: "GPL-2.0-only", "generated": "MIT"}
    assert manifest["absent"] == [ABSENT.name]
    assert json.loads((tmp_path / "out" / "manifest.json").read_text()) == manifest


def test_evaluation_sets_stay_out(roots: tuple[Path, ...], tmp_path: Path) -> None:
    manifest = build(roots, tmp_path / "out", "FOR two in a b c; do echo $two | sort\ndone")
    assert not any("two" in row["text"] for row in rows(tmp_path / "out"))
    dropped = manifest["files"]["bash.jsonl"]["dropped"]
    assert dropped["equal_to_evaluation_sets"] + dropped.get("near_to_evaluation_sets", 0) >= 1


def test_near_duplicates_are_dropped(roots: tuple[Path, ...], tmp_path: Path) -> None:
    lines = "".join(f"mv part{i} /srv/{i * i}\n" for i in range(30))
    for i in range(2):
        (roots[0] / GIT.folder / f"long{i}.sh").write_text(lines + f"echo {i} > done\n")
    manifest = build(roots, tmp_path / "out")
    assert manifest["files"]["bash.jsonl"]["dropped"]["near_duplicates"] == 1


def test_two_builds_give_the_same_bytes(roots: tuple[Path, ...], tmp_path: Path) -> None:
    assert build(roots, tmp_path / "one") == build(roots, tmp_path / "two")
    assert (tmp_path / "one" / "bash.jsonl").read_bytes() == (tmp_path / "two" / "bash.jsonl").read_bytes()


def test_an_interrupted_build_goes_on(roots: tuple[Path, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = build(roots, tmp_path / "whole")
    asked: list[str] = []

    def counted(program: Program, validators: Mapping[str, Validator]) -> bool:
        asked.append(program.text)
        if len(asked) == 4:
            raise KeyboardInterrupt
        return is_clean(program, validators)

    monkeypatch.setattr(verdicts, "is_clean", counted)
    with pytest.raises(KeyboardInterrupt):
        build(roots, tmp_path / "part")
    assert not (tmp_path / "part" / "bash.jsonl").exists()
    assert build(roots, tmp_path / "part") == whole
    assert (tmp_path / "part" / "bash.jsonl").read_bytes() == (tmp_path / "whole" / "bash.jsonl").read_bytes()
    assert len(asked) == len(set(asked)) + 1  # only the verdict that was cut off is asked for twice
    build(roots, tmp_path / "part")  # and a finished language is not looked at again
    assert len(asked) == len(set(asked)) + 1


def test_a_half_written_verdict_is_asked_again(tmp_path: Path) -> None:
    program = Program(language="json", text='{"a": 1}')
    with verdicts.Verdicts(tmp_path / "v", "json") as first:
        assert first.is_clean(program)
    (tmp_path / "v").write_text((tmp_path / "v").read_text()[:-2])
    with verdicts.Verdicts(tmp_path / "v", "json") as second:
        assert second.is_clean(program)
        assert second.asked == 1
    with verdicts.Verdicts(tmp_path / "v", "json") as third:
        assert third.is_clean(program)
        assert third.asked == 0


def test_read_files_finds_scripts_without_a_suffix(tmp_path: Path) -> None:
    folder = tmp_path / GIT.folder
    folder.mkdir()
    (folder / "tool").write_text("#!/bin/bash\necho\n")
    (folder / "data").write_text("#!/usr/bin/perl\n")
    assert find_root(ABSENT, (tmp_path,)) is None
    root = find_root(GIT, (tmp_path,))
    assert root is not None
    assert [name for name, _ in read_files(root, "bash")] == ["tool"]


def test_names_tell_languages() -> None:
    assert is_of("a/.github/workflows/ci.yml", "workflow")
    assert not is_of("a/.github/workflows/ci.yml", "yaml")
    assert is_of("a/Dockerfile.alpine", "dockerfile")
    assert not is_of("a/Dockerfile/readme.md", "dockerfile")


def test_dialects_are_told_by_names_or_by_the_table() -> None:
    assert ABSENT.dialect_of("schema/mysql/create.sql") == "mysql"
    assert ABSENT.dialect_of("db/init.sql") is None
    assert (
        sources.Source(
            registry="pypi", package="p", version="1", licence="MIT", languages=("sql",), dialect="postgres"
        ).dialect_of("db/init.sql")
        == "postgres"
    )
