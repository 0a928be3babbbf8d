"""A tiny run of the whole way: samples, tokenizer, packing, training, resumption, evaluation."""

from __future__ import annotations

import json
import os
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from slmfix_bot.core.prompt import SPECIAL_TOKENS
from slmfix_training.checkpoint import RECORD, load_model, new_model, read_record
from slmfix_training.cli import main
from slmfix_training.feed import Feed
from slmfix_training.packing import Arrays, pack, tokenise
from slmfix_training.recipe import Recipe
from slmfix_training.sample_files import write_samples
from slmfix_training.sft import Trainer, batch_loss, choose_places, rate
from slmfix_training.tokenizer import sample_texts, train_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

TINY = Recipe(hidden=32, layers=1, feed_forward=48, rows=2, length=384, predicted=200, bf16=False, warm_up=2)
TEXTS = [json.dumps({"name": f"n{i}", "list": [i, i + 1, True], "other": "value"}) + "\n" for i in range(60)]


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A corpus of small JSON documents and its samples, old enough to count as complete."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    rows = [
        {"language": "json", "text": text, "held_out": i % 4 == 0, "dialect": None, "schema": None}
        for i, text in enumerate(TEXTS)
    ]
    (corpus / "json.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (corpus / "manifest.json").write_text(json.dumps({"licences": {}, "snippets_by_source": {}}))
    output = tmp_path / "samples"
    write_samples(corpus, output, "json", limit=60, seconds=60, seed=1, excluded=frozenset())
    for file in output.iterdir():
        os.utime(file, (1, 1))
    return output


def test_held_out_snippets_never_reach_the_training_shard(samples: Path) -> None:
    held = {json.loads(line)["clean"] for line in (samples / "json-1.held.jsonl").read_text().split("\n") if line}
    train = [json.loads(line) for line in (samples / "json-1.train.jsonl").read_text().split("\n") if line]
    assert held
    assert held <= set(TEXTS[::4])
    assert {row["kind"] for row in train} <= {"repair", "copy"}
    assert all("clean" not in row for row in train)


def test_tokenizer_keeps_brackets_digits_and_control_tokens_apart(samples: Path) -> None:
    tokenizer = train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400)
    text = '<l:json>bad <|3|>{"a": [12, (3))]}<end>'
    encoded = tokenizer.encode(text, add_special_tokens=False)
    assert tokenizer.decode(encoded.ids, skip_special_tokens=False) == text
    assert {"<l:json>", "<|3|>", "<end>", "1", "2"} <= set(encoded.tokens)
    assert encoded.tokens.count(")") == 2
    assert [tokenizer.id_to_token(i) for i in range(len(SPECIAL_TOKENS))] == list(SPECIAL_TOKENS)


def arrays(sizes: list[int]) -> Arrays:
    """Samples whose tokens are all their own number."""
    tokens = np.concatenate([np.full(size, i + 1, dtype=np.uint16) for i, size in enumerate(sizes)])
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Arrays(tokens=tokens, starts=starts, scripts=np.array([size - 2 for size in sizes]))


def test_pack_keeps_samples_whole_and_weights_scripts_fully() -> None:
    given = arrays([10, 20, 30] * 12)
    batches = list(pack(given, list(range(36)), 2, 64, Random(1), prompt_share=0.0, prompt_weight=0.3))
    used = [index for _, indexes in batches for index in indexes]
    assert len(used) == len(set(used)) >= 16
    for batch, indexes in batches:
        assert sorted({int(t) - 1 for t in np.unique(batch.tokens) if t}) == sorted(indexes)
        assert batch.weights.sum() == 2 * len(indexes)


