"""The licence of a file: its own word, the nearest licence file, the package's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_training.corpora.licences import classify, is_licence_file, licence_of

if TYPE_CHECKING:
    from pathlib import Path

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software"


def test_the_file_itself_is_asked_first(tmp_path: Path) -> None:
    text = "#!/bin/sh\n# SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note\necho\n"
    assert licence_of(tmp_path, "a/b.sh", text, "MIT") == "GPL-2.0-only WITH Linux-syscall-note"


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("LGPL-2.0", "LGPL-2.0-only"),
        ("GPL-2+", "GPL-2.0-or-later"),
        ("(MIT OR GPL-2.0)", "(MIT OR GPL-2.0-only)"),
        ("GPL-2.0-or-later", "GPL-2.0-or-later"),
        ("Apache-2.0", "Apache-2.0"),
    ],
)
def test_old_names_are_made_new(tmp_path: Path, word: str, name: str) -> None:
    assert licence_of(tmp_path, "a.sh", f"# SPDX-License-Identifier: {word}\n", "MIT") == name


def test_the_line_of_ansible_modules_is_known(tmp_path: Path) -> None:
    text = "# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)\n"
    assert licence_of(tmp_path, "a/b.py", text, "MIT") == "GPL-3.0-or-later"


def test_the_nearest_licence_file_counts(tmp_path: Path) -> None:
    (tmp_path / "vendor" / "part" / "src").mkdir(parents=True)
    (tmp_path / "vendor" / "part" / "LICENSE").write_text(MIT)
    (tmp_path / "LICENSE").write_text("not asked: the package's stands in the table")
    assert licence_of(tmp_path, "vendor/part/src/a.v", "module a;", "GPL-3.0-only") == "MIT"
    assert licence_of(tmp_path, "vendor/a.v", "module a;", "GPL-3.0-only") == "GPL-3.0-only"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (MIT, "MIT"),
        ("Apache License\n  Version 2.0, January 2004", "Apache-2.0"),
        ("GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007", "GPL-3.0-or-later"),
        ("all rights reserved", ""),
    ],
)
def test_texts_are_classified(text: str, name: str) -> None:
    assert classify(text) == name


def test_names_of_licence_files() -> None:
    assert all(map(is_licence_file, ("a/LICENSE", "COPYING.txt", "LICENCE-MIT", "b/license.md")))
    assert not is_licence_file("licences.py.orig/a.sh")
