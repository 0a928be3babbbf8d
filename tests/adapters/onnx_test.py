from __future__ import annotations

import json
import math
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest

from slmfix_bot.adapters.model_package import MANIFEST, hash_file, load_package
from slmfix_bot.adapters.onnx import Network, OnnxRepairModel, available_devices, load_vocabulary
from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit_operation import parse_script
from slmfix_bot.core.edit_script import decode
from slmfix_bot.core.lexer import words
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import SPECIAL_TOKENS, render_prompt
from slmfix_bot.core.script_grammar import Allowed
from slmfix_bot.core.window import build_window
from slmfix_bot.errors import ModelError
from tests.testing.tiny_model import tiny_package

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow  # exports a model once

SCRIPTS = ("<rep><|1|>SELECT 1;<end>", "<cut><|2|><end>", "<sub><|1|> FORM<to> FROM<end>")


def prompt_of(text: str) -> str:
    diagnostic = Diagnostic(rule="syntax", message="syntax error near 'FORM'", line=1)
    return render_prompt(
        Program(language="sql", text=text), [diagnostic], build_window(text, [diagnostic], language="sql")
    )


PROMPT = prompt_of("SELECT name FORM orders;\nSELECT é;\n")


@pytest.fixture(scope="module")
def model() -> OnnxRepairModel:
    return OnnxRepairModel(load_package(tiny_package()))


def test_propose_legal_distinct_scripts(model: OnnxRepairModel) -> None:
    proposals = model.propose(PROMPT, 12)
    assert proposals
    assert len({proposal.script for proposal in proposals}) == len(proposals)
    for proposal in proposals:
        assert parse_script(proposal.script) is not None, proposal.script
        assert proposal.log_probability < 0


def test_propose_is_deterministic(model: OnnxRepairModel) -> None:
    again = OnnxRepairModel(load_package(tiny_package()))
    finished = 0
    for i in range(10):
        text = f"SELECT {i} FORM t;\nSELECT 2;\n"
        first = model.propose(prompt_of(text), 6)
        assert again.propose(prompt_of(text), 6) == first
        window = build_window(text, [Diagnostic(rule="syntax", message="m", line=1)], language="sql")
        results = [decode(window, text, proposal.script) for proposal in first]
        assert None not in results
        assert len(set(results)) >= len(results) - 1  # the last line can be deleted or cut off
        finished += len(results)
    assert finished


def test_propose_keeps_to_the_words(model: OnnxRepairModel) -> None:
    known = {"select", "name", "from", "orders", "form"}
    fresh = [op for given in model.propose(PROMPT, 16, known) for op in parse_script(given.script) or () if op.text]
    assert fresh
    for operation in fresh:
        new = [word for word in words(operation.text) if word.isascii()]
        assert all(word in known or len(word) == 1 for word in new), operation


def test_propose_log_probability_is_that_of_its_tokens(model: OnnxRepairModel) -> None:
    vocabulary = load_vocabulary(tiny_package() / "tokenizer.json")
    checked = 0
    for proposal in model.propose(PROMPT, 16):
        ids = vocabulary.encode(proposal.script)
        text = b"".join(vocabulary.pieces[i] or vocabulary.control_by_id[i].encode() for i in ids).decode()
        assert text == proposal.script
        score = model.score(PROMPT, [proposal.script])[0]
        # equal when the sampled tokens are those that the tokenizer would choose for the same text
        checked += math.isclose(score, proposal.log_probability, abs_tol=1e-3)
    assert checked


def test_score_equals_step_by_step(model: OnnxRepairModel) -> None:
    vocabulary = load_vocabulary(tiny_package() / "tokenizer.json")
    network = Network(tiny_package() / "model.onnx", "cpu", 1)
    scores = model.score(PROMPT, SCRIPTS)
    for script, score in zip(SCRIPTS, scores, strict=True):
        prompt, ids = vocabulary.encode(PROMPT), vocabulary.encode(script)
        logits, _ = network.run(np.array([prompt + ids]), None)
        rows = logits[0, len(prompt) - 1 : -1].astype(np.float64)
        expected = sum(row[i] - np.log(np.exp(row).sum()) for row, i in zip(rows, ids, strict=True))
        assert score == pytest.approx(expected, abs=1e-3)


def test_score_batch_does_not_change_a_score(model: OnnxRepairModel) -> None:
    many = [f"<rep><|1|>SELECT {'x' * i};<end>" for i in range(40)]
    together = model.score(PROMPT, many)
    alone = [model.score(PROMPT, [script])[0] for script in many]
    assert together == pytest.approx(alone, abs=1e-3)
    assert model.score(PROMPT, []) == ()


