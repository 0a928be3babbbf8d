"""Faults break what they are given, stay near it, and are refused by the real validators often enough to be useful."""

from __future__ import annotations

from random import Random

import pytest

from slmfix_bot.core.program import Program
from slmfix_training.faults.categories import CATEGORIES
from slmfix_training.faults.corrupt import FAULTS, OPERATORS, break_program, category_shares, corrupt
from slmfix_training.faults.corrupt_ansible import wrong_option
from slmfix_training.faults.corrupt_bash import joined_lines
from slmfix_training.faults.corrupt_sql import markdown_escape, schema_fault, top_n
from slmfix_training.faults.corrupt_text import misspell, truncate
from slmfix_training.samples.samples import diagnose
from tests.training.clean_programs import CLEAN
from tests.training.fitting_programs import FITTING


def program(language: str) -> Program:
    """The clean program of a language."""
    return Program(language=language, text=CLEAN[language], dialect="sqlite" if language == "sql" else None)


@pytest.mark.parametrize("language", sorted(OPERATORS))
def test_corrupt_breaks_most_programs(language: str) -> None:
    assert diagnose(program(language), explain=False) == ()
    rng = Random(3)
    count = 8 if language == "workflow" else 30  # a program of its own judges each
    broken = [text for text in (corrupt(program(language), rng) for _ in range(count)) if text is not None]
    refused = [text for text in broken if diagnose(program(language).with_text(text), explain=False)]
    assert len(broken) >= count * 2 // 3
    assert len(refused) >= count * 2 // 5


FAULTS_OF = [(language, at) for language, menu in sorted(OPERATORS.items()) for at in range(len(menu))]


@pytest.mark.parametrize(("language", "at"), FAULTS_OF)
def test_every_fault_fires_on_a_fitting_program_and_always_in_the_same_way(language: str, at: int) -> None:
    weight, category, operator = OPERATORS[language][at]
    assert weight > 0
    assert category in CATEGORIES
    changed = 0
    for text in FITTING[language]:
        for seed in range(12):
            broken = operator(text, Random(seed))
            assert broken == operator(text, Random(seed))
            changed += broken is not None and broken != text
    assert changed


def _name(at: tuple[str, int]) -> str:
    return OPERATORS[at[0]][at[1]][2].__qualname__


@pytest.mark.parametrize(
    ("language", "at"), [at for at in FAULTS_OF if not _name(at).startswith(("prose", "fence", "truncate"))]
)
def test_faults_leave_alone_what_they_do_not_know(language: str, at: int) -> None:
    _, category, operator = OPERATORS[language][at]
    if category in {"residue", "simulated-output", "several-statements", "truncation"}:
        return  # what is added around a program, or cut from its end, asks nothing of it
    assert {operator("\n", Random(seed)) for seed in range(6)} <= {None, "\n"}


def test_the_shares_of_categories_are_those_of_the_weights() -> None:
    for language in OPERATORS:
        shares = category_shares(language)
        assert sum(shares.values()) == pytest.approx(1)
        assert set(shares) <= set(CATEGORIES)
    schema = category_shares("sql", schema=True)
    assert set(schema) == {"unknown-name", "dialect"}


def test_boost_changes_what_is_drawn() -> None:
    boost = dict.fromkeys(category_shares("sql"), 0.0) | {"escapes": 1.0, "simulated-output": 0.0001}
    clean = Program(language="sql", dialect="sqlite", text="SELECT first_name FROM t\n")
    made = [break_program(clean, Random(seed), boost) for seed in range(20)]
    assert {one.categories[0] for one in made if one} == {"escapes"}


def test_corrupt_is_reproducible() -> None:
    one, two = (corrupt(program("sql"), Random(9)) for _ in range(2))
    assert one == two is not None


def test_most_samples_have_one_fault() -> None:
    assert sum(FAULTS) == pytest.approx(1)
    assert FAULTS[0] == 0.7


def test_markdown_escape_needs_something_to_escape() -> None:
    assert markdown_escape("SELECT a_b FROM t", Random(1)) == "SELECT a\\_b FROM t"
    assert markdown_escape("SELECT a FROM t", Random(1)) is None


def test_top_n_replaces_the_limit() -> None:
    assert top_n("SELECT a FROM t LIMIT 3", Random(1)) == "SELECT TOP 3 a FROM t"
    assert top_n("SELECT a FROM t", Random(1)) is None


def test_schema_fault_is_found_with_the_true_name_nearby() -> None:
    schema = "CREATE TABLE customers (\n  id INTEGER,\n  email TEXT,\n  country TEXT\n);\n"
    clean = Program(
        language="sql", dialect="sqlite", schema=schema, text="SELECT email FROM customers WHERE country = 'x'"
    )
    assert diagnose(clean, explain=False) == ()
    found = 0
    for seed in range(20):
        text = schema_fault(clean.text, schema, Random(seed))
        errors = diagnose(clean.with_text(text), explain=True) if text else ()
        found += bool(errors) and any("customers" in d.expected or d.expected for d in errors or ())
    assert found >= 8


def test_joined_lines_loses_the_separators() -> None:
    text = joined_lines(CLEAN["bash"], Random(1))
    assert text is not None
    assert "\n" not in text.rstrip("\n")


def test_wrong_option_changes_one_key() -> None:
    text = wrong_option(CLEAN["ansible"], Random(2))
    assert text is not None
    changed = [pair for pair in zip(CLEAN["ansible"].split("\n"), text.split("\n"), strict=True) if pair[0] != pair[1]]
    assert len(changed) == 1


def test_misspell_changes_the_word() -> None:
    words = {misspell("customer", Random(seed)) for seed in range(20)}
    assert len(words) > 5


def test_truncate_leaves_short_texts_alone() -> None:
    assert truncate("short", Random(1)) is None
