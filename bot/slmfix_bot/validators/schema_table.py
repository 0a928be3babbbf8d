"""The shipped JSON Schemas; docs/decisions/0011-json-schemas.md says where they come from."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

_DATA = "slmfix_bot.validators"


@cache
def _archive(name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(files(_DATA).joinpath(f"data/{name}.zip").read_bytes()))


@cache
def read_member(archive: str, name: str) -> Any:
    """A member of one of the archives, parsed once. Raises KeyError when there is none."""
    return json.loads(_archive(archive).read(f"{name}.json"))


@cache
def read_schema(name: str) -> Any:
    """A schema by its name: one of our own, else one of the archive's."""
    own = files(_DATA).joinpath(f"data/{name}.schema.json")
    return json.loads(own.read_text(encoding="utf-8")) if own.is_file() else read_member("schemas", name)
