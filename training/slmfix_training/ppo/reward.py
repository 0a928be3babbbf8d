"""The reward of reinforcement learning: the paper's formula over verdicts, and how a candidate gets its verdict.

SLMFix (arXiv 2511.19422, section 3) rewards candidate i of a batch with

    r_i = (1 - p) * valid_i + p * similarity_i          p: the share of the batch that the validator accepts

so validity counts while it is rare and closeness once it is not; a later version keeps p at 0.5 at least (`floor`).
Taken alone the formula pays for damage: an invalid program earns p * similarity, an echo its similarity, and a program
cut off at the error passes. So a gate (on by default) pays nothing for what is invalid, harmful (core/harm.py) or
over-edited; `gate="none"` is the paper's formula. No torch here: the recipe for verl imports this module too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING, Literal

from slmfix_bot.adapters.syntax import TreeSitterParser
from slmfix_bot.core.edit import opcodes
from slmfix_bot.core.edit_script import decode
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.lexer import code_tokens
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.similarity import similarity
from slmfix_bot.core.text import split_lines
from slmfix_bot.validators import VALIDATORS
from slmfix_training.samples.samples import diagnose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program
    from slmfix_bot.core.window import Window
    from slmfix_bot.validators.base import Validator

Kind = Literal["both", "validator", "similarity"]
Gate = Literal["none", "valid", "harmless"]
KINDS: tuple[Kind, ...] = ("both", "validator", "similarity")
GATES: tuple[Gate, ...] = ("none", "valid", "harmless")
FREE_TOKENS = 8  # that any repair may add
SHARE = 0.25  # of the program's tokens that a repair may add where no reference says how much is needed


@dataclass(frozen=True, kw_only=True)
class Case:
    """A broken program with what the bot knows about it. `clean` is the program before it was broken, None for a real
    failure; `script` the canonical edit script that restores it, None where there is none."""

    program: Program
    errors: tuple[Diagnostic, ...]
    window: Window
    prompt: str
    clean: str | None = None
    script: str | None = None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one candidate is worth. `similarity` is in 0..1; `well_formed`: the script could be applied at all;
    `exact`: the reference itself. An invalid program is not asked for harm and counts as not harmless."""

    valid: bool = False
    harmless: bool = False
    over_edited: bool = False
    similarity: float = 0.0
    well_formed: bool = False
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class RewardRule:
    """`kind` "validator" and "similarity" are the ablations of the paper's Table 4; `floor` is the least p."""

    kind: Kind = "both"
    gate: Gate = "harmless"
    floor: float = 0.0


def pass_rate(verdicts: Sequence[Verdict]) -> float:
    """p: the share of the batch that the validator accepts; 0 for an empty batch."""
    return sum(verdict.valid for verdict in verdicts) / max(1, len(verdicts))


def rewards(verdicts: Sequence[Verdict], rule: RewardRule, p: float | None = None) -> list[float]:
    """One reward in 0..1 for each verdict of a batch; `p` is given where the batch is spread over processes.

    >>> batch = [Verdict(valid=True, harmless=True, similarity=0.8), Verdict(similarity=0.6)]
    >>> rewards(batch, RewardRule(gate="none")), rewards(batch, RewardRule())
    ([0.9, 0.3], [0.9, 0.0])
    """
    p = max(rule.floor, pass_rate(verdicts) if p is None else p)
    return [_reward(verdict, rule, p) for verdict in verdicts]


def _reward(verdict: Verdict, rule: RewardRule, p: float) -> float:
    if rule.gate != "none" and not verdict.valid:
        return 0.0
    # The reference itself may delete what was added to it; it is right whatever the filter says.
    if rule.gate == "harmless" and not verdict.exact and (verdict.over_edited or not verdict.harmless):
        return 0.0
    if rule.kind == "validator":
        return float(verdict.valid)
    if rule.kind == "similarity":
        return verdict.similarity
    return (1 - p) * verdict.valid + p * verdict.similarity


