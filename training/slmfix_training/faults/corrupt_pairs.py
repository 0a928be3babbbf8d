"""Faults that need a clean program of their own beside the broken one: what the corpus seldom has, and cut texts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_cut import truncated
from slmfix_training.faults.corrupt_pairs_bash import (
    all_arguments,
    async_separator,
    command_line,
    late_shebang,
    lost_semicolons,
    placeholder_word,
    unended_exec,
)
from slmfix_training.faults.corrupt_pairs_python import repeated_function, unimported
from slmfix_training.faults.corrupt_pairs_sql import (
    dangling_condition,
    divided,
    joined_statements,
    placeholder_table,
    placeholder_value,
    year_of,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_cut import Pair, PairFault
    from slmfix_training.faults.corrupt_text import Operator

M = re.MULTILINE
_SCRIPT = (
    *('echo "${NAME:-world}"', "for f in ${FILES[@]}; do", 'if [ -z "${HOME}" ]; then', "exec ${APP_HOME}/bin/run"),
    *('curl -s "http://${HOST}:${PORT:-80}/"', "export PATH=${PATH}:/opt/bin", "date +%{Y}", "log ${1:?missing}"),
)


def gate_module(text: str, rng: Random) -> Pair | None:
    """A gate that is instantiated as if it were a module with named ports."""
    found = list(re.finditer(r"^([ \t]*)assign (\w+) = (~?)\(?(\w+) ([&|^]) (\w+)\)?;", text, M))
    if not found:
        return None
    match = rng.choice(found)
    gate = {"&": ("and", "nand"), "|": ("or", "nor"), "^": ("xor", "xnor")}[match[5]][bool(match[3])]
    name = rng.choice((f"{gate}_1", "g1", "u1", f"{gate}_gate_inst", "gate1", "inst1"))
    a, b, out = rng.choice(
        (("a", "b", "y"), ("in1", "in2", "out"), ("A", "B", "Y"), ("a", "b", "out"), ("a", "b", "q"))
    )
    ports = [f".{a}({match[4]})", f".{b}({match[6]})", f".{out}({match[2]})"]
    ports = ports if rng.random() < 0.6 else [ports[2], *ports[:2]]
    kind = gate if rng.random() < 0.6 else rng.choice((f"{gate}_gate", f"{gate}2", f"{gate}_2"))
    sides = text[: match.start()] + match[1], text[match.end() :]
    clean = f"{gate} {name} ({match[2]}, {match[4]}, {match[6]});"
    return f"{sides[0]}{kind} {name} ({', '.join(ports)});{sides[1]}", (f"{sides[0]}{clean}{sides[1]}",)


def script_in_heredoc(text: str, rng: Random) -> Pair | None:
    """A shell script in a heredoc whose `${...}` Terraform takes for its own."""
    lines = rng.sample(_SCRIPT, rng.randint(1, 3))
    name = rng.choice(("user_data", "script", "startup", "bootstrap"))
    word = rng.choice(("EOF", "EOT", "SCRIPT"))

    def block(body: str) -> str:
        return f"locals {{\n  {name} = <<-{word}\n    #!/bin/bash\n{body}  {word}\n}}\n"

    broken = "".join(f"    {line}\n" for line in lines)
    clean = broken.replace("${", "$${").replace("%{", "%%{")
    rest = rng.choice(("", "\n" + text)) if len(text) < 1200 else ""
    return block(broken) + rest, (block(clean) + rest,)


def pattern_in_quotes(text: str, rng: Random) -> Pair | None:
    """A regular expression or a path of Windows in double quotes, where YAML reads backslashes as escapes."""
    found = list(re.finditer(r"(?<=: )[\"']?([\w./ -]+)[\"']?$", text, M))
    if not found:
        return None
    match = rng.choice(found)
    word = rng.choice(
        (r"^\s*{}", r"{}\s+=.*$", r"{}\.conf", r"^{}\w+\s*$", r"C:\Users\{}", r"\d+\.{}", r"(.*){}\1", r"\({}\)")
    )
    value = word.format(match[1])
    sides = text[: match.start()], text[match.end() :]
    return f'{sides[0]}"{value}"{sides[1]}', (f"{sides[0]}'{value}'{sides[1]}",)


def maintainer(text: str, rng: Random) -> Pair | None:
    """The instruction that LABEL took the place of."""
    first = re.search(r"^FROM [^\n]*\n", text, M)
    if not first or re.search(r"(?i)^(?:LABEL\s+)?maintainer", text, M):
        return None
    who = rng.choice(("Jane Doe", "dev team", "admin", "Ops", "J. Smith", "build", "support", "Max Li", "K. Sato"))
    mail = rng.choice((" <{0}@example.com>", " {0}@example.org", "", "", ", {0}@example.net", ' "{0}@example.com"'))
    given = (who if rng.random() < 0.8 else "") + mail.format(who.split()[-1].lower())
    given = given.strip(" ,") or who
    sides = text[: first.end()] + rng.choice(("", "", "\n")), text[first.end() :]
    value = given.replace('"', r"\"")
    return f"{sides[0]}MAINTAINER {given}\n{sides[1]}", (f'{sides[0]}LABEL maintainer="{value}"\n{sides[1]}',)


def workdir(text: str, rng: Random) -> Pair | None:
    """A working directory that depends on the one before."""
    first = re.search(r"^FROM [^\n]*\n", text, M)
    if not first:
        return None
    place = rng.choice(("app", "src", "opt/app", "code", "home/app", "build", "workspace", "usr/src/app", "data"))
    end = rng.choice(("", "", "/"))
    start = rng.choice(("", "", "./", "~/"))
    sides = text[: first.end()], text[first.end() :]
    return f"{sides[0]}WORKDIR {start}{place}{end}\n{sides[1]}", (f"{sides[0]}WORKDIR /{place}{end}\n{sides[1]}",)


def escaped_document(text: str, rng: Random) -> Pair | None:
    """JSON inside of a string: every quote escaped."""
    if "\\" in text or len(text) > 160:
        return None
    return text.replace('"', '\\"'), (text,)


def json_lines(text: str, rng: Random) -> Pair | None:
    """Several values in a row, without the array and the commas that would make them one."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    items = value if isinstance(value, list) else [value, value]
    found = [json.dumps(item, ensure_ascii=False) for item in items if isinstance(item, dict | list)][
        : rng.randint(2, 4)
    ]
    if len(found) < 2 or sum(map(len, found)) > 400:
        return None
    joint = rng.choice(("\n", "\n", "", " "))
    return joint.join(found) + "\n", (f"[{f',{joint}'.join(found)}]\n",)


