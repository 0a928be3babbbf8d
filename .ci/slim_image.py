"""Removes from the image's environment what the bot never loads; run once by the Dockerfile, prints what was freed.

The language pack brings 173 grammars of which some forty are used, onnxruntime its conversion tools, and tokenizers a
download client that never runs here. What to keep is read from the product's own tables and from the metadata of the
installed packages, so neither a new grammar nor a new dependency needs a change here.
"""

from __future__ import annotations

import re
import shutil
import sysconfig
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

from slmfix_bot.adapters.syntax import GRAMMARS

PACKAGES = Path(sysconfig.get_paths()["purelib"])
NEVER_LOADED = {"huggingface-hub"}  # tokenizers asks it for downloads; the bot loads a local file
EXTRA = "languages"  # that the Dockerfile installs
UNUSED = (
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "numpy/_core/include",
    "numpy/f2py",
)
UNUSED_PATTERNS = ("numpy/**/tests", "numpy/**/*.a", "numpy/**/*.pyi")


def normalised(name: str) -> str:
    """A distribution's name as requirements compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(installed: dict[str, Distribution], name: str, extra: str) -> set[str]:
    """The names of everything that a distribution with an extra needs, itself included."""
    found = set[str]()
    seen = set[tuple[str, str]]()
    pending = [(name, ""), (name, extra)]
    while pending:
        one, extra = pending.pop()
        if (one, extra) in seen or one in NEVER_LOADED or one not in installed:
            continue
        seen.add((one, extra))
        found.add(one)
        for requirement in map(Requirement, installed[one].requires or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                pending += [(normalised(requirement.name), wanted) for wanted in ("", *requirement.extras)]
    return found


def remove(path: Path) -> int:
    """Deletes a file or a folder; the bytes freed."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    freed = sum(file.lstat().st_size for file in files)
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return freed


def doomed() -> list[Path]:
    """Files of unneeded packages, unused grammars, and parts that no run loads."""
    installed = {normalised(one.metadata["Name"]): one for one in distributions(path=[str(PACKAGES)])}
    kept = needed(installed, "slmfix-bot", EXTRA)
    paths = [
        Path(str(one.locate_file(file))).resolve()
        for name, one in installed.items()
        if name not in kept
        for file in one.files or ()
    ]
    bindings = PACKAGES / "tree_sitter_language_pack" / "bindings"
    paths += [file for file in bindings.glob("*.so") if file.name.split(".")[0] not in GRAMMARS.values()]
    paths += [PACKAGES / name for name in UNUSED]
    return paths + [path for pattern in UNUSED_PATTERNS for path in PACKAGES.glob(pattern)]


def main() -> None:
    """Deletes what is not needed, then folders that became empty."""
    paths = [path for path in doomed() if path.exists()]
    freed = sum(remove(path) for path in paths if path.exists())
    for folder in sorted((path for path in PACKAGES.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            folder.rmdir()
    print(f"freed {freed / 1e6:.0f} MB in {len(paths)} places")


if __name__ == "__main__":
    main()
