from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.harm import BOUNDS, Harm, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program

MEDIUM = BOUNDS[Aggressiveness.MEDIUM]
ERROR = Diagnostic(
    rule="unknown-column", message='no such column "nmae"', line=1, found="nmae", expected=("name", "full name")
)


def judge(
    language: str, old: str, new: str, *, level: Aggressiveness = Aggressiveness.MEDIUM, schema: str | None = None
) -> Harm:
    return assess(Program(language=language, text=old, schema=schema), new, (ERROR,), BOUNDS[level])


HARMLESS = [
    ("python", 'def f(x):\n    """Two.\n    >>> f("<", "")\n', 'def f(x):\n    """Two.\n    >>> f("<", "")\n    """\n'),
    (
        "sql",
        "SELECT MAX(a) FROM <t>\n<|user|> Output: [('a',), ('b',)]\nReward: 0.0\n",
        "SELECT MAX(a) FROM t\n",
    ),
    ("sql", "SELECT a\\_b, c\\_d, e\\_f FROM t WHERE g = 'it\\'s'", "SELECT a_b, c_d, e_f FROM t WHERE g = 'it\\'s'"),
    ("sql", "SELECT nmae FROM t", "SELECT name FROM t"),
    ("sql", "SELECT nmae FROM t", 'SELECT "full name" FROM t'),
    ("sql", "SELECT a FROM t WHERE (b = 1", "SELECT a FROM t WHERE (b = 1)"),
    ("sql", "SELECT a FROM t WHERE b = 'it's'", "SELECT a FROM t WHERE b = 'it''s'"),
    ("sql", "```sql\nSELECT a FROM t\n```\nThis query returns all the names.\n", "SELECT a FROM t\n"),
    ("sql", "SELECT first\\_name FROM t", "SELECT first_name FROM t"),
    ("sql", "SELECT a FROM t ORDER BY b WHERE c = 1", "SELECT a FROM t WHERE c = 1 ORDER BY b"),
    ("bash", "if true; then echo a\n", "if true; then echo a; fi\n"),
    ("python", "def f():\n", "def f():\n    pass\n"),
    ("yaml", "a: b: c\n", 'a: "b: c"\n'),
    ("json", "{'a': True,}", '{"a": true}'),
]
HARMFUL = [
    ("sql", "SELECT a FROM t WHERE b = = 1 AND c = 2 AND d = 3", "SELECT a FROM t", "deletes"),
    ("sql", "SELECT a FROM t WHER b = 1", "SELECT a FROM users WHERE b = 1", "invents users"),
    ("sql", "SELECT a FROM t", "", "nothing is left"),
    ("sql", "SELECT a FROM t", ";", "nothing is left"),
    ("sql", "SELECT a FROM t", "-- SELECT a FROM t\n", "nothing is left"),
    ("sql", "DELETE FROM t WHERE", "DELETE FROM t", "takes a condition"),
    ("sql", "DELETE FROM t WHERE a = ", "DELETE FROM t WHERE a", "takes a condition"),
    ("sql", "UPDATE t SET a = 1 WHERE b = 2 AND c >", "UPDATE t SET a = 1 WHERE b = 2 AND c", "takes a condition"),
    ("json", "{'a': 1}", "\"{'a': 1}\"", "turns the document"),
    ("bash", "rm -rf build\nif true; then make all\n", "if true; then :; fi\n", "deletes"),
    ("python", "import os\n\nos.remove(path\nprint(path)\n", "print(path)\n", "deletes"),
    ("python", "def f(:\n    return compute_all(values, first, last)\n", "def f():\n    return 1\n", "deletes"),
    ("yaml", "a: 1\nb: 2\nc: [3, 4\n", "a: 1\n", "deletes"),
    ("yaml", "a: 1\nb: two words\nc: 3\n", "a: 1\n# b: two words\nc: 3\n", "deletes"),
    ("json", '{"a": 1, "b": 2, "c": 3', '{"a": 1}', "deletes"),
]


