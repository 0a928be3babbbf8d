"""The model card, rendered from the records in a model package: it says what they say and nothing else.

The order follows Mitchell et al. 2019 (Model Cards for Model Reporting), section 4.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def render_model_card(manifest: Mapping[str, Any]) -> str:
    """Markdown from a package's `slmfix-model.json` (docs/model-package.md)."""
    training = manifest.get("training") or {}
    parts = [
        _head(manifest),
        _corpus(training.get("corpus") or {}),
        _samples(training.get("samples") or {}),
        _schedule(training),
        _evaluation(manifest.get("evaluation") or {}),
        _export(manifest),
        _limits(manifest),
    ]
    return "\n".join(part for part in parts if part)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; empty text without rows."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(["| " + " | ".join(head) + " |", "|---" * len(head) + "|", *lines]) + "\n" if lines else ""


def _head(manifest: Mapping[str, Any]) -> str:
    training = manifest.get("training") or {}
    start = training.get("start")
    size = sum(entry["bytes"] for entry in manifest["files"].values()) / 1e6
    rows = [
        ("Network", f"{manifest['architecture']}, {manifest['parameters'] / 1e6:.1f} M parameters"),
        ("Stored as", f"{manifest['precision']}, {size:.1f} MB with the tokenizer, computed in fp32"),
        ("Start", _start(start) if start else "random weights; no pretrained model, no distillation"),
        ("Method", training.get("method", "not recorded")),
        ("Prompt format", f"`{manifest['prompt_format']}` ([decision 4](decisions/0004-line-edit-format.md))"),
        ("Languages", ", ".join(manifest["languages"])),
        ("Limits", f"{manifest['max_prompt_tokens']} tokens of prompt, {manifest['max_new_tokens']} new tokens"),
        ("Licence", f"{manifest['licence']} for the weights; see the data for what they were trained on"),
        ("Trained", training.get("date", "not recorded")),
    ]
    return (
        f"# Model card: {manifest['name']} {manifest['version']}\n\n"
        "Written by `slmfix-train card` from the records in the package; do not edit it by hand.\n\n"
        "The model reads a validator's message, legal names and a window of numbered lines and answers with an edit "
        "script. It is made for slmfix-bot, which validates every proposal again and refuses what harms; alone its "
        "output is not to be trusted. Whether it ranks or proposes, and what that is worth, is measured in "
        "[evaluation.md](evaluation.md).\n\n" + table(("", ""), rows)
    )


def _start(start: Mapping[str, Any]) -> str:
    facts = [str(start.get("base") or start.get("name") or "a pretrained model")]
    for key, word in (("licence", "licence"), ("layers", "layers"), ("vocabulary", "tokens kept")):
        if start.get(key):
            facts.append(f"{word} {start[key]}")
    return ", ".join(facts)


def _corpus(corpus: Mapping[str, Any]) -> str:
    if not corpus:
        return ""
    by_source: dict[str, dict[str, int]] = defaultdict(dict)
    for key, count in (corpus.get("snippets_by_source") or {}).items():
        source, _, language = key.rpartition(" | ")
        by_source[source][language] = count
    licences = corpus.get("licences") or {}
    rows = [
        (source, ", ".join(sorted(counts)), f"{sum(counts.values()):,}", licences.get(source, "not recorded"))
        for source, counts in sorted(by_source.items(), key=lambda item: -sum(item[1].values()))
    ]
    licensed = sum(int(row[2].replace(",", "")) for row in rows if "GPL" in row[3] and "LGPL" not in row[3])
    total = sum(int(row[2].replace(",", "")) for row in rows)
    files = corpus.get("files") or {}
    reasons = list(dict.fromkeys(reason for entry in files.values() for reason in entry.get("dropped") or {}))
    kept = [
        (name.removesuffix(".jsonl"), f"{entry['snippets']:,}", *(_dropped(entry, reason) for reason in reasons))
        for name, entry in files.items()
    ]
    return (
        "## Training data\n\n"
        "Clean programs of named packages in fixed versions (`slmfix-train fetch`) and of this project's generators. "
        "Texts of the evaluation sets and near-duplicates of them are refused; near-duplicates among themselves are "
        "dropped; what the bot's validator does not accept is dropped. SHA-256 of the manifest: "
        f"`{corpus.get('manifest_sha256')}`.\n\n"
        + table(("language", "snippets", *(f"dropped: {reason}" for reason in reasons)), kept)
        + "\n"
        + table(("source", "languages", "snippets", "licence"), rows)
        + f"\n{licensed / max(1, total):.0%} of the snippets are under the GPL. The model stores small weights and no "
        "programs, and answers with short edits of the user's own lines; whether that makes it a derived work is not "
        "settled law. Whoever needs certainty can train without those sources: `slmfix-train corpus` lists absent ones "
        "and goes on.\n"
    )


