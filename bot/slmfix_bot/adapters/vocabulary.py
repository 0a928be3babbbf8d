"""A model's vocabulary: byte-level BPE pieces as bytes, control tokens, and the masks that the grammar asks for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from slmfix_bot.adapters.word_masks import WordMasks
from slmfix_bot.core.prompt import OPERATIONS, OPTIONAL_TOKENS, SPECIAL_TOKENS
from slmfix_bot.errors import ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from slmfix_bot.core.script_grammar import Allowed


def _byte_alphabet() -> dict[str, int]:
    """The characters that byte-level BPE writes for bytes: printable Latin-1 as itself, the rest from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + i): byte for i, byte in enumerate(others)}


class Vocabulary:
    """`pieces[i]` are the bytes of token i, empty for special tokens; `operations` are those that can be written."""

    def __init__(self, tokenizer: Any) -> None:
        """`tokenizer` is a `tokenizers.Tokenizer`; raises ModelError when it lacks control tokens."""
        self._tokenizer = tokenizer
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self.size = int(self._tokenizer.get_vocab_size(with_added_tokens=True))
        special = {i for i, token in self._tokenizer.get_added_tokens_decoder().items() if token.special}
        ids = {token: self._tokenizer.token_to_id(token) for token in SPECIAL_TOKENS}
        absent = {token for token, i in ids.items() if i is None or i not in special}
        if missing := [token for token in ids if token in absent - OPTIONAL_TOKENS]:
            msg = f"the tokenizer lacks the special tokens {', '.join(missing[:5])}: it was not made for line-edit/1"
            raise ModelError(msg)
        self.control: dict[str, int] = {token: i for token, i in ids.items() if token not in absent}
        self.control_by_id = {i: token for token, i in self.control.items()}
        self.operations = tuple(operation for operation in OPERATIONS if operation in self.control)
        alphabet = _byte_alphabet()
        self.pieces = [b"" if i in special else self._bytes(i, alphabet) for i in range(self.size)]
        self._by_bytes = {piece: i for i, piece in enumerate(self.pieces) if piece}
        self._longest = max(map(len, self._by_bytes), default=0)
        self._text = [i for i, piece in enumerate(self.pieces) if piece and b"\n" not in piece]
        self._blank = [i for i, piece in enumerate(self.pieces) if piece and not piece.strip(b" \t")]
        self._masks: dict[tuple[bool, bool, tuple[str, ...], int], NDArray[np.bool_]] = {}

    def _bytes(self, token_id: int, alphabet: dict[str, int]) -> bytes:
        token = self._tokenizer.id_to_token(token_id) or ""
        if all(character in alphabet for character in token):
            return bytes(alphabet[character] for character in token)
        return str(token).encode()

    @cached_property
    def _word_masks(self) -> WordMasks:
        return WordMasks(self.pieces)

    def encode(self, text: str) -> list[int]:
        """Token ids of a rendered prompt or script; control tokens are recognised, none is added."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def mask(self, allowed: Allowed, width: int) -> NDArray[np.bool_]:
        """Which of the `width` logits are legal."""
        any_text = allowed.text and allowed.lexicon is None
        key = any_text, allowed.blanks, allowed.control, width
        if key not in self._masks:
            mask = np.zeros(width, dtype=np.bool_)
            if any_text:
                mask[self._text] = True
            if allowed.blanks:
                mask[self._blank] = True
            mask[[self.control[token] for token in allowed.control if token in self.control]] = True
            self._masks[key] = mask
        mask = self._masks[key]
        if allowed.lexicon is not None and allowed.text:
            mask = mask.copy()
            mask[: self.size] |= self._word_masks.mask(allowed.lexicon, allowed.word)[:width]
        if allowed.copies:
            mask = mask.copy()
            beginnings = {copy[:n] for copy in allowed.copies for n in range(1, min(len(copy), self._longest) + 1)}
            mask[[self._by_bytes[piece] for piece in beginnings if piece in self._by_bytes]] = True
        return mask
