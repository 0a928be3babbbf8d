"""The reward for verl (PPO on Ray with vLLM), by the same formula and the same judge as `slmfix-train ppo`.

verl loads a function from a file or module and calls it with keywords. Its reward loop (0.7 and later) asks for one
answer at a time, so p, which is a property of a batch, is the share of valid answers among the last `window` that
this process has judged; with one reward worker and the window at the batch size that is the paper's p, one batch late.
The batch reward manager of earlier versions hands over whole batches: `compute_score_batch` then knows p itself.
"""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from slmfix_bot.core.program import Program
from slmfix_training.ppo.reward import RewardRule, Verdict, judge_text, pass_rate, rewards
from slmfix_training.samples.rl_cases import make_case
from slmfix_training.verl.whole_program import extract_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slmfix_training.ppo.reward import Gate, Kind

BATCH = 64
_ONE_AT_A_TIME = Lock()  # the reward loop calls from threads, and parsers are shared
_recent: deque[Verdict] = deque(maxlen=BATCH)


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    *,
    kind: str = "both",
    gate: str = "harmless",
    floor: float = 0.0,
    window: int = BATCH,
    **_unused: Any,
) -> dict[str, float]:
    """The reward of one answer as `score`, with what it is made of, for verl's log. The keywords after the first four
    come from `reward_kwargs` of the configuration; verl passes others, which are ignored."""
    global _recent
    with _ONE_AT_A_TIME:
        if _recent.maxlen != window:
            _recent = deque(_recent, maxlen=window)
        verdict = judge_answer(solution_str, ground_truth, extra_info or {})
        _recent.append(verdict)
        return _scored([verdict], _rule(kind, gate, floor), pass_rate(list(_recent)))[0]


def compute_score_batch(
    data_sources: Sequence[str],
    solution_strs: Sequence[str],
    ground_truths: Sequence[str],
    extra_infos: Sequence[Mapping[str, Any] | None],
    *,
    kind: str = "both",
    gate: str = "harmless",
    floor: float = 0.0,
    **_unused: Any,
) -> list[dict[str, float]]:
    """The rewards of a batch, for `reward_manager=batch`."""
    answers = zip(solution_strs, ground_truths, extra_infos, strict=True)
    verdicts = [judge_answer(answer, truth, extra or {}) for answer, truth, extra in answers]
    return _scored(verdicts, _rule(kind, gate, floor), pass_rate(verdicts))


def judge_answer(answer: str, ground_truth: str, extra: Mapping[str, Any]) -> Verdict:
    """The verdict on a whole-program answer; `extra` is the row's `extra_info` (verl_data.py), `ground_truth` the
    program before it was broken, empty where none is known."""
    program = Program(
        language=str(extra["language"]),
        text=str(extra["broken"]),
        dialect=extra.get("dialect") or None,
        schema=extra.get("schema") or None,
    )
    case = make_case(program, ground_truth or None)
    text = extract_program(answer, program.text)
    return Verdict() if case is None or not text.strip() else judge_text(case, text)


def _rule(kind: str, gate: str, floor: float) -> RewardRule:
    return RewardRule(kind=cast("Kind", kind), gate=cast("Gate", gate), floor=floor)


def _scored(verdicts: Sequence[Verdict], rule: RewardRule, p: float) -> list[dict[str, float]]:
    return [
        {
            "score": score,
            "valid": float(verdict.valid),
            "harmless": float(verdict.harmless),
            "over_edited": float(verdict.over_edited),
            "similarity": verdict.similarity,
            "exact": float(verdict.exact),
            "p": p,
        }
        for verdict, score in zip(verdicts, rewards(verdicts, rule, p), strict=True)
    ]
