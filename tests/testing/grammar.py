"""Feeds whole scripts to the decoding grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.prompt import DELETE, END, INDENT, LINE_TOKENS, OPERATIONS, SUBSTITUTE, TO, neutralise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.edit_operation import Operation
    from slmfix_bot.core.script_grammar import ScriptGrammar


def accept(state: ScriptGrammar, *tokens: str) -> ScriptGrammar:
    """Feeds control tokens and texts, each of which must be legal."""
    for token in tokens:
        allowed = state.allowed()
        if token in (*OPERATIONS, *LINE_TOKENS, TO, END):
            assert token in allowed.control, (token, allowed)
            state.accept_control(token)
        else:
            piece = token.encode()
            is_legal = allowed.text or any(copy.startswith(piece) for copy in allowed.copies)
            assert is_legal or (allowed.blanks and not piece.strip(b" \t")), (token, allowed)
            state.accept_text(piece)
    return state


def accept_script(state: ScriptGrammar, operations: Sequence[Operation]) -> None:
    """Every token of the script must be legal, and close it."""
    for operation in operations:
        tokens = [operation.kind, LINE_TOKENS[operation.first]]
        if operation.kind in (DELETE, INDENT):
            tokens.append(LINE_TOKENS[operation.last])
        if operation.kind in (SUBSTITUTE, INDENT):
            tokens += [neutralise(operation.old), TO]
        accept(state, *(token for token in [*tokens, neutralise(operation.text)] if token))
    assert accept(state, END).is_closed
