"""A pretrained Llama, as a folder or a GGUF file, becomes a checkpoint in our layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from tokenizers import Tokenizer, models, pre_tokenizers, trainers  # type: ignore[import-untyped,unused-ignore]
from transformers import LlamaConfig, LlamaForCausalLM

from slmfix_bot.adapters.onnx import load_vocabulary
from slmfix_bot.core.prompt import END, SPECIAL_TOKENS
from slmfix_bot.errors import UsageError
from slmfix_training.cli import main
from slmfix_training.networks.checkpoint import load_model, read_record
from slmfix_training.networks.pretrained import read_pretrained
from slmfix_training.networks.start import influences, keep_layers, parse_layers, strongest_layers
from slmfix_training.networks.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["SELECT name, age FROM users WHERE age > 30;\n", "for f in *.txt; do echo $f; done\n", "x = [1, 2, 3]\n"] * 4


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Hugging Face folder with a tiny Llama of four layers and its own BPE."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=330,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXTS, trainer)
    torch.manual_seed(3)
    config: Any = LlamaConfig
    model = LlamaForCausalLM(
        config(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=64,
            intermediate_size=64,
            num_hidden_layers=4,
            num_attention_heads=2,
            num_key_value_heads=1,
            tie_word_embeddings=True,
        )
    )
    path = tmp_path / "base"
    model.save_pretrained(path)
    tokenizer.save(str(path / "tokenizer.json"))
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of two languages."""
    path = tmp_path / "corpus"
    path.mkdir()
    (path / "sql.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    return path


def start(source: Path, output: Path, *options: str) -> dict[str, Any]:
    """Runs the verb; what it recorded."""
    arguments = ["start", str(source), "--output", str(output), *options]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    recorded: dict[str, Any] = read_record(output)["training"]["start"]
    return recorded


def test_a_folder_becomes_a_checkpoint(folder: Path, corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "start"
    options = ["--layers", "0,2-3", "--vocabulary", str(corpus), "--keep", "300", "--licence", "MIT"]
    recorded = start(folder, output, *options, "--compare", "2")
    assert recorded["layers"] == [0, 2, 3]
    assert recorded["base_model"]["licence"] == read_record(output)["licence"] == "MIT"
    assert len(recorded["nats_per_token_before_training"]) == 3
    model, tokenizer = load_model(output), load_tokenizer(output / "tokenizer.json")
    assert model.config.num_hidden_layers == 3
    assert model.config.eos_token_id == tokenizer.token_to_id(END)
    rows = model.model.embed_tokens.weight
    assert len(rows) == tokenizer.get_vocab_size() <= 300 + len(SPECIAL_TOKENS)
    source = LlamaForCausalLM.from_pretrained(folder)
    before = json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"]
    token = tokenizer.encode("SELECT").tokens[0]
    kept = source.model.embed_tokens.weight[before[token]]
    assert torch.equal(rows[tokenizer.token_to_id(token)], kept)
    weights = [m.model.layers[i].mlp.up_proj.weight for m, i in ((model, 1), (source, 2))]
    assert torch.equal(weights[0], weights[1])
    load_vocabulary(output / "tokenizer.json")
    new = rows[: len(SPECIAL_TOKENS)]
    assert len(torch.unique(new, dim=0)) == len(SPECIAL_TOKENS)


def test_whole_vocabulary_and_all_layers_are_the_default(folder: Path, tmp_path: Path) -> None:
    recorded = start(folder, tmp_path / "start")
    assert recorded["layers"] == [0, 1, 2, 3]
    assert recorded["tokens_covered"] == 1.0
    assert "nats_per_token_before_training" not in recorded


def write_gguf(folder: Path, file: Path) -> None:
    """The same model as llama.cpp stores it: its rotation halves interleaved."""
    gguf = pytest.importorskip("gguf")
    state = LlamaForCausalLM.from_pretrained(folder).state_dict()
    tokenizer = json.loads((folder / "tokenizer.json").read_text())["model"]
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_name("tiny")
    writer.add_license("mit")
    writer.add_block_count(4)
    writer.add_context_length(128)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(64)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(tokenizer["vocab"]))
    writer.add_tokenizer_model("gpt2")
    tokens = sorted(tokenizer["vocab"], key=tokenizer["vocab"].__getitem__)
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token.startswith("<|") else 1 for token in tokens])
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in tokenizer["merges"]])
    names = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v"}
    names |= {"self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up"}
    names |= {"mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}
    for layer in range(4):
        for ours, theirs in names.items():
            weight = state[f"model.layers.{layer}.{ours}.weight"].numpy()
            if theirs in ("attn_q", "attn_k"):
                heads = 2 if theirs == "attn_q" else 1
                halves = weight.reshape(heads, 2, weight.shape[0] // heads // 2, weight.shape[1])
                weight = np.ascontiguousarray(halves.swapaxes(1, 2).reshape(weight.shape))
            writer.add_tensor(f"blk.{layer}.{theirs}.weight", weight)
    writer.add_tensor("token_embd.weight", state["model.embed_tokens.weight"].numpy())
    writer.add_tensor("output_norm.weight", state["model.norm.weight"].numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


@pytest.mark.filterwarnings("ignore")  # of what transformers imports to read GGUF
def test_a_gguf_file_is_the_same_model(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "gguf" / "tiny.gguf"
    file.parent.mkdir()
    write_gguf(folder, file)
    from_file, from_folder = read_pretrained(file), read_pretrained(folder)
    assert from_file.origin["licence"] == "mit"
    assert from_file.vocabulary == from_folder.vocabulary
    assert from_file.merges == from_folder.merges
    tokens = torch.tensor([[5, 9, 20, 31]])
    with torch.no_grad():
        assert torch.allclose(from_file.model(tokens).logits, from_folder.model(tokens).logits, atol=1e-5)


def test_what_is_no_llama_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="neither"):
        read_pretrained(tmp_path)
    tokenizer = json.loads((folder / "tokenizer.json").read_text())
    tokenizer["model"]["type"] = "Unigram"
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    with pytest.raises(UsageError, match="byte-level BPE"):
        read_pretrained(folder)


@pytest.mark.parametrize("wrong", ["3-5", "2,1", "a", "1,1", ""])
def test_wrong_layers_are_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="layers"):
        parse_layers(wrong, 4)


def test_influence_finds_the_layer_that_does_nothing(folder: Path) -> None:
    model = LlamaForCausalLM.from_pretrained(folder)
    for name in ("self_attn.o_proj", "mlp.down_proj"):
        torch.nn.init.zeros_(model.model.layers[1].get_submodule(name).weight)
    values = influences(model, [[1, 2, 3, 4], [7, 8, 9]])
    assert values[1] == pytest.approx(0, abs=1e-6)
    assert strongest_layers(values, 3) == (0, 2, 3)
    tokens = torch.tensor([[5, 9, 20, 31]])
    with torch.no_grad():
        before = model(tokens, use_cache=False).logits
        keep_layers(model, (0, 2, 3))
        assert torch.allclose(model(tokens).logits, before, atol=1e-5)
