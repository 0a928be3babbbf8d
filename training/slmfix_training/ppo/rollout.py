"""Candidates from the policy: several edit scripts a prompt, sampled in torch with a key-value cache.

Under the bot's grammar mask every sampled script is legal and, with `words`, invents none, as in the bot itself. The
log-probabilities are then those of the masked distribution, and the masks are kept with the candidate: an update that
scored the same tokens under the whole vocabulary would compare two different distributions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from slmfix_bot.core.lexicon import Lexicon
from slmfix_bot.core.prompt import END, PAD
from slmfix_bot.core.script_grammar import ScriptGrammar, entries_of

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray
    from transformers import LlamaForCausalLM

    from slmfix_bot.adapters.vocabulary import Vocabulary

_VERILOG = "<l:verilog>"
ROWS = 96  # candidates that are written at the same time


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One sampled script. `prompt` is the number of its prompt in the batch; `log_probabilities` belong to `tokens`
    (with `<end>`, if it came); `legal` holds each token's mask over the vocabulary, None without the grammar."""

    prompt: int
    tokens: tuple[int, ...]
    log_probabilities: tuple[float, ...]
    script: str
    finished: bool
    legal: tuple[NDArray[np.bool_], ...] | None = None


class _Draft:
    """A candidate while it is written."""

    def __init__(self, number: int, grammar: ScriptGrammar | None) -> None:
        self.number, self.grammar = number, grammar
        self.tokens: list[int] = []
        self.values: list[float] = []
        self.legal: list[NDArray[np.bool_]] = []
        self.script = b""

    def mask(self, vocabulary: Vocabulary, width: int) -> NDArray[np.bool_]:
        assert self.grammar is not None
        self.legal.append(vocabulary.mask(self.grammar.allowed(), width))
        return self.legal[-1]

    def accept(self, token: int, value: float, vocabulary: Vocabulary) -> None:
        self.tokens.append(token)
        self.values.append(value)
        control = vocabulary.control_by_id.get(token)
        self.script += control.encode() if control else vocabulary.pieces[token]
        if self.grammar is not None:
            if control:
                self.grammar.accept_control(control)
            else:
                self.grammar.accept_text(vocabulary.pieces[token])

    def candidate(self, end: int) -> Candidate:
        return Candidate(
            prompt=self.number,
            tokens=tuple(self.tokens),
            log_probabilities=tuple(self.values),
            script=self.script.decode(errors="replace"),
            finished=self.tokens[-1:] == [end],
            legal=tuple(self.legal) if self.grammar is not None else None,
        )


