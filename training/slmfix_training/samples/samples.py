"""Turns clean programs into training samples: break, ask the real validator, render prompt and edit script.

A sample is kept only when the clean program passes, the broken one fails, and the repair can be written as an edit
script over the window that the bot would show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.process import find_program, run
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit_script import encode
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import LINE_TOKENS, NAMES, OUT, WINDOW, language_token, neutralise, render_prompt
from slmfix_bot.core.window import build_window
from slmfix_bot.errors import CannotJudge, FatalError, ToolOutputTooLarge, ToolTimeout
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.base import Explainer
from slmfix_training.corpora.exclusion import normalised_hash
from slmfix_training.faults.corrupt import break_program
from slmfix_training.faults.corrupt_pairs import ENRICH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from random import Random

    from slmfix_bot.core.window import Window
    from slmfix_bot.validators.base import Validator
    from slmfix_training.faults.corrupt import Corruption

    Breaker = Callable[[Program, Random, Mapping[str, float] | None], Corruption | None]

DROPOUT = 0.12  # share of samples without message, and without names
VARIANTS = {
    "ansible": 4,
    "bash": 2,
    "sql": 1,
    "python": 1,
    "json": 2,
    "yaml": 2,
    "toml": 3,
    "verilog": 4,
    "terraform": 4,
    "dockerfile": 5,
    "workflow": 5,
}
OWN_VARIANTS = 4  # of a language of the user's
EXPLAINED = {"bash": 0.2}  # looking for the opener costs more than everything else
COPIES = 0.12  # copy-task samples per repair sample
MAX_PROMPT_CHARS, MAX_SCRIPT_CHARS = 2200, 420
MAX_GOALS = 4  # clean texts that are tried for one broken one


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`kind` is repair or copy, `categories` those of the faults; the fields from `broken` on are the whole case."""

    kind: str
    language: str
    prompt: str
    script: str
    rule: str = ""
    categories: tuple[str, ...] = ()
    held_out: bool = False
    broken: str = ""
    clean: str = ""
    dialect: str | None = None
    schema: str | None = None
    path: str = ""


class Refused(StrEnum):
    """Why a corruption became no sample."""

    UNCHANGED = "no fault applied"
    PASSES = "still passes, or cannot be judged"
    NO_GOAL = "no clean text passes"
    OUTSIDE = "the repair lies outside of the window"
    LONG = "prompt or script too long"
    HARM = "the repair would be refused as harmful"
    EXCLUDED = "in an evaluation set"


def diagnose(
    program: Program, *, explain: bool, validators: Mapping[str, Validator] = VALIDATORS
) -> tuple[Diagnostic, ...] | None:
    """The errors, as the bot's worker finds them; None when the validator cannot judge."""
    validator = validators[program.language]
    try:
        found = validator.check(program)
        errors = tuple(d for d in found if d.severity is Severity.ERROR)
        if errors and explain and isinstance(validator, Explainer):
            errors = validator.explain(program, errors)
    except (FatalError, CannotJudge, ToolTimeout, ToolOutputTooLarge, ValueError, RecursionError):
        return None
    return errors


def is_clean(program: Program, validators: Mapping[str, Validator] = VALIDATORS) -> bool:
    """Whether the program passes. For Bash only the parser is asked: shellcheck costs 40 ms and seldom objects."""
    if program.language == "bash" and validators is VALIDATORS:
        try:
            done = run([find_program("bash"), "-n"], cwd="/", stdin=program.text, timeout=5.0)
        except ToolTimeout:
            return False
        return done.returncode == 0 and not done.stderr
    return diagnose(program, explain=False, validators=validators) == ()


def hide(errors: tuple[Diagnostic, ...], rng: Random) -> tuple[Diagnostic, ...]:
    """Drops the message or the legal names of some samples, so that the model does not lean on them alone."""
    kind = rng.random()
    if kind < DROPOUT / 2:
        return tuple(replace(d, rule="", message="", expected=()) for d in errors)
    if kind < DROPOUT:
        return tuple(replace(d, expected=()) for d in errors)
    return errors


def make_sample(
    clean: Program,
    rng: Random,
    *,
    held_out: bool,
    validators: Mapping[str, Validator] = VALIDATORS,
    boost: Mapping[str, float] | None = None,
    breaker: Breaker = break_program,
) -> tuple[Sample, Sample] | Refused:
    """One repair sample of a program that passes: as it is trained on, and as the whole case with all that is known.

    Training hides the message or the names from some. A repair that the bot's own filter calls harmful (core/harm.py)
    is none: it would teach what the bot refuses.
    """
    corruption = breaker(clean, rng, boost)
    if corruption is None:
        return Refused.UNCHANGED
    program = clean.with_text(corruption.text)
    explain = rng.random() < EXPLAINED.get(clean.language, 1.0)
    errors = diagnose(program, explain=explain, validators=validators)
    if not errors:
        return Refused.PASSES
    window = build_window(program.text, errors, language=clean.language)
    prompt = render_prompt(program, errors, window)
    repair = _first_repair(clean, program, corruption.cleans or (clean.text,), errors, window, validators)
    if isinstance(repair, Refused):
        return repair
    script, goal = repair
    if len(script) > MAX_SCRIPT_CHARS or len(prompt) > MAX_PROMPT_CHARS:
        return Refused.LONG
    sample = Sample(
        kind="repair",
        language=clean.language,
        prompt=prompt if held_out else render_prompt(program, hide(errors, rng), window),
        script=script,
        rule=errors[0].rule,
        categories=corruption.categories,
        held_out=held_out,
    )
    case = replace(sample, prompt=prompt, broken=program.text, clean=goal)
    return sample, replace(case, dialect=clean.dialect, schema=clean.schema, path=clean.path)


