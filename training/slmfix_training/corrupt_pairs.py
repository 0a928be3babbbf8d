"""Faults that need a clean program of their own beside the broken one: what the corpus seldom has, and cut texts."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from slmfix_training.corrupt_cut import truncated

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.corrupt_cut import Pair, PairFault
    from slmfix_training.corrupt_text import Operator

M = re.MULTILINE
_CONTINUED = ("do", "then", "else", "{", "|", "&&", "||", ";", "(", "&", "in")
_PLACES = ("file", "filename", "directory", "path", "pid", "user", "host", "url", "string", "http://www.example.com")
_SCRIPT = (
    *('echo "${NAME:-world}"', "for f in ${FILES[@]}; do", 'if [ -z "${HOME}" ]; then', "exec ${APP_HOME}/bin/run"),
    *('curl -s "http://${HOST}:${PORT:-80}/"', "export PATH=${PATH}:/opt/bin", "date +%{Y}", "log ${1:?missing}"),
)


def one_line(text: str) -> str | None:
    """A short script as a command line, as models write it; None where joining lines would change it."""
    if re.search(r"<<|\\\n|\bcase\b|^\s*\w+\(\)", text, M) or not 1 < text.count("\n") <= 12:
        return None
    parts: list[str] = []
    for raw in text.split("\n"):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if re.search(r"\s#", line):
            return None
        if parts:
            parts.append(" " if parts[-1].endswith(_CONTINUED) else "; ")
        parts.append(line)
    joined = "".join(parts)
    return joined + "\n" if len(joined) < 400 else None


def lost_semicolons(text: str, rng: Random) -> Pair | None:
    """A block on one line without some or all of the semicolons that it then needs."""
    clean = one_line(text) if text.count("\n") > 1 else text
    if clean is None:
        return None
    closing = r"; *(?=(?:done|fi|else|elif)\b)"
    pattern = rng.choices((closing, r"; *(?=(?:done|fi|else|elif|then|do)\b)", r"; *(?=\w)"), (55, 20, 25))[0]
    places = list(re.finditer(pattern, clean))
    if not places:
        return None
    if rng.random() < 0.6 and pattern == closing:
        broken = re.sub(pattern, " ", clean)
    else:
        place = rng.choice(places)
        broken = clean[: place.start()] + " " + clean[place.end() :]
    return broken, (clean,)


def placeholder_word(text: str, rng: Random) -> Pair | None:
    """`<file>` in place of a name, which is a redirection to the shell; quoted it is what was meant."""
    found = list(re.finditer(r"(?<=[ =])[\w./~-]*\w\.?\w+(?=\s*(?:$|[|;]))", text, M))
    if not found:
        return None
    match = rng.choice(found)
    name = rng.choice(_PLACES)
    before, after = text[: match.start()], text[match.end() :]
    return f"{before}<{name}>{after}", (f"{before}'<{name}>'{after}",)


def async_separator(text: str, rng: Random) -> Pair | None:
    """A semicolon behind an ampersand, which separates already."""
    places = list(re.finditer(r";(?= *(?:done|fi)\b)", text))
    if not places:
        return None
    place = rng.choice(places)
    return text[: place.start()] + " &;" + text[place.end() :], (text[: place.start()] + " &" + text[place.end() :],)


def repeated_function(text: str, rng: Random) -> Pair | None:
    """The model begins the same function, or another like it, again, and is cut off."""
    head = re.search(r"^(?:def|class) \w+[^\n]*:\n", text, M)
    if not head or len(text) > 900:
        return None
    again = text[head.start() :]
    if rng.random() < 0.5:
        again = re.sub(r"^(def|class) (\w+)", rf"\1 \2_{rng.choice(('two', 'alt', 'v2', 'test', 'sorted'))}", again)
    cut = truncated("python", 0.1)(again, rng)
    if cut is None:
        return None
    start = text.rstrip() + "\n\n\n"
    return start + cut[0], (*(start + clean for clean in cut[1]), text)


def year_of(text: str, rng: Random) -> Pair | None:
    """A function of another database: YEAR in place of STRFTIME."""
    found = list(re.finditer(r"(?<=SELECT )((?:\w+\.)?\w+)(?=,| FROM|\nFROM)", text))
    if not found:
        return None
    match = rng.choice(found)
    part, name = rng.choice((("%Y", "YEAR"), ("%Y", "YEAR"), ("%m", "MONTH"), ("%d", "DAY")))
    sides = text[: match.start()], text[match.end() :]
    broken = f"{sides[0]}{name}({match[1]}){sides[1]}"
    fits = (f"STRFTIME('{part}', {match[1]})", f"EXTRACT({name} FROM {match[1]})")
    return broken, tuple(f"{sides[0]}{new}{sides[1]}" for new in fits)


def divided(text: str, rng: Random) -> Pair | None:
    """A sum or quotient written as a function that no database has."""
    found = list(re.finditer(r"\b(SUM|COUNT|AVG|MAX|MIN)\(([^()]*)\)", text))
    if not found:
        return None
    match = rng.choice(found)
    sign, name = rng.choice((("/", "DIVIDE"), ("*", "MULTIPLY"), ("-", "SUBTRACT"), ("/", "DIV"), ("+", "ADD")))
    other = rng.choice(("COUNT(*)", "100", "2", "12", match[0]))
    sides = text[: match.start()], text[match.end() :]
    return f"{sides[0]}{name}({match[0]}, {other}){sides[1]}", (f"{sides[0]}{match[0]} {sign} {other}{sides[1]}",)


def dangling_condition(text: str, rng: Random) -> Pair | None:
    """Conditions repeated until the limit, the last one cut."""
    found = re.search(r"\bWHERE\s+((?:\w+\.)?\w+ (?:=|>|<) (?:'[^']*'|\d+))", text)
    if not found or re.search(r"GROUP|ORDER|LIMIT|HAVING|\)\s*;?\s*\Z", text):
        return None
    clean = text.rstrip("; \n") + f" {rng.choice(('AND', 'OR'))} {found[1]}" * rng.randint(0, 3)
    left = found[1].rsplit(" ", 1)[0]
    return f"{clean} {rng.choice(('AND', 'AND NOT', 'OR', f'AND {left}'))}\n", (clean + "\n",)


def joined_statements(text: str, rng: Random) -> Pair | None:
    """A second statement follows without a separator, sometimes behind a comment that asks for it."""
    bare = text.rstrip("; \n")
    if len(bare) > 500 or ";" in bare:
        return None
    limit = re.sub(r"\bLIMIT \d+", lambda _: f"LIMIT {rng.randint(1, 20)}", bare)
    other = re.sub(r"\b\d+\b", lambda _: str(rng.randint(1, 99)), bare) if rng.random() < 0.5 else limit
    joint = rng.choice((" ", "\n", "\n\n", " "))
    count = rng.choice((1, 1, 1, 2))
    return bare + (joint + other) * count + "\n", (bare + (";" + joint + other) * count + "\n",)


def placeholder_value(text: str, rng: Random) -> Pair | None:
    """`<value>` in place of a value."""
    found = list(re.finditer(r"(?<=(?:= |> |< ))(?:'[^']*'|\d+)", text))
    if not found:
        return None
    match = rng.choice(found)
    name = rng.choice(("value", "name", "id", "code", "year", "some_value", "date", "number", "city", "type", "string"))
    form = rng.choice(("<{}>", "<{}>", "<{}>", "<|{}|>", "[{}]", "{{{}}}")).format(name)
    sides = text[: match.start()], text[match.end() :]
    return f"{sides[0]}{form}{sides[1]}", (f"{sides[0]}'{name}'{sides[1]}",)


def placeholder_table(text: str, rng: Random) -> Pair | None:
    """`<table name>` in place of a table."""
    found = re.search(r"\bFROM (\w+)(?=\s*(?:;|WHERE|GROUP|ORDER|LIMIT|\Z))", text)
    if not found or text.count(found[1]) > 1:
        return None
    name = rng.choice(("table_name", "table", "your_table", "tables", "table1"))
    sides = text[: found.start(1)], text[found.end(1) :]
    return f"{sides[0]}<{name}>{sides[1]}", (f"{sides[0]}{name}{sides[1]}", f"{sides[0]}'{name}'{sides[1]}")


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


def command_line(text: str, rng: Random) -> str | None:
    """A short script on one line, or one line of a longer one."""
    joined = one_line(text)
    if joined and rng.random() < 0.7:
        return joined
    lines = [line.strip() for line in text.split("\n") if 20 < len(line.strip()) < 200]
    whole = [line for line in lines if not line.startswith("#") and not line.endswith(("\\", *_CONTINUED))]
    return rng.choice(whole) + "\n" if whole else None


PAIRS: dict[str, tuple[PairFault, ...]] = {
    "bash": (
        (30, "separator", lost_semicolons),
        (9, "placeholder", placeholder_word),
        (1.5, "separator", async_separator),
        (15, "truncation", truncated("bash", 0.3)),
    ),
    "sql": (
        (9, "truncation", truncated("sql")),
        (2, "truncation", dangling_condition),
        (4, "several-statements", joined_statements),
        (2, "placeholder", placeholder_value),
        (1, "placeholder", placeholder_table),
    ),
    "verilog": ((5, "option-name", gate_module),),
    "sql-schema": ((8, "dialect", year_of), (5, "dialect", divided)),
    "python": ((46, "truncation", truncated("python", 0.3)), (12, "truncation", repeated_function)),
    "json": ((10, "truncation", truncated("json", 0.2)), (2, "escapes", escaped_document)),
    "terraform": ((60, "truncation", truncated("terraform", 0.5)), (15, "escapes", script_in_heredoc)),
    "dockerfile": ((22, "keyword", maintainer), (10, "option-value", workdir)),
}
ENRICH: dict[str, tuple[float, Operator]] = {"bash": (0.45, command_line), "json": (0.5, small_value)}
"""How often, and how, a clean program is first made into another clean one that is nearer to real failures."""
