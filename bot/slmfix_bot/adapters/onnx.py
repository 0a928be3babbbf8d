"""The repair model on onnxruntime: an optimum graph (text-generation-with-past) behind `core.ports.RepairModel`.

One prefill serves the beam search of a prompt and the scripts to score: they share its key-value cache. Results depend
only on the package, the prompt and the number of candidates (and, in the last bits, on the number of threads).
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np

from slmfix_bot.adapters.beam import search
from slmfix_bot.adapters.model_package import MODEL_FILE, TOKENIZER_FILE
from slmfix_bot.adapters.vocabulary import Vocabulary
from slmfix_bot.core.lexicon import Lexicon
from slmfix_bot.core.prompt import language_token
from slmfix_bot.core.script_grammar import ScriptGrammar, entries_of
from slmfix_bot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from slmfix_bot.adapters.model_package import ModelPackage
    from slmfix_bot.core.ports import Proposal

    Floats = NDArray[np.float32]

_BATCH = 16  # scripts that are scored in one forward pass
_PREFILLS = 4  # prompts whose cache is kept, for propose and score of the same prompt
_VERILOG = language_token("verilog")
_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}


def available_devices() -> list[str]:
    """The devices that the installed onnxruntime can use, by our names."""
    import onnxruntime  # type: ignore[import-untyped,unused-ignore]

    offered = onnxruntime.get_available_providers()
    return [name for name, provider in _PROVIDERS.items() if provider in offered]


def _choose_device(device: str) -> str:
    devices = available_devices()
    if device == "auto":
        return "cuda" if "cuda" in devices else "cpu"
    if device not in devices:
        msg = f"device {device!r} is not available, only {', '.join(devices)}: CUDA needs the [gpu] extra and a driver"
        raise ModelError(msg)
    return device


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary of a `tokenizer.json`; raises ModelError when it is unreadable or lacks control tokens."""
    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exception
        msg = f"cannot read the tokenizer {path}: {error}"
        raise ModelError(msg) from error
    return Vocabulary(tokenizer)


class Network:
    """The graph: logits and cache for new tokens after a cache."""

    def __init__(self, path: Path, device: str, threads: int) -> None:
        import onnxruntime  # type: ignore[import-untyped,unused-ignore]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # weights are stored small and computed in fp32: expand them once at load, not at every step
        options.add_session_config_entry("session.disable_quant_qdq", "1")
        try:
            providers = [_PROVIDERS[device]] if device == "cpu" else [_PROVIDERS[device], _PROVIDERS["cpu"]]
            self.session: Any = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:  # onnxruntime's errors share no public base class
            msg = f"onnxruntime cannot load {path}: {error}"
            raise ModelError(msg) from error
        inputs = {item.name: item.shape for item in self.session.get_inputs()}
        self.past = {name: shape for name, shape in inputs.items() if name.startswith("past_key_values.")}
        self.plain = inputs.keys() - self.past.keys()
        self.present = [name.replace("past_key_values", "present") for name in self.past]
        outputs = {item.name for item in self.session.get_outputs()}
        known = {"input_ids", "attention_mask", "position_ids"}
        if not self.past or self.plain - known or {"logits", *self.present} - outputs:
            msg = f"{path} is not a text-generation-with-past graph of the kind that slmfix-export writes"
            raise ModelError(msg)

    def run(self, ids: NDArray[np.int64], cache: list[Floats] | None) -> tuple[Floats, list[Floats]]:
        """`ids` is batch x new tokens, without padding on the left; logits are batch x new tokens x vocabulary."""
        batch, length = ids.shape
        cache = cache if cache is not None else [self._empty(shape) for shape in self.past.values()]
        seen = cache[0].shape[2]
        feeds: dict[str, Any] = {"input_ids": ids, **dict(zip(self.past, cache, strict=True))}
        if "attention_mask" in self.plain:
            feeds["attention_mask"] = np.ones((batch, seen + length), dtype=np.int64)
        if "position_ids" in self.plain:
            feeds["position_ids"] = np.tile(np.arange(seen, seen + length, dtype=np.int64), (batch, 1))
        logits, *present = self.session.run(["logits", *self.present], feeds)
        return logits, present

    def _empty(self, shape: Sequence[Any]) -> Floats:
        return np.zeros((1, shape[1], 0, shape[3]), dtype=np.float32)


