"""The entry point `slmfix-train`, which has to start without the extra `[train]` to be able to name it."""

from __future__ import annotations

from slmfix_bot.adapters.extras import run_with_extra


def main() -> int:
    """Runs the command line; exit code 4 without the extra."""
    return run_with_extra("slmfix_training.cli:main", "train")
