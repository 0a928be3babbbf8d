"""A program that the outputs of the reader tests are about."""

from __future__ import annotations

import pytest

from slmfix_bot.validators.readers.base import Source

PROGRAM = 'service api {\n  imag "shop/api:1"\n  replicas 𝒳x three\n}\n'


@pytest.fixture
def source() -> Source:
    """Four lines; the third holds a character that is two UTF-16 units and four bytes."""
    return Source(text=PROGRAM, path="deploy/app.relay", rule="relay-lint")
