"""The corpus: generated programs pass the validators, files stay on one side of the split, evaluation sets stay out."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_training import corpus
from slmfix_training.generate_data import random_bash, random_json, random_toml, random_yaml
from slmfix_training.generate_sql import random_query
from slmfix_training.samples import diagnose, is_clean
from slmfix_training.snippets import cut
from slmfix_training.sources import SOURCES, Source, find_root, read_files

if TYPE_CHECKING:
    from pathlib import Path


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
def test_generated_data_is_clean(language: str, generate: object) -> None:
    assert callable(generate)
    rng = Random(2)
    passed = sum(is_clean(Program(language=language, text=generate(rng))) for _ in range(20))
    assert passed >= 17


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


def test_normalised_hash_ignores_layout_and_case() -> None:
    assert corpus.normalised_hash("SELECT  a\n") == corpus.normalised_hash("select a")
    assert corpus.normalised_hash("select a") != corpus.normalised_hash("select b")


def test_build_corpus_keeps_evaluation_sets_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "roots" / "x-git_1"
    root.mkdir(parents=True)
    (root / "a.sh").write_text("echo one | sort\n")
    (root / "b.sh").write_text("echo two | sort\n")
    (tmp_path / "evaluation.jsonl").write_text(json.dumps({"broken": "", "fixed": "ECHO  one | sort"}) + "\n")
    monkeypatch.setattr(corpus, "GENERATED", {"bash": 3})
    excluded = corpus.excluded_hashes((tmp_path / "evaluation.jsonl",))
    manifest = corpus.build_corpus((tmp_path / "roots",), tmp_path / "out", excluded, seed=1)
    texts = [json.loads(line)["text"] for line in (tmp_path / "out" / "bash.jsonl").read_text().split("\n") if line]
    assert "echo two | sort\n" in texts
    assert "echo one | sort\n" not in texts
    assert manifest["refused_because_in_evaluation_sets"] == 1
    assert manifest["licences"] == {"git (Debian source)": "GPL-2.0-only"}
    assert "postgresql-15 (Debian source)" in manifest["absent"]  # type: ignore[operator]


def test_sources_are_named_with_their_licences() -> None:
    assert len({source.name for source in SOURCES}) == len(SOURCES)
    assert all(source.licence for source in SOURCES)


def test_read_files_finds_scripts_without_a_suffix(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "tool").write_text("#!/bin/bash\necho\n")
    (tmp_path / "pkg" / "data").write_text("#!/usr/bin/perl\n")
    source = Source(name="p", root="pkg", licence="MIT", languages=("bash",))
    root = find_root(source, (tmp_path,))
    assert root is not None
    assert [name for name, _ in read_files(root, "bash")] == ["tool"]
