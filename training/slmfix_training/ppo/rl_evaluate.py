"""What a policy writes alone: greedy and k candidates, judged as the bot judges, for real and synthetic failures.

The engine around the model (rules, search, ranking) is measured in benchmarks/; here only the network changes, so that
the effect of reinforcement learning can be seen.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.harm import known_words
from slmfix_bot.validators import VALIDATORS
from slmfix_training.faults.error_counts import wilson
from slmfix_training.ppo.reward import judge
from slmfix_training.samples.real_cases import case_files, read_real_cases
from slmfix_training.samples.rl_cases import group_of, is_learning_half, make_case, program_of, read_rows
from slmfix_training.samples.split import is_for_learning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slmfix_bot.validators.base import Validator
    from slmfix_training.ppo.reward import Case
    from slmfix_training.ppo.rollout import Sampler

Groups = dict[str, list["Case"]]
MEASURES = ("greedy_pass", "greedy_harmless", "greedy_exact", "any_pass", "any_harmless")
CHUNK = 16


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`count` candidates a case: the greedy one and samples of `temperature`; `lexicon` as in PpoRecipe."""

    count: int = 8
    temperature: float = 0.8
    lexicon: bool = True
    max_tokens: int = 320


def synthetic_cases(folder: Path, count: int, validators: Mapping[str, Validator] = VALIDATORS) -> Groups:
    """Up to `count` held-out samples a language that PPO did not learn from, always the same ones."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in read_rows(folder, patterns=("*.held.jsonl",)):
        if not is_learning_half(row["clean"]):
            rows.setdefault(group_of(row), []).append(row)
    found: Groups = {}
    for name, some in sorted(rows.items()):
        made = (make_case(program_of(row), row["clean"], validators) for row in sorted(some, key=_order))
        found[name] = [case for case, _ in zip(filter(None, made), range(count), strict=False)]
    return found


def real_cases(paths: Sequence[Path], count: int, validators: Mapping[str, Validator] = VALIDATORS) -> Groups:
    """Up to `count` cases a file from the half that nothing may be learnt from, always the same ones. Their reference
    solutions are no nearest edits, so none is given."""
    found: Groups = {}
    for file in case_files(paths):
        cases = [case for case in read_real_cases(file) if not is_for_learning(case.id)]
        cases = [case for case in cases if case.program.language in validators]
        made = (make_case(one.program, None, validators) for one in sorted(cases, key=lambda one: _digest(one.id)))
        found[file.stem] = [case for case, _ in zip(filter(None, made), range(count), strict=False)]
    return {name: cases for name, cases in found.items() if cases}


def _order(row: Mapping[str, Any]) -> str:
    return _digest(row["broken"])


def _digest(text: str) -> str:
    return sha256(text.encode(errors="replace")).hexdigest()


def measure(
    sampler: Sampler, groups: Groups, setting: Setting, validators: Mapping[str, Validator] = VALIDATORS
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The figures of each group, then of all together as `all`; cases with too long a prompt count as failures."""
    total: Counter[str] = Counter()
    for name, cases in groups.items():
        counts: Counter[str] = Counter(n=len(cases))
        fitting = [case for case in cases if len(sampler.vocabulary.encode(case.prompt)) <= setting.max_tokens]
        for at in range(0, len(fitting), CHUNK):
            counts += _measure_some(sampler, fitting[at : at + CHUNK], setting, validators)
        total += counts
        yield name, summary(counts)
    yield "all", summary(total)


def _measure_some(
    sampler: Sampler, cases: Sequence[Case], setting: Setting, validators: Mapping[str, Validator]
) -> Counter[str]:
    """Hits of one chunk, in one rollout of the greedy candidates and one of the samples."""
    prompts = [case.prompt for case in cases]
    words = [known_words(case.program, case.errors) for case in cases] if setting.lexicon else None
    greedy = replace(sampler, temperature=0.0).sample(prompts, 1, words)
    more = setting.count - 1
    sampled = replace(sampler, temperature=setting.temperature).sample(prompts, more, words) if more else []
    counts: Counter[str] = Counter()
    for i, case in enumerate(cases):
        scripts = [greedy[i].script, *(one.script for one in sampled[i * more : (i + 1) * more])]
        verdicts = {script: judge(case, script, validators) for script in dict.fromkeys(scripts)}
        first = verdicts[scripts[0]]
        counts["greedy_pass"] += first.valid
        counts["greedy_harmless"] += first.valid and first.harmless
        counts["greedy_exact"] += first.exact
        counts["any_pass"] += any(one.valid for one in verdicts.values())
        counts["any_harmless"] += any(one.valid and one.harmless for one in verdicts.values())
    return counts


def summary(counts: Counter[str]) -> dict[str, Any]:
    """Shares with their 95 % Wilson intervals."""
    n = counts["n"]
    rows = {name: (counts[name], wilson(counts[name], n)) for name in MEASURES}
    shares = {
        name: [round(hits / max(1, n), 3), *(round(end, 3) for end in ends)] for name, (hits, ends) in rows.items()
    }
    return {"n": n, **shares}
