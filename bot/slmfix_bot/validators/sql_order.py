"""The order in which migrations run: by version, as the tools read it from file names."""

from __future__ import annotations

import re


def version_key(path: str) -> tuple[object, ...]:
    """Sorts V10 behind V2, repeatable migrations behind all others, and the rest by path.

    >>> sorted(["m/V10__b.sql", "m/R__a.sql", "m/V2__a.sql", "m/0001_x.up.sql"], key=version_key)
    ['m/0001_x.up.sql', 'm/V2__a.sql', 'm/V10__b.sql', 'm/R__a.sql']
    """
    name = path.rpartition("/")[2]
    repeatable = name.startswith("R__")
    version = re.sub(r"^[VB](?=\d)", "", name)
    return repeatable, path.rpartition("/")[0] if _is_folder_named(path) else "", natural(version), natural(path)


def _is_folder_named(path: str) -> bool:
    return path.endswith(("/up.sql", "/migration.sql"))


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """Numbers compare as numbers: runs of digits and of other signs, in lower case."""
    return tuple((0, int(run)) if run.isdigit() else (1, run.lower()) for run in re.findall(r"\d{1,30}|\D+", text))