def small_value(text: str, rng: Random) -> str | None:
    """A small part of a JSON document; for what is found in tests of parsers."""
    try:
        stack = [json.loads(text)]
    except (ValueError, RecursionError):
        return None
    found: list[object] = []
    while stack and len(found) < 60:
        value = stack.pop()
        if isinstance(value, dict | list) and value:
            stack.extend(value.values() if isinstance(value, dict) else value[:8])
            if isinstance(value, dict) and len(value) > 2:
                keys = rng.sample(sorted(value), 2)
                stack.append({key: value[key] for key in keys})
            if len(str(value)) < 90:
                found.append(value)
    if not found:
        return None
    separators = rng.choice(((", ", ": "), (",", ":")))
    return json.dumps(rng.choice(found), separators=separators, ensure_ascii=False) + rng.choice(("", "\n"))


PAIRS: dict[str, tuple[PairFault, ...]] = {
    "bash": (
        (38, "separator", lost_semicolons),
        (9, "placeholder", placeholder_word),
        (1.5, "separator", async_separator),
        (4, "separator", unended_exec),
        (5, "quotes", all_arguments),
        (4, "residue", late_shebang),
        (10, "truncation", truncated("bash", 0.3)),
    ),
    "sql": (
        (9, "truncation", truncated("sql")),
        (2, "truncation", dangling_condition),
        (4, "several-statements", joined_statements),
        (2, "placeholder", placeholder_value),
        (1, "placeholder", placeholder_table),
    ),
    "ansible": ((5, "escapes", pattern_in_quotes),),
    "yaml": ((3, "escapes", pattern_in_quotes),),
    "verilog": ((5, "option-name", gate_module),),
    "sql-schema": ((8, "dialect", year_of), (5, "dialect", divided)),
    "python": (
        (46, "truncation", truncated("python", 0.3)),
        (10, "truncation", repeated_function),
        (16, "missing-import", unimported),
    ),
    "json": (
        (14, "truncation", truncated("json", 0.2)),
        (1, "escapes", escaped_document),
        (4, "several-statements", json_lines),
    ),
    "terraform": ((90, "truncation", truncated("terraform", 0.5)), (15, "escapes", script_in_heredoc)),
    "dockerfile": ((22, "keyword", maintainer), (10, "option-value", workdir)),
}
ENRICH: dict[str, tuple[float, Operator]] = {"bash": (0.45, command_line), "json": (0.5, small_value)}
"""How often, and how, a clean program is first made into another clean one that is nearer to real failures."""
