"""Commands whose libraries come with an extra: without it they say which one, instead of a traceback."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from slmfix_bot.errors import EXIT_MISSING

if TYPE_CHECKING:
    from collections.abc import Callable

LIBRARIES = frozenset({"torch", "transformers", "optimum", "onnx", "safetensors", "datasets", "trl"})


def run_with_extra(place: str, extra: str) -> int:
    """Runs `module:function`; exit code 4 and a hint when a library of the extra is missing."""
    module, _, name = place.partition(":")
    try:
        function: Callable[[], object] = getattr(import_module(module), name)
        result = function()
    except ModuleNotFoundError as error:
        library = (error.name or "").split(".")[0]
        if library not in LIBRARIES:
            raise
        sys.stderr.write(f'{library} is not installed. It comes with an extra: pip install "slmfix-bot[{extra}]"\n')
        return EXIT_MISSING
    return result if isinstance(result, int) else 0
