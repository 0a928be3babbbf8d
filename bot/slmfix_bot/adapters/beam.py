"""The most probable legal scripts of a model: beam search under the grammar (docs/decisions/0013-decoding.md).

Beams are compared by the probability that is left when the illegal tokens are taken away. Sampling spent a third of its
candidates on scripts that it had already and on improbable ones. The search is deterministic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from slmfix_bot.core.ports import Proposal

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from slmfix_bot.adapters.vocabulary import Vocabulary
    from slmfix_bot.core.script_grammar import ScriptGrammar

    Floats = NDArray[np.float32]
    Cache = list[Floats]
    Step = Callable[[NDArray[np.int64], Cache], tuple[Floats, Cache]]


_MARGIN = 12.0  # nats behind the best finished script at which an open one is given up


@dataclass(frozen=True)
class _Beam:
    """An open or finished script; `score` among the legal tokens, `log_probability` among all; `row` of the batch."""

    grammar: ScriptGrammar
    script: bytes = b""
    score: float = 0.0
    log_probability: float = 0.0
    row: int = 0
    token: int = 0

    def extended(self, token: int, vocabulary: Vocabulary) -> tuple[ScriptGrammar, bytes]:
        """The grammar and the script after the token."""
        grammar = self.grammar.copy()
        control = vocabulary.control_by_id.get(token)
        if control:
            grammar.accept_control(control)
            return grammar, self.script + control.encode()
        grammar.accept_text(vocabulary.pieces[token])
        return grammar, self.script + vocabulary.pieces[token]


def _log_normaliser(logits: Floats) -> float:
    top = logits.max()
    return float(top + np.log(np.exp(logits - top).sum()))


def _continuations(beam: _Beam, row: int, logits: Floats, vocabulary: Vocabulary, width: int) -> list[_Beam]:
    """The `width` most probable next tokens of one beam, not yet applied."""
    legal = np.flatnonzero(vocabulary.mask(beam.grammar.allowed(), logits.size))
    if not len(legal):
        return []
    values = logits[legal]
    best = np.argpartition(-values, width)[:width] if len(values) > width else np.arange(len(values))
    among_legal, among_all = _log_normaliser(values), _log_normaliser(logits)
    return [
        _Beam(
            beam.grammar,
            beam.script,
            beam.score + float(values[i]) - among_legal,
            beam.log_probability + float(values[i]) - among_all,
            row,
            int(legal[i]),
        )
        for i in best
    ]


def search(
    step: Step, logits: Floats, cache: Cache, grammar: ScriptGrammar, vocabulary: Vocabulary, width: int, limit: int
) -> list[Proposal]:
    """Up to `width` finished scripts of at most `limit` tokens that do different things, most probable first.

    `logits` (1 x vocabulary) and `cache` (batch 1) are those after the prompt; `step` takes ids (batch x 1) and a
    cache and returns logits (batch x 1 x vocabulary) and the next cache.
    """
    beams = [_Beam(grammar)]
    done: dict[tuple[object, ...], _Beam] = {}
    for _ in range(limit):
        options = [c for i, beam in enumerate(beams) for c in _continuations(beam, i, logits[i], vocabulary, width)]
        options.sort(key=lambda option: (-option.score, option.row, option.token))
        opened: dict[bytes, _Beam] = {}
        least = max((beam.score for beam in done.values()), default=float("-inf")) - _MARGIN
        for option in options:
            if len(opened) + len(done) >= width or option.score < least:
                break
            state, script = option.extended(option.token, vocabulary)
            beam = replace(option, grammar=state, script=script)
            # Tokens spell a text in several ways, and scripts do the same with more or less context: the most
            # probable one stands for all.
            if state.is_closed:
                done.setdefault(state.effect, beam)
            else:
                opened.setdefault(script, beam)
        beams = list(opened.values())
        if not beams:
            break
        rows = [beam.row for beam in beams]
        cache = [part[rows] for part in cache]
        new_logits, cache = step(np.array([[beam.token] for beam in beams], dtype=np.int64), cache)
        logits = new_logits[:, -1]
    finished = sorted(done.values(), key=lambda beam: -beam.score)
    return [Proposal(script=beam.script.decode(), log_probability=beam.log_probability) for beam in finished]
