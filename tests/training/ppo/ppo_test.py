"""The arithmetic of PPO by hand, a task that it must learn, and a run from checkpoint to package."""

from __future__ import annotations

import json
from dataclasses import replace
from math import log
from typing import TYPE_CHECKING, Any

import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

from slmfix_bot.adapters.vocabulary import Vocabulary
from slmfix_bot.core.program import Program
from slmfix_bot.errors import UsageError
from slmfix_bot.validators import VALIDATORS
from slmfix_training.cli import main
from slmfix_training.ppo.ppo import (
    Ppo,
    adapt_kl,
    gae,
    leave_one_out,
    policy_loss,
    token_rewards,
    value_loss,
)
from slmfix_training.ppo.ppo_checkpoint import CURVE, STATE, VALUE_HEAD, reference_hash
from slmfix_training.ppo.ppo_figures import explained_variance
from slmfix_training.ppo.ppo_recipe import PpoRecipe
from slmfix_training.ppo.reward import RewardRule, Verdict
from slmfix_training.samples.rl_cases import make_case
from tests.testing.tiny_model import build_model, build_tokenizer, write_checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slmfix_training.ppo.reward import Case
    from slmfix_training.ppo.rollout import Candidate

NUMBERS = st.lists(st.floats(-2, 2), min_size=1, max_size=12)


def test_reward_comes_last_and_divergence_costs_everywhere() -> None:
    assert token_rewards(1.0, [0.5, -0.25], 0.1) == pytest.approx([-0.05, 1.025])


def test_gae_by_hand() -> None:
    # delta_1 = 1 - 0.5 = 0.5; delta_0 = 0.1 + 0.9 * 0.5 - 0.2 = 0.35; A_0 = 0.35 + 0.9 * 0.8 * 0.5
    assert gae([0.1, 1.0], [0.2, 0.5], 0.9, 0.8) == pytest.approx([0.71, 0.5])


@given(NUMBERS, st.data(), st.floats(0, 1), st.floats(0, 1))
def test_gae_is_the_discounted_sum_of_deltas(steps: list[float], data: st.DataObject, gamma: float, lam: float) -> None:
    values = data.draw(st.lists(st.floats(-2, 2), min_size=len(steps), max_size=len(steps)))
    following = [*values[1:], 0.0]
    deltas = [r + gamma * v1 - v0 for r, v1, v0 in zip(steps, following, values, strict=True)]
    direct = [sum((gamma * lam) ** (k - t) * deltas[k] for k in range(t, len(steps))) for t in range(len(steps))]
    assert gae(steps, values, gamma, lam) == pytest.approx(direct, abs=1e-9)


@given(NUMBERS)
def test_gae_with_lambda_1_is_the_return_minus_the_value(steps: list[float]) -> None:
    values = [0.3] * len(steps)
    returns = [sum(steps[t:]) for t in range(len(steps))]
    assert gae(steps, values, 1.0, 1.0) == pytest.approx([g - 0.3 for g in returns], abs=1e-9)


def test_leave_one_out_by_hand() -> None:
    assert leave_one_out([1.0, 0.0, 0.5, 0.25, 0.25, 0.25], 3) == pytest.approx([0.75, -0.75, 0.0, 0.0, 0.0, 0.0])
    assert leave_one_out([1.0], 1) == [1.0]


def test_policy_loss_of_two_tokens_by_hand() -> None:
    old = torch.tensor([log(0.5), log(0.4)])
    new = torch.tensor([log(0.75), log(0.3)], requires_grad=True)
    # ratios 1.5 and 0.75; advantages 2 and -1: min(3, 1.2 * 2) = 2.4 and min(-0.75, 0.8 * -1) = -0.8
    loss = policy_loss(new, old, torch.tensor([2.0, -1.0]), 0.2)
    assert float(loss.detach()) == pytest.approx(-(2.4 - 0.8) / 2)
    loss.backward()
    # both tokens are already beyond the clip range in the direction of their advantage
    assert new.grad is not None
    assert torch.all(new.grad == 0)


def test_policy_loss_still_pulls_back_what_went_the_wrong_way() -> None:
    old = torch.tensor([log(0.5), log(0.4)])
    new = torch.tensor([log(0.25), log(0.6)], requires_grad=True)
    loss = policy_loss(new, old, torch.tensor([2.0, -1.0]), 0.2)
    assert float(loss.detach()) == pytest.approx(-(0.5 * 2 - 1.5) / 2)
    loss.backward()
    assert new.grad is not None
    assert new.grad.tolist() == pytest.approx([-0.5, 0.75])


