"""Removes from the image's environment what the bot never loads; run once by the Dockerfile, prints what was freed.

The language pack alone brings 173 grammars of which ten are used, and onnxruntime its conversion tools. Everything
kept is found by name from the product's own tables, so a new grammar there needs no change here.
"""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

from slmfix_bot.adapters.syntax import GRAMMARS

PACKAGES = Path(sysconfig.get_paths()["purelib"])
UNUSED = (
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "numpy/_core/include",
    "numpy/f2py",
    "sqlglot/executor",
)
UNUSED_PATTERNS = ("numpy/**/tests", "numpy/**/*.a", "numpy/**/*.pyi", "onnxruntime/**/*.h")


def size(path: Path) -> int:
    """Bytes of a file or a folder."""
    return sum(file.lstat().st_size for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())


def remove(path: Path) -> int:
    """Deletes a file or a folder; the bytes freed."""
    freed = size(path)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return freed


def main() -> None:
    """Deletes unused grammars and tools."""
    bindings = PACKAGES / "tree_sitter_language_pack" / "bindings"
    used = set(GRAMMARS.values())
    doomed = [file for file in bindings.glob("*.so") if file.name.split(".")[0] not in used]
    doomed += [PACKAGES / name for name in UNUSED if (PACKAGES / name).exists()]
    doomed += [path for pattern in UNUSED_PATTERNS for path in PACKAGES.glob(pattern)]
    freed = sum(remove(path) for path in doomed if path.exists())
    print(f"freed {freed / 1e6:.0f} MB in {len(doomed)} places")


if __name__ == "__main__":
    main()
