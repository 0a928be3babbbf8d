"""A tiny run of the whole way: samples, tokenizer, packing, training, resumption, evaluation."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from slmfix_bot.core.prompt import SPECIAL_TOKENS
from slmfix_bot.errors import UsageError
from slmfix_training.cli import main
from slmfix_training.networks.checkpoint import RECORD, load_model, new_model, read_record
from slmfix_training.networks.tokenizer import load_tokenizer, sample_texts, train_tokenizer
from slmfix_training.samples.sample_files import write_samples
from slmfix_training.sft.curve import Curve, read_curve
from slmfix_training.sft.feed import Feed
from slmfix_training.sft.held import HeldOut, choose_held
from slmfix_training.sft.loss import batch_loss, choose_places
from slmfix_training.sft.packing import Arrays, pack, tokenise
from slmfix_training.sft.recipe import Recipe
from slmfix_training.sft.sft import Job, Trainer

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
    numbers = {int(number) for row in train for number in re.findall(r'"n(\d+)"', row["prompt"])}
    assert numbers
    assert all(number % 4 for number in numbers)
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
    scripts = np.array([size - 2 for size in sizes])
    return Arrays(tokens=tokens, starts=starts, scripts=scripts, copies=np.zeros(len(sizes), dtype=np.bool_))


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


def test_feed_uses_the_least_used_samples_first(samples: Path) -> None:
    tokenizer = train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400)
    feed = Feed([samples], tokenizer, TINY, 0, 1)
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


@pytest.fixture
def tokenizer_file(samples: Path, tmp_path: Path) -> Path:
    """A small tokenizer of the samples."""
    file = tmp_path / "tokenizer.json"
    train_tokenizer(sample_texts(sorted(samples.glob("*.train.jsonl")), 50), 400).save(str(file))
    return file


def job(samples: Path, output: Path, tokenizer: Path, seconds: float, **changes: Any) -> Job:
    """A run of some CPU seconds."""
    held = tuple(choose_held([samples], 6))
    recipe = replace(TINY, **changes.pop("recipe", {}))
    return Job(
        samples=(samples,), output=output, tokenizer=tokenizer, recipe=recipe, cpu_seconds=seconds, held=held, **changes
    )


def test_training_lowers_the_loss_and_resumes(samples: Path, tokenizer_file: Path, tmp_path: Path) -> None:
    output, lines = tmp_path / "model", list[str]()
    first = Trainer(job(samples, output, tokenizer_file, 3.0, held_seconds=1.0))
    first.run({"name": "tiny"}, lines.append)
    assert first.step > 4
    losses = list(first.losses)
    assert sum(losses[-3:]) < sum(losses[:3])
    restored = load_model(output)
    name = "model.layers.0.mlp.up_proj.weight"
    assert torch.equal(restored.state_dict()[name], first.average.weights[name])
    run = read_record(output)["training"]["run"]
    assert run["steps"] == first.step
    assert 0.05 <= run["cpu_minutes"] <= run["wall_minutes"] + 0.1
    again = Trainer(job(samples, output, tokenizer_file, 6.0))
    assert (again.step, again.tokens) == (first.step, first.tokens)
    assert again.clock.cpu >= 3.0
    again._train(next(again.feed.batches()), again.clock.cpu / 6.0)  # what a resumed sitting does first
    assert again.step == first.step + 1


def test_the_curve_is_data(samples: Path, tokenizer_file: Path, tmp_path: Path) -> None:
    output = tmp_path / "model"
    Trainer(job(samples, output, tokenizer_file, 2.0, held_seconds=0.5)).run({}, lambda _: None)
    rows = read_curve(output)
    measured = [row for row in rows if "held_nats" in row]
    assert len(measured) >= 2
    assert measured[-1]["held"] == 6
    assert measured[-1]["held_nats"] < measured[0]["held_nats"]
    assert [row["cpu_minutes"] for row in rows] == sorted(row["cpu_minutes"] for row in rows)
    (output / "curve.jsonl").write_text((output / "curve.jsonl").read_text() + '{"step": 1000000, "cpu_minutes": 9}\n')
    Curve(output, lambda _: None).cut(rows[-1]["step"])
    assert read_curve(output) == rows


def test_plot_draws_the_curves(samples: Path, tokenizer_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    Trainer(job(samples, tmp_path / "arm", tokenizer_file, 0.5)).run({}, lambda _: None)
    picture = tmp_path / "curve.svg"
    result = CliRunner().invoke(main, ["plot", str(tmp_path / "arm"), "--output", str(picture)], catch_exceptions=False)
    assert result.exit_code == 0
    assert picture.read_text().count("<svg") == 1
    without = CliRunner().invoke(main, ["plot", str(samples), "--output", str(picture)])
    assert isinstance(without.exception, UsageError)


@pytest.mark.parametrize("embeddings", ["output", "frozen"])
def test_only_the_upper_layers_are_trained(
    samples: Path, tokenizer_file: Path, tmp_path: Path, embeddings: str
) -> None:
    recipe = {"layers": 3, "train_layers": 1, "embeddings": embeddings, "optimizer": "adamw"}
    trainer = Trainer(job(samples, tmp_path / "model", tokenizer_file, 1.0, recipe=recipe))
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    for batch, _ in zip(trainer.feed.batches(), range(3), strict=False):
        trainer._train(batch, 0.1)
    changed = {name for name, value in trainer.model.state_dict().items() if not torch.equal(before[name], value)}
    layers = {name.split(".")[2] for name in changed if ".layers." in name}
    assert layers == {"2"}
    assert ("model.embed_tokens.weight" in changed) == (embeddings == "output")
    assert trainer.average.weights.keys() <= {name for name, p in trainer.model.named_parameters() if p.requires_grad}


def test_unknown_choices_of_a_recipe_are_refused(samples: Path, tokenizer_file: Path, tmp_path: Path) -> None:
    for wrong in ({"optimizer": "sgd"}, {"embeddings": "some"}):
        with pytest.raises(UsageError):
            Trainer(job(samples, tmp_path / "model", tokenizer_file, 1.0, recipe=wrong))


def test_held_out_figures_agree_with_the_model(samples: Path, tokenizer_file: Path) -> None:
    tokenizer = load_tokenizer(tokenizer_file)
    rows = choose_held([samples], 5)
    assert len(rows) == 5
    assert rows == choose_held([samples], 5)
    model = new_model(tokenizer, hidden=32, layers=1, feed_forward=48, seed=1)
    held = HeldOut(rows, tokenizer)
    figures = held.measure(model, bf16=False)
    nats = 0.0
    for ids, script in held.samples:
        with torch.no_grad():
            scores = torch.log_softmax(model(input_ids=torch.tensor([ids])).logits[0], -1)
        nats -= sum(float(scores[i - 1, ids[i]]) for i in range(script, len(ids)))
    assert figures["held_nats"] == pytest.approx(nats / 5, rel=1e-3)
    assert figures["held_exact"] == 0.0


def test_languages_are_mixed_however_large_their_shards_are(tokenizer_file: Path, tmp_path: Path) -> None:
    for language, count in (("yaml", 400), ("json", 40)):
        row = json.dumps({"kind": "repair", "prompt": f"<l:{language}>a<out>", "script": "<end>"}) + "\n"
        (tmp_path / f"{language}-1.train.jsonl").write_text(row * count)
        os.utime(tmp_path / f"{language}-1.train.jsonl", (1, 1))
    feed = Feed([tmp_path], load_tokenizer(tokenizer_file), TINY, 0, 1)
    _, origins, order = feed.load()
    assert len(order) == 440
    first = [origins[i][0].split("-")[0] for i in order[:60]]
    assert 5 <= first.count("json") <= 20


def test_evaluate_writes_its_figures_into_the_record(samples: Path, tokenizer_file: Path, tmp_path: Path) -> None:
    Trainer(job(samples, tmp_path / "model", tokenizer_file, 0.5)).run({"name": "tiny"}, lambda _: None)
    arguments = ["evaluate", str(tmp_path / "model"), "--samples", str(samples), "--count", "4", "--ranked", "2"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    figures = json.loads((tmp_path / "model" / RECORD).read_text())["evaluation"]["json"]
    assert figures["n"] == 4
    assert figures["loss_per_token"] > 0
    assert 0 <= figures["greedy_exact"] <= figures["greedy_pass"] <= 1


@pytest.mark.parametrize("verb", ["corpus", "samples", "tokenizer", "sft", "evaluate", "start", "plot"])
def test_every_verb_explains_itself(verb: str) -> None:
    result = CliRunner().invoke(main, [verb, "--help"])
    assert result.exit_code == 0
    assert "--" in result.output
