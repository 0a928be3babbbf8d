"""How tables of names are packed: one compressed JSON member a part, equal bytes for equal contents."""

from __future__ import annotations

import argparse
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIXED_DATE = (1980, 1, 1, 0, 0, 0)


def write_tables(output: Path, tables: Mapping[str, Any]) -> None:
    """One member `<name>.json` for each table, in the order given."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in tables.items():
            info = zipfile.ZipInfo(f"{name}.json", FIXED_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, json.dumps(content, separators=(",", ":"), sort_keys=True), compresslevel=9)


def run_builder(description: str | None, build: Callable[[list[Path], Path], None]) -> None:
    """The command line of a table's builder: wheels in, one archive out."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("wheels", nargs="+", type=Path, metavar="WHEEL")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE")
    arguments = parser.parse_args()
    build(arguments.wheels, arguments.output)
