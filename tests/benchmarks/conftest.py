from tests.testing.engine import pool

__all__ = ["pool"]