def _dropped(entry: Mapping[str, Any], reason: str) -> str:
    return f"{(entry.get('dropped') or {}).get(reason, 0):,}"


def _samples(samples: Mapping[str, Any]) -> str:
    if not samples:
        return ""
    rows = [
        (
            shard,
            f"{entry.get('repair', 0):,}",
            f"{entry.get('copy', 0):,}",
            ", ".join(f"{name} {share:.0%}" for name, share in list((entry.get("categories") or {}).items())[:6]),
        )
        for shard, entry in samples.items()
    ]
    return (
        "\n## Faults\n\n"
        "Each clean program is broken by one to three faults of a menu that follows what language models really get "
        "wrong ([error-distribution.md](error-distribution.md)), or by templates learnt from one half of the "
        "development data (BIFI). A sample counts only if the bot's validator refuses the broken program, accepts the "
        "clean one, and the do-no-harm filter would let the repair pass.\n\n"
        + table(("language", "repairs", "copy tasks", "most frequent faults"), rows)
    )


def _schedule(training: Mapping[str, Any]) -> str:
    parts = []
    for key, title in (("run", "Supervised fine-tuning"), ("ppo", "PPO")):
        run = training.get(key)
        if not run:
            continue
        facts = [(name, _short(value)) for name, value in run.items() if not isinstance(value, dict | list)]
        recipe = ", ".join(f"{name} {_short(value)}" for name, value in (run.get("recipe") or {}).items())
        parts.append(f"### {title}\n\n" + table(("", ""), facts) + (f"\nRecipe: {recipe}.\n" if recipe else ""))
    validators = ", ".join(f"{key}: {value}" for key, value in (training.get("validators") or {}).items())
    checked = f"\nValidators: {validators}.\n" if validators else ""
    return "\n## Training\n\n" + "\n".join(parts) + checked if parts else ""


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _evaluation(evaluation: Mapping[str, Any]) -> str:
    """One table a set of figures: a set maps each language to named numbers."""
    parts = []
    sets = evaluation if all(isinstance(v, dict) for v in evaluation.values()) else {"held-out": evaluation}
    for name, figures in sets.items():
        rows = {key: value for key, value in figures.items() if isinstance(value, dict) and "n" in value}
        columns = list(dict.fromkeys(c for row in rows.values() for c, v in row.items() if not isinstance(v, dict)))
        about = "; ".join(f"{key}: {value}" for key, value in figures.items() if not isinstance(value, dict | list))
        body = table(
            ("language", *(column.replace("_", " ") for column in columns)),
            [(key, *(_short(row.get(column, "-")) for column in columns)) for key, row in rows.items()],
        )
        parts.append(f"### {name.replace('_', ' ').capitalize()}\n\n{about}\n\n{body}" if rows else "")
    return "\n## Evaluation\n\n" + "\n".join(filter(None, parts)) if any(parts) else ""


def _export(manifest: Mapping[str, Any]) -> str:
    stored = (manifest.get("export") or {}).get("parity_stored") or {}
    if not stored:
        return ""
    return (
        f"\nStored as {manifest['precision']}, the package chooses the checkpoint's token at "
        f"{stored.get('greedy_agreement', 0):.1%} of {stored.get('positions')} positions.\n"
    )


def _limits(manifest: Mapping[str, Any]) -> str:
    return (
        "\n## What it cannot do\n\n"
        "- It copies names from the window, the message and the legal names; a name that stands nowhere there it can "
        "only guess, and the bot refuses guesses.\n"
        f"- Edits outside the window of {manifest['context_lines']} entries are out of reach, and so is anything that "
        "needs to know what the program is for.\n"
        f"- Prompts above {manifest['max_prompt_tokens']} tokens get no proposal.\n"
        "- It was trained on faults that were put into clean programs. Real failures are often several faults at once, "
        "so real figures are lower than synthetic ones.\n"
        "- One run, one seed: the figures would move with another seed.\n"
    )
