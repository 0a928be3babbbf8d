"""One language or tool per module, and one line here. Programs are judged in a worker process: see pool.py."""

from __future__ import annotations

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
    }
)
