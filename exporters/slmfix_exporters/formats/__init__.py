"""The formats of checkpoints that can be read: one module and one line here each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.errors import UsageError
from slmfix_exporters.formats.deepspeed import DeepSpeedFormat
from slmfix_exporters.formats.peft import PeftFormat
from slmfix_exporters.formats.plain import PlainFormat
from slmfix_exporters.formats.verl import VerlFormat

if TYPE_CHECKING:
    from pathlib import Path

    from slmfix_exporters.formats.base import Format, PolicySource

# The first that recognises a folder reads it: a folder with ranks or an adapter may hold a configuration as well.
FORMATS: tuple[Format, ...] = (PeftFormat(), VerlFormat(), DeepSpeedFormat(), PlainFormat())


def open_checkpoint(directory: Path, base: Path | None = None) -> PolicySource:
    """The policy in a checkpoint folder of any known format. Raises UsageError."""
    for reader in FORMATS:
        if reader.recognises(directory):
            return reader.open(directory, base)
    known = ", ".join(reader.name for reader in FORMATS)
    msg = (
        f"{directory} has no config.json with model.safetensors or pytorch_model.bin, no adapter and no shards of "
        f"ranks: it is no checkpoint of a known format ({known}); docs/model-package.md says what is read"
    )
    raise UsageError(msg)
