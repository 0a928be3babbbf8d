"""`slmfix-export`: one checkpoint folder in, one model package out."""

from __future__ import annotations

import json
from pathlib import Path

import click

from slmfix_bot.errors import FatalError
from slmfix_exporters.export import ExportOptions, export
from slmfix_exporters.package import Naming
from slmfix_exporters.parity import MIN_AGREEMENT


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("checkpoint_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--output", required=True, type=click.Path(path_type=Path), help="Folder of the new package.")
@click.option("--int8", "precision", flag_value="int8", default="int8", help="Store weights as int8 (default).")
@click.option("--int4", "precision", flag_value="int4", help="Store matrices as int4, for more than 50 M parameters.")
@click.option("--fp16", "precision", flag_value="fp16", help="Store weights as fp16.")
@click.option("--fp32", "precision", flag_value="fp32", help="Store weights as fp32.")
@click.option("--name", help="Package name; default from slmfix-training.json.")
@click.option("--version", "version", help="Package version; default from slmfix-training.json.")
@click.option("--licence", help="SPDX identifier; default from slmfix-training.json, else Apache-2.0.")
@click.option(
    "--prompts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help='JSON lines with a "prompt" each for the parity check, in place of the built-in ones.',
)
@click.option(
    "--min-agreement",
    type=click.FloatRange(0, 1),
    default=MIN_AGREEMENT,
    show_default=True,
    help="Share of positions at which the stored model must choose the checkpoint's token.",
)
@click.option(
    "--base",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the base model: for adapters, and for shards without configuration or tokenizer.",
)
@click.option("--force", is_flag=True, help="Replace a package that is already there.")
def main(
    checkpoint_dir: Path,
    output: Path,
    precision: str,
    name: str | None,
    version: str | None,
    licence: str | None,
    prompts: Path | None,
    min_agreement: float,
    base: Path | None,
    force: bool,
) -> None:
    """Turns CHECKPOINT_DIR (Hugging Face, TRL, PEFT, verl, DeepSpeed) into an ONNX model package.

    Value heads are left out.

    Exit codes: 0 written, 2 unusable checkpoint or output, 3 the graph differs from the checkpoint, 4 the bot cannot
    load the result.
    """
    options = ExportOptions(
        precision=precision,
        naming=Naming(name=name, version=version, licence=licence),
        prompts=_read_prompts(prompts) if prompts else (),
        min_agreement=min_agreement,
        overwrite=force,
        base=base,
    )
    try:
        manifest = export(checkpoint_dir, output, options, lambda text: click.echo(text, err=True))
    except FatalError as error:
        click.echo(f"slmfix-export: {error}", err=True)
        raise SystemExit(error.return_code) from error
    size = sum(item["bytes"] for item in manifest["files"].values()) / 1e6
    click.echo(f"{output}: {manifest['name']} {manifest['version']}, {precision}, {size:.1f} MB")


def _read_prompts(path: Path) -> tuple[str, ...]:
    """Prompts of a JSON lines file; at most 100, each one costs two decodings."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        prompts = tuple(str(row["prompt"]) for row in rows[:100])
    except (ValueError, KeyError, TypeError) as error:
        msg = f'{path} must hold one JSON object with "prompt" a line: {error}'
        raise click.BadParameter(msg) from error
    if not prompts:
        msg = f"{path} holds no prompt"
        raise click.BadParameter(msg)
    return prompts


if __name__ == "__main__":
    main()
