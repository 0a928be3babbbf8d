from __future__ import annotations

from tests.testing.engine import hasty, pool

__all__ = ["hasty", "pool"]
