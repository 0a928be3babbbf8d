"""Evaluates a checkpoint on held-out synthetic samples: loss, greedy repairs judged by the validator, and ranking.

Greedy decoding here is unconstrained and in torch; the bot's own decoding is masked to legal scripts, so its figures
are better (benchmarks/). Real failures of language models are harder than these samples: the model card says both.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from slmfix_bot.core.edit_script import decode, encode
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import END, OPERATIONS, OUT, PAD
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Case
from slmfix_bot.core.window import build_window
from slmfix_bot.validators import VALIDATORS
from slmfix_training.faults.categories import categorise
from slmfix_training.samples.samples import diagnose
from slmfix_training.sft.packing import MAX_NEW, MAX_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]
    from transformers import LlamaForCausalLM

    from slmfix_bot.validators.base import Validator

BATCH = 24
TRIED = 40  # deterministic candidates per case that are validated for the ranking test


def read_held_out(folder: Path, count: int, seed: int) -> dict[str, list[dict[str, Any]]]:
    """Up to `count` samples per language, `sql-schema` apart from `sql`, the same ones for the same seed."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.glob("*.held.jsonl")):
        for line in file.read_text().split("\n"):
            if line:
                row = json.loads(line)
                if row.get("kind", "repair") != "repair":
                    continue  # exercises in copying are no failures
                is_schema = row["language"] == "sql" and row["rule"] != "syntax"
                groups.setdefault("sql-schema" if is_schema else row["language"], []).append(row)
    rng = Random(seed)
    return {name: rng.sample(rows, min(count, len(rows))) for name, rows in sorted(groups.items())}


