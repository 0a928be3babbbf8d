from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from slmfix_bot.adapters.beam import search
from slmfix_bot.adapters.onnx import load_vocabulary
from slmfix_bot.core.script_grammar import ScriptGrammar
from tests.testing.tiny_model import build_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from slmfix_bot.adapters.vocabulary import Vocabulary

    Floats = NDArray[np.float32]


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    path: Path = tmp_path_factory.mktemp("tokenizer") / "tokenizer.json"
    build_tokenizer(path)
    return load_vocabulary(path)


class FakeNetwork:
    """Logits that depend on all tokens so far, which are the cache (batch x 1 x length x 1)."""

    def __init__(self, vocabulary: Vocabulary, favoured: tuple[str, ...] = ()) -> None:
        self.width = vocabulary.size
        self.favoured = [vocabulary.control.get(text, vocabulary.encode(text)[0]) for text in favoured]

    def logits(self, tokens: list[int]) -> Floats:
        values = np.random.default_rng([1, *tokens]).normal(size=self.width).astype(np.float32)
        if tokens == self.favoured[: len(tokens)] and len(tokens) < len(self.favoured):
            values[self.favoured[len(tokens)]] += 20
        return values

    def step(self, ids: NDArray[np.int64], cache: list[Floats]) -> tuple[Floats, list[Floats]]:
        seen = np.concatenate([cache[0], ids[:, None, :, None].astype(np.float32)], axis=2)
        rows = [self.logits([int(token) for token in row[0, :, 0]]) for row in seen]
        return np.stack(rows)[:, None], [seen]

    def run(self, vocabulary: Vocabulary, grammar: ScriptGrammar, width: int, limit: int) -> dict[str, float]:
        cache = [np.zeros((1, 1, 0, 1), dtype=np.float32)]
        found = search(self.step, self.logits([])[None], cache, grammar, vocabulary, width, limit)
        return {proposal.script: proposal.log_probability for proposal in found}


def test_wide_beam_finds_every_short_script(vocabulary: Vocabulary) -> None:
    found = FakeNetwork(vocabulary).run(vocabulary, ScriptGrammar(("a", "")), 3000, 3)
    inserted = {f"<ins><|{i}|><end>" for i in range(3)}
    assert set(found) == {"<rep><|1|><end>", "<cut><|1|><end>", "<cut><|2|><end>"} | inserted
    assert all(value < 0 for value in found.values())


def test_narrow_beam_finds_the_probable_script(vocabulary: Vocabulary) -> None:
    network = FakeNetwork(vocabulary, ("<del>", "<|2|>", "<|3|>", "<end>"))
    found = network.run(vocabulary, ScriptGrammar(("a", "b", "c")), 2, 8)
    assert next(iter(found)) == "<del><|2|><|3|><end>"
    assert found["<del><|2|><|3|><end>"] == pytest.approx(0, abs=0.1)
    assert network.run(vocabulary, ScriptGrammar(("a", "b", "c")), 1, 8).keys() == {"<del><|2|><|3|><end>"}


def test_unfinished_scripts_are_left_out(vocabulary: Vocabulary) -> None:
    assert FakeNetwork(vocabulary).run(vocabulary, ScriptGrammar(("a", "b")), 4, 2) == {}


def test_scripts_that_do_the_same_count_once(vocabulary: Vocabulary) -> None:
    grammar = ScriptGrammar(("a b",))
    found = FakeNetwork(vocabulary).run(vocabulary, grammar, 200, 5)
    removed = [script for script in found if script.startswith("<sub>") and script.endswith("b<to><end>")]
    assert len(removed) <= 1