def test_cached_steps_equal_one_pass() -> None:
    network = Network(tiny_package() / "model.onnx", "cpu", 1)
    ids = np.arange(100, 130)[None]
    whole, _ = network.run(ids, None)
    logits, cache = network.run(ids[:, :10], None)
    rows = [logits[0]]
    for i in range(10, 30):
        logits, cache = network.run(ids[:, i : i + 1], cache)
        rows.append(logits[0])
    assert np.concatenate(rows) == pytest.approx(whole[0], abs=1e-4)


def test_prompt_too_long_gives_nothing(model: OnnxRepairModel) -> None:
    long = prompt_of("é§ž" * 400)
    assert model.propose(long, 2) == ()
    assert model.score(long, SCRIPTS) == (-math.inf,) * 3


def test_identity_and_device(model: OnnxRepairModel) -> None:
    assert model.identity.name == "tiny"
    assert model.identity.sha256 == hash_file(tiny_package() / "model.onnx")
    assert model.device == "cpu"
    auto = OnnxRepairModel(load_package(tiny_package()), device="auto")
    assert auto.device == ("cuda" if "cuda" in available_devices() else "cpu")


@pytest.mark.parametrize("device", ["cuda", "abacus"])
def test_missing_device_is_an_error(device: str) -> None:
    if device in available_devices():
        pytest.skip("this machine has the device")
    with pytest.raises(ModelError, match="not available"):
        OnnxRepairModel(load_package(tiny_package()), device=device)


def repack(source: Path, target: Path, **contents: bytes) -> Path:
    """A copy of a package with other files and right hashes."""
    shutil.copytree(source, target)
    manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    for name, content in contents.items():
        path = target / name.replace("_", ".")
        path.write_bytes(content)
        manifest["files"][path.name] = {"sha256": hash_file(path), "bytes": len(content)}
    (target / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return target


def test_unreadable_graph_is_an_error(tmp_path: Path) -> None:
    package = repack(tiny_package(), tmp_path / "p", model_onnx=b"not a graph")
    with pytest.raises(ModelError, match="cannot load"):
        OnnxRepairModel(load_package(package))


def test_unreadable_tokenizer_is_an_error(tmp_path: Path) -> None:
    package = repack(tiny_package(), tmp_path / "p", tokenizer_json=b"{}")
    with pytest.raises(ModelError, match="cannot read the tokenizer"):
        OnnxRepairModel(load_package(package))


def test_tokenizer_without_control_tokens_is_an_error(tmp_path: Path) -> None:
    text = (tiny_package() / "tokenizer.json").read_text(encoding="utf-8").replace("<sub>", "<bus>")
    package = repack(tiny_package(), tmp_path / "p", tokenizer_json=text.encode())
    with pytest.raises(ModelError, match="lacks the special tokens <sub>"):
        OnnxRepairModel(load_package(package))


def test_tokenizer_without_optional_tokens_works(tmp_path: Path) -> None:
    text = (tiny_package() / "tokenizer.json").read_text(encoding="utf-8").replace("<ind>", "<ind!")
    package = repack(tiny_package(), tmp_path / "p", tokenizer_json=text.encode())
    older = OnnxRepairModel(load_package(package))
    assert "<ind>" not in older.operations
    assert not any("<ind>" in proposal.script for proposal in older.propose(PROMPT, 12))
    assert "<ind>" in OnnxRepairModel(load_package(tiny_package())).operations


def test_vocabulary_masks() -> None:
    vocabulary = load_vocabulary(tiny_package() / "tokenizer.json")
    width = vocabulary.size + 3
    text = vocabulary.mask(Allowed(("<end>",), text=True), width)
    assert text[vocabulary.control["<end>"]]
    assert text.sum() == 1 + sum(1 for piece in vocabulary.pieces if piece and b"\n" not in piece)
    copies = vocabulary.mask(Allowed((), copies=("é b".encode(),)), width)
    allowed = {vocabulary.pieces[i] for i in np.flatnonzero(copies)}
    assert "é".encode()[:1] in allowed
    assert all("é b".encode().startswith(piece) for piece in allowed)
    blank = vocabulary.mask(Allowed((), blanks=True), width)
    assert {vocabulary.pieces[i].strip(b" \t") for i in np.flatnonzero(blank)} == {b""}
    assert not vocabulary.mask(Allowed((), text=True), width)[[vocabulary.control[t] for t in SPECIAL_TOKENS]].any()


def test_vocabulary_pieces_are_the_text() -> None:
    vocabulary = load_vocabulary(tiny_package() / "tokenizer.json")
    text = "SELECT name,\té \u2028 😀 FROM  t"
    assert b"".join(vocabulary.pieces[i] for i in vocabulary.encode(text)).decode() == text
    assert len(vocabulary.encode("<rep><|18|><end>")) == 3
