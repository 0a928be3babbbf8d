"""What of the recipe for verl can be checked without a GPU: its data, its reward function, its configuration."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_training.cli import main
from slmfix_training.verl import verl_reward
from slmfix_training.verl.verl_data import verl_rows, write_parquet
from slmfix_training.verl.verl_reward import compute_score, compute_score_batch
from slmfix_training.verl.whole_program import extract_program, render_feedback, render_messages

RECIPE = Path(__file__).parents[3] / "training" / "verl"
CLEAN = '{"key": 1, "list": [1, 2]}\n'
BROKEN = '{"key": 1, "list": [1, 2}\n'
EXTRA = {"index": 0, "language": "json", "dialect": "", "schema": "", "broken": BROKEN}


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answers of other tests in the pass rate."""
    monkeypatch.setattr(verl_reward, "_recent", type(verl_reward._recent)(maxlen=verl_reward.BATCH))


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    rows = []
    for number in range(40):
        clean = json.dumps({"key": number, "list": [1, 2]}) + "\n"
        rows.append({"language": "json", "rule": "syntax", "broken": clean.replace("]", ""), "clean": clean})
    rows.append({"language": "json", "rule": "syntax", "broken": CLEAN, "clean": CLEAN})  # not broken: left out
    ddl = "CREATE TABLE orders (id INTEGER, total REAL);"
    query = {"broken": "SELECT id FROM order_s\n", "clean": "SELECT id FROM orders\n", "dialect": "sqlite"}
    rows.append({"language": "sql", "rule": "unknown-table", "schema": ddl, **query})
    (folder / "mixed-1.rl.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_parquet_has_verls_columns_and_keeps_programs_apart(samples: Path, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    counts = write_parquet(samples, tmp_path / "data", 0.2)
    assert counts["train"] + counts["test"] == 41
    assert counts["test"] >= 2
    programs = {}
    for split in ("train", "test"):
        table = pq.read_table(tmp_path / "data" / f"{split}.parquet")
        assert table.column_names == ["data_source", "prompt", "ability", "reward_model", "extra_info"]
        rows = table.to_pylist()
        programs[split] = {row["reward_model"]["ground_truth"] for row in rows}
        for row in rows:
            assert [message["role"] for message in row["prompt"]] == ["system", "user"]
            assert all(isinstance(message["content"], str) for message in row["prompt"])
            assert row["reward_model"]["style"] == "rule"
            assert row["extra_info"]["split"] == split
            assert row["extra_info"]["broken"] in row["prompt"][1]["content"]
            assert row["ability"] == "program-repair"
    assert not programs["train"] & programs["test"]


def test_rows_tell_schema_faults_apart_and_show_the_schema(samples: Path) -> None:
    rows = {row["data_source"]: row for row in verl_rows(samples, 0.0)}
    assert rows.keys() == {"slmfix/json", "slmfix/sql-schema"}
    text = rows["slmfix/sql-schema"]["prompt"][1]["content"]
    assert "CREATE TABLE orders" in text
    assert "known names: orders" in text
    assert rows["slmfix/sql-schema"]["extra_info"]["dialect"] == "sqlite"


def test_every_row_is_rewarded_in_full_for_its_ground_truth(samples: Path) -> None:
    for row in list(verl_rows(samples, 0.0))[::10]:
        truth = row["reward_model"]["ground_truth"]
        made = compute_score(row["data_source"], f"```\n{truth}```", truth, row["extra_info"])
        assert made["score"] == 1.0
        assert made["exact"] == 1.0


def test_verb_writes_both_files(samples: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    arguments = ["verl-data", "--samples", str(samples), "--output", str(tmp_path / "data")]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert json.loads(result.output).keys() == {"train", "test"}
    assert {file.name for file in (tmp_path / "data").iterdir()} == {"train.parquet", "test.parquet"}


def test_score_as_the_reward_loop_calls_it() -> None:
    """With keywords, more `extra_info` than we wrote and more keywords than we know (verl 0.9.1)."""
    extra = {**EXTRA, "num_turns": 2, "rollout_reward_scores": {}}
    call: dict[str, Any] = {"data_source": "slmfix/json", "ground_truth": CLEAN, "extra_info": extra}
    good = compute_score(solution_str=f"```json\n{CLEAN}```", **call, reward_router_address=None)
    assert good["score"] == good["valid"] == good["harmless"] == good["p"] == 1.0
    bad = compute_score(solution_str=BROKEN, **call)
    assert bad["score"] == bad["valid"] == 0.0
    assert bad["p"] == 0.5
    assert all(isinstance(value, float) for value in bad.values())


def test_p_is_that_of_the_last_answers() -> None:
    call: dict[str, Any] = {"data_source": "slmfix/json", "ground_truth": CLEAN, "extra_info": EXTRA}
    for _ in range(4):
        compute_score(solution_str=BROKEN, **call, window=4)
    assert compute_score(solution_str=CLEAN, **call, window=4)["p"] == 0.25
    for _ in range(3):
        last = compute_score(solution_str=CLEAN, **call, window=4)
    assert last["p"] == 1.0


def test_reward_keywords_reach_the_rule() -> None:
    call: dict[str, Any] = {"data_source": "x", "solution_str": BROKEN, "ground_truth": CLEAN, "extra_info": EXTRA}
    assert compute_score(**call)["score"] == 0.0
    paid = compute_score(**call, gate="none", floor=0.5)
    assert paid["score"] == pytest.approx(0.5 * paid["similarity"])
    assert compute_score(**call, kind="similarity", gate="none")["score"] == paid["similarity"]


def test_batch_form_as_the_batch_manager_calls_it() -> None:
    scores = compute_score_batch(
        data_sources=["slmfix/json"] * 2,
        solution_strs=[CLEAN, "{}"],
        ground_truths=[CLEAN, CLEAN],
        extra_infos=[{**EXTRA, "rollout_reward_scores": {}}] * 2,
        gate="none",
    )
    assert [row["p"] for row in scores] == [1.0, 1.0]
    assert scores[0]["score"] == 1.0
    assert scores[1]["harmless"] == 0.0
    assert scores[1]["score"] < 0.5


def test_an_answer_without_a_reference_is_compared_with_its_program() -> None:
    made = compute_score("x", CLEAN, "", EXTRA)
    assert made["valid"] == 1.0
    assert made["exact"] == 0.0
    assert made["score"] > 0.5


@pytest.mark.parametrize(
    ("answer", "program"),
    [
        ("```yaml\na: 1\n```", "a: 1\n"),
        ("Here it is:\n```\na: 1\n\nb: 2\n```\nI closed the list.", "a: 1\n\nb: 2\n"),
        ("```yaml\na: 1", "a: 1\n"),
        ("a: 1", "a: 1\n"),
        ("~~~\na: `x`\n~~~", "a: `x`\n"),
        ("````\n```\n````", "```\n"),
        ("", ""),
    ],
)
def test_extract_program(answer: str, program: str) -> None:
    assert extract_program(answer, "old\n") == program
    assert extract_program(answer, "old") == program.rstrip("\n")


def test_messages_hold_program_request_and_feedback() -> None:
    found = Diagnostic(rule="unknown-module", message="no module apt_", line=3, expected=("apt", "apt_key"))
    program = Program(language="ansible", text="- hosts: all")
    system, user = render_messages(program, [found], "Install nginx")
    assert "Ansible playbook" in system["content"]
    assert "User query: Install nginx" in user["content"]
    assert "```yaml\n- hosts: all\n```" in user["content"]
    assert "line 3: unknown-module: no module apt_ (known names: apt, apt_key)" in user["content"]
    assert "(unknown)" in render_messages(program, [found])[1]["content"]
    assert render_feedback([found] * 20).count("\n") == 7


def test_recipe_has_the_papers_settings_and_names_what_exists() -> None:
    recipe = yaml.safe_load((RECIPE / "slmfix_ppo.yaml").read_text())
    assert recipe["trainer"]["total_epochs"] == 70
    assert recipe["data"]["train_batch_size"] == 64
    assert recipe["data"]["max_prompt_length"] == recipe["data"]["max_response_length"] == 2048
    assert recipe["actor_rollout_ref"]["actor"]["optim"]["lr"] == 1e-6
    assert recipe["critic"]["optim"]["lr"] == 1e-5
    assert recipe["algorithm"]["adv_estimator"] == "gae"
    custom = recipe["reward"]["custom_reward_function"]
    assert custom["path"] == f"pkg://{verl_reward.__name__}"
    accepted = inspect.signature(getattr(verl_reward, custom["name"])).parameters
    assert custom["reward_kwargs"].keys() <= accepted.keys()
    assert "slmfix_ppo" in (RECIPE / "run.sh").read_text()
