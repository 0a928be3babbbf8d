"""A PPO checkpoint: a Hugging Face folder with the policy, which is all that the exporters read, and beside it
`value_head.safetensors`, the optimizer's state, the curve, and a record of reference and settings."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file

from slmfix_bot.errors import UsageError
from slmfix_training.networks.checkpoint import save_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

    from slmfix_training.ppo.policy import PolicyWithValue
    from slmfix_training.ppo.ppo import Ppo
    from slmfix_training.ppo.ppo_recipe import PpoRecipe
    from slmfix_training.ppo.reward import RewardRule

VALUE_HEAD = "value_head.safetensors"
STATE = "ppo-state.pt"
CURVE = "ppo-curve.jsonl"
WEIGHTS = "model.safetensors"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """CPU seconds and rewards so far, over all sittings."""

    seconds: float = 0.0
    steps: int = 0
    last: dict[str, float] | None = None


def reference_hash(folder: Path) -> str:
    """sha256 of the weights of the checkpoint that a run starts from and is held to."""
    files = sorted(folder.glob("model*.safetensors"))
    if not files:
        msg = f"{folder} holds no {WEIGHTS}: give a checkpoint that slmfix-train sft wrote"
        raise UsageError(msg)
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def save(folder: Path, ppo: Ppo, tokenizer: Tokenizer, record: dict[str, Any], progress: Progress) -> None:
    """Writes everything that an export, a reader and a resumption need."""
    policy: PolicyWithValue = ppo.accelerator.unwrap_model(ppo.policy)
    save_checkpoint(folder, policy.model, tokenizer, record)
    save_file({name: value.contiguous() for name, value in policy.value_head.state_dict().items()}, folder / VALUE_HEAD)
    state = {
        "optimizer": ppo.optimizer.state_dict(),
        "generator": ppo.sampler.generator.get_state(),
        "kl": ppo.kl,
        "seconds": progress.seconds,
        "steps": progress.steps,
    }
    partial = folder / f"{STATE}.partial"
    torch.save(state, partial)
    partial.replace(folder / STATE)


def resume(folder: Path, ppo: Ppo, reference: str, record: dict[str, Any]) -> Progress:
    """Puts the state of an earlier sitting back (the policy's weights are read with the model); raises UsageError when
    that run had another reference."""
    earlier = record.get("training", {}).get("ppo", {}).get("reference_sha256")
    if earlier != reference:
        msg = f"{folder} was trained from another checkpoint ({str(earlier)[:12]}): give that one or a new folder"
        raise UsageError(msg)
    policy: PolicyWithValue = ppo.accelerator.unwrap_model(ppo.policy)
    policy.value_head.load_state_dict(load_file(folder / VALUE_HEAD))
    state = torch.load(folder / STATE, weights_only=True)
    ppo.optimizer.load_state_dict(state["optimizer"])
    ppo.sampler.generator.set_state(state["generator"])
    ppo.kl, ppo.step = state["kl"], state["steps"]
    return Progress(seconds=state["seconds"], steps=state["steps"])


def ppo_record(
    base: dict[str, Any], recipe: PpoRecipe, rule: RewardRule, reference: str, progress: Progress
) -> dict[str, Any]:
    """The record of the supervised model with the run added."""
    run = {
        "recipe": asdict(recipe),
        "reward": asdict(rule),
        "reference_sha256": reference,
        "steps": progress.steps,
        "cpu_minutes": round(progress.seconds / 60, 1),
        "last_step": progress.last,
    }
    training = {**base.get("training", {}), "ppo": run}
    training["method"] = "supervised fine-tuning on synthetic faults, then PPO with the validator's verdict as reward"
    return {**base, "training": training}


def write_curve(folder: Path, row: dict[str, Any]) -> None:
    """Appends one step."""
    with (folder / CURVE).open("a") as file:
        file.write(json.dumps(row) + "\n")


def trim_curve(folder: Path, steps: int) -> None:
    """Drops the steps that were made after the last save, which a resumption makes again."""
    file = folder / CURVE
    if file.exists():
        rows = [line for line in file.read_text().split("\n") if line and json.loads(line)["step"] <= steps]
        file.write_text("".join(f"{line}\n" for line in rows))
