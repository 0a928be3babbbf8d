"""How many published files the validators call broken: an upper bound of their false alarms.

    python benchmarks/validator_false_positives.py FOLDER... [--per-language N] [--show N]

Files are chosen evenly from the sorted paths of each language; every folder is searched recursively.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from slmfix_bot.core.program import Program
from slmfix_bot.validators.detect import detect
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic

MAX_BYTES = 200_000


def files_by_language(folders: list[Path]) -> dict[str, list[tuple[Path, str]]]:
    """The regular UTF-8 files that have a validator."""
    found: dict[str, list[tuple[Path, str]]] = defaultdict(list)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not path.is_file() or not 0 < path.stat().st_size <= MAX_BYTES:
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, OSError):
                continue
            language = detect(path.as_posix(), text)
            if language is not None:
                found[language].append((path, text))
    return found


def _what(error: Diagnostic) -> str:
    """The rule, and the language of the program inside the file if it is about one."""
    return f"{error.rule} in {error.embedded.language}" if error.embedded else error.rule


def main() -> None:
    """Prints the table, the files that each rule flags and, per language, the first diagnostics of some of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--per-language", type=int, default=300)
    parser.add_argument("--show", type=int, default=0)
    arguments = parser.parse_args()
    examples: list[str] = []
    rules: Counter[tuple[str, str]] = Counter()
    print("| language | files | flagged | skipped | median ms | slowest ms |")
    print("|---|---|---|---|---|---|")
    with ValidatorPool() as pool:
        for language, files in sorted(files_by_language(arguments.folders).items()):
            chosen = files[:: max(1, len(files) // arguments.per_language)][: arguments.per_language]
            flagged, skipped, times = 0, 0, []
            for path, text in chosen:
                started = time.perf_counter()
                validation = pool.validate(Program(language=language, text=text, path=path.as_posix()))
                times.append((time.perf_counter() - started) * 1000)
                skipped += validation.skipped is not None
                flagged += bool(validation.errors)
                rules.update({(language, _what(error)) for error in validation.errors})
                if validation.errors and sum(line.startswith(language) for line in examples) < arguments.show:
                    first = validation.errors[0]
                    examples.append(f"{language}: {path}:{first.line}:{first.column} {first.rule} {first.message}")
            share = f"{flagged} ({100 * flagged / len(chosen):.1f} %)"
            timing = f"{statistics.median(times):.1f} | {max(times):.0f}"
            print(f"| {language} | {len(chosen)} | {share} | {skipped} | {timing} |")
    print("\n| language | rule | files |\n|---|---|---|")
    for (language, rule), count in sorted(rules.items()):
        print(f"| {language} | {rule} | {count} |")
    print("\n".join(examples))


if __name__ == "__main__":
    main()
