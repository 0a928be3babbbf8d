"""A pretrained Llama to start from: a GGUF file or a Hugging Face folder, its weights and its byte-level BPE."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import LlamaForCausalLM

_MOST_BYTES = 200  # tokens for nearly all bytes; those that never occur in UTF-8 may be missing


@dataclass(frozen=True, kw_only=True)
class Pretrained:
    """`vocabulary` maps the tokens that text can become to their embedding rows; `merges` are in order of rank;
    `origin` says what was read: file, sha256, name, licence."""

    model: LlamaForCausalLM
    vocabulary: dict[str, int]
    merges: list[tuple[str, str]]
    origin: dict[str, Any]


def read_pretrained(source: Path, licence: str | None = None) -> Pretrained:
    """Reads a `.gguf` file or a folder; raises UsageError when it is no Llama with a byte-level BPE."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    read = _read_gguf if source.suffix == ".gguf" else _read_folder
    pretrained = read(source, licence)
    if len([token for token in pretrained.vocabulary if len(token) == 1]) < _MOST_BYTES:
        msg = f"{source} has no byte-level BPE: most bytes have no token"
        raise UsageError(msg)
    return pretrained


def _read_gguf(source: Path, licence: str | None) -> Pretrained:
    """Weights of any GGUF quantisation, dequantised to fp32."""
    from gguf import GGUFReader

    fields = GGUFReader(source).fields

    def content(name: str) -> Any:
        return fields[name].contents() if name in fields else None

    if content("general.architecture") != "llama" or content("tokenizer.ggml.model") != "gpt2":
        msg = f"{source} is not a Llama with a byte-level BPE, but {content('general.architecture')}"
        raise UsageError(msg)
    kinds = content("tokenizer.ggml.token_type")
    normal = {token: i for i, token in enumerate(content("tokenizer.ggml.tokens")) if kinds[i] == 1}
    pairs = [tuple(merge.split(" ")) for merge in content("tokenizer.ggml.merges")]
    return Pretrained(
        model=_load(source.parent, gguf_file=source.name),
        vocabulary=normal,
        merges=[(left, right) for left, right in pairs],
        origin={
            "file": source.name,
            "sha256": _hash(source),
            "name": content("general.name"),
            "licence": licence or content("general.license"),
        },
    )


def _read_folder(source: Path, licence: str | None) -> Pretrained:
    files = sorted(source.glob("model*.safetensors"))
    if not files or not (source / "tokenizer.json").is_file():
        msg = f"{source} is neither a .gguf file nor a folder with model.safetensors and tokenizer.json"
        raise UsageError(msg)
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    if tokenizer["model"]["type"] != "BPE":
        msg = f"{source}: only byte-level BPE is supported, not {tokenizer['model']['type']}"
        raise UsageError(msg)
    added = {item["content"] for item in tokenizer["added_tokens"]}
    merges = [tuple(m.split(" ") if isinstance(m, str) else m) for m in tokenizer["model"]["merges"]]
    return Pretrained(
        model=_load(source),
        vocabulary={token: i for token, i in tokenizer["model"]["vocab"].items() if token not in added},
        merges=[(left, right) for left, right in merges],
        origin={
            "file": source.name,
            "sha256": {file.name: _hash(file) for file in files},
            "name": source.name,
            "licence": licence,
        },
    )


def _load(folder: Path, **options: Any) -> LlamaForCausalLM:
    from transformers import LlamaForCausalLM

    loaded: Any = LlamaForCausalLM
    model = loaded.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager", local_files_only=True, **options
    )
    if not isinstance(model, LlamaForCausalLM):
        msg = f"{folder} does not hold a Llama"
        raise UsageError(msg)
    return model


def _hash(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