def _log_normaliser(logits: Floats) -> Floats:
    """log sum exp over the last axis."""
    top = logits.max(axis=-1, keepdims=True)
    result: Floats = top[..., 0] + np.log(np.exp(logits - top).sum(axis=-1))
    return result


class OnnxRepairModel:
    """Implements `core.ports.RepairModel`. `device` is the one in use, "cpu" or "cuda"."""

    def __init__(self, package: ModelPackage, *, device: str = "cpu", threads: int = 1) -> None:
        """Loads a verified package. `threads` inside one operation; raises ModelError when it cannot be run."""
        self.identity = package.identity
        self.device = _choose_device(device)
        self._package = package
        self._vocabulary = load_vocabulary(package.path(TOKENIZER_FILE))
        self.operations = self._vocabulary.operations
        self._network = Network(package.path(MODEL_FILE), self.device, threads)
        self._prefills: OrderedDict[str, tuple[Floats, list[Floats]]] = OrderedDict()

    def _prefill(self, prompt: str) -> tuple[Floats, list[Floats]] | None:
        """Logits after the prompt and its cache, batch 1; None when the prompt is longer than the model reads."""
        if prompt not in self._prefills:
            ids = self._vocabulary.encode(prompt)
            if not 0 < len(ids) <= self._package.max_prompt_tokens:
                return None
            logits, cache = self._network.run(np.array([ids], dtype=np.int64), None)
            self._prefills[prompt] = logits[:, -1].copy(), cache
            if len(self._prefills) > _PREFILLS:
                self._prefills.popitem(last=False)
        self._prefills.move_to_end(prompt)
        return self._prefills[prompt]

    def propose(self, prompt: str, count: int, words: Collection[str] | None = None) -> Sequence[Proposal]:
        """Up to `count` finished scripts that do different things, most probable first; none for a prompt that is too
        long. New text keeps to `words` (case folded; None: to any)."""
        prefill = self._prefill(prompt)
        if prefill is None or count < 1:
            return ()
        lexicon = Lexicon(words, based_numbers=prompt.startswith(_VERILOG)) if words is not None else None
        grammar = ScriptGrammar(entries_of(prompt), self.operations, lexicon)
        return tuple(
            search(self._network.run, *prefill, grammar, self._vocabulary, count, self._package.max_new_tokens)
        )

    def score(self, prompt: str, scripts: Sequence[str]) -> Sequence[float]:
        """Natural log-probability of each script given the prompt; -inf for a prompt that is too long."""
        prefill = self._prefill(prompt)
        if prefill is None:
            return (float("-inf"),) * len(scripts)
        tokens = [self._vocabulary.encode(script) for script in scripts]
        scores = [0.0] * len(scripts)
        by_length = sorted((i for i, ids in enumerate(tokens) if ids), key=lambda i: len(tokens[i]))
        for start in range(0, len(by_length), _BATCH):
            chunk = by_length[start : start + _BATCH]
            for i, score in zip(chunk, self._score_batch([tokens[i] for i in chunk], *prefill), strict=True):
                scores[i] = score
        return tuple(scores)

    def _score_batch(self, tokens: list[list[int]], first: Floats, cache: list[Floats]) -> list[float]:
        # right padding needs no mask: a causal model does not look ahead
        longest = max(map(len, tokens))
        ids = np.array([row + [0] * (longest - len(row)) for row in tokens], dtype=np.int64)
        scores = first[0][ids[:, 0]] - _log_normaliser(first)[0]
        if longest > 1:
            cache = [np.repeat(part, len(tokens), axis=0) for part in cache]
            logits, _ = self._network.run(ids[:, :-1], cache)
            chosen = np.take_along_axis(logits, ids[:, 1:, None], axis=2)[..., 0] - _log_normaliser(logits)
            lengths = np.array([len(row) for row in tokens])
            scores = scores + np.where(np.arange(1, longest) < lengths[:, None], chosen, 0).sum(axis=1)
        return [float(score) for score in scores]
