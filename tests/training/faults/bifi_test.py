from __future__ import annotations

import json
from difflib import SequenceMatcher
from random import Random
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.program import Program
from slmfix_training.commands.bifi_command import bifi
from slmfix_training.faults.bifi_breaker import load, save
from slmfix_training.faults.bifi_learn import learn
from slmfix_training.faults.bifi_match import find_sites, index_of
from slmfix_training.faults.bifi_pairs import collect_pairs, read_rows
from slmfix_training.faults.bifi_templates import from_row, to_row
from slmfix_training.faults.bifi_tokens import cut, join
from slmfix_training.faults.bifi_words import apply_change, find_change
from slmfix_training.samples.split import is_for_learning

if TYPE_CHECKING:
    from pathlib import Path

    from slmfix_training.faults.bifi_breaker import Breaker

PAIR = ("SELECT name, FROM pet\n", "SELECT name FROM pet\n", "separator")


def breaker_of(tmp_path: Path, language: str, *pairs: tuple[str, str, str]) -> Breaker:
    save(tmp_path / "templates.json", learn(language, pairs))
    return load(tmp_path / "templates.json")


def broken_forms(breaker: Breaker, language: str, text: str, count: int = 40) -> set[str]:
    program = Program(language=language, text=text)
    made = (breaker(program, Random(i)) for i in range(count))
    return {corruption.text for corruption in made if corruption}


@settings(deadline=None)
@given(st.text(alphabet="ab_1 \n\t'\"`{}()\\;|<>-+=é", max_size=80), st.sampled_from(["sql", "bash", "python", "json"]))
def test_pieces_give_the_text_back(text: str, language: str) -> None:
    assert join(cut(language, text)) == text


def test_keywords_in_strings_are_words() -> None:
    symbols = [piece.symbol for piece in cut("sql", "SELECT 'select' FROM t2")[1:-1]]
    assert symbols == ["select", "'", "<word>", "'", "from", "<word>"]


def test_an_edit_is_made_elsewhere(tmp_path: Path) -> None:
    breaker = breaker_of(tmp_path, "sql", PAIR)
    made = broken_forms(breaker, "sql", "SELECT age, weight\nFROM dog\n")
    assert made == {"SELECT age, weight,\nFROM dog\n"}


def test_an_edit_is_not_made_where_nothing_is_alike(tmp_path: Path) -> None:
    breaker = breaker_of(tmp_path, "sql", PAIR)
    assert broken_forms(breaker, "sql", "DELETE 1\n") == set()


def test_the_category_of_the_cases_goes_along(tmp_path: Path) -> None:
    corruption = breaker_of(tmp_path, "sql", PAIR)(Program(language="sql", text="SELECT a FROM b"), Random(0))
    assert corruption is not None
    assert corruption.categories == ("separator",)


def test_escapes_are_made_everywhere(tmp_path: Path) -> None:
    breaker = breaker_of(tmp_path, "sql", ("SELECT a\\_b FROM c\\_d\n", "SELECT a_b FROM c_d\n", "escapes"))
    assert broken_forms(breaker, "sql", "SELECT x_y, z FROM v_w\n") == {"SELECT x\\_y, z FROM v\\_w\n"}


def test_a_line_is_shifted_by_as_much(tmp_path: Path) -> None:
    pair = ("if a:\n    b()\n  c()\n", "if a:\n    b()\n    c()\n", "indentation")
    breaker = breaker_of(tmp_path, "python", pair)
    assert "while x:\n    y()\n  z()\n" in broken_forms(breaker, "python", "while x:\n    y()\n    z()\n")


def test_a_name_that_was_made_up_keeps_a_part_of_the_old_one(tmp_path: Path) -> None:
    pair = ("SELECT x FROM dwelling WHERE y = 1\n", "SELECT x FROM house WHERE y = 1\n", "unknown-name")
    breaker = breaker_of(tmp_path, "sql", pair)
    made = broken_forms(breaker, "sql", "SELECT x FROM horse_race WHERE y = 1\n")
    names = {text.split()[3].casefold() for text in made}
    assert names
    assert all(SequenceMatcher(a=name, b="horse_race").ratio() > 0.4 for name in names)


def test_a_name_changes_as_one_did(tmp_path: Path) -> None:
    breaker = breaker_of(tmp_path, "sql", ("SELECT x FROM singers\n", "SELECT x FROM singer\n", "unknown-name"))
    assert broken_forms(breaker, "sql", "SELECT x FROM horse\n") == {"SELECT x FROM horses\n"}


def test_templates_carry_no_text_of_a_single_case(tmp_path: Path) -> None:
    broken = "SELECT name FROM pet\nThis gives zanzibar and quixotic for every pangolin that ever lived there.\n"
    save(tmp_path / "t.json", learn("sql", [(broken, "SELECT name FROM pet\n", "residue")]))
    text = (tmp_path / "t.json").read_text()
    assert not [word for word in ("zanzibar", "quixotic", "pangolin", "pet", "This") if word in text]


