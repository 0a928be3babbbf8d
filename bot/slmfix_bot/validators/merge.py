"""One word out of those of several validators of a language: the built-in one and the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic, Validation

if TYPE_CHECKING:
    from collections.abc import Sequence


def merge(parts: Sequence[Validation]) -> Validation:
    """All diagnostics in the order of the text, equal ones once. Who could not judge is `silent` beside one who could;
    when nobody could, the program is skipped with every reason."""
    if len(parts) == 1:
        return parts[0]
    heard = [part for part in parts if part.skipped is None]
    reasons = tuple(_reason(part) for part in parts if part.skipped is not None)
    if not heard:
        names = " and ".join(part.validator for part in parts)
        return Validation(validator=names, version="", skipped="; ".join(reasons)[:500])
    return Validation(
        validator=" and ".join(part.validator for part in heard),
        version=" and ".join(part.version or "?" for part in heard),
        diagnostics=_together([d for part in heard for d in part.diagnostics]),
        silent=reasons,
    )


def _reason(part: Validation) -> str:
    reason = part.skipped or ""
    return reason if reason.startswith(f"{part.validator}: ") else f"{part.validator}: {reason}"


def _together(found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Stable by line; two validators that say the same of the same place say it once."""
    unique = {(d.rule, d.message, d.line, d.severity): d for d in reversed(found)}
    kept = {id(d) for d in unique.values()}
    return tuple(sorted((d for d in found if id(d) in kept), key=lambda d: d.line))
