"""LoRA adapters of PEFT: `adapter_config.json` and `adapter_model.safetensors`, on a base model that lies elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from slmfix_bot.errors import UsageError
from slmfix_exporters.formats.base import PolicySource, find_tokenizer, read_json, read_metadata
from slmfix_exporters.formats.plain import PlainFormat
from slmfix_exporters.lora import MergedWeights
from slmfix_exporters.weights import find_weights

ADAPTER_CONFIG = "adapter_config.json"


class PeftFormat:
    """An adapter, merged into the base model that is given or that its configuration names as a local folder."""

    name = "PEFT LoRA adapter"

    def recognises(self, directory: Path) -> bool:
        """By its configuration."""
        return (directory / ADAPTER_CONFIG).is_file()

    def open(self, directory: Path, base: Path | None) -> PolicySource:
        """See `Format.open`."""
        config = read_json(directory / ADAPTER_CONFIG)
        folder = base or self._named(directory, config)
        adapter = find_weights(directory, "adapter_model")
        if adapter is None:
            msg = f"{directory} has neither adapter_model.safetensors nor adapter_model.bin"
            raise UsageError(msg)
        below = PlainFormat().open(folder, None)
        return replace(
            below,
            format=f"{self.name} on {below.format}",
            directory=directory,
            weights=MergedWeights(below.weights, adapter, config, directory),
            tokenizer=find_tokenizer(directory, folder),
            metadata=read_metadata(directory) or below.metadata,
            notes=(f"rank {config.get('r')}, alpha {config.get('lora_alpha')}, merged into {folder.name}",),
        )

    def _named(self, directory: Path, config: dict[str, object]) -> Path:
        named = str(config.get("base_model_name_or_path") or "")
        for folder in (Path(named), directory / named):
            if named and PlainFormat().recognises(folder):
                return folder
        msg = (
            f"{directory} is a LoRA adapter of {named or 'an unnamed base model'}, which is not a folder here: "
            "download it and give it with --base"
        )
        raise UsageError(msg)