def _first_repair(
    clean: Program,
    program: Program,
    goals: Sequence[str],
    errors: tuple[Diagnostic, ...],
    window: Window,
    validators: Mapping[str, Validator],
) -> tuple[str, str] | Refused:
    """The script to the first of the clean texts that passes, lies inside of the window and does no harm."""
    refused = Refused.NO_GOAL
    for goal in goals[:MAX_GOALS]:
        if goal != clean.text and not is_clean(clean.with_text(goal), validators):
            continue
        script = encode(window, program.text, goal)
        if script is None:
            refused = Refused.OUTSIDE
        elif assess(program, goal, errors, BOUNDS[Aggressiveness.MEDIUM]).reasons:
            refused = Refused.HARM
        else:
            return script, goal
    return refused


def copy_task(program: Program, window: Window, prompt: str, rng: Random) -> Sample | None:
    """Repeat one entry of the window: teaches the addresses and structural copying before repairs need them."""
    addresses = [i for i, entry in enumerate(window.entries, 1) if entry.text.strip()]
    if not addresses:
        return None
    address = rng.choice(addresses)
    head = f"{language_token(program.language, program.dialect)}copy{LINE_TOKENS[address]}{NAMES}{WINDOW}"
    body = prompt.split(WINDOW, 1)[1].removesuffix(OUT)
    script = f"<rep>{LINE_TOKENS[address]}{neutralise(window.entries[address - 1].text)}<end>"
    return Sample(kind="copy", language=program.language, prompt=head + body + OUT, script=script)


def clean_program(row: Mapping[str, Any], rng: Random, with_schema: float) -> Program:
    """The program of a row of the corpus, its schema kept in a share `with_schema` of the cases."""
    schema = row["schema"] if rng.random() < with_schema else None
    dialect = row["dialect"] or ("postgres" if row["language"] == "sql" else None)
    return Program(language=row["language"], text=row["text"], dialect=dialect, schema=schema)


def generate(
    row: Mapping[str, Any],
    rng: Random,
    excluded: frozenset[str],
    with_schema: float = 0.55,
    validators: Mapping[str, Validator] = VALIDATORS,
    boost: Mapping[str, float] | None = None,
    breaker: Breaker = break_program,
) -> Iterator[tuple[Sample, Sample] | Refused]:
    """The samples of one snippet with their whole cases, and why others became none; nothing of a snippet that does
    not pass itself, which is not asked where the row says `validated`. A copy task is its own case."""
    clean = clean_program(row, rng, with_schema)
    if not row.get("validated") and not is_clean(clean, validators):
        return
    for _ in range(VARIANTS.get(clean.language, OWN_VARIANTS)):
        base = _enriched(clean, rng, validators, held_out=row["held_out"])
        made = make_sample(base, rng, held_out=row["held_out"], validators=validators, boost=boost, breaker=breaker)
        if not isinstance(made, Refused) and normalised_hash(made[1].broken) in excluded:
            made = Refused.EXCLUDED
        yield made
        if not isinstance(made, Refused) and not row["held_out"] and rng.random() < COPIES:
            place = _somewhere(clean, rng)
            window = build_window(clean.text, place, language=clean.language)
            copied = copy_task(clean, window, render_prompt(clean, place, window), rng)
            if copied:
                yield copied, copied


def _enriched(clean: Program, rng: Random, validators: Mapping[str, Validator], *, held_out: bool) -> Program:
    """Now and then a variant of the program that passes too and is nearer to what fails in reality. The same small part
    may be in many programs, so its hash says whether it may be held out or trained on."""
    share, enrich = ENRICH.get(clean.language, (0.0, None))
    if enrich is None or clean.schema or rng.random() >= share:
        return clean
    text = enrich(clean.text, rng)
    if not text or (int(normalised_hash(text), 16) % 8 == 0) != held_out:
        return clean
    richer = clean.with_text(text)
    return richer if is_clean(richer, validators) else clean


def _somewhere(program: Program, rng: Random) -> tuple[Diagnostic, ...]:
    return (Diagnostic(rule="copy", message="", line=rng.randint(1, max(1, program.text.count("\n")))),)
