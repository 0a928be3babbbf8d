from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.propose.residue import propose_residue
from slmfix_bot.core.report import RepairSource
from tests.testing.engine import case_of, repair
from tests.testing.repair_cases import assert_repaired

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool


@pytest.mark.parametrize(
    ("language", "broken", "repaired"),
    [
        ("sql", "```sql\nSELECT id FROM t WHERE a = 1;\n```\n", "SELECT id FROM t WHERE a = 1;\n"),
        ("sql", "SELECT id FROM t;\nThis query returns the ids of all rows.\n", "SELECT id FROM t;\n"),
        ("sql", "SELECT id FROM t;\n\nOutput:\n| id |\n|----|\n| 1  |\n", "SELECT id FROM t;\n"),
        ("sql", "SELECT first\\_id FROM t WHERE a\\_b = 1;\n", "SELECT first_id FROM t WHERE a_b = 1;\n"),
        ("python", "x = ‘é’\n", "x = 'é'\n"),
        ("python", "Here is the function that you asked for:\n\n```python\nx = 1\n```\n", "x = 1\n"),
        ("json", '```json\r\n{"a": 1}\r\n```\r\n', '{"a": 1}\r\n'),
        ("bash", "```bash\nls -l", "ls -l"),
    ],
)
def test_residue_is_taken_away(pool: ValidatorPool, language: str, broken: str, repaired: str) -> None:
    assert_repaired(pool, language, broken, repaired, "sqlite" if language == "sql" else None)


def test_residue_source_is_named(pool: ValidatorPool) -> None:
    outcome = repair(pool, "python", "```python\nx = 1\n```\n")
    assert outcome.source is RepairSource.RESIDUE
    assert "residue" in outcome.note


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "x = (1\n"),
        ("sql", "SELECT 'This is the text that is shown to you' FROM;\n"),
        ("yaml", "a: b: the c\n"),
    ],
)
def test_no_residue_noop(pool: ValidatorPool, language: str, text: str) -> None:
    dialect = "sqlite" if language == "sql" else None
    assert list(propose_residue(case_of(pool, language, text, dialect))) == []
