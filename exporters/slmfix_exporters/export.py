"""A checkpoint folder becomes a model package: optimum's graph, small weights, parity with torch, a loading test."""

from __future__ import annotations

import contextlib
import logging
import shutil
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.model_package import MANIFEST, hash_file, load_package
from slmfix_bot.adapters.onnx import OnnxRepairModel, load_vocabulary
from slmfix_bot.core.prompt import PROMPT_FORMAT
from slmfix_bot.errors import FatalError, UsageError
from slmfix_exporters.checkpoint import load_checkpoint
from slmfix_exporters.package import Naming, describe, package_files, write_package
from slmfix_exporters.parity import MIN_AGREEMENT, Parity, compare
from slmfix_exporters.samples import sample_prompts
from slmfix_exporters.storage import store_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slmfix_exporters.checkpoint import Checkpoint

_TOOLS = ("optimum", "transformers", "torch", "onnx", "onnxruntime")


class ParityError(FatalError):
    """The exported graph does not compute what the checkpoint computes."""


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """`min_agreement`: share of positions at which the stored model must have the checkpoint's best token; `base`: the
    base model's folder, for adapters and shards without a configuration."""

    precision: str = "int8"
    naming: Naming = field(default_factory=Naming)
    prompts: tuple[str, ...] = ()
    min_agreement: float = MIN_AGREEMENT
    overwrite: bool = False
    base: Path | None = None


def export(checkpoint_dir: Path, output: Path, options: ExportOptions, say: Callable[[str], None]) -> dict[str, Any]:
    """Writes the package to `output` and returns its manifest; nothing is left there when a check fails.

    Raises UsageError for an unusable checkpoint or output, ParityError, and ModelError if the bot cannot load it.
    """
    _check_output(output, overwrite=options.overwrite)
    checkpoint = load_checkpoint(checkpoint_dir, options.base)
    for line in (f"read as {checkpoint.format}", *checkpoint.notes):
        say(line)
    declared = checkpoint.metadata.get("prompt_format", PROMPT_FORMAT)
    if declared != PROMPT_FORMAT:
        msg = f"{checkpoint_dir} was trained for prompt format {declared!r}; this version exports {PROMPT_FORMAT!r}"
        raise UsageError(msg)
    if checkpoint.stripped:
        say(f"left out {len(checkpoint.stripped)} weights of a value head")
    with TemporaryDirectory(prefix="slmfix-export-") as folder:
        work = Path(folder)
        say("exporting the graph with optimum")
        plain = export_graph(checkpoint.model, work / "plain")
        prompts = _token_ids(checkpoint, options.prompts or tuple(sample_prompts()))
        reference = _check_parity("fp32", compare(plain, checkpoint.model, prompts), options, say)
        stored = _store(plain, work / "model.onnx", options.precision)
        kept = _check_parity(options.precision, compare(stored, checkpoint.model, prompts), options, say)
        files = package_files(stored, checkpoint.tokenizer_path)
        record = _record(checkpoint, reference, kept)
        manifest = describe(checkpoint, naming=options.naming, precision=options.precision, export=record, files=files)
        write_package(work / "package", manifest, files)
        model = OnnxRepairModel(load_package(work / "package"))
        model.propose((options.prompts or tuple(sample_prompts()))[0], 2)
        _install(work / "package", output)
    return manifest


def _check_output(output: Path, *, overwrite: bool) -> None:
    """Refuses to replace anything but an older package, and that only when asked to."""
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not (output / MANIFEST).is_file():
        msg = f"{output} exists and is not a model package: give a new folder"
        raise UsageError(msg)
    if not overwrite:
        msg = f"{output} already holds a model package: add --force to replace it"
        raise UsageError(msg)


def _install(package: Path, output: Path) -> None:
    if output.exists():
        shutil.rmtree(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(package, output)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silences what tracing says about every model: the parity check decides, not the tracer's worries."""
    previous = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(previous)


def export_graph(model: Any, folder: Path) -> Path:
    """The fp32 graph with key-value cache inputs (task text-generation-with-past); returns the path of model.onnx."""
    with _quiet():
        from optimum.exporters.onnx import onnx_export_from_model  # type: ignore[import-untyped,unused-ignore]

        onnx_export_from_model(
            model, folder, task="text-generation-with-past", do_validation=False, no_post_process=True
        )
    return folder / "model.onnx"


def _store(plain: Path, target: Path, precision: str) -> Path:
    import onnx

    model = onnx.load(str(plain))
    try:
        count = store_weights(model, precision)
    except ValueError as error:
        msg = str(error)
        raise UsageError(msg) from error
    if not count:
        msg = "the graph has no large MatMul or Gather weights: this architecture is not supported"
        raise UsageError(msg)
    onnx.save(model, str(target))
    return target


def _token_ids(checkpoint: Checkpoint, prompts: tuple[str, ...]) -> list[list[int]]:
    vocabulary = load_vocabulary(checkpoint.tokenizer_path)
    if vocabulary.size > checkpoint.model.config.vocab_size:
        msg = f"the tokenizer has {vocabulary.size} tokens, the model only {checkpoint.model.config.vocab_size}"
        raise UsageError(msg)
    return [vocabulary.encode(prompt) for prompt in prompts]


def _check_parity(label: str, parity: Parity, options: ExportOptions, say: Callable[[str], None]) -> Parity:
    """fp32 must equal torch up to rounding; stored weights must choose the same tokens nearly everywhere."""
    say(f"{label}: largest logit difference {parity.difference:.2g}, same best token at {parity.agreement:.1%}")
    exact = label == "fp32"
    if exact and not parity.is_rounding:
        msg = f"the graph differs from torch by {parity.difference:.3g} of {parity.largest:.3g}, more than rounding"
        raise ParityError(msg)
    if parity.agreement < (0.99 if exact else options.min_agreement):
        changed = f"{1 - parity.agreement:.1%}"
        msg = f"{label} weights change {changed} of the best tokens: use --fp16, or lower --min-agreement"
        raise ParityError(msg)
    return parity


# What holds weights in each format; ranks' files may lie in a folder below.
_WEIGHTS = (
    *("model*.safetensors", "pytorch_model*.bin", "adapter_model*"),
    *("**/model_world_size_*_rank_*.pt", "**/*_optim_states.pt", "**/*_model_states.pt"),
)


def _record(checkpoint: Checkpoint, reference: Parity, stored: Parity) -> dict[str, Any]:
    from importlib.metadata import version

    folder = checkpoint.directory
    weights = sorted(path for pattern in _WEIGHTS for path in folder.glob(pattern))
    return {
        "format": checkpoint.format,
        "checkpoint": {path.relative_to(folder).as_posix(): hash_file(path) for path in weights},
        "parity_fp32": reference.as_record(),
        "parity_stored": stored.as_record(),
        "tools": {name: version(name) for name in _TOOLS},
    }