@dataclass(kw_only=True)
class Sampler:
    """`temperature` 0 is greedy; with `masked` only legal scripts are written. `end` and `pad` are token ids."""

    model: LlamaForCausalLM
    vocabulary: Vocabulary
    end: int
    pad: int
    temperature: float = 1.0
    masked: bool = True
    max_new: int = 64
    seed: int = 0

    def __post_init__(self) -> None:
        self.generator = torch.Generator(device=self.model.device).manual_seed(self.seed)

    @torch.no_grad()
    def sample(
        self, prompts: Sequence[str], count: int, words: Sequence[Collection[str]] | None = None
    ) -> list[Candidate]:
        """`count` candidates a prompt, in the order of the prompts. `words` are those that may be written for each
        prompt (case folded), None for any; they only matter with `masked`."""
        self.model.eval()  # type: ignore[no-untyped-call,unused-ignore]
        coded = [self.vocabulary.encode(prompt) for prompt in prompts]
        order = sorted(range(len(prompts)), key=lambda i: len(coded[i]))  # little padding
        size = max(1, ROWS // count)
        drafts: list[_Draft] = []
        for at in range(0, len(order), size):
            chunk = order[at : at + size]
            lexicons = {i: Lexicon(words[i], based_numbers=prompts[i].startswith(_VERILOG)) for i in chunk if words}
            rows = [_Draft(i, self._grammar(prompts[i], lexicons.get(i))) for i in chunk for _ in range(count)]
            self._write([coded[i] for i in chunk], rows, count)
            drafts += rows
        return [draft.candidate(self.end) for draft in sorted(drafts, key=lambda draft: draft.number)]

    def _grammar(self, prompt: str, lexicon: Lexicon | None) -> ScriptGrammar | None:
        if not self.masked:
            return None
        return ScriptGrammar(entries_of(prompt), self.vocabulary.operations, lexicon)

    def _write(self, coded: list[list[int]], rows: list[_Draft], count: int) -> None:
        """Prefills each prompt once, repeats its cache for its candidates, and drops those that are finished."""
        device = self.model.device
        width = max(map(len, coded))
        ids = torch.tensor([[self.pad] * (width - len(row)) + row for row in coded], device=device)
        mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in coded], device=device)
        positions = (mask.cumsum(1) - 1).clamp(min=0)
        done: Any = self.model(
            input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=True, logits_to_keep=1
        )
        cache, logits = done.past_key_values, done.logits[:, -1].repeat_interleave(count, 0)
        cache.batch_repeat_interleave(count)
        mask, position = (part.repeat_interleave(count, 0) for part in (mask, positions[:, -1:]))
        for _ in range(self.max_new):
            tokens, values = self._choose(logits, rows)
            for row, token, value in zip(rows, tokens.tolist(), values.tolist(), strict=True):
                row.accept(token, value, self.vocabulary)
            still = (tokens != self.end).nonzero()[:, 0]
            if not len(still):
                return
            if len(still) < len(rows):
                rows = [rows[i] for i in still.tolist()]
                cache.batch_select_indices(still)
                mask, position, tokens = mask[still], position[still], tokens[still]
            mask, position = torch.cat([mask, mask.new_ones(len(rows), 1)], 1), position + 1
            done = self.model(
                input_ids=tokens[:, None],
                attention_mask=mask,
                position_ids=position,
                past_key_values=cache,
                use_cache=True,
            )
            cache, logits = done.past_key_values, done.logits[:, -1]

    def _choose(self, logits: torch.Tensor, rows: list[_Draft]) -> tuple[torch.Tensor, torch.Tensor]:
        """The next token of each row and its log-probability."""
        legal = None
        if self.masked:
            masks = np.stack([row.mask(self.vocabulary, logits.shape[1]) for row in rows])
            legal = torch.from_numpy(masks).to(logits.device)
        scores = log_distribution(logits, legal, self.temperature or 1.0)
        if self.temperature == 0:
            tokens = scores.argmax(1)
        else:
            # torch.multinomial takes a fifth of the time of a rollout on a CPU; a draw above 0 cannot hit what has
            # no probability
            sums = scores.exp().cumsum(1)
            drawn = 1 - torch.rand(len(rows), 1, generator=self.generator, device=sums.device)
            tokens = torch.searchsorted(sums, drawn * sums[:, -1:])[:, 0].clamp(max=sums.shape[1] - 1)
        return tokens, scores.gather(1, tokens[:, None])[:, 0]


def log_distribution(logits: torch.Tensor, legal: torch.Tensor | None, temperature: float) -> torch.Tensor:
    """Log-probabilities over the last axis; illegal tokens (False) have none. Rollout and update share this."""
    scores = logits.float() / temperature
    if legal is not None:
        scores = scores.masked_fill(~legal, float("-inf"))
    return scores.log_softmax(-1)


def new_sampler(
    model: LlamaForCausalLM, vocabulary: Vocabulary, *, temperature: float = 1.0, seed: int = 0, **settings: Any
) -> Sampler:
    """A sampler with the control tokens of the vocabulary; `settings` are further fields of `Sampler`."""
    return Sampler(
        model=model,
        vocabulary=vocabulary,
        end=vocabulary.control[END],
        pad=vocabulary.control[PAD],
        temperature=temperature,
        seed=seed,
        **settings,
    )