def test_value_loss_of_two_tokens_by_hand() -> None:
    values, old, returns = torch.tensor([0.9, 0.1]), torch.tensor([0.5, 0.0]), torch.tensor([1.0, 0.0])
    # 0.9 is clipped to 0.7: max(0.01, 0.09); 0.1 is within the range: 0.01
    assert float(value_loss(values, old, returns, 0.2)) == pytest.approx(0.5 * (0.09 + 0.01) / 2)


def test_kl_price_follows_the_target_within_bounds() -> None:
    assert adapt_kl(0.1, 4.0, 2.0, 20) == pytest.approx(0.1 * 1.01)
    assert adapt_kl(0.1, 1.9, 2.0, 20) == pytest.approx(0.1 * (1 - 0.05 / 20))
    assert adapt_kl(0.1, 0.0, 2.0, 20) == pytest.approx(0.1 * 0.99)


def test_explained_variance() -> None:
    returns = torch.tensor([0.0, 1.0, 2.0])
    assert explained_variance(returns, returns) == 1.0
    assert explained_variance(torch.zeros(3), returns) == pytest.approx(0.0)
    assert explained_variance(torch.zeros(3), torch.ones(3)) == 0.0


class Toy(Ppo):
    """Every script that begins with a deletion is right: one can see whether it is learnt."""

    def judge(self, cases: Sequence[Case], grouped: Sequence[Sequence[Candidate]]) -> list[list[Verdict]]:
        """The toy's verdicts."""
        return [[Verdict(valid=one.script.startswith("<del>")) for one in group] for group in grouped]


def toy(tmp_path: Path, recipe: PpoRecipe) -> tuple[Toy, list[Case]]:
    from accelerate import Accelerator  # type: ignore[import-untyped,unused-ignore]

    build_tokenizer(tmp_path / "tokenizer.json")
    vocabulary = Vocabulary(Tokenizer.from_file(str(tmp_path / "tokenizer.json")))
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 1, "initializer_range": 0.05}
    model, reference = (build_model(vocabulary.size, attn_implementation="eager", **sizes) for _ in "ab")
    rule = RewardRule(kind="validator", gate="none")
    texts = [f'{{"a": [1, {number}}}\n' for number in range(recipe.prompts)]
    cases = [make_case(Program(language="json", text=text), text.replace("}", "]}")) for text in texts]
    ppo = Toy(Accelerator(cpu=True), model, reference, vocabulary, recipe, rule, VALIDATORS)
    return ppo, [case for case in cases if case is not None]


TINY = PpoRecipe(
    prompts=6,
    candidates=8,
    minibatch=3,
    epochs=2,
    max_new=6,
    rate=3e-3,
    kl=0.01,
    gold_weight=0.0,
    entropy_weight=0.0,
    leave_one_out=False,
    warm_up=1,
)


def test_ppo_learns_a_toy_task(tmp_path: Path) -> None:
    ppo, cases = toy(tmp_path, TINY)
    curve = [ppo.train_step(cases) for _ in range(14)]
    before, after = (sum(row["reward"] for row in rows) / 3 for rows in (curve[:3], curve[-3:]))
    assert before < 0.5
    assert after > before + 0.4
    assert curve[-1]["kl"] > curve[0]["kl"] == 0.0
    assert curve[-1]["entropy"] < curve[0]["entropy"]


def test_ppo_learns_a_toy_task_faster_with_the_other_candidates_as_baseline(tmp_path: Path) -> None:
    ppo, cases = toy(tmp_path, replace(TINY, leave_one_out=True))
    curve = [ppo.train_step(cases)["reward"] for _ in range(10)]
    assert sum(curve[-3:]) / 3 > sum(curve[:3]) / 3 + 0.3


def test_the_first_update_of_every_step_starts_at_ratio_1(tmp_path: Path) -> None:
    ppo, cases = toy(tmp_path, replace(TINY, epochs=3, stop_kl=99.0))
    for _ in range(3):
        figures = ppo.train_step(cases)
        assert figures["first_ratio"] == pytest.approx(1.0, abs=1e-3)
        assert figures["largest_ratio"] > 1.0
        assert figures["updates"] == 6


def test_an_update_stops_when_it_has_moved_too_far(tmp_path: Path) -> None:
    ppo, cases = toy(tmp_path, replace(TINY, epochs=8, rate=0.05, stop_kl=0.02))
    ppo.train_step(cases)
    assert ppo.train_step(cases)["updates"] < 16


def test_a_high_price_of_divergence_keeps_the_policy_at_the_reference(tmp_path: Path) -> None:
    free, cases = toy(tmp_path, TINY)
    held, _ = toy(tmp_path, replace(TINY, kl=5.0))
    for _ in range(6):
        loose, tight = free.train_step(cases), held.train_step(cases)
    assert tight["kl"] < loose["kl"] / 2


