"""Turns clean programs into training samples: break, ask the real validator, render prompt and edit script.

A sample is kept only when the clean program passes, the broken one fails, and the repair can be written as an edit
script over the window that the bot would show.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.process import find_program, run
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit_script import encode
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import LINE_TOKENS, NAMES, OUT, WINDOW, language_token, neutralise, render_prompt
from slmfix_bot.core.window import build_window
from slmfix_bot.errors import CannotJudge, FatalError, ToolOutputTooLarge, ToolTimeout
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.base import Explainer
from slmfix_training.corpus import normalised_hash
from slmfix_training.corrupt import corrupt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slmfix_bot.core.window import Window
    from slmfix_bot.validators.base import Validator

DROPOUT = 0.12  # share of samples without message, and without names
VARIANTS = {"ansible": 6, "bash": 3, "sql": 1, "python": 1, "json": 2, "yaml": 1, "toml": 2}
OWN_VARIANTS = 4  # of a language of the user's
EXPLAINED = {"bash": 0.35}  # looking for the opener costs more than everything else
COPIES = 0.12  # copy-task samples per repair sample
MAX_PROMPT_CHARS, MAX_SCRIPT_CHARS = 2200, 420


@dataclass(frozen=True, kw_only=True)
class Sample:
    """`kind` is repair or copy; `broken`, `clean`, `dialect` and `schema` are kept for evaluation only."""

    kind: str
    language: str
    prompt: str
    script: str
    rule: str = ""
    held_out: bool = False
    broken: str = ""
    clean: str = ""
    dialect: str | None = None
    schema: str | None = None


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
    clean: Program, rng: Random, *, held_out: bool, validators: Mapping[str, Validator] = VALIDATORS
) -> Sample | None:
    """One repair sample of a program that passes."""
    broken = corrupt(clean, rng)
    if broken is None:
        return None
    program = clean.with_text(broken)
    explain = rng.random() < EXPLAINED.get(clean.language, 1.0)
    errors = diagnose(program, explain=explain, validators=validators)
    if not errors:
        return None
    window = build_window(broken, errors, language=clean.language)
    script = encode(window, broken, clean.text)
    if script is None or len(script) > MAX_SCRIPT_CHARS:
        return None
    prompt = render_prompt(program, errors if held_out else hide(errors, rng), window)
    if len(prompt) > MAX_PROMPT_CHARS:
        return None
    sample = Sample(
        kind="repair", language=clean.language, prompt=prompt, script=script, rule=errors[0].rule, held_out=held_out
    )
    if not held_out:
        return sample
    return replace(sample, broken=broken, clean=clean.text, dialect=clean.dialect, schema=clean.schema)


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


def read_corpus(file: Path, rng: Random) -> Iterator[dict[str, Any]]:
    """The snippets in random order."""
    lines = file.read_text().split("\n")
    rng.shuffle(lines)
    for line in lines:
        if line:
            yield json.loads(line)


def generate(
    row: dict[str, Any],
    rng: Random,
    excluded: frozenset[str],
    with_schema: float = 0.55,
    validators: Mapping[str, Validator] = VALIDATORS,
) -> Iterator[Sample]:
    """The samples of one snippet; nothing when it does not pass itself."""
    schema = row["schema"] if rng.random() < with_schema else None
    clean = Program(language=row["language"], text=row["text"], dialect=row["dialect"], schema=schema)
    if clean.language == "sql" and clean.dialect is None:
        clean = replace(clean, dialect="postgres")
    if not is_clean(clean, validators):
        return
    for _ in range(VARIANTS.get(clean.language, OWN_VARIANTS)):
        sample = make_sample(clean, rng, held_out=row["held_out"], validators=validators)
        if sample is None or (sample.broken and normalised_hash(sample.broken) in excluded):
            continue
        yield sample
        if not sample.held_out and rng.random() < COPIES:
            window = build_window(clean.text, _somewhere(clean, rng), language=clean.language)
            copied = copy_task(clean, window, render_prompt(clean, _somewhere(clean, rng), window), rng)
            if copied:
                yield copied


def _somewhere(program: Program, rng: Random) -> tuple[Diagnostic, ...]:
    return (Diagnostic(rule="copy", message="", line=rng.randint(1, max(1, program.text.count("\n")))),)


def write_samples(
    corpus: Path,
    output: Path,
    language: str,
    *,
    limit: int,
    seconds: float,
    seed: int,
    excluded: frozenset[str],
    with_schema: float = 0.55,
    validators: Mapping[str, Validator] = VALIDATORS,
    passes: int = 1,
) -> Counter[str]:
    """Writes `<language>-<seed>.train.jsonl` and `.held.jsonl` until a limit is reached; appends nothing.

    A small corpus is gone through in several `passes`, with other faults each time.
    """
    output.mkdir(parents=True, exist_ok=True)
    rng = Random(f"{seed}{language}")
    counts: Counter[str] = Counter()
    started = time.monotonic()
    train_file, held_file = (output / f"{language}-{seed}.{split}.jsonl" for split in ("train", "held"))
    with train_file.open("w", buffering=1 << 16) as train, held_file.open("w") as held:
        rows = (row for _ in range(passes) for row in read_corpus(corpus / f"{language}.jsonl", rng))
        for row in rows:
            if counts["repair"] >= limit or time.monotonic() - started > seconds:
                break
            counts["snippets"] += 1
            for sample in generate(row, rng, excluded, with_schema, validators):
                counts["held" if sample.held_out else sample.kind] += 1
                record = {key: value for key, value in asdict(sample).items() if value}
                (held if sample.held_out else train).write(json.dumps(record, ensure_ascii=False) + "\n")
    return counts