@pytest.mark.parametrize(("language", "old", "new"), HARMLESS)
def test_harmless_repairs_pass(language: str, old: str, new: str) -> None:
    assert judge(language, old, new).reasons == ()


@pytest.mark.parametrize(("language", "old", "new", "reason"), HARMFUL)
def test_harm_is_named(language: str, old: str, new: str, reason: str) -> None:
    assert reason in "; ".join(judge(language, old, new).reasons)


@pytest.mark.parametrize(("language", "old", "new", "reason"), HARMFUL)
def test_no_aggressiveness_allows_inventing_or_emptying(language: str, old: str, new: str, reason: str) -> None:
    if reason != "deletes":
        assert reason in "; ".join(judge(language, old, new, level=Aggressiveness.HIGH).reasons)


def test_aggressiveness_moves_the_bound() -> None:
    old, new = "SELECT a, b, c FROM t WHERE d = = 1 AND e", "SELECT a, b, c FROM t WHERE d = 1"
    reasons = [judge("sql", old, new, level=level).reasons for level in Aggressiveness]
    assert [bool(found) for found in reasons] == [True, True, False]


def test_names_of_the_schema_and_of_the_message_are_not_invented() -> None:
    schema = "CREATE TABLE users (city TEXT);"
    assert judge("sql", "SELECT nmae FROM usrs", "SELECT city FROM users", schema=schema).reasons == ()
    assert "invents" in judge("sql", "SELECT nmae FROM usrs", "SELECT city FROM users").reasons[0]


def test_prose_in_a_string_is_code() -> None:
    old = "INSERT INTO t VALUES ('This is the answer that you should see', 1"
    assert "deletes" in "; ".join(judge("sql", old, "INSERT INTO t VALUES ('', 1)").reasons)


TEXTS = st.lists(
    st.sampled_from(["SELECT ", "a", "b ", "'", '"', "(", ")", "\n", "```\n", "\\_", "Output: x\n", "é", "1 ", "-- "]),
    min_size=1,
    max_size=12,
).map("".join)


@settings(max_examples=120, derandomize=True)
@given(st.sampled_from(["sql", "bash", "python", "json", "yaml"]), TEXTS)
def test_an_unchanged_program_is_harmless(language: str, text: str) -> None:
    program = Program(language=language, text=text)
    harm = assess(program, text, (), MEDIUM)
    # A text without any code cannot be harmed; it is only said to be empty.
    assert harm.reasons in {(), ("nothing is left",)}
    if any(character.isalnum() for character in text) and not any(sign in text for sign in "-#"):
        assert harm.reasons == ()


@pytest.mark.parametrize("unit", ["(", "a ", "}\n", "'", " ", "\n", "a\n", "\\'", "a_b "])
def test_assess_is_quick_on_hostile_text(unit: str) -> None:
    text = unit * (8_000 // len(unit))
    for language in ("sql", "python"):
        started = time.process_time()
        assess(Program(language=language, text="a" + text), "a" + text[:4_000] + "b" + text[4_000:], (), MEDIUM)
        assert time.process_time() - started < 2.0


@pytest.mark.parametrize("new", ["ls /tmp\n\\fi\n", "ls /tmp\\\nfi\n"])
def test_a_stray_keyword_is_no_command(new: str) -> None:
    program = Program(language="bash", text="ls /tmp\nfi\n")
    assert assess(program, new, (), BOUNDS[Aggressiveness.HIGH]).reasons == ("makes a keyword part of a command",)
    kept = Program(language="bash", text="grep -e a \\\n  -e b x\nls (\n")
    assert assess(kept, kept.text.replace(" (", ""), (), BOUNDS[Aggressiveness.HIGH]).reasons == ()


def test_own_language_keeps_its_values() -> None:
    ours = Program(language="relay", text="a 10 minutes\n")
    assert assess(ours, "a 10m\n", (), MEDIUM).reasons == ()
    assert assess(ours, "a 1h\n", (), MEDIUM).reasons == ("invents 1",)
