"""setup.cfg lists every package, the bare install has no torch, and every command names something that exists."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = ("bot", "exporters", "training")


def setup_cfg() -> ConfigParser:
    """The parsed file; keys keep their case."""
    parser = ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def lines(value: str) -> list[str]:
    """The entries of a multi-line value."""
    return [line.strip() for line in value.splitlines() if line.strip()]


def requirement_names(value: str) -> set[str]:
    """Distribution names, lower case."""
    return {line.split("=")[0].split(">")[0].split("<")[0].split("[")[0].strip().lower() for line in lines(value)}


def test_every_package_is_listed() -> None:
    found = {
        init.parent.relative_to(ROOT / source).as_posix().replace("/", ".")
        for source in SOURCES
        for init in (ROOT / source).rglob("__init__.py")
    }
    assert set(lines(setup_cfg()["options"]["packages"])) == found


def test_every_module_is_in_a_package() -> None:
    homeless = {
        module.relative_to(ROOT).as_posix()
        for source in SOURCES
        for module in (ROOT / source).rglob("*.py")
        if not (module.parent / "__init__.py").exists()
    }
    assert homeless == set()


def test_bare_install_has_no_training_library() -> None:
    bare = requirement_names(setup_cfg()["options"]["install_requires"])
    assert bare.isdisjoint({"torch", "transformers", "optimum", "optimum-onnx", "onnx", "onnxruntime-gpu"})
    assert "onnxruntime" in bare


def test_extras_pin_torch() -> None:
    extras = setup_cfg()["options.extras_require"]
    assert set(extras) == {"gpu", "languages", "duckdb", "export", "train", "dev"}
    assert "torch==2.13.0" in lines(extras["export"])
    assert "torch==2.13.0" in lines(extras["train"])


@pytest.mark.parametrize("entry", lines(setup_cfg()["options.entry_points"]["console_scripts"]))
def test_command_names_an_existing_function(entry: str) -> None:
    module, function = entry.split("=")[1].strip().split(":")
    file = module.replace(".", "/") + ".py"
    found = [ROOT / source / file for source in SOURCES if (ROOT / source / file).exists()]
    assert len(found) == 1
    assert f"def {function}(" in found[0].read_text(encoding="utf-8")
