"""Rules for Verilog: declarations that are missing or of the wrong kind, and what models forget in its syntax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.verilog_names import declare
from slmfix_bot.core.propose.verilog_nets import as_variables
from slmfix_bot.core.propose.verilog_source import Module, module_at, read_modules
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slmfix_bot.core.diagnostic import Diagnostic

_NAMES = frozenset({"unknown-name", "assign-to-net"})


def propose_verilog_names(case: Case) -> Iterator[Candidate]:
    """Declarations for the names of the diagnostics: all of them at once, those of the target's kind, the target's."""
    together = [case.diagnostics, [d for d in case.diagnostics if d.rule == case.target.rule], [case.target]]
    for rank, diagnostics in enumerate(together):
        for order, ports in enumerate((True, False)):
            text = _settle(case.text, [d for d in diagnostics if d.rule in _NAMES and d.found], ports=ports)
            if text is not None and text != case.text:
                yield _rule(text, 0.5 + 0.1 * rank + 0.9 * order, "declarations")
    yield from _respelt(case)


def _settle(text: str, diagnostics: Iterable[Diagnostic], *, ports: bool) -> str | None:
    """The text with every name declared as it is used. Modules are changed from the last to the first, so that places
    stay true; None if one of the names has no such answer."""
    by_module: dict[int, tuple[Module, list[str], list[str]]] = {}
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for diagnostic in diagnostics:
        offset = starts[min(diagnostic.line, len(lines)) - 1] + (diagnostic.column or 1) - 1
        module = module_at(text, offset)
        if module is None or diagnostic.found is None:
            return None
        _, unknown, nets = by_module.setdefault(module.start, (module, [], []))
        (unknown if diagnostic.rule == "unknown-name" else nets).append(diagnostic.found)
    for start in sorted(by_module, reverse=True):
        module, unknown, nets = by_module[start]
        changed: str | None = text
        if nets:
            changed = as_variables(text, module, dict.fromkeys(nets))
        if changed is not None and unknown:
            moved = next(m for m in read_modules(changed) if m.start == start)
            changed = declare(changed, moved, dict.fromkeys(unknown), ports=ports)
        if changed is None:
            return None
        text = changed
    return text


def _respelt(case: Case) -> Iterator[Candidate]:
    """A declared name that differs from the unknown one by case or underscores only."""
    found = case.target.found
    if case.target.rule != "unknown-name" or not found:
        return
    plain = found.replace("_", "").casefold()
    for name in case.target.expected:
        if name.replace("_", "").casefold() == plain and len(plain) > 1:
            text = re.sub(rf"(?<![\w$.`'\\]){re.escape(found)}(?![\w$])", name, case.text)
            yield _rule(text, 0.4, f"{found} -> {name}")


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SCHEMA, cost, note)