def test_phrases_of_several_cases_are_kept(tmp_path: Path) -> None:
    ends = ("ages", "owners", "colours", "weights")
    pairs = [
        (f"SELECT {e} FROM pet\nThis query will return all {e}.\n", f"SELECT {e} FROM pet\n", "residue") for e in ends
    ]
    breaker = breaker_of(tmp_path, "sql", *pairs)
    assert any("This query will return all" in text for text in broken_forms(breaker, "sql", "SELECT a FROM b\n"))


def test_the_end_of_the_file_stays_as_it_was(tmp_path: Path) -> None:
    breaker = breaker_of(tmp_path, "bash", ("```\nls -a | wc -l\n```", "ls -a | wc -l\n", "residue"))
    made = broken_forms(breaker, "bash", "du -h\n") | broken_forms(breaker, "bash", "du -h")
    assert made
    assert all(text.count("```") for text in made)
    assert {text.endswith("\n") for text in broken_forms(breaker, "bash", "du -h\n")} == {True}


def test_talk_follows_any_program(tmp_path: Path) -> None:
    pair = ("SELECT 'a'\nThis gives you that very same letter, which is nice.\n", "SELECT 'a'\n", "residue")
    assert broken_forms(breaker_of(tmp_path, "sql", pair), "sql", "SELECT max(age) FROM pet\n")


def test_a_case_counts_once() -> None:
    assert learn("sql", [PAIR, PAIR]).pairs == 1


def test_templates_survive_json() -> None:
    for template in learn("sql", [PAIR]).weights:
        assert from_row(json.loads(json.dumps(to_row(template)))) == template


def test_sites_respect_line_beginnings() -> None:
    learnt = learn(
        "bash", [("ls\n}\nwc\n", "ls\nwc\n", "surplus-closer"), ("if a; then b fi\n", "if a; then b; fi\n", "x")]
    )
    pieces = cut("bash", "if q; then\n  r\nfi\n")
    assert not any(
        find_sites(t, pieces, index_of(pieces))
        for t in learnt.weights
        if t.old and t.old[0].symbol == ";" and t.right[0].symbol == "fi"
    )


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("singer", "singers", "plural"),
        ("firstName", "first_name", "snake"),
        ("first_name", "firstname", "joined"),
        ("user_name", "name", "without first"),
        ("total", "totla", "slip"),
        ("name", "pet_name", "before pet"),
    ],
)
def test_changes_of_names(old: str, new: str, change: str) -> None:
    assert find_change(old, new) == change
    if change != "slip":
        assert apply_change(change, old, Random(0)) == new


@pytest.mark.parametrize(("old", "new"), [("name", "name"), ("name", "zebra"), ("id", "ids")])
def test_no_change_is_seen_in_other_names(old: str, new: str) -> None:
    assert find_change(old, new) is None


@pytest.mark.slow
def test_a_whole_round(tmp_path: Path) -> None:
    ids = [str(i) for i in range(12)]
    cases = [{"id": i, "language": "json", "broken": f'{{"a": {i}, "b": [{i}],}}'} for i in ids]
    data = tmp_path / "json.jsonl"
    data.write_text("".join(json.dumps(case) + "\n" for case in cases))
    corpus, work, output = tmp_path / "corpus", tmp_path / "work", tmp_path / "samples"
    corpus.mkdir()
    clean = {"language": "json", "text": '{"x": {"y": 5}, "z": [1, 2]}\n', "dialect": None, "schema": None}
    (corpus / "json.jsonl").write_text(json.dumps({**clean, "held_out": False}) + "\n")
    arguments = [str(data), "--work", str(work), "--corpus", str(corpus), "--output", str(output), "--least", "2"]
    for _ in range(2):  # the second time goes on where the first one stopped
        result = CliRunner().invoke(bifi, arguments)
        assert result.exit_code == 0, result.output
    tried = [row["id"] for row in read_rows(work / "pairs.jsonl")]
    assert tried == [i for i in ids if is_for_learning(i)]
    samples = [json.loads(line) for line in (output / "json-bifi.train.jsonl").read_text().split("\n") if line]
    assert any(row["kind"] == "repair" and row["script"] for row in samples)


def test_the_engine_fixes_real_cases_for_learning_and_goes_on(tmp_path: Path) -> None:
    ids = [f"case-{number}" for number in range(40)]
    learnt = [one for one in ids if is_for_learning(one)][:2]
    kept = next(one for one in ids if not is_for_learning(one))
    texts = {learnt[0]: "SELECT name FROM users;\n```\n", learnt[1]: "SELECT 1;\n", kept: "SELECT 2;;;)\n"}
    data = tmp_path / "sql.jsonl"
    data.write_text(
        "".join(json.dumps({"id": key, "language": "sql", "broken": text}) + "\n" for key, text in texts.items())
    )
    output = tmp_path / "pairs.jsonl"
    collect_pairs([data], output)
    rows = {row["id"]: row for row in read_rows(output)}
    assert set(rows) == set(learnt)
    assert rows[learnt[0]]["status"] == "accepted"
    assert rows[learnt[0]]["repaired"].strip() == "SELECT name FROM users;"
    assert rows[learnt[1]]["status"] == "valid"
    before = output.read_text()
    collect_pairs([data], output)
    assert output.read_text() == before
