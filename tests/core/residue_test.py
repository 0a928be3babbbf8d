from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.prose import is_prose
from slmfix_bot.core.residue import find_residue, is_inside, is_within, unescape_markdown

FIRES = [
    ("python", "```python\nx = 1\n```\n", ["```python\n", "```\n"]),
    (
        "sql",
        "SELECT a FROM t;\nThis query returns every row of the table.\n",
        ["This query returns every row of the table.\n"],
    ),
    ("sql", "SELECT a FROM t;\nOutput: 3\n", ["Output: 3\n"]),
    ("sql", "SELECT a FROM t; The query returns all the names.\n", ["The query returns all the names."]),
    ("bash", "Here is the script that you asked for:\nls -l\n", ["Here is the script that you asked for:\n"]),
    ("sql", "SELECT a FROM t <|im_end|>\n", ["<|im_end|>"]),
    ("sql", "SELECT a FROM t, u Reward: 0.0\n", ["Reward: 0.0"]),
    ("sql", "SELECT a\nOutput:\na\n-----\nnew york\n", ["Output:\n", "a\n", "-----\n", "new york\n"]),
    (
        "sql",
        "SELECT a FROM t JOIN Cars c ON c.id = t.car WHERE c.x IS NULL  This query uses a join to find the cars.\n",
        ["This query uses a join to find the cars."],
    ),
    ("sql", "DESCRIBE t TO learn more about it\n", ["TO learn more about it"]),
    (
        "sql",
        "Here is the query that you want:\nAnswer: SELECT a FROM t\n",
        ["Here is the query that you want:\n", "Answer: "],
    ),
    (
        "sql",
        "SELECT a FROM t ORDER BY a\nORDER BY a\nORDER BY a\nORDER BY",
        ["ORDER BY a\n", "ORDER BY a\n", "ORDER BY"],
    ),
    ("yaml", "```yaml\na: 1\n```\n", ["```yaml\n", "```\n"]),
    (
        "json",
        '{"a": 1}\n\nPlease note that the value is an example.\n',
        ["Please note that the value is an example.\n"],
    ),
]
CLEAN = [
    ("python", 'def f():\n    """This function returns the sum of the values.\n\n    Note: it is slow.\n    """\n'),
    ("python", "# This is the place where the values are used.\nx = 1\n"),
    ("python", 'x = """\n```\nThis is the text that is shown to the user.\n```\n"""[1:]\ny = 2\n'.replace("```", "~~")),
    ("python", "for the_name in names:\n    print(the_name, is_it, not the_name)\n"),
    ("sql", "SELECT 1;\n-------\n-- b\n-------\nSELECT 2;\n"),
    ("sql", "INSERT INTO t VALUES\n(1, 'a'),\n(1, 'a'),\n(1, 'a');\n"),
    ("sql", "-- This query returns all of the names.\nSELECT name FROM t;\n"),
    ("sql", "INSERT INTO notes VALUES ('This is the note that you should read. Answer: 42');\n"),
    ("sql", "/* The result is used by the report.\n   Output: a table */\nSELECT 1;\n"),
    ("sql", "SELECT note, result AS output FROM answers WHERE question IS NOT NULL AND example IN (1, 2);\n"),
    ("bash", "# Here is what the script does\necho 'This is the answer: 42'\n"),
    ("bash", 'echo "Note: this will delete all of your files"\nls | sort\n'),
    ("bash", "find . -name 'a' -not -path './b/*' | xargs grep -l this\n"),
    (
        "yaml",
        "description: This is the text that is shown to the user.\nnote: |\n  Please note that this is an example.\n",
    ),
    ("yaml", "readme: |\n  # Title\n\n  Here is how you use it. The answer is 42.\n"),
    ("ansible", "- name: This is the task that installs the package\n  ansible.builtin.ping:\n"),
    ("json", '{"text": "This is the answer: it will be used."}\n'),
    ("python", 'message = "This is the answer that you should see"\nprint(message)\n'),
    ("python", "x = 1  # this is the value that the user will see\ny = 2\n"),
    ("bash", "x=1 # this is the value that the user will see\n"),
    ("sql", "  AND note = 'This is the text that will be shown to you' -- please note that this is the text\n"),
    ("toml", 'text = "This is the answer"\n'),
]


@pytest.mark.parametrize(("language", "text", "expected"), FIRES)
def test_residue_is_found(language: str, text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end].lstrip(" ") for span in find_residue(language, text)] == expected


@pytest.mark.parametrize(("language", "text"), CLEAN)
def test_residue_in_clean_code_noop(language: str, text: str) -> None:
    assert find_residue(language, text) == []


PIECES = [
    "```",
    "```sql\n",
    "\n",
    "This is the answer. ",
    "Output: ",
    "'",
    '"""',
    "/*",
    "*/",
    "SELECT a ",
    "| a |\n",
    "-- ",
    "é",
]


@settings(max_examples=150, derandomize=True)
@given(st.sampled_from(["sql", "bash", "python", "json", "yaml"]), st.lists(st.sampled_from(PIECES), max_size=10))
def test_spans_are_ordered_disjoint_and_inside(language: str, pieces: list[str]) -> None:
    text, position = "".join(pieces), 0
    for span in find_residue(language, text):
        assert position <= span.start < span.end <= len(text)
        position = span.end


@pytest.mark.parametrize(
    "unit",
    ["Aaa ", " ", "\t", "`", "'", '"', "\\'", "'''", "\n", "(", "This is the answer ", "|", "-", "; 1", "1", "/* "],
)
def test_find_residue_is_linear_in_hostile_text(unit: str) -> None:
    text = "a;" + unit * (30_000 // len(unit)) + "x"
    for language in ("sql", "bash", "python"):
        started = time.process_time()
        find_residue(language, text)
        assert time.process_time() - started < 1.5


def test_is_prose_needs_more_than_words() -> None:
    assert is_prose("The following script shows all the files.")
    assert not is_prose("the answer")
    assert not is_prose("SELECT the, answer FROM this WHERE is IS NOT NULL")
    assert not is_prose("-- this is the comment that explains the code")


def test_is_within_looks_at_every_extent() -> None:
    extents = [(2, 4), (6, 9)]
    assert [position for position in range(11) if is_within(extents, position)] == [2, 3, 6, 7, 8]


def test_is_inside_lets_litter_pass_and_nothing_else() -> None:
    text = "a ```\nb"
    spans = find_residue("sql", text)
    assert is_inside(spans, 1, 5, text)
    assert not is_inside(spans, 0, 5, text)


def test_unescape_markdown_leaves_other_backslashes() -> None:
    assert unescape_markdown(r"a\_b \* \n \\d") == r"a_b * \n \\d"


def test_equal_statements_are_no_loop_of_a_model() -> None:
    statement = "SELECT seed FROM source;\n"
    assert find_residue("sql", "SELECT a FROM t WHERE (b;\n" + 4 * statement) == []
    clause = "  AND b = 2\n"
    assert find_residue("sql", "SELECT a FROM t WHERE c = 1\n" + 4 * clause) != []
