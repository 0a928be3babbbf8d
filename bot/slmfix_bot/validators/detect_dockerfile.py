"""Which names are those of Dockerfiles. `Dockerfile.dev` is one, `Dockerfile.md` and a template for one are not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePosixPath

NAME = re.compile(r"(?:docker|container)file(?:[._-][\w.-]+)?\Z|[\w.-]+\.(?:docker|container)file\Z", re.I)
OTHER = re.compile(
    r"\.(?:md|rst|txt|in|j2|jinja2?|tmpl|template|tpl|erb|ejs|mustache|hbs|m4|inc|include|dockerignore|py|sh|js|ts|go|rb"
    r"|ya?ml|json|toml|nanorc|vim|lua|bak|orig|rej|patch|diff|html?|tm\w+)\Z",
    re.I,
)


def is_dockerfile(place: PurePosixPath) -> bool:
    """Whether the file's name says so."""
    return NAME.match(place.name) is not None and OTHER.search(place.name) is None
