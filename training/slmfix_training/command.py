"""The entry point `slmfix-train`, which has to start without the extra `[train]` to be able to name it."""

from __future__ import annotations

import sys

from slmfix_bot.adapters.extras import run_with_extra
from slmfix_bot.errors import FatalError


def main() -> int:
    """Runs the command line; exit code 4 without the extra."""
    try:
        return run_with_extra("slmfix_training.cli:main", "train")
    except FatalError as error:
        sys.stderr.write(f"slmfix-train: {error}\n")
        return error.return_code