def summarise(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Shares of the batch by property, and the mean similarity; "harmless" are harmless passes."""
    shares = {
        "pass": pass_rate(verdicts),
        "harmless": sum(one.valid and one.harmless for one in verdicts) / max(1, len(verdicts)),
        "exact": sum(one.exact for one in verdicts) / max(1, len(verdicts)),
        "over_edited": sum(one.over_edited for one in verdicts) / max(1, len(verdicts)),
    }
    return {**shares, "similarity": sum(one.similarity for one in verdicts) / max(1, len(verdicts))}


def judge(case: Case, script: str, validators: Mapping[str, Validator] = VALIDATORS) -> Verdict:
    """The verdict on an edit script (`line-edit/1`); one that is malformed or changes nothing is worth nothing."""
    text = decode(case.window, case.program.text, script)
    return Verdict() if text is None else judge_text(case, text, validators)


def judge_text(case: Case, text: str, validators: Mapping[str, Validator] = VALIDATORS) -> Verdict:
    """The verdict on a whole program, from the same validator and filter that the bot asks."""
    valid = diagnose(case.program.with_text(text), explain=False, validators=validators) == ()
    harm = assess(case.program, text, case.errors, BOUNDS[Aggressiveness.MEDIUM]) if valid else None
    return Verdict(
        valid=valid,
        harmless=harm is not None and not harm.reasons,
        over_edited=is_over_edited(case, text),
        similarity=closeness(case, text),
        well_formed=True,
        exact=text == case.clean,
    )


def closeness(case: Case, text: str) -> float:
    """AST similarity (0..1) to the reference; without one, to the input outside of the lines that are reported."""
    language = case.program.language
    if case.clean is not None:
        return tree_similarity(language, text, case.clean)
    flagged = {line for error in case.errors for line in range(error.line, error.end_line + 1)}
    return tree_similarity(language, *outside(text, case.program.text, flagged))


def outside(new: str, old: str, flagged: set[int]) -> tuple[str, str]:
    """(new, old) without the flagged lines (1-based) of the old text and without what stands in their place in the new
    one; a line that was added next to a flagged one counts as standing in its place."""
    before, after = split_lines(old), split_lines(new)
    kept_before, kept_after = [], []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        kept_before += [line for at, line in enumerate(before[i1:i2], i1 + 1) if at not in flagged]
        if tag == "equal":
            kept_after += [line for at, line in enumerate(after[j1:j2], i1 + 1) if at not in flagged]
        elif not flagged & set(range(i1, i2 + 2)):
            kept_after += after[j1:j2]
    return "".join(kept_after), "".join(kept_before)


def tree_similarity(language: str, one: str, two: str) -> float:
    """Similarity of two programs' trees, of their tokens where there is no grammar; 1.0 for equal texts."""
    if one == two:
        return 1.0
    parser = _parser()
    left, right = parser.parse(language, one), parser.parse(language, two)
    if left is not None and right is not None:
        return similarity(left, right)
    tokens = [Counter(token.text for token in code_tokens(language, text)) for text in (one, two)]
    return 2 * (tokens[0] & tokens[1]).total() / max(1, tokens[0].total() + tokens[1].total())


def is_over_edited(case: Case, text: str) -> bool:
    """Whether a candidate adds far more code than the repair needs: over twice the reference's additions, without a
    reference over a quarter of the program. What may be removed is the do-no-harm filter's business."""
    added = _added(case.program, text)
    if case.clean is not None:
        return added > max(FREE_TOKENS, 2 * _added(case.program, case.clean))
    return added > max(FREE_TOKENS, SHARE * len(code_tokens(case.program.language, case.program.text)))


def _added(program: Program, text: str) -> int:
    """Code tokens of the new text that the old one does not have at their place."""
    before, after = ([token.text for token in code_tokens(program.language, one)] for one in (program.text, text))
    return sum(j2 - j1 for tag, _, _, j1, j2 in opcodes(before, after) if tag != "equal")


@cache
def _parser() -> TreeSitterParser:
    return TreeSitterParser()
