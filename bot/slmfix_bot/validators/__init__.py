"""One language or tool per module, and one line here. Programs are judged in a worker process: see pool.py."""

from __future__ import annotations

from slmfix_bot.core.family import GOVERNED
from slmfix_bot.core.tree_languages import TREE_LANGUAGES
from slmfix_bot.validators.base import Registry

VALIDATORS = Registry(
    {
        "ansible": "ansible:ANSIBLE",
        "bash": "bash:BASH",
        "sh": "bash:SH",
        "sql": "sql:SQL",
        "python": "python:PYTHON",
        "yaml": "yaml:YAML",
        "json": "json:JSON",
        "toml": "toml:TOML",
        "verilog": "verilog:VERILOG",
        "dockerfile": "dockerfile:DOCKERFILE",
        "workflow": "workflow:WORKFLOW",
        "kubernetes": "kubernetes:KUBERNETES",
        "terraform": "terraform:TERRAFORM",
        **{language: f"governed:governed_validator:{language}" for language in GOVERNED},
        "javascript": "javascript:JAVASCRIPT",
        "typescript": "javascript:TYPESCRIPT",
        "graphql": "graphql:GRAPHQL",
        "protobuf": "protobuf:PROTOBUF",
        "cmake": "cmake:CMAKE",
        "make": "make:MAKE",
        "latex": "latex:LATEX",
        "jq": "jq:JQ",
        "promql": "promql:PROMQL",
        **{language.name: f"tree:tree_validator:{language.name}" for language in TREE_LANGUAGES},
    }
)
