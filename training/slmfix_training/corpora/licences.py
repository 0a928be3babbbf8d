"""The licence of one file: what it says itself, else the nearest licence file above it, else the package's."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

SPDX = re.compile(r"SPDX-License-Identifier:\s*([\w.+()-]+(?: (?:OR|AND|WITH) [\w.+()-]+)*)")
OLD = re.compile(r"\b([AL]?GPL)-(\d)(?:\.(\d))?(\+?)(?=[\s)]|$)")  # names that SPDX has given up
GPL3 = re.compile(r"GNU General Public License v3(?:\.0)?\+ \(see")  # the usual line of Ansible modules
HEAD = 3000  # characters that a licence may be named in
NAMES = re.compile(r"(?i)(LICEN[CS]E|COPYING|UNLICENSE)([.-].*)?$")
KINDS = (
    ("Apache License, Version 2.0", "Apache-2.0"),
    ("Apache License Version 2.0", "Apache-2.0"),
    ("Mozilla Public License Version 2.0", "MPL-2.0"),
    ("GNU AFFERO GENERAL PUBLIC LICENSE Version 3", "AGPL-3.0-only"),
    ("GNU LESSER GENERAL PUBLIC LICENSE Version 2.1", "LGPL-2.1-or-later"),
    ("GNU LESSER GENERAL PUBLIC LICENSE Version 3", "LGPL-3.0-or-later"),
    ("GNU GENERAL PUBLIC LICENSE Version 3", "GPL-3.0-or-later"),
    ("GNU GENERAL PUBLIC LICENSE Version 2", "GPL-2.0-or-later"),
    ("Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    ("Permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"),
    ("Neither the name of", "BSD-3-Clause"),
    ("Redistribution and use in source and binary forms", "BSD-2-Clause"),
    ("This is free and unencumbered software released into the public domain", "Unlicense"),
)


def is_licence_file(name: str) -> bool:
    """Whether a file of this name usually holds a licence."""
    return NAMES.match(name.rpartition("/")[2]) is not None


def licence_of(root: Path, file: str, text: str, default: str) -> str:
    """An SPDX expression for a file of an unpacked package; `file` is relative to `root`."""
    if found := SPDX.search(text, 0, HEAD):
        return OLD.sub(_modern, found[1])
    if GPL3.search(text, 0, HEAD):
        return "GPL-3.0-or-later"
    for folder in [*Path(file).parents][:-1]:  # the licence of the whole package stands in the table
        if found_above := _of_folder(root / folder):
            return found_above
    return default


def _modern(found: re.Match[str]) -> str:
    return f"{found[1]}-{found[2]}.{found[3] or 0}-{'or-later' if found[4] else 'only'}"


@lru_cache(maxsize=4096)
def _of_folder(folder: Path) -> str:
    if not folder.is_dir():
        return ""
    for path in sorted(folder.iterdir()):
        if is_licence_file(path.name) and path.is_file() and path.stat().st_size < 200_000:
            return classify(path.read_bytes().decode(errors="replace"))
    return ""


def classify(text: str) -> str:
    """The SPDX name of a licence text; empty when it is none of the common ones."""
    plain = re.sub(r"\s+", " ", text)
    return next((name for words, name in KINDS if words.lower() in plain[:HEAD].lower()), "")