class Judge:
    """A checkpoint with its tokenizer, in evaluation mode."""

    def __init__(
        self, model: LlamaForCausalLM, tokenizer: Tokenizer, validators: Mapping[str, Validator] = VALIDATORS
    ) -> None:
        self.validators = validators
        self.model, self.tokenizer = model.eval(), tokenizer  # type: ignore[no-untyped-call,unused-ignore]
        self.operations = [name for name in OPERATIONS if tokenizer.token_to_id(name) is not None]
        self.end, self.pad = tokenizer.token_to_id(END), tokenizer.token_to_id(PAD)

    def encode(self, text: str) -> list[int]:
        """Token ids without additions."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    @torch.no_grad()
    def score(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, int]]:
        """(log-probability, number of tokens) of each script given its prompt."""
        results: list[tuple[float, int]] = []
        for at in range(0, len(pairs), BATCH):
            coded = [(self.encode(prompt), self.encode(script)) for prompt, script in pairs[at : at + BATCH]]
            width = max(len(head) + len(tail) for head, tail in coded)
            ids = torch.full((len(coded), width), self.pad)
            for i, (head, tail) in enumerate(coded):
                ids[i, : len(head) + len(tail)] = torch.tensor(head + tail)
            logits = self.model(input_ids=ids, use_cache=False).logits
            for i, (head, tail) in enumerate(coded):
                places = slice(len(head) - 1, len(head) + len(tail) - 1)
                losses = functional.cross_entropy(logits[i, places], torch.tensor(tail), reduction="sum")
                results.append((-float(losses), len(tail)))
        return results

    @torch.no_grad()
    def greedy(self, prompts: Sequence[str]) -> list[str]:
        """The scripts that greedy decoding writes; unfinished ones end without `<end>`."""
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        scripts = [""] * len(prompts)
        for at in range(0, len(order), BATCH):
            chosen = order[at : at + BATCH]
            coded = [self.encode(prompts[i]) for i in chosen]
            width = max(map(len, coded))
            ids = torch.tensor([[self.pad] * (width - len(row)) + row for row in coded])
            mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in coded])
            written = self.model.generate(
                ids,
                attention_mask=mask,
                max_new_tokens=MAX_NEW,
                do_sample=False,
                eos_token_id=self.end,
                pad_token_id=self.pad,
            )
            for i, row in zip(chosen, written[:, width:].tolist(), strict=True):
                kept = row[: row.index(self.end) + 1] if self.end in row else row
                scripts[i] = self.tokenizer.decode(kept, skip_special_tokens=False)
        return scripts


def _program(row: dict[str, Any]) -> Program:
    return Program(language=row["language"], text=row["broken"], dialect=row.get("dialect"), schema=row.get("schema"))


def evaluate_group(judge: Judge, rows: list[dict[str, Any]], ranked: int) -> dict[str, Any]:
    """The figures of one language; shares are of all rows, `ranking` of the cases with a choice. `categories` counts
    the same by the kind of the planted faults; a sample with several kinds counts for each."""
    rows = [row for row in rows if len(judge.encode(row["prompt"] + row["script"])) <= MAX_TOKENS]
    scores = judge.score([(row["prompt"], row["script"]) for row in rows])
    counts: Counter[str] = Counter()
    categories: dict[str, Counter[str]] = {}
    for row, script in zip(rows, judge.greedy([row["prompt"] for row in rows]), strict=True):
        program = _program(row)
        errors = diagnose(program, explain=True, validators=judge.validators) or ()
        window = build_window(program.text, errors, language=program.language) if errors else None
        text = decode(window, program.text, script) if window else None
        found = Counter({"n": 1, "well_formed": int(text is not None), "exact": int(text == row["clean"])})
        if text is not None and is_clean_text(judge, program, text):
            harm = assess(program, text, errors, BOUNDS[Aggressiveness.MEDIUM])
            found += Counter({"pass": 1, "harmless_pass": int(not harm.reasons)})
        counts += found
        for category in row.get("categories") or [categorise(program, errors)]:
            categories.setdefault(category, Counter()).update(found)
    total, tokens = sum(value for value, _ in scores), sum(size for _, size in scores)
    shares = {
        name: round(counts[name] / max(1, len(rows)), 3) for name in ("well_formed", "exact", "pass", "harmless_pass")
    }
    return {
        "n": len(rows),
        "loss_per_token": round(-total / max(1, tokens), 4),
        "perplexity": round(math.exp(-total / max(1, tokens)), 3),
        **{f"greedy_{name}": share for name, share in shares.items()},
        "ranking": rank_group(judge, rows[:ranked]),
        "categories": {
            category: {name: found[name] for name in ("n", "exact", "pass", "harmless_pass")}
            for category, found in sorted(categories.items(), key=lambda pair: -pair[1]["n"])
        },
    }


def rank_group(judge: Judge, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """How often the model's first choice among valid deterministic candidates is the original program, where it is
    among at least two; beside it the first by the hand-set cost."""
    counts: Counter[str] = Counter()
    for row in rows:
        valid = list(_valid_candidates(judge, _program(row)))
        texts = [text for text, _ in valid]
        if len(valid) < 2 or row["clean"] not in texts:
            continue
        errors = diagnose(_program(row), explain=True, validators=judge.validators) or ()
        window = build_window(row["broken"], errors, language=row["language"])
        scripts = [(text, encode(window, row["broken"], text, operations=judge.operations)) for text in texts]
        known = [(text, script) for text, script in scripts if script is not None]
        if row["clean"] not in [text for text, _ in known]:
            continue
        values = judge.score([(row["prompt"], script) for _, script in known])
        best = max(zip(values, known, strict=True), key=lambda pair: pair[0][0])[1][0]
        counts["n"] += 1
        counts["model"] += best == row["clean"]
        counts["cost"] += min(valid, key=lambda pair: pair[1])[0] == row["clean"]
    n = counts["n"]
    if not n:
        return {"n": 0}
    return {"n": n, "model_first": round(counts["model"] / n, 3), "cheapest_first": round(counts["cost"] / n, 3)}


def is_clean_text(judge: Judge, program: Program, text: str) -> bool:
    """Whether the validator accepts the program with another text."""
    return diagnose(program.with_text(text), explain=False, validators=judge.validators) == ()


def _valid_candidates(judge: Judge, program: Program) -> Iterator[tuple[str, float]]:
    errors = diagnose(program, explain=True, validators=judge.validators)
    if not errors:
        return
    pool = sorted(propose(Case(program, errors, errors[0])), key=lambda candidate: candidate.cost)
    seen: set[str] = set()
    for candidate in pool[:TRIED]:
        if candidate.text not in seen and is_clean_text(judge, program, candidate.text):
            yield candidate.text, candidate.cost
        seen.add(candidate.text)


def evaluate(judge: Judge, folder: Path, *, count: int, ranked: int, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The figures of each language in turn; END and OUT must be single tokens for any of them to mean something."""
    assert len(judge.encode(END)) == len(judge.encode(OUT)) == 1
    for name, rows in read_held_out(folder, count, seed).items():
        yield name, evaluate_group(judge, rows, ranked)
