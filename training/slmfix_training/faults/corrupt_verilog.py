"""Faults of Verilog: above all names that nothing declares and nets that a procedure assigns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import (
    drop,
    drop_line,
    every,
    fence,
    near_names,
    prose_head,
    prose_tail,
    swap,
    truncate,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

M = re.MULTILINE
PORT = re.compile(r"(?<=[(,])\s*(?:input|output)\b[^,()\n]*?\b(\w+)\s*(?:,[ \t]*(?://[^\n]*)?|(?=\)|\n\s*\)))")
CONTROL = re.compile(r"(?i)clk|clock|rst|reset|arst|ena?\Z|enable|load|start|valid|sel")
DECLARATION = re.compile(
    r"^[ \t]*(?:reg|wire|logic|integer|int|genvar|bit|parameter|localparam)\b[^;\n]*;[ \t]*(?://[^\n]*)?\n", M
)
BODY_NAME = re.compile(r"(?<![\w.`'$\\])([a-zA-Z_]\w*)(?!\w)")
RESERVED = frozenset(
    """module endmodule input output inout wire reg logic assign always always_ff always_comb always_latch posedge
    negedge begin end if else case casez casex endcase default for generate endgenerate genvar integer parameter
    localparam function endfunction task endtask initial signed unsigned int bit or and not typedef enum struct
    """.split()
)


def missing_port(text: str, rng: Random) -> str | None:
    """A port that the module uses is not in its header: a clock or a reset as a rule."""
    found = [m for m in PORT.finditer(text) if len(re.findall(rf"\b{m[1]}\b", text)) > 1]
    controls = [m for m in found if CONTROL.search(m[1])]
    if len(list(PORT.finditer(text))) < 2 or not found:
        return None
    match = rng.choice(controls if controls and rng.random() < 0.8 else found)
    left, right = text[: match.start()], text[match.end() :]
    if re.match(r"\s*\)", right):
        left = left.rstrip().removesuffix(",")
    return left + right


def missing_declaration(text: str, rng: Random) -> str | None:
    """One to three declarations of names that are used are not there."""
    text_now, done = text, False
    for _ in range(rng.choices((1, 2, 3), (60, 25, 15))[0]):
        found = list(DECLARATION.finditer(text_now))
        if not found:
            break
        match = rng.choice(found)
        text_now, done = text_now[: match.start()] + text_now[match.end() :], True
    return text_now if done else None


def missing_declarator(text: str, rng: Random) -> str | None:
    """One name of a declaration of several is not there: `reg state;` in place of `reg state, next_state;`."""
    pattern = r"^([ \t]*(?:reg|wire|logic|integer|parameter|localparam)\b[^;\n]*?),\s*\w+(?: *= *[\w']+)?(?=[,;])"
    return swap(pattern, r"\1", flags=M)(text, rng)


def other_name(text: str, rng: Random) -> str | None:
    """One or several names are used in a form that nothing declares."""
    head = text.find(";") + 1
    names = [m for m in BODY_NAME.finditer(text, head) if m[1] not in RESERVED and len(m[1]) > 1]
    if not names:
        return None
    result = text
    for _ in range(rng.choices((1, 2, 3), (75, 17, 8))[0]):
        name = rng.choice(names)[1]
        forms = [form for form in near_names(name, rng) if not re.search(rf"\b{form}\b", text)]
        uses = [m for m in re.finditer(rf"(?<![\w.`'$]){name}(?!\w)", result) if m.start() >= head]
        if not forms or not uses:
            continue
        new = rng.choice(forms)
        use = rng.choice(uses)
        whole = rng.random() < 0.3  # every use from there on
        rest = re.sub(rf"(?<![\w.`'$]){name}(?!\w)", new, result[use.end() :]) if whole else result[use.end() :]
        result = result[: use.start()] + new + rest
    return result if result != text else None


def declared_again(text: str, rng: Random) -> str | None:
    """A port is declared a second time in the body."""
    found = list(re.finditer(r"\boutput\s+(?:reg|logic)\s+((?:\[[^\]]*\]\s*)?)(\w+)\s*(?=[,)\n])", text))
    at = text.find(");")
    if not found or at < 0:
        return None
    match = rng.choice(found)
    line = f"{rng.choice(('', '    '))}{rng.choice(('reg', 'wire'))} {match[1]}{match[2]};"
    return f"{text[: at + 2]}\n{line}{text[at + 2 :]}"


def other_module(text: str, rng: Random) -> str | None:
    """An instance of a module that is called differently where it is defined."""
    modules = re.findall(r"^\s*module\s+(\w+)", text, M)
    uses = [m for name in modules for m in re.finditer(rf"^[ \t]*({name})(?=[ \t]+(?:#\s*\(|\w+\s*\())", text, M)]
    if not uses:
        return None
    match = rng.choice(uses)
    return text[: match.start(1)] + rng.choice(near_names(match[1], rng)) + text[match.end(1) :]


def other_port(text: str, rng: Random) -> str | None:
    """A port of an instance that its module does not have."""
    found = list(re.finditer(r"(?<=\.)(\w+)(?=\s*\()", text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + rng.choice(near_names(match[1], rng)) + text[match.end() :]


def second_module(text: str, rng: Random) -> str | None:
    """The model goes on with the header of the same module."""
    head = re.search(r"^\s*module\b[^;]*;", text, M)
    return f"{text.rstrip()}\n\n{head[0].strip()}\n" if head and len(head[0]) < 400 else None


SYNTAX: tuple[Fault, ...] = (
    (11, "net-assignment", swap(r"\boutput\s+(?:reg|logic)\b", "output", "output wire", "output")),
    (8, "net-assignment", every(r"\boutput\s+(?:reg|logic)\b", "output", "output", "output wire")),
    (6, "net-assignment", swap(r"^(\s*)(?:reg|logic)\b(?!\s*\w*\s*\[[^\]]*\]\s*;)", r"\1wire", flags=M)),
    (2, "net-assignment", drop(r"^[ \t]*reg\s+(?:\[[^\]]*\]\s*)?\w+;[ \t]*\n", flags=M)),
    (38, "unknown-name", missing_port),
    (18, "unknown-name", missing_declaration),
    (5, "unknown-name", missing_declarator),
    (11, "unknown-name", other_name),
    (1, "unknown-name", swap(r"\bfor\s*\(\s*(?:int|integer|genvar)\s+", "for (")),
    (0.7, "redeclaration", declared_again),
    (0.7, "redeclaration", swap(r"^([ \t]*)(?:reg|logic) ", r"\1output reg ", flags=M)),
    (3, "module-name", other_module),
    (2, "unknown-name", other_port),
    (2.75, "keyword", swap(r"\bassign\s+", "")),
    (1.65, "keyword", every(r"\bassign\s+", "")),
    (3.6, "unclosed", drop(r"\bend\b(?![\w])[ \t]*")),
    (0.9, "unclosed", drop(r"\bbegin\b")),
    (1.35, "unclosed", drop(r"\bendcase\b[ \t]*\n?")),
    (1.8, "truncation", swap(r"\s*\bendmodule\b\s*\Z", "\n", "\n\nendmodul\n", "\n")),
    (1.2, "truncation", swap(r"(?:\s*\bend\b)?\s*\bendmodule\b\s*\Z", "\n")),
    (1.2, "truncation", truncate),
    (2, "surplus-closer", swap(r"(\bend\b)(?!\w)", r"\1\n\1", r"\1\n    \1")),
    (1, "surplus-closer", swap(r"(\bendmodule\b)", r"end\n\1", r"\1\nendmodule", r"endcase\n\1")),
    (0.5, "surplus-closer", swap(r"(?<=\w)\)", "))", flags=M)),
    (1.75, "separator", drop(r";(?=\s*\n)")),
    (0.5, "separator", swap(r",(?=\s*\n)", "", ";")),
    (0.5, "separator", swap(r"(\w)(\s*\n?\s*\)\s*;)", r"\1,\2", r"\1;\2")),
    (0.5, "separator", swap(r"^(\s*\w[\w']*)\s*:(?!:)", r"\1", r"\1 :=", flags=M)),
    (0.9, "unclosed", drop(r"[()]")),
    (0.45, "unclosed", drop(r"[\[\]{}]")),
    (1, "dialect", swap(r"\belse if\b", "elseif", "elif", "elsif")),
    (0.5, "dialect", swap(r"\bbegin\b", "{", "do", "then")),
    (0.5, "dialect", every(r"\bbegin\b", "{")),
    (0.5, "dialect", swap(r" (?:&&|\|\|) ", " and ", " or ", " AND ")),
    (0.5, "dialect", swap(r"\bif\s*(\([^()\n]*\))", r"if \1 then", r"if \1:", r"if \1 {")),
    (0.5, "dialect", swap(r"^(\s*)(?:#\d+|//[^\n]*)$", r"\1# \1", r"\1-- note", flags=M)),
    (0.5, "dialect", swap(r"(?<=\s)(\w+)\s*<?=\s*(?=\w)", r"\1 := ", r"\1 =< ")),
    (1.1, "keyword", swap(r"@\s*\(([^()\n]*)\)", r"\1", r"@ \1", r"(\1)")),
    (0.55, "keyword", swap(r"\b(?:posedge|negedge)\s+(\w+)", r"\1 posedge", r"pos_edge \1", r"posedge(\1")),
    (0.55, "keyword", swap(r"\balways\s*@", "alway @", "@", "always_ff", "process @")),
    (0.55, "keyword", swap(r"\bif\s*\((\w+)\)", r"if (posedge \1)")),
    (0.55, "keyword", swap(r"\bmodule\s+(\w+)", r"modul \1", r"module", r"\1")),
    (1.5, "other", swap(r"(\d)'d([2-9])\b", r"\1'b\2")),
    (0.5, "other", swap(r"(\d)'b([01]+)", r"\1b\2", r"\1'b\g<2>2", r"\1`b\2", r"\1'\2")),
    (0.5, "clause-order", swap(r"\b(input|output)\s+(reg|wire|logic)\b", r"\2 \1")),
    (0.5, "several-statements", second_module),
    (1, "keyword", swap(r"\bcase([zx]?)\s*(\([^()\n]*\))", r"switch \2", r"case\1 \2 of", r"case\1 \2:")),
    (3, "residue", fence("verilog")),
    (2, "residue", prose_tail("verilog")),
    (1, "residue", prose_head("verilog")),
    (0.5, "placeholder", swap(r"^(\s*assign\s+\w+\s*=)[^;\n]*;", r"\1 // your code here", r"\1 ...;", flags=M)),
    (
        1,
        "misspelling",
        swap(r"\b(?:endmodule|assign|always|begin|input|output)\b", "endmodul", "asign", "inputs", "beign"),
    ),
    (0.45, "unclosed", drop_line),
)
