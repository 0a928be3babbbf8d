"""Checkpoints as the trainers' own libraries wrote them (checkpoints/make.py) or write them here."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from slmfix_bot.errors import UsageError
from slmfix_exporters.formats import open_checkpoint
from slmfix_exporters.inspection import inspect, render
from slmfix_exporters.policy import build_policy
from tests.testing.tiny_model import write_checkpoint

HERE = Path(__file__).parent / "checkpoints"


def answer(folder: Path, base: Path | None = None) -> list[float]:
    """The logits that `expected.json` holds, from the policy as it is read."""
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    model = build_policy(open_checkpoint(folder, base)).model
    with torch.no_grad():
        logits = model(torch.tensor(expected["input_ids"])).logits[0, -1]
    return [float(value) for value in logits[: len(expected["last_logits"])]]


def expected(folder: Path) -> Any:
    return pytest.approx(json.loads((folder / "expected.json").read_text(encoding="utf-8"))["last_logits"], abs=2e-4)


@pytest.mark.parametrize("name", ["whole", "shards", "pickled"])
def test_value_head_of_trl_is_left_out(name: str) -> None:
    folder = HERE / f"trl-value-head-{name}"
    source = open_checkpoint(folder)
    assert source.format == "TRL AutoModelForCausalLMWithValueHead"
    assert set(source.dropped) == {"v_head.summary.weight", "v_head.summary.bias"}
    assert answer(folder) == expected(folder)


def test_policy_and_value_model_of_trl_are_told_apart() -> None:
    source = open_checkpoint(HERE / "trl-ppo")
    assert source.format == "TRL PPOTrainer (policy and value model)"
    assert all(name.startswith(("value_model.", "critic_backbone.")) for name in source.dropped)
    assert answer(HERE / "trl-ppo") == expected(HERE / "trl-ppo")


@pytest.mark.parametrize("name", ["plain", "stabilised"])
def test_adapters_are_merged_into_their_base(name: str) -> None:
    folder = HERE / f"peft-{name}"
    assert answer(folder, HERE / "peft-base") == expected(folder)


def test_base_of_an_adapter_is_found_beside_it(tmp_path: Path) -> None:
    shutil.copytree(HERE / "peft-plain", tmp_path / "adapter")
    shutil.copytree(HERE / "peft-base", tmp_path / "adapter" / "peft-base")
    assert answer(tmp_path / "adapter") == expected(HERE / "peft-plain")


def test_adapter_without_its_base_says_what_to_give(tmp_path: Path) -> None:
    shutil.copytree(HERE / "peft-plain", tmp_path / "adapter")
    with pytest.raises(UsageError, match="--base"):
        open_checkpoint(tmp_path / "adapter")


def test_adapter_of_another_model_is_refused(tmp_path: Path) -> None:
    other = write_checkpoint(tmp_path / "other", num_hidden_layers=1)
    with pytest.raises(UsageError, match="not for this base model"):
        open_checkpoint(HERE / "peft-plain", other)


def test_adapters_that_are_no_plain_lora_are_refused(tmp_path: Path) -> None:
    shutil.copytree(HERE / "peft-plain", tmp_path / "adapter")
    config = tmp_path / "adapter" / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"use_dora": True}))
    with pytest.raises(UsageError, match="DoRA"):
        open_checkpoint(tmp_path / "adapter", HERE / "peft-base")


def _write_shards(rank: int, folder: str) -> None:
    """One of two processes that shard a model with FSDP and save their parts as verl does."""
    from torch import distributed
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard
    from transformers import AutoModelForCausalLM

    address = f"file://{folder}/rendezvous"
    distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=2)
    model = AutoModelForCausalLM.from_pretrained(f"{folder}/plain", dtype=torch.float32)
    fully_shard(model, mesh=init_device_mesh("cpu", (2,)))
    torch.save(model.state_dict(), f"{folder}/step/actor/model_world_size_2_rank_{rank}.pt")
    distributed.destroy_process_group()


@pytest.fixture(scope="module")
def verl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a `plain` checkpoint and the same as FSDP shards below `step`; not to be changed."""
    from torch.multiprocessing import spawn  # type: ignore[attr-defined,unused-ignore]

    folder = tmp_path_factory.mktemp("verl")
    write_checkpoint(folder / "plain")
    beside = folder / "step" / "actor" / "huggingface"
    beside.mkdir(parents=True)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(folder / "plain" / name, beside)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    spawn(_write_shards, (str(folder),), nprocs=2)  # type: ignore[no-untyped-call,unused-ignore]
    return folder


@pytest.mark.slow
def test_shards_of_verl_are_put_together(verl: Path) -> None:
    source = open_checkpoint(verl / "step")
    assert (source.format, source.shards) == ("verl (FSDP shards)", 2)
    assert source.tokenizer is not None
    plain = load_file(verl / "plain" / "model.safetensors")
    for name, tensor in plain.items():
        assert torch.equal(source.weights.read(name), tensor), name


@pytest.mark.slow
def test_missing_rank_is_named(verl: Path, tmp_path: Path) -> None:
    shutil.copytree(verl / "step", tmp_path / "step")
    (tmp_path / "step" / "actor" / "model_world_size_2_rank_1.pt").unlink()
    with pytest.raises(UsageError, match="lacks rank 1 of 2"):
        open_checkpoint(tmp_path / "step")


