from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from slmfix_training.cli import main
from slmfix_training.reports.card import render_model_card
from slmfix_training.reports.record import samples_record

if TYPE_CHECKING:
    from pathlib import Path


def manifest(**changes: Any) -> dict[str, Any]:
    """A package's manifest with records of every kind."""
    training = {
        "date": "2026-01-02",
        "method": "supervised fine-tuning on synthetic faults",
        "validators": {"sql": "sql 1.0"},
        "corpus": {
            "manifest_sha256": "abc",
            "licences": {"one (PyPI)": "MIT", "two (Debian)": "GPL-2.0-only"},
            "snippets_by_source": {"one (PyPI) | sql": 30, "one (PyPI) | bash": 30, "two (Debian) | bash": 40},
            "files": {"sql.jsonl": {"snippets": 30, "dropped": {"near-duplicate": 7}}},
        },
        "samples": {"sql": {"repair": 1200, "copy": 90, "categories": {"residue": 0.5, "keyword": 0.25}}},
        "run": {"cpu_minutes": 61.5, "recipe": {"hidden": 256, "adam_rate": 0.002}},
    }
    return {
        "name": "tiny",
        "version": "1.0.0",
        "architecture": "LlamaForCausalLM",
        "parameters": 6_500_000,
        "precision": "int8",
        "prompt_format": "line-edit/1",
        "languages": ["bash", "sql"],
        "context_lines": 18,
        "max_prompt_tokens": 384,
        "max_new_tokens": 64,
        "licence": "Apache-2.0",
        "files": {"model.onnx": {"bytes": 7_000_000, "sha256": ""}},
        "export": {"parity_stored": {"greedy_agreement": 0.987, "positions": 546}},
        "training": training,
        "evaluation": {"synthetic": {"set": "held out", "sql": {"n": 120, "greedy_pass": 0.608}}},
    } | changes


def test_card_says_what_the_records_say() -> None:
    text = render_model_card(manifest())
    for fact in (
        "tiny 1.0.0",
        "6.5 M parameters",
        "random weights",
        "| one (PyPI) | bash, sql | 60 | MIT |",
        "40% of the snippets are under the GPL",
        "| sql | 30 | 7 |",
        "residue 50%",
        "cpu_minutes | 61.5",
        "| sql | 120 | 0.608 |",
        "98.7%",
    ):
        assert fact in text, fact


def test_a_pretrained_start_is_named() -> None:
    record = manifest()
    record["training"]["start"] = {"base": "SmolLM2-135M", "licence": "Apache-2.0", "layers": [0, 1]}
    assert "SmolLM2-135M, licence Apache-2.0" in render_model_card(record)


def test_what_is_not_recorded_is_not_claimed() -> None:
    text = render_model_card(manifest(training={}, evaluation={}))
    assert "not recorded" in text
    assert "## Training data" not in text
    assert "## Evaluation" not in text


def test_samples_are_counted_over_shards(tmp_path: Path) -> None:
    for seed, repairs in ((1, 10), (2, 30)):
        counts = {"repair": repairs, "copy": 1, "category quotes": repairs, "category residue": 20}
        (tmp_path / f"bash-{seed}.state.json").write_text(json.dumps({"counts": counts}))
    assert samples_record([tmp_path]) == {
        "bash": {"repair": 40, "copy": 2, "categories": {"quotes": 0.5, "residue": 0.5}}
    }


def test_command_writes_the_card(tmp_path: Path) -> None:
    (tmp_path / "slmfix-model.json").write_text(json.dumps(manifest()))
    result = CliRunner().invoke(main, ["card", str(tmp_path), "--output", str(tmp_path / "card.md")])
    assert result.exit_code == 0, result.output
    assert "tiny 1.0.0" in (tmp_path / "card.md").read_text()
