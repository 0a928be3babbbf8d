"""Which validator a file is for, from its path and a look at its text. It runs before any isolation, so it parses
nothing: names, first lines and the shape of top-level keys decide, and what stays unclear has no validator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from slmfix_bot.core.tree_languages import TREE_LANGUAGES
from slmfix_bot.validators.detect_ansible import detect_ansible
from slmfix_bot.validators.detect_dockerfile import is_dockerfile
from slmfix_bot.validators.detect_governed import detect_governed
from slmfix_bot.validators.detect_kubernetes import detect_kubernetes
from slmfix_bot.validators.detect_workflow import detect_workflow

SUFFIXES = {
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), "javascript"),
    **dict.fromkeys((".ts", ".mts", ".cts", ".tsx"), "typescript"),
    **dict.fromkeys((".graphql", ".gql", ".graphqls"), "graphql"),
    ".cmake": "cmake",
    ".mk": "make",
    ".tex": "latex",
    ".proto": "protobuf",
    ".jq": "jq",
    ".promql": "promql",
    **{suffix: language.name for language in TREE_LANGUAGES for suffix in language.suffixes},
    ".sh": "bash",
    ".bash": "bash",
    ".sql": "sql",
    ".ddl": "sql",
    ".py": "python",
    ".pyi": "python",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".json": "json",
    ".jsonc": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".code-workspace": "json",
    ".geojson": "json",
    ".ipynb": "json",
    ".webmanifest": "json",
    ".toml": "toml",
    ".tf": "terraform",
    ".tofu": "terraform",
    ".tfvars": "terraform",
    ".hcl": "terraform",
    ".v": "verilog",
    ".sv": "verilog",
    ".vh": "verilog",
    ".svh": "verilog",
}
NAMES = {
    **{name: language.name for language in TREE_LANGUAGES for name in language.names},
    "CMakeLists.txt": "cmake",
    **dict.fromkeys(("Makefile", "makefile", "GNUmakefile"), "make"),
    ".bashrc": "bash",
    ".bash_profile": "bash",
    ".bash_aliases": "bash",
    ".profile": "sh",
    "CITATION.cff": "yaml",
    "Containerfile": "dockerfile",
    "Dockerfile": "dockerfile",
    "Pipfile": "toml",
    "Cargo.lock": "toml",
    "poetry.lock": "toml",
    "uv.lock": "toml",
}
INTERPRETERS = {
    **dict.fromkeys(("node", "nodejs", "bun"), "javascript"),
    **dict.fromkeys(("deno", "tsx", "ts-node"), "typescript"),
    "jq": "jq",
    **{program: language.name for language in TREE_LANGUAGES for program in language.interpreters},
    "bash": "bash",
    "sh": "sh",
    "dash": "sh",
    "ash": "sh",
    "python": "python",
    "ansible-playbook": "ansible",
}
# GitHub's names in lower case where they are not ours.
LINGUIST = {
    "shell": "bash",
    "plpgsql": "sql",
    "plsql": "sql",
    "tsql": "sql",
    "sqlpl": "sql",
    "hcl": "terraform",
    "systemverilog": "verilog",
    "protocol-buffer": "protobuf",
    "makefile": "make",
    "tex": "latex",
    "c++": "cpp",
    "c#": "csharp",
    "tsx": "typescript",
    "open-policy-agent": "rego",
}
TEMPLATE_PATH = re.compile(r"\{\{.*\}\}")  # cookiecutter and its like: what is in the file is filled in later
MAX_LOOK = 1 << 16
Sniffer = Callable[[PurePosixPath, str], str | None]
# Formats that other formats are written in: the first sniffer that knows the file names it. Each is one module.
SNIFFERS: Mapping[str, tuple[Sniffer, ...]] = {
    "yaml": (
        detect_workflow,
        detect_governed,
        detect_kubernetes,
        detect_ansible,
    ),
    "json": (detect_governed, detect_kubernetes),
}


def detect(path: str, text: str, declared: str | None = None) -> str | None:
    """The language of a changed file as a key of `VALIDATORS`; None when no validator fits.

    `declared` is GitHub's name of the language out of `.gitattributes`, which decides where it is known.
    """
    if TEMPLATE_PATH.search(path):
        return None
    place = PurePosixPath(path)
    if declared is not None:
        name = declared.casefold().replace(" ", "-")
        return _refined(LINGUIST.get(name, name), place, text)
    by_name = NAMES.get(place.name) or SUFFIXES.get(place.suffix.lower())
    if is_dockerfile(place):
        return "dockerfile"
    interpreter = _interpreter(text)
    if by_name in {"bash", "sh"} and interpreter is not None:
        # A script says itself which shell it is for; zsh, fish and ksh have no validator.
        return INTERPRETERS.get(interpreter)
    if by_name is None and not place.suffix:
        return INTERPRETERS.get(interpreter or "")
    if ".min." in place.name:
        return None
    return _refined(by_name, place, text)


def _refined(language: str | None, place: PurePosixPath, text: str) -> str | None:
    """What is written in the format, if that is known."""
    beginning = text[:MAX_LOOK]
    found = (sniff(place, beginning) for sniff in SNIFFERS.get(language or "", ()))
    return next((special for special in found if special), language)


def _interpreter(text: str) -> str | None:
    """The program of the first line, without version: `python3.11` is `python`."""
    if not text.startswith("#!"):
        return None
    words = text[2:].split("\n", 1)[0].split()
    while words and (PurePosixPath(words[0]).name == "env" or words[0].startswith("-") or "=" in words[0]):
        words.pop(0)
    return re.sub(r"[\d.]+$", "", PurePosixPath(words[0]).name) if words else None
