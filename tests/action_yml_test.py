"""action.yml against what the code reads and writes, and the files of the container against each other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from slmfix_bot.adapters.actions import INPUTS, OUTPUTS

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COLORS = {"white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"}


def test_inputs_and_outputs_are_those_that_the_code_knows() -> None:
    assert set(ACTION["inputs"]) == set(INPUTS)
    assert set(ACTION["outputs"]) == set(OUTPUTS)


@pytest.mark.parametrize("name", [*ACTION["inputs"], *ACTION["outputs"]])
def test_every_input_and_output_is_described(name: str) -> None:
    entry = ACTION["inputs"].get(name) or ACTION["outputs"][name]
    assert entry["description"].endswith(".")


def test_only_the_token_has_a_default_so_that_the_configuration_is_not_overruled() -> None:
    defaults = {name: entry["default"] for name, entry in ACTION["inputs"].items()}
    assert {name for name, value in defaults.items() if value} == {"github-token"}
    assert defaults["github-token"] == "${{ github.token }}"
    assert not any(entry["required"] for entry in ACTION["inputs"].values())


def test_inputs_reach_the_container_only_through_its_environment() -> None:
    runs = ACTION["runs"]
    assert runs["using"] == "docker"
    assert (ROOT / runs["image"]).is_file()
    assert runs["args"] == ["review"]
    assert "${{" not in str(runs)


def test_branding_is_what_the_marketplace_takes() -> None:
    assert ACTION["branding"]["color"] in COLORS
    assert re.fullmatch(r"[a-z-]+", ACTION["branding"]["icon"])
    assert 0 < len(ACTION["description"]) <= 125


def test_the_container_keeps_the_work_tree_off_the_import_path() -> None:
    assert 'ENTRYPOINT ["/opt/slmfix/bin/python", "-P", "-m", "slmfix_bot"]' in DOCKERFILE
    assert "PYTHONSAFEPATH=1" in DOCKERFILE
    assert "USER " not in DOCKERFILE  # GitHub's file commands belong to root


def test_what_the_dockerfile_copies_is_let_through_by_dockerignore() -> None:
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n") if line.startswith("!")
    }
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.MULTILINE)
        for source in line.split()[:-1]
    }
    assert copied == allowed
