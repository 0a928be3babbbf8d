"""`slmfix-train start`: a pretrained model becomes a checkpoint that `sft --start` trains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_training.networks.pretrained import Pretrained

EXISTING = click.Path(path_type=Path, exists=True)
_MEASURED = 200
_LONGEST = 384


@click.command()
@click.argument("source", type=EXISTING)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--layers", default="all", show_default=True, help="Which to keep: 0-5,24-29, or a number of them.")
@click.option("--vocabulary", "texts", multiple=True, type=EXISTING, help="Samples or corpus; their tokens are kept.")
@click.option("--keep", default=12_000, show_default=True, help="With --vocabulary: text tokens to keep.")
@click.option("--per-file", default=8_000, show_default=True, help="Texts read of each file.")
@click.option("--signs-apart/--signs-joined", default=True, show_default=True, help="Brackets and quotes one by one.")
@click.option("--licence", help="Of the pretrained weights, when the file does not say.")
@click.option("--name", default="slmfix-base", show_default=True)
@click.option("--compare", multiple=True, metavar="LAYERS", help="More choices of layers whose loss is measured.")
def start(
    source: Path,
    output: Path,
    layers: str,
    texts: tuple[Path, ...],
    keep: int,
    per_file: int,
    signs_apart: bool,
    licence: str | None,
    name: str,
    compare: tuple[str, ...],
) -> None:
    """Prepares a pretrained SOURCE (a .gguf file or a Hugging Face folder) for `sft --start`."""
    import torch

    from slmfix_training.networks.checkpoint import save_checkpoint
    from slmfix_training.networks.pretrained import read_pretrained
    from slmfix_training.networks.start import fit_vocabulary, keep_layers
    from slmfix_training.networks.vocabulary_cut import build_tokenizer, count_tokens, keep_merges, keep_tokens
    from slmfix_training.reports.record import training_record

    torch.set_num_threads(1)
    pretrained = read_pretrained(source, licence)
    whole = build_tokenizer(pretrained.vocabulary, pretrained.merges, signs_apart=signs_apart)
    kept, share = list(pretrained.vocabulary), 1.0
    if texts:
        counts = count_tokens(whole, _texts(texts, per_file))
        kept = keep_tokens(counts, pretrained.vocabulary, pretrained.merges, keep)
        share = sum(counts[token] for token in kept) / counts.total()
    tokenizer = build_tokenizer(kept, keep_merges(pretrained.merges, kept), signs_apart=signs_apart)
    chosen, measured = _choose(pretrained, whole, layers, compare, texts)
    keep_layers(pretrained.model, chosen)
    fit_vocabulary(pretrained, tokenizer, whole)
    record = training_record(None, name=name)
    record["licence"] = pretrained.origin["licence"] or record["licence"]
    record["training"]["start"] = {
        "base_model": pretrained.origin,
        "layers": list(chosen),
        "text_tokens": len(kept),
        "tokens_covered": round(share, 5),
        "signs_apart": signs_apart,
        "parameters": sum(p.numel() for p in pretrained.model.parameters()),
        **measured,
    }
    save_checkpoint(output, pretrained.model, tokenizer, record)
    click.echo(json.dumps(record["training"]["start"], indent=2))


def _choose(
    pretrained: Pretrained, whole: Any, layers: str, compare: tuple[str, ...], texts: tuple[Path, ...]
) -> tuple[tuple[int, ...], dict[str, Any]]:
    """The layers to keep, and the loss on our texts of every choice that was measured."""
    from slmfix_training.networks.start import influences, keep_layers, parse_layers, strongest_layers, text_loss

    model = pretrained.model
    count = len(model.model.layers)
    whole_set = tuple(range(count))
    sample = list(_texts(texts, 60))
    ids = pretrained.vocabulary
    encoded = [
        [ids[token] for token in whole.encode(text).tokens if token in ids][:_LONGEST]
        for text in sample[:: max(1, len(sample) // _MEASURED)][:_MEASURED]
    ]
    encoded = [row for row in encoded if len(row) > 1]

    def choice(text: str) -> tuple[int, ...]:
        if text == "all":
            return whole_set
        if text.isdigit():
            return strongest_layers(influences(model, encoded), int(text)) if encoded else whole_set[: int(text)]
        return parse_layers(text, count)

    chosen = choice(layers)
    if not encoded:
        return chosen, {}
    blocks, losses = model.model.layers, {}
    for candidate in dict.fromkeys([whole_set, chosen, *map(choice, compare)]):
        keep_layers(model, candidate)
        losses[",".join(map(str, candidate))] = round(text_loss(model, encoded), 4)
        model.model.layers = blocks
    return chosen, {"nats_per_token_before_training": losses}


def _texts(folders: tuple[Path, ...], per_file: int) -> Iterator[str]:
    """Programs of a corpus folder, pieces of prompts and scripts of a folder of samples."""
    from slmfix_training.networks.tokenizer import corpus_texts, sample_texts

    for folder in folders:
        samples = sorted(folder.glob("*.train.jsonl"))
        yield from sample_texts(samples, per_file)
        yield from corpus_texts([file for file in sorted(folder.glob("*.jsonl")) if "." not in file.stem], per_file)
