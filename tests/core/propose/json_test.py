from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

REPAIRS = [
    ('{"a": 1,}\n', '{"a": 1}\n'),
    ("{'name': 'Jürgen', 'on': True, 'none': None}\n", '{"name": "Jürgen", "on": true, "none": null}\n'),
    ('{"a": 1\n "b": 2}\n', '{"a": 1,\n "b": 2}\n'),
    ('{"a": [1, {"b": 2\n', '{"a": [1, {"b": 2}]}\n'),
    ('{host: "x"}', '{"host": "x"}'),
    ('```json\n{"a": 1}\n```\n', '{"a": 1}\n'),
    ('{\r\n  "a": 1, // one\r\n  "b": 2\r\n}\r\n', '{\r\n  "a": 1, \r\n  "b": 2\r\n}\r\n'),
]
VALID = ['{"note": "This is the answer: it isn\'t code, // no comment"}', "[]\r\n", '{"a": 1}\n\n\n', '"é"']
REFUSED = ["\n", "  ", "// only a comment\n"]


@pytest.mark.parametrize(("broken", "repaired"), REPAIRS)
def test_json_repairs(pool: ValidatorPool, broken: str, repaired: str) -> None:
    assert_repaired(pool, "json", broken, repaired)


@pytest.mark.parametrize("text", VALID)
def test_json_valid_noop(pool: ValidatorPool, text: str) -> None:
    assert_valid(pool, "json", text)


@pytest.mark.parametrize("broken", REFUSED)
def test_json_refused_noop(pool: ValidatorPool, broken: str) -> None:
    assert_refused(pool, "json", broken)
