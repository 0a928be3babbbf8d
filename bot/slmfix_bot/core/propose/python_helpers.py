"""Functions that a Python file calls and nobody wrote, where the name alone says what they do.

Models call `is_prime` as if it were built in. Only names that mean one thing are here, and only with one argument;
everything else that is undefined stays a matter for the author.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_BODIES = {
    "isprime": "n > 1 and all(n % i for i in range(2, int(n**0.5) + 1))",
    "iseven": "n % 2 == 0",
    "isodd": "n % 2 == 1",
    "ispalindrome": "n == n[::-1]",
    "square": "n * n",
    "cube": "n**3",
}
_HEAD = re.compile(r"(?:def|class|async def|@)", re.M)


def propose_helpers(case: Case) -> Iterator[Candidate]:
    """The definition of the undefined function, in front of the first one of the file."""
    name = case.target.found or ""
    body = _BODIES.get(name.replace("_", "").casefold())
    if not body or not _takes_one(case.text, name):
        return
    row = next((row for row, line in enumerate(case.lines) if _HEAD.match(line)), None)
    if row is not None:
        at = case.starts[row]
        text = case.splice(at, at, f"def {name}(n):\n    return {body}\n\n\n")
        yield Candidate(text, RepairSource.SCHEMA, 2.0, f"{name} defined")


def _takes_one(text: str, name: str) -> bool:
    """Whether the name stands only in calls with one argument."""
    calls = list(re.finditer(rf"\b{re.escape(name)}\b(.?)", text))
    return bool(calls) and all(
        match[1] == "(" and re.match(r"\((?:[^(),]|\((?:[^()]|\([^()]*\))*\)|\[[^\]]*\])+\)", text[match.start(1) :])
        for match in calls
    )
