from __future__ import annotations

from tests.testing.engine import pool

__all__ = ["pool"]
