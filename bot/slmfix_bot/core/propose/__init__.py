"""Proposals, cheapest tier first, all into one pool (DESIGN section 6). A rule set is one file and one line."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from slmfix_bot.core.family import family_of
from slmfix_bot.core.propose.ansible import propose_ansible
from slmfix_bot.core.propose.bash import propose_bash
from slmfix_bot.core.propose.bash_lines import propose_bash_lines
from slmfix_bot.core.propose.brackets import BRACKETED, propose_brackets
from slmfix_bot.core.propose.case import Candidate, Case, inner_case, outer_text
from slmfix_bot.core.propose.dockerfile import propose_dockerfile
from slmfix_bot.core.propose.expected import propose_expected
from slmfix_bot.core.propose.general import propose_general
from slmfix_bot.core.propose.json import propose_json
from slmfix_bot.core.propose.linter import propose_linter
from slmfix_bot.core.propose.names import propose_names
from slmfix_bot.core.propose.python import propose_imports, propose_python
from slmfix_bot.core.propose.python_helpers import propose_helpers
from slmfix_bot.core.propose.residue import propose_residue
from slmfix_bot.core.propose.search import propose_search
from slmfix_bot.core.propose.sql import propose_sql
from slmfix_bot.core.propose.sql_functions import propose_sql_functions
from slmfix_bot.core.propose.sql_schema import propose_sql_schema
from slmfix_bot.core.propose.terraform import propose_terraform, propose_terraform_escapes
from slmfix_bot.core.propose.verilog import propose_verilog_names
from slmfix_bot.core.propose.verilog_modules import propose_verilog_modules
from slmfix_bot.core.propose.verilog_syntax import propose_verilog_syntax
from slmfix_bot.core.propose.workflow import propose_workflow
from slmfix_bot.core.propose.yaml import propose_yaml
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.rules import is_about_signs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slmfix_bot.core.propose.case import Proposer

COMMON: tuple[Proposer, ...] = (propose_residue, propose_linter, propose_names)
BY_SCHEMA: Mapping[str, tuple[Proposer, ...]] = {
    "terraform": (propose_terraform_escapes,),
    "sql": (propose_sql_schema, propose_sql_functions),
    "python": (propose_imports, propose_helpers),
    "verilog": (propose_verilog_names, propose_verilog_modules),
    "dockerfile": (propose_dockerfile,),
    "workflow": (propose_workflow,),
    "ansible": (propose_ansible,),
}
BY_LANGUAGE: Mapping[str, tuple[Proposer, ...]] = {
    **dict.fromkeys(BRACKETED, (propose_brackets, propose_expected)),
    "terraform": (propose_terraform,),
    "sql": (propose_sql,),
    "bash": (propose_bash, propose_bash_lines),
    "sh": (propose_bash, propose_bash_lines),
    "python": (propose_python,),
    "json": (propose_json,),
    "verilog": (propose_verilog_syntax,),
    "yaml": (propose_yaml,),
    "ansible": (propose_yaml,),
}
_MAX_VOLUME = 64_000_000  # characters of one case's candidates; a hostile line has a place for a quote everywhere
_COMPOSED = 3  # residue candidates that the language rules are tried on top of


def propose(case: Case) -> list[Candidate]:
    """Every candidate of the deterministic tiers, cheapest first; the cheapest of those with the same text."""
    if case.target.embedded is None:
        return _propose(case)
    outer = ((outer_text(case, candidate.text), candidate) for candidate in _propose(inner_case(case)))
    return [replace(candidate, text=text) for text, candidate in outer if text is not None and text != case.text]


def _propose(case: Case) -> list[Candidate]:
    language = case.program.language
    rules = BY_LANGUAGE.get(language) or _of_family(case)
    tiers = (*COMMON, *BY_SCHEMA.get(language, ()))
    cheapest: dict[str, Candidate] = {}
    volume = 0
    for proposer in (*tiers, *rules, _compose(rules), propose_search) if is_about_signs(case.target.rule) else tiers:
        for candidate in proposer(case):
            volume += len(candidate.text)
            if volume > _MAX_VOLUME:
                return sorted(cheapest.values(), key=lambda candidate: candidate.cost)
            known = cheapest.get(candidate.text)
            if candidate.text != case.text and (known is None or candidate.cost < known.cost):
                cheapest[candidate.text] = candidate
    return sorted(cheapest.values(), key=lambda candidate: candidate.cost)


def _of_family(case: Case) -> tuple[Proposer, ...]:
    """The rules for a language that is written in another one; what is written in YAML may also be JSON.
    Without any, what the validator expects is tried."""
    family = family_of(case.program.language)
    is_json = family == "yaml" and (case.program.path.endswith(".json") or case.text.lstrip().startswith("{"))
    return BY_LANGUAGE.get("json" if is_json else family, (propose_expected, propose_general))


def _spelt(case: Case) -> Iterator[Candidate]:
    """The text with the quotes of its dialect, where those that it has cannot be right in any place."""
    if case.program.language == "sql" and case.program.dialect == "postgres" and "`" in case.text:
        yield Candidate(case.text.replace("`", '"'), RepairSource.SEARCH, 0.6, "backticks to double quotes")


def _compose(rules: tuple[Proposer, ...]) -> Proposer:
    """Residue hides other errors from a tokenizer, so the rules are also tried on the text without it."""

    def proposer(case: Case) -> Iterator[Candidate]:
        for clean in (*islice(propose_residue(case), _COMPOSED), *_spelt(case)):
            inner = Case(case.program.with_text(clean.text), case.diagnostics, case.target)
            for rule in rules:
                for candidate in rule(inner):
                    note = f"{clean.note}; {candidate.note}"
                    yield Candidate(candidate.text, candidate.source, clean.cost + candidate.cost, note)

    return proposer
