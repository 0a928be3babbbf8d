from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmfix_bot.core.program import Program
from slmfix_training.ppo.reward import (
    GATES,
    KINDS,
    Case,
    RewardRule,
    Verdict,
    closeness,
    is_over_edited,
    judge,
    judge_text,
    outside,
    pass_rate,
    rewards,
    summarise,
    tree_similarity,
)
from slmfix_training.samples.rl_cases import make_case

GOOD = Verdict(valid=True, harmless=True, similarity=0.8, well_formed=True)
HARMFUL = replace(GOOD, harmless=False, similarity=0.4)
BROKEN = Verdict(similarity=0.6, well_formed=True)
CLEAN = '{"name": "a", "list": [1, 2, 3], "other": {"key": "value"}}\n'
VERDICTS = st.builds(
    Verdict,
    valid=st.booleans(),
    harmless=st.booleans(),
    over_edited=st.booleans(),
    similarity=st.floats(0, 1),
    exact=st.booleans(),
)


def case(broken: str, clean: str | None = CLEAN, language: str = "json") -> Case:
    """A case of a program that its validator refuses."""
    made = make_case(Program(language=language, text=broken), clean)
    assert made is not None
    return made


def test_the_papers_formula_by_hand() -> None:
    plain = RewardRule(gate="none")
    # p = 1/2: validity and similarity weigh the same, and an invalid program still earns p * similarity
    assert rewards([GOOD, BROKEN], plain) == pytest.approx([0.5 + 0.5 * 0.8, 0.5 * 0.6])
    # p = 0: only validity would count, so nothing is earned
    assert rewards([BROKEN, BROKEN], plain) == [0.0, 0.0]
    # p = 1: only similarity counts
    assert rewards([GOOD, HARMFUL], plain) == pytest.approx([0.8, 0.4])


def test_floor_keeps_the_weight_of_validity_at_a_half() -> None:
    floored = RewardRule(gate="none", floor=0.5)
    assert rewards([BROKEN, BROKEN], floored) == pytest.approx([0.3, 0.3])
    batch = [GOOD] + [BROKEN] * 9
    assert rewards(batch, floored)[0] == pytest.approx(0.5 + 0.5 * 0.8)
    assert rewards(batch, RewardRule(gate="none"))[0] == pytest.approx(0.9 + 0.1 * 0.8)


def test_gates_pay_nothing_for_what_they_refuse() -> None:
    batch = [GOOD, HARMFUL, BROKEN, replace(GOOD, over_edited=True)]
    none, valid, harmless = (rewards(batch, RewardRule(gate=gate)) for gate in GATES)
    assert [value > 0 for value in none] == [True, True, True, True]
    assert [value > 0 for value in valid] == [True, True, False, True]
    assert [value > 0 for value in harmless] == [True, False, False, False]


def test_the_reference_itself_passes_the_gate() -> None:
    assert rewards([replace(HARMFUL, exact=True, similarity=1.0)], RewardRule()) == [1.0]


def test_ablations_count_one_thing_only() -> None:
    assert rewards([GOOD, BROKEN], RewardRule(kind="validator", gate="none")) == [1.0, 0.0]
    assert rewards([GOOD, BROKEN], RewardRule(kind="similarity", gate="none")) == [0.8, 0.6]


def test_p_of_several_processes_replaces_that_of_the_batch() -> None:
    assert rewards([GOOD], RewardRule(gate="none"), p=0.25) == pytest.approx([0.75 + 0.25 * 0.8])
    assert pass_rate([GOOD, BROKEN, BROKEN, BROKEN]) == 0.25
    assert pass_rate([]) == 0.0


@given(st.lists(VERDICTS, min_size=1), st.sampled_from(KINDS), st.sampled_from(GATES), st.sampled_from([0.0, 0.5]))
def test_rewards_stay_between_0_and_1_and_gates_only_take(verdicts: list[Verdict], kind, gate, floor) -> None:  # type: ignore[no-untyped-def]
    paid = rewards(verdicts, RewardRule(kind=kind, gate=gate, floor=floor))
    free = rewards(verdicts, RewardRule(kind=kind, gate="none", floor=floor))
    assert all(0 <= gated <= plain <= 1 for gated, plain in zip(paid, free, strict=True))