def test_adaptive_price_rises_with_divergence(tmp_path: Path) -> None:
    ppo, cases = toy(tmp_path, replace(TINY, kl_target=1e-4, kl_horizon=2.0))
    for _ in range(4):
        ppo.train_step(cases)
    assert ppo.kl > 0.01


def test_gold_scripts_alone_are_learnt_without_reward(tmp_path: Path) -> None:
    ppo, cases = toy(tmp_path, replace(TINY, policy_weight=0.0, gold_weight=1.0))
    losses = [ppo.train_step(cases)["gold_loss"] for _ in range(5)]
    assert losses[-1] < 0.7 * losses[0]


@pytest.fixture
def start(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "sft", hidden_size=32, num_hidden_layers=1)


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    clean = [json.dumps({"key": number, "list": [1, 2]}) + "\n" for number in range(6)]
    rows = [{"language": "json", "rule": "syntax", "broken": one.replace("]", ""), "clean": one} for one in clean]
    (folder / "json-1.rl.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def train(start: Path, samples: Path, output: Path, steps: int, *more: str) -> Any:
    recipe = {"prompts": 2, "candidates": 2, "minibatch": 1, "max_new": 6, "epochs": 1, "steps": steps}
    settings = [part for name, value in recipe.items() for part in ("--recipe", f"{name}={value}")]
    folders = ["--checkpoint", str(start), "--samples", str(samples), "--output", str(output)]
    return CliRunner().invoke(main, ["ppo", *folders, "--minutes", "5", *settings, *more], catch_exceptions=False)


def test_a_run_writes_a_checkpoint_and_continues_it(start: Path, samples: Path, tmp_path: Path) -> None:
    output = tmp_path / "ppo"
    assert train(start, samples, output, 2).exit_code == 0
    record = json.loads((output / "slmfix-training.json").read_text())
    run = record["training"]["ppo"]
    assert run["steps"] == 2
    assert run["reference_sha256"] == reference_hash(start)
    assert run["reward"] == {"kind": "both", "gate": "harmless", "floor": 0.0}
    assert run["recipe"]["candidates"] == 2
    assert record["name"] == "tiny"
    assert load_file(output / VALUE_HEAD)["weight"].shape == (1, 32)
    assert not any("value" in name for name in load_file(output / "model.safetensors"))
    first = torch.load(output / STATE, weights_only=True)
    assert train(start, samples, output, 3).exit_code == 0
    rows = [json.loads(line) for line in (output / CURVE).read_text().split("\n") if line]
    assert [row["step"] for row in rows] == [1, 2, 3]
    figures = {"reward", "pass", "harmless", "kl", "entropy", "value_loss", "explained_variance", "length", "seconds"}
    assert figures <= rows[0].keys()
    assert torch.load(output / STATE, weights_only=True)["seconds"] > first["seconds"]


def test_a_run_is_not_continued_from_another_reference(start: Path, samples: Path, tmp_path: Path) -> None:
    output = tmp_path / "ppo"
    train(start, samples, output, 1)
    other = write_checkpoint(tmp_path / "other", hidden_size=32, num_hidden_layers=1, seed=5)
    with pytest.raises(UsageError, match="another checkpoint"):
        train(other, samples, output, 2)


def test_a_step_without_reward_and_divergence_changes_nothing_but_rounding(tmp_path: Path) -> None:
    """All candidates equally bad: whitened advantages are 0, so the policy must not move."""
    ppo, cases = toy(tmp_path, replace(TINY, kl=0.0, candidates=2))
    ppo.judge = lambda cases, grouped: [[Verdict() for _ in group] for group in grouped]  # type: ignore[method-assign]
    before = [p.detach().clone() for p in ppo.policy.model.parameters()]
    figures = ppo.train_step(cases)
    assert figures["reward"] == 0.0
    assert all(torch.equal(a, b) for a, b in zip(before, ppo.policy.model.parameters(), strict=True))


@pytest.mark.slow
def test_a_ppo_checkpoint_exports_to_a_package_that_the_bot_loads(start: Path, samples: Path, tmp_path: Path) -> None:
    from slmfix_bot.adapters.model_package import load_package
    from slmfix_bot.adapters.onnx import OnnxRepairModel
    from slmfix_exporters.export import ExportOptions, export

    output = tmp_path / "ppo"
    train(start, samples, output, 2)
    manifest = export(output, tmp_path / "package", ExportOptions(min_agreement=0.5), lambda _: None)
    assert manifest["training"]["ppo"]["steps"] == 2
    model = OnnxRepairModel(load_package(tmp_path / "package"))
    assert model.propose("<l:json>bad<|1|><names><win><|1|>[1<out>", 2) is not None
