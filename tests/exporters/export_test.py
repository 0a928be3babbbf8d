from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped,unused-ignore]
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file, save_file

from slmfix_bot.adapters.model_package import MANIFEST, load_package
from slmfix_bot.errors import UsageError
from slmfix_exporters.checkpoint import load_checkpoint
from slmfix_exporters.export import ExportOptions, ParityError, export, export_graph
from slmfix_exporters.formats.plain import sort_names
from slmfix_exporters.package import Naming
from slmfix_exporters.parity import compare
from slmfix_exporters.samples import sample_prompts
from slmfix_exporters.storage import quantise_int4, store_weights
from tests.testing.tiny_model import build_model, tiny_package, write_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
PROMPTS = [[45, 100, 101, 102, 103], [50, 300, 200]]


def types_of(path: Path) -> dict[int, int]:
    """Bytes of the initialisers by element type."""
    sizes: dict[int, int] = {}
    for item in onnx.load(str(path)).graph.initializer:
        sizes[item.data_type] = sizes.get(item.data_type, 0) + numpy_helper.to_array(item).nbytes
    return sizes


def test_package_is_complete() -> None:
    manifest = json.loads((tiny_package() / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["schema"] == "slmfix.model/1"
    assert (manifest["name"], manifest["version"], manifest["precision"]) == ("tiny", "1.2.3", "int8")
    assert manifest["languages"] == ["bash", "sql"]
    assert manifest["max_new_tokens"] == 24
    model = load_checkpoint(tiny_package().parent / "checkpoint").model
    assert manifest["parameters"] == sum(p.numel() for p in model.parameters())
    parity = manifest["export"]["parity_fp32"]
    assert 0 < parity["max_abs_logit_difference"] < 1e-3
    assert parity["greedy_agreement"] >= 0.99
    assert manifest["export"]["parity_stored"]["positions"] > 200
    card = (tiny_package() / "README.md").read_text(encoding="utf-8")
    assert "tiny 1.2.3" in card
    assert "parity_fp32" in card


def test_package_stores_int8_and_the_tied_embedding_once() -> None:
    sizes = types_of(tiny_package() / "model.onnx")
    parameters = json.loads((tiny_package() / MANIFEST).read_text(encoding="utf-8"))["parameters"]
    assert 0.95 * parameters < sizes[TensorProto.INT8] <= parameters
    assert sizes[TensorProto.FLOAT] < 0.1 * parameters


def test_int8_is_computed_as_its_rounded_weights(tmp_path: Path) -> None:
    plain = export_graph(build_model(512), tmp_path / "plain")
    graph = onnx.load(str(plain))
    store_weights(graph, "int8")
    scales = {item.name: numpy_helper.to_array(item) for item in graph.graph.initializer}
    nodes = [node for node in graph.graph.node if node.op_type == "DequantizeLinear"]
    assert len(nodes) == 15  # embedding, and 7 matrices in each of 2 layers
    original = {item.name: numpy_helper.to_array(item) for item in onnx.load(str(plain)).graph.initializer}
    for node in nodes:
        name, axis = node.output[0], node.attribute[0].i
        scale = np.expand_dims(scales[node.input[1]], 1 - axis)
        error = np.abs(scales[node.input[0]] * scale - original[name])
        assert (error <= scale * 0.5001).all()
    onnx.checker.check_model(graph)


def restore_int4(weights: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What the codes of a matrix stand for."""
    codes, scales, zeros = quantise_int4(weights)
    outputs, blocks = scales.shape
    unpacked = np.stack([codes & 15, codes >> 4], axis=-1).reshape(outputs, blocks, 32).astype(np.float32)
    zero = np.stack([zeros & 15, zeros >> 4], axis=-1).reshape(outputs, -1)[:, :blocks, None].astype(np.float32)
    restored: np.ndarray[Any, Any] = ((unpacked - zero) * scales[..., None]).reshape(outputs, -1).T
    return restored


@pytest.mark.parametrize("shape", [(64, 64), (96, 20)])
def test_int4_is_computed_as_its_rounded_weights(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1)
    weights = noise.normal(size=shape).astype(np.float32)
    weights[:32, 3] = 0
    restored = restore_int4(weights)
    assert (restored[:32, 3] == 0).all()
    assert np.abs(restored - weights).max() < 0.3  # half a step of about a fifteenth of the range
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    sizes = zip("xy", shape, strict=True)
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, size]) for name, size in sizes]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    assert store_weights(model, "int4") == 1
    given = noise.normal(size=(4, shape[0])).astype(np.float32)
    (found,) = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": given})
    expected = given @ restored
    assert np.linalg.norm(found - expected) < 0.02 * np.linalg.norm(expected)


@pytest.mark.parametrize("tied", [True, False])
def test_int4_is_small(tmp_path: Path, tied: bool) -> None:
    model = build_model(512, tie_word_embeddings=tied)
    plain = export_graph(model, tmp_path / "plain")
    graph = onnx.load(str(plain))
    store_weights(graph, "int4")
    onnx.save(graph, str(tmp_path / "model.onnx"))
    kinds = [node.op_type for node in graph.graph.node]
    assert kinds.count("MatMulNBits") == 14 + (not tied)
    assert kinds.count("DequantizeLinear") == 1
    assert compare(tmp_path / "model.onnx", model, PROMPTS, new_tokens=6).agreement > 0.3
    assert (tmp_path / "model.onnx").stat().st_size < plain.stat().st_size / 2


@pytest.mark.parametrize("precision", ["fp16", "fp32"])
@pytest.mark.parametrize("tied", [True, False])
def test_other_storage_keeps_the_outputs(tmp_path: Path, precision: str, tied: bool) -> None:
    model = build_model(512, tie_word_embeddings=tied)
    plain = export_graph(model, tmp_path / "plain")
    graph = onnx.load(str(plain))
    store_weights(graph, precision)
    onnx.save(graph, str(tmp_path / "model.onnx"))
    parity = compare(tmp_path / "model.onnx", model, PROMPTS, new_tokens=6)
    assert parity.difference < (1e-3 if precision == "fp32" else 0.2)
    assert parity.agreement >= (0.99 if precision == "fp32" else 0.9)
    assert (tmp_path / "model.onnx").stat().st_size < plain.stat().st_size or (precision == "fp32" and not tied)
    kind = TensorProto.FLOAT16 if precision == "fp16" else TensorProto.FLOAT
    expected = sum(p.numel() for p in model.parameters()) * (2 if precision == "fp16" else 4)
    assert types_of(tmp_path / "model.onnx")[kind] == pytest.approx(expected, rel=0.05)


def test_parity_notices_another_model(tmp_path: Path) -> None:
    plain = export_graph(build_model(512), tmp_path / "plain")
    parity = compare(plain, build_model(512, seed=1), PROMPTS, new_tokens=6)
    assert parity.difference > 0.1
    assert parity.agreement < 0.9
    assert parity.positions == 5 + 3 + 12
    assert parity.decoded == 12


def test_fp16_overflow_is_refused() -> None:
    weight = numpy_helper.from_array(np.full((64, 64), 1e6, dtype=np.float32), "w")
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 64]) for name in ("x", "y")]
    model = helper.make_model(helper.make_graph([node], "g", values[:1], values[1:], [weight]))
    with pytest.raises(ValueError, match="fp16's range"):
        store_weights(model, "fp16")


def options(**changes: Any) -> ExportOptions:
    defaults: dict[str, Any] = {"min_agreement": 0.5, "prompts": tuple(sample_prompts()[:2])}
    return ExportOptions(**(defaults | changes))


def test_export_names_and_overwrites(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint")
    said: list[str] = []
    naming = Naming(name="other", version="9", licence="MIT")
    manifest = export(checkpoint, tmp_path / "out", options(naming=naming), said.append)
    assert (manifest["name"], manifest["version"], manifest["licence"]) == ("other", "9", "MIT")
    assert any("fp32: largest logit difference" in line for line in said)
    with pytest.raises(UsageError, match="--force"):
        export(checkpoint, tmp_path / "out", options(), said.append)
    replaced = export(checkpoint, tmp_path / "out", options(overwrite=True), said.append)
    assert load_package(tmp_path / "out").identity.name == replaced["name"] == "tiny"


def test_export_refuses_a_folder_that_is_no_package(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="not a model package"):
        export(tmp_path, tmp_path, options(overwrite=True), print)
    assert (tmp_path / "precious").exists()


def test_export_below_agreement_leaves_nothing(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint")
    with pytest.raises(ParityError, match="--fp16"):
        export(checkpoint, tmp_path / "out", options(min_agreement=1.0), lambda _: None)
    assert not (tmp_path / "out").exists()


def test_value_head_does_not_change_the_policy(tmp_path: Path) -> None:
    plain = write_checkpoint(tmp_path / "plain")
    wrapped = load_checkpoint(write_checkpoint(tmp_path / "wrapped", value_head=True))
    assert sorted(wrapped.stripped) == ["v_head.summary.bias", "v_head.summary.weight"]
    theirs = load_checkpoint(plain).model.state_dict()
    assert all(tensor.equal(theirs[name]) for name, tensor in wrapped.model.state_dict().items())
    weights = ["pretrained_model.model.x", "v_head.summary.weight", "module._orig_mod.lm_head.weight"]
    policy, stripped = sort_names(weights)
    assert policy == {"model.x": weights[0], "lm_head.weight": weights[2]}
    assert stripped == ["v_head.summary.weight"]


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_checkpoint_without_a_file_is_an_error(tmp_path: Path, name: str) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint")
    (checkpoint / name).unlink()
    with pytest.raises(UsageError, match=name):
        load_checkpoint(checkpoint)


def test_checkpoint_that_does_not_fit_is_an_error(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint")
    config = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
    (checkpoint / "config.json").write_text(json.dumps(config | {"num_hidden_layers": 3}), encoding="utf-8")
    with pytest.raises(UsageError, match="missing"):
        load_checkpoint(checkpoint)
    (checkpoint / "config.json").write_text(json.dumps(config | {"intermediate_size": 100}), encoding="utf-8")
    with pytest.raises(UsageError, match="do not fit"):
        load_checkpoint(checkpoint)
    (checkpoint / "adapter_config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="LoRA"):
        load_checkpoint(checkpoint)


def test_checkpoint_of_another_prompt_format_is_an_error(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint")
    (checkpoint / "slmfix-training.json").write_text('{"prompt_format": "line-edit/9"}', encoding="utf-8")
    with pytest.raises(UsageError, match="line-edit/9"):
        export(checkpoint, tmp_path / "out", options(), print)


def test_sample_prompts_cover_windows() -> None:
    prompts = sample_prompts()
    assert len(prompts) >= 8
    assert all(prompt.startswith("<l:") and prompt.endswith("<out>") for prompt in prompts)


def test_an_adapter_is_exported_with_its_base(tmp_path: Path) -> None:
    """The package of a LoRA adapter that changes nothing is that of its base model."""
    base = write_checkpoint(tmp_path / "base")
    weights = load_file(base / "model.safetensors")
    name = "model.layers.0.self_attn.q_proj"
    rows, columns = weights[f"{name}.weight"].shape
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    parts = {"lora_A": torch.ones(2, columns), "lora_B": torch.zeros(rows, 2)}
    save_file(
        {f"base_model.model.{name}.{kind}.weight": part for kind, part in parts.items()},
        adapter / "adapter_model.safetensors",
    )
    (adapter / "adapter_config.json").write_text('{"peft_type": "LORA", "r": 2, "lora_alpha": 4}', encoding="utf-8")
    merged = export(adapter, tmp_path / "out", options(base=base), lambda _: None)
    plain = export(base, tmp_path / "plain", options(), lambda _: None)
    assert merged["export"]["format"].startswith("PEFT LoRA adapter")
    assert list(merged["export"]["checkpoint"]) == ["adapter_model.safetensors"]
    assert merged["files"] == plain["files"]
