"""A tiny random Llama with a byte-level BPE tokenizer, written as a trainer would write it."""

from __future__ import annotations

import atexit
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from slmfix_bot.core.prompt import PROMPT_FORMAT, SPECIAL_TOKENS

TEXT = (
    "SELECT name, count(*) FROM orders WHERE id = 3 GROUP BY name;",
    "for f in *.log; do echo $f; done",
    "def area(r): return 3.14 * r ** 2",
    "- hosts: all\n  tasks:\n    - name: Install nginx\n",
    "syntax error near unexpected token",
)


def build_tokenizer(path: Path, vocabulary: int = 512) -> int:
    """Writes tokenizer.json; returns the number of tokens."""
    from tokenizers import (  # type: ignore[import-untyped,unused-ignore]
        AddedToken,
        Tokenizer,
        decoders,
        models,
        pre_tokenizers,
        trainers,
    )

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(TEXT, trainer)
    tokenizer.save(str(path))
    return int(tokenizer.get_vocab_size())


def build_model(vocabulary: int, seed: int = 0, **changes: Any) -> Any:
    """A random Llama; `changes` override its configuration."""
    import torch
    import transformers

    torch.manual_seed(seed)
    settings: dict[str, Any] = {
        "vocab_size": vocabulary,
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 96,
        "max_position_embeddings": 512,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": 1,
        "pad_token_id": 0,
        # far from uniform, so that the best token is not a matter of rounding
        "initializer_range": 0.2,
    }
    library: Any = transformers  # its classes are untyped
    return library.LlamaForCausalLM(library.LlamaConfig(**(settings | changes))).eval()


def write_checkpoint(directory: Path, *, value_head: bool = False, **changes: Any) -> Path:
    """A checkpoint folder; with a value head in the manner of a PPO trainer's wrapper."""
    from safetensors.torch import load_file, save_file

    directory.mkdir(parents=True)
    vocabulary = build_tokenizer(directory / "tokenizer.json")
    model = build_model(vocabulary, **changes)
    model.save_pretrained(directory)
    if value_head:
        import torch

        weights = load_file(directory / "model.safetensors")
        wrapped = {f"pretrained_model.{name}": tensor for name, tensor in weights.items()}
        wrapped["v_head.summary.weight"] = torch.ones(1, 64)
        wrapped["v_head.summary.bias"] = torch.zeros(1)
        save_file(wrapped, directory / "model.safetensors")
    metadata = {
        "name": "tiny",
        "version": "1.2.3",
        "prompt_format": PROMPT_FORMAT,
        "languages": ["sql", "bash"],
        "max_prompt_tokens": 400,
        "max_new_tokens": 24,
        "training": {"samples": 0},
    }
    (directory / "slmfix-training.json").write_text(json.dumps(metadata), encoding="utf-8")
    return directory


@cache
def tiny_package() -> Path:
    """The exported int8 package of a tiny random model, once a process; read-only."""
    from slmfix_exporters.export import ExportOptions, export

    folder = tempfile.TemporaryDirectory(prefix="slmfix-tiny-")
    atexit.register(folder.cleanup)
    checkpoint = write_checkpoint(Path(folder.name) / "checkpoint", value_head=True)
    package = Path(folder.name) / "package"
    export(checkpoint, package, ExportOptions(min_agreement=0.5), lambda _text: None)
    return package
