"""The surroundings in which git runs: no variable of the caller, no setting that starts a program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import scrubbed_environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTINGS = {
    "core.quotepath": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.pager": "cat",
    "diff.noprefix": "false",
    "diff.mnemonicprefix": "false",
    "diff.suppressBlankEmpty": "false",
    "diff.renameLimit": "2000",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "blame.ignoreRevsFile": "",
}


def git_environment(root: Path, settings: Mapping[str, str], *, user_settings: bool) -> dict[str, str]:
    """No GIT_* of the caller survives; the user's own configuration counts only where a work tree is compared."""
    values = {**SETTINGS, **settings, "safe.directory": str(root)}
    env = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_CONFIG_COUNT": str(len(values)),
    }
    for index, (key, value) in enumerate(values.items()):
        env |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    if user_settings:
        env |= {key: os.environ[key] for key in ("HOME", "XDG_CONFIG_HOME") if key in os.environ}
    else:
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return scrubbed_environment(env)