def test_samples_of_a_row_do_not_see_each_other(samples: Path) -> None:
    tokenizer = train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400)
    model = new_model(tokenizer, hidden=32, layers=2, feed_forward=48, seed=1)
    given = arrays([12, 20, 9, 30] * 10)
    batch, _ = next(iter(pack(given, list(range(40)), 2, 64, Random(1), prompt_share=0, prompt_weight=0)))
    noise = np.random.default_rng(1)
    first = batch.segments == 1
    changed = np.where(first, batch.tokens, (batch.tokens + 7) % 300)
    only_first = np.where(first, batch.weights, 0).astype(np.float32)
    one = type(batch)(tokens=batch.tokens, segments=batch.segments, positions=batch.positions, weights=only_first)
    two = type(batch)(tokens=changed, segments=batch.segments, positions=batch.positions, weights=only_first)
    with torch.no_grad():
        assert float(batch_loss(model, one, 8, noise)[0]) == pytest.approx(float(batch_loss(model, two, 8, noise)[0]))


def test_choose_places_prefers_script_tokens() -> None:
    given = arrays([40, 40, 40, 40] * 4)
    batch, used = next(iter(pack(given, list(range(16)), 2, 64, Random(1), prompt_share=1.0, prompt_weight=0.3)))
    _, targets, weights = choose_places(batch, 10, np.random.default_rng(1))
    assert len(targets) == 10
    assert (weights == 1.0).sum() == 2 * len(used)


def test_rate_warms_up_and_falls_to_the_end() -> None:
    assert rate(0, 0, 100, 10) == pytest.approx(0.1)
    assert rate(50, 10, 100, 10) == 1.0
    assert rate(50, 99.9, 100, 10) < 0.05


def test_feed_uses_the_least_used_samples_first(samples: Path) -> None:
    tokenizer = train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400)
    feed = Feed(samples, tokenizer, TINY, 0, 1)
    given, origins, order = feed.load()
    assert len(given) == len(origins) == len(order)
    feed.uses["json-1.train.jsonl"][order[0]] = 1
    assert feed.load()[2][-1] == order[0]
    feed.progress = 0.9
    assert len(feed.load()[2]) < len(order)


def test_growing_shards_are_read_up_to_the_last_whole_line(samples: Path, tmp_path: Path) -> None:
    tokenizer = train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400)
    shard = tmp_path / "json-9.train.jsonl"
    shard.write_text('{"prompt": "<l:json>a<out>", "script": "<end>"}\n{"prompt": "<l:js')
    assert len(tokenise(shard, tokenizer, tmp_path / "cache")) == 1


def test_training_lowers_the_loss_and_resumes(samples: Path, tmp_path: Path) -> None:
    tokenizer = train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400)
    lines: list[str] = []
    first = Trainer(samples, tmp_path / "model", tokenizer, TINY, minutes=0.05)
    first.run({"name": "tiny"}, lines.append, save_minutes=9)
    assert first.step > 4
    assert sum(first.losses[-3:]) < sum(first.losses[:3])
    again = Trainer(samples, tmp_path / "model", tokenizer, TINY, minutes=0.06)
    assert again.step == first.step
    assert read_record(tmp_path / "model")["training"]["run"]["steps"] == first.step
    restored = load_model(tmp_path / "model")
    name = "model.layers.0.mlp.up_proj.weight"
    assert torch.equal(restored.state_dict()[name], first.average[name])


def test_evaluate_writes_its_figures_into_the_record(samples: Path, tmp_path: Path) -> None:
    tokenizer = train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400)
    Trainer(samples, tmp_path / "model", tokenizer, TINY, minutes=0.01).run({"name": "tiny"}, lambda _: None, 9)
    arguments = ["evaluate", str(tmp_path / "model"), "--samples", str(samples), "--count", "4", "--ranked", "2"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    figures = json.loads((tmp_path / "model" / RECORD).read_text())["evaluation"]["json"]
    assert figures["n"] == 4
    assert figures["loss_per_token"] > 0
    assert 0 <= figures["greedy_exact"] <= figures["greedy_pass"] <= 1


@pytest.mark.parametrize("verb", ["corpus", "samples", "tokenizer", "sft", "evaluate"])
def test_every_verb_explains_itself(verb: str) -> None:
    result = CliRunner().invoke(main, [verb, "--help"])
    assert result.exit_code == 0
    assert "--" in result.output
