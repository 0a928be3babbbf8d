"""Proposals, cheapest tier first, all into one pool (DESIGN section 6). A rule set is one file and one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.propose.bash import propose_bash
from slmfix_bot.core.propose.json import propose_json
from slmfix_bot.core.propose.linter import propose_linter
from slmfix_bot.core.propose.names import propose_names
from slmfix_bot.core.propose.python import propose_python
from slmfix_bot.core.propose.residue import propose_residue
from slmfix_bot.core.propose.search import propose_search
from slmfix_bot.core.propose.sql import propose_sql
from slmfix_bot.core.propose.yaml import propose_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slmfix_bot.core.propose.case import Candidate, Case, Proposer

COMMON: tuple[Proposer, ...] = (propose_residue, propose_linter, propose_names)
BY_LANGUAGE: Mapping[str, tuple[Proposer, ...]] = {
    "sql": (propose_sql,),
    "bash": (propose_bash,),
    "sh": (propose_bash,),
    "python": (propose_python,),
    "json": (propose_json,),
    "yaml": (propose_yaml,),
    "ansible": (propose_yaml,),
}


def propose(case: Case) -> Iterator[Candidate]:
    """Every candidate of the deterministic tiers, each text once."""
    seen = {case.text}
    for proposer in (*COMMON, *BY_LANGUAGE.get(case.program.language, ()), propose_search):
        for candidate in proposer(case):
            if candidate.text not in seen:
                seen.add(candidate.text)
                yield candidate