def test_judge_pays_the_reference_and_refuses_damage() -> None:
    made = case(CLEAN.replace("]", ""))
    assert made.script is not None
    exact = judge(made, made.script)
    assert exact.valid
    assert exact.harmless
    assert exact.exact
    assert exact.similarity == 1.0
    assert not exact.over_edited
    # cutting everything off passes the validator, which is why passing alone is not rewarded
    damaged = judge_text(made, "{}\n")
    assert damaged.valid
    assert not damaged.harmless
    assert rewards([damaged], RewardRule()) == [0.0]
    assert rewards([damaged], RewardRule(kind="validator", gate="none")) == [1.0]


def test_judge_gives_nothing_for_scripts_that_cannot_be_applied() -> None:
    made = case(CLEAN.replace("]", ""))
    assert judge(made, "<rep><|1|>no end") == Verdict()
    assert judge(made, f"<rep><|1|>{made.window.entries[0].text}<end>") == Verdict()  # an echo changes nothing


def test_an_echo_of_the_program_earns_its_similarity_without_a_gate_only() -> None:
    made = case(CLEAN.replace("]", ""))
    echo = judge_text(made, made.program.text)
    assert not echo.valid
    assert echo.similarity > 0.7
    assert rewards([GOOD, echo], RewardRule(gate="none"))[1] > 0.35
    assert rewards([GOOD, echo], RewardRule())[1] == 0.0


def test_closeness_without_a_reference_ignores_the_reported_lines() -> None:
    broken = "a = 1\nb = (2\nc = 3\n"
    made = make_case(Program(language="python", text=broken), None)
    assert made is not None
    assert made.script is None
    flagged = {line for error in made.errors for line in range(error.line, error.end_line + 1)}
    line = min(flagged)
    lines = broken.split("\n")
    lines[line - 1] = "b = (2)"
    assert closeness(made, "\n".join(lines)) == 1.0
    elsewhere = broken.split("\n")
    elsewhere[0 if line != 1 else 2] = "print(x, y, z)"
    assert closeness(made, "\n".join(elsewhere)) < 1.0


def test_outside_drops_flagged_lines_and_what_replaced_them() -> None:
    assert outside("a\nB\nB2\nc\n", "a\nb\nc\n", {2}) == ("a\nc\n", "a\nc\n")
    assert outside("a\nb\nc\nd\n", "a\nb\nc\n", {1}) == ("b\nc\nd\n", "b\nc\n")
    assert outside("a\nc\n", "a\nb\nc\n", {2}) == ("a\nc\n", "a\nc\n")


def test_over_edited_measures_additions_against_the_reference() -> None:
    made = case(CLEAN.replace("]", ""))
    assert not is_over_edited(made, CLEAN)
    assert is_over_edited(made, CLEAN.replace("3]", "3, 1, 2, 3, 1, 2, 3]"))
    open_ended = replace(made, clean=None)
    assert not is_over_edited(open_ended, CLEAN)
    assert is_over_edited(open_ended, CLEAN * 3)


def test_tree_similarity_falls_back_to_tokens() -> None:
    assert tree_similarity("unknown", "a b", "a b") == 1.0
    assert tree_similarity("unknown", "a b c", "a b d") == pytest.approx(2 / 3)
    assert tree_similarity("unknown", "", "a") == 0.0


def test_summarise_counts_shares() -> None:
    shares = summarise([GOOD, HARMFUL, BROKEN, replace(GOOD, exact=True)])
    assert shares["pass"] == 0.75
    assert shares["harmless"] == 0.5
    assert shares["exact"] == 0.25
    assert shares["similarity"] == pytest.approx((0.8 + 0.4 + 0.6 + 0.8) / 4)