def write_zero(folder: Path, weights: dict[str, torch.Tensor], stage: int, ranks: int = 2) -> None:
    """Partitions in DeepSpeed's documented layout."""
    step = folder / "global_step7"
    step.mkdir(parents=True)
    (folder / "latest").write_text("global_step7")
    if stage == 3:
        strips = [[] for _ in range(ranks)]  # type: list[list[torch.Tensor]]
        for tensor in weights.values():
            length = -(-tensor.numel() // ranks)
            padded = torch.nn.functional.pad(tensor.flatten(), (0, length * ranks - tensor.numel()))
            for rank in range(ranks):
                strips[rank].append(padded[rank * length : (rank + 1) * length])
        parts = [torch.cat(strip) for strip in strips]
    else:
        flat = torch.cat([tensor.flatten() for tensor in weights.values()])
        parts = list(torch.nn.functional.pad(flat, (0, -len(flat) % (2 * ranks))).chunk(ranks))
    key = "fp32_flat_groups" if stage == 3 else "single_partition_of_fp32_groups"
    for rank, part in enumerate(parts):
        state = {"zero_stage": stage, "partition_count": ranks, key: [part.clone()]}
        torch.save({"optimizer_state_dict": state}, step / f"bf16_zero_pp_rank_{rank}_mp_rank_00_optim_states.pt")
    name = "zero_pp_rank_0_mp_rank_00_model_states.pt" if stage == 3 else "mp_rank_00_model_states.pt"
    shapes = [{name: tensor.shape for name, tensor in weights.items()}]
    torch.save({"module": {}, "buffer_names": [], "param_shapes": shapes, "ds_version": "0.19.8"}, step / name)


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_partitions_of_deepspeed_are_put_together(tmp_path: Path, stage: int) -> None:
    plain = write_checkpoint(tmp_path / "plain")
    weights = load_file(plain / "model.safetensors")
    write_zero(tmp_path / "ckpt" / "_actor", weights, stage)
    source = open_checkpoint(tmp_path / "ckpt", plain)
    assert source.format == f"OpenRLHF, DeepSpeed ZeRO-{stage}"
    for name, tensor in weights.items():
        assert torch.equal(source.weights.read(name), tensor), name


def test_missing_partition_is_named(tmp_path: Path) -> None:
    plain = write_checkpoint(tmp_path / "plain")
    write_zero(tmp_path / "ckpt", load_file(plain / "model.safetensors"), 2, ranks=3)
    (tmp_path / "ckpt" / "global_step7" / "bf16_zero_pp_rank_1_mp_rank_00_optim_states.pt").unlink()
    with pytest.raises(UsageError, match="rank 1"):
        open_checkpoint(tmp_path / "ckpt", plain)


class Bomb:
    """Writes a file when it is unpickled by a reader that calls what it is told to."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self.path}",)


def test_pickles_with_code_are_refused_and_nothing_runs(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "checkpoint")
    (folder / "model.safetensors").unlink()
    mark = tmp_path / "executed"
    torch.save({"weight": Bomb(mark)}, folder / "pytorch_model.bin")
    with pytest.raises(UsageError, match="nothing in it was executed"):
        open_checkpoint(folder)
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": Bomb(mark)}, protocol=2))
    with pytest.raises(UsageError):
        open_checkpoint(folder)
    assert not mark.exists()


def test_truncated_shards_are_refused(tmp_path: Path) -> None:
    shutil.copytree(HERE / "trl-value-head-shards", tmp_path / "c")
    shard = sorted((tmp_path / "c").glob("*.safetensors"))[0]
    shard.write_bytes(shard.read_bytes()[:-20])
    with pytest.raises(UsageError, match="truncated"):
        open_checkpoint(tmp_path / "c")
    shard.unlink()
    with pytest.raises(UsageError, match="lacks 1 of"):
        open_checkpoint(tmp_path / "c")


def test_values_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "c")
    weights = load_file(folder / "model.safetensors")
    weights["model.norm.weight"][3] = float("nan")
    save_file(weights, folder / "model.safetensors")
    with pytest.raises(UsageError, match=r"model\.norm\.weight .* not finite"):
        build_policy(open_checkpoint(folder))


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "c")
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"intermediate_size": 32}))
    with pytest.raises(UsageError, match="has shape"):
        build_policy(open_checkpoint(folder))


def test_resized_vocabulary_is_noted(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "c")
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"vocab_size": 300}))
    assert "resized" in build_policy(open_checkpoint(folder)).notes[0]


def test_encoder_decoder_models_are_refused(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "c")
    config = folder / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"is_encoder_decoder": True}))
    with pytest.raises(UsageError, match="encoder"):
        open_checkpoint(folder)


def test_inspection_names_what_is_there_and_what_is_missing() -> None:
    found = inspect(open_checkpoint(HERE / "trl-value-head-shards"))
    assert (found.model_type, found.value_head, found.shards > 1) == ("llama", True, True)
    assert found.dtypes == {"float32": found.parameters}
    assert found.missing[0].startswith("tokenizer.json")
    assert "value head     yes" in render(found)


def test_folder_of_no_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no checkpoint of a known format"):
        open_checkpoint(tmp_path)
