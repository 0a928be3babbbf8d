"""Which half of the development cases may be learnt from.

The breaker of the BIFI round takes its templates from real failures; figures on real failures are reported for the
other half apart. The half follows from a hash of the case's id alone, so it is the same for everybody, forever.
"""

from __future__ import annotations

from hashlib import sha256


def is_for_learning(case_id: str) -> bool:
    """Whether the case belongs to the half from which templates may come; the other half is for evaluation only."""
    return sha256(f"slmfix half {case_id}".encode()).digest()[0] < 128
