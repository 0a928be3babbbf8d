"""`slmfix-bot model`: the model packages that are there, and whether they are what they say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

ABOUT = ("version", "architecture", "parameters", "precision", "prompt_format", "languages", "licence")


@click.group(name="model")
def command() -> None:
    """List, show or verify model packages."""


@command.command(name="list")
def list_models() -> None:
    """List the packages that ship with the bot."""
    from slmfix_bot.adapters.model_package import list_packages

    packages = list_packages()
    for folder in packages:
        manifest = _manifest(folder)
        size = sum(int(file["bytes"]) for file in manifest["files"].values()) / 1e6
        click.echo(f"{manifest['name']} {manifest['version']}  {manifest['parameters']:,} parameters, {size:.1f} MB")
    if not packages:
        click.echo("no model package is installed")


@command.command()
@click.argument("model", default="slmfix-mini", metavar="[NAME|DIR]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(model: str, form: str) -> None:
    """Print what a package says about itself; JSON gives the whole manifest with its records."""
    from slmfix_bot.adapters.model_package import find_package

    folder = find_package(model)
    manifest = _manifest(folder)
    if form == "json":
        click.echo(json.dumps(manifest, indent=2, ensure_ascii=False))
        return
    click.echo(f"{manifest['name']} in {folder}")
    for key in ABOUT:
        value = manifest.get(key)
        if value is not None:
            click.echo(f"  {key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    for name, file in manifest["files"].items():
        click.echo(f"  {name}: {file['bytes']:,} bytes, sha256 {file['sha256']}")


@command.command()
@click.argument("model", default="slmfix-mini", metavar="[NAME|DIR]")
@click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), default="cpu", show_default=True)
def verify(model: str, device: str) -> None:
    """Compare a package with its hashes and load it; exit 4 when it cannot be used."""
    from slmfix_bot.adapters.model_package import find_package, load_package
    from slmfix_bot.adapters.onnx import OnnxRepairModel

    package = load_package(find_package(model))
    loaded = OnnxRepairModel(package, device=device)
    identity = loaded.identity
    click.echo(f"{identity.name} {identity.version}: every file has its hash, and it loads on {loaded.device}")


def _manifest(folder: Path) -> dict[str, Any]:
    from slmfix_bot.adapters.model_package import load_package

    return dict(load_package(folder).manifest)
