"""Checkpoints: a Hugging Face Llama folder with tokenizer and `slmfix-training.json`, and the trainer's own state."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from slmfix_bot.core.prompt import END, PAD

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

STATE = "trainer-state.pt"
RECORD = "slmfix-training.json"


def new_model(tokenizer: Tokenizer, *, hidden: int, layers: int, feed_forward: int, seed: int) -> LlamaForCausalLM:
    """A fresh decoder with grouped-query attention and tied embeddings."""
    torch.manual_seed(seed)
    end, pad = tokenizer.token_to_id(END), tokenizer.token_to_id(PAD)
    config = LlamaConfig(  # type: ignore[no-untyped-call,unused-ignore]
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=hidden,
        intermediate_size=feed_forward,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        rope_theta=10000.0,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=pad,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config)  # type: ignore[no-untyped-call,unused-ignore]
    settings = {"eos_token_id": end, "pad_token_id": pad, "do_sample": False}
    model.generation_config = GenerationConfig(**settings)  # type: ignore[no-untyped-call,unused-ignore]
    return model


def load_model(folder: Path) -> LlamaForCausalLM:
    """The model of a checkpoint, with eager attention, in fp32."""
    model = LlamaForCausalLM.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32)
    assert isinstance(model, LlamaForCausalLM)
    return model


def save_checkpoint(folder: Path, model: LlamaForCausalLM, tokenizer: Tokenizer, record: dict[str, Any]) -> None:
    """Writes beside the folder first and then renames, so that an interrupted save leaves the previous one."""
    partial = folder.with_name(folder.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(partial)
    tokenizer.save(str(partial / "tokenizer.json"))
    (partial / RECORD).write_text(json.dumps(record, indent=2) + "\n")
    folder.mkdir(parents=True, exist_ok=True)
    for file in partial.iterdir():
        file.replace(folder / file.name)
    partial.rmdir()


def save_state(folder: Path, state: dict[str, Any]) -> None:
    """Optimizer, raw weights and counters for `--resume`."""
    partial = folder / f"{STATE}.partial"
    torch.save(state, partial)
    partial.replace(folder / STATE)


def load_state(folder: Path) -> dict[str, Any] | None:
    """The saved trainer state, None for a fresh run."""
    file = folder / STATE
    if not file.exists():
        return None
    state: dict[str, Any] = torch.load(file, weights_only=True)
    return state


def read_record(folder: Path) -> dict[str, Any]:
    """`slmfix-training.json` of a checkpoint."""
    record: dict[str, Any] = json.loads((folder / RECORD).read_text())
    return record
