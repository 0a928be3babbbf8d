"""Faults of SQL, syntax and schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.corpora.sql_words import ABBREVIATIONS, SYNONYMS
from slmfix_training.faults.corrupt_text import (
    double,
    drop,
    fence,
    misspell,
    prose_head,
    prose_tail,
    sentence,
    swap,
    truncate,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

KEYWORDS = (
    r"\b(?:SELECT|FROM|WHERE|GROUP BY|ORDER BY|HAVING|JOIN|ON|AS|AND|OR|IN|THEN|WHEN|END|CASE|BY|INTO|VALUES|SET|"
    r"BETWEEN|IS|LIKE|LIMIT)\b "
)


def simulated_output(text: str, rng: Random) -> str | None:
    """The model goes on with the answer of an imagined database."""
    value = rng.choice(("3.5", "[(1, 'Smith'), (2, 'Lee')]", "[('flights',)]", "[]", "10", "| 2 |", "<|string|>", "0"))
    table = "+----------+\n| count(*) |\n+----------+\n|        2 |\n+----------+"
    reward = f"Reward: {rng.choice(('0.0', '1.0', '0.5', '1'))}"
    name = rng.choice(("MySQL Database Output:", "Output:", "Result:", "Database Output:", "Answer:", "Query Output:"))
    parts = [rng.choice(("", "", "<|user|> ", "- ", "\n")) + name + " " + rng.choice((value, value, "\n" + table))]
    if rng.random() < 0.5:
        parts.append(reward)
    if rng.random() < 0.3:
        parts.append(f'Here is the query again: "{sentence(rng, "sql")}"')
    if rng.random() < 0.3:
        parts.append("Try something different to generate SQL command to get a reward of 1.")
    return text.rstrip("\n") + rng.choice(("\n", " ", "\n\n")) + rng.choice(("\n", " ")).join(parts) + "\n"


def repeated_statement(text: str, rng: Random) -> str | None:
    """A second statement follows without a separator, often after a comment that asks for it."""
    bare = text.rstrip("\n")
    start = rng.choice((" ", "\n\n- \n\n", "\n\n", f" /* Answer the following: {sentence(rng, 'sql')} */ ", "\n-\n"))
    other = bare if rng.random() < 0.4 else re.sub(r"\d+", lambda m: str(rng.randint(1, 99)), bare)
    cut = other if rng.random() < 0.6 else other[: rng.randint(10, max(11, len(other)))]
    return f"{bare}{start}{cut}\n"


def markdown_escape(text: str, rng: Random) -> str | None:
    """Underscores and stars escaped as in Markdown: all of them."""
    broken = re.sub(r"(?<!\\)_", r"\\_", text) if rng.random() < 0.85 else text
    if rng.random() < 0.7 or broken == text:
        broken = broken.replace("*", "\\*")
    return broken if broken != text else None


def unquote_name(text: str, rng: Random) -> str | None:
    """A quoted name with blanks loses its quotes everywhere, or gets the wrong ones."""
    found = sorted(set(re.findall(r"[`\"]([A-Za-z][^`\"\n]*[^\w`\"\n][^`\"\n]*)[`\"]", text)))
    if not found:
        return None
    name = rng.choice(found)
    return re.sub(r"[`\"]" + re.escape(name) + r"[`\"]", lambda _: name, text)


def move_clause(text: str, rng: Random) -> str | None:
    """Two neighbouring clauses change places."""
    pieces = re.split(r"(?=\b(?:FROM|WHERE|GROUP BY|HAVING|ORDER BY|LIMIT)\b)", text.rstrip(";\n"))
    if len(pieces) < 3 or "(SELECT" in text:
        return None
    i = rng.randrange(1, len(pieces) - 1)
    pieces[i], pieces[i + 1] = pieces[i + 1].rstrip() + " ", pieces[i].rstrip() + " "
    return "".join(pieces).rstrip() + "\n"


def top_n(text: str, rng: Random) -> str | None:
    """`SELECT TOP n` of another dialect in place of LIMIT."""
    match = re.search(r"\s+LIMIT (\d+)", text)
    if not match or not text.startswith("SELECT "):
        return None
    rest = text[: match.start()] + text[match.end() :]
    return rest.replace("SELECT ", f"SELECT TOP {match[1]} ", 1)


def broken_quote(text: str, rng: Random) -> str | None:
    """One quote lost, or an apostrophe inside a string."""
    found = list(re.finditer(r"'[^'\n]*'", text))
    if not found:
        return None
    match = rng.choice(found)
    inner = match[0][1:-1]
    form = rng.choice((f"'{inner}", f"{inner}'", f"'{inner}''", f"'{inner}\"", f"’{inner}’", f"\"{inner}'"))
    return text[: match.start()] + form + text[match.end() :]


def unescape(text: str, rng: Random) -> str | None:
    """A doubled apostrophe written once."""
    return text.replace("''", "'", 1) if re.search(r"\w''\w", text) else None


def late_join(text: str, rng: Random) -> str | None:
    """A join behind the conditions instead of before them."""
    found = re.search(
        r"\s+((?:INNER |LEFT |LEFT OUTER )?JOIN\s+\S+(?:\s+(?:AS\s+)?\w+)?\s+ON\s+[\w.]+\s*=\s*[\w.]+)(?=\s+WHERE)",
        text,
    )
    end = re.search(r"\s+(?:GROUP BY|ORDER BY|LIMIT)\b|\s*;?\s*\Z", text)
    if not found or not end or end.start() < found.end():
        return None
    rest = text[found.end() : end.start()] + " " + found[1] + text[end.start() :]
    return text[: found.start()] + rest


def foreign_quotes(text: str, rng: Random) -> str | None:
    """Names in the quotes of another database."""
    names = re.search(r"[`\"][A-Za-z][^`\"'\n]*[`\"]", text)
    if not names:
        return None
    forms = (r"`\1`", r"[\1]") if names[0][0] == '"' else (r"[\1]", r"'\1'", r"\"\1")
    return re.sub(r"[`\"]([A-Za-z][^`\"'\n]*)[`\"]", rng.choice(forms), text)


SYNTAX: tuple[Fault, ...] = (
    (17, "simulated-output", simulated_output),
    (9, "residue", prose_tail("sql")),
    (6, "residue", fence("sql")),
    (2.5, "residue", prose_head("sql")),
    (2, "residue", swap(r"\s*;?\s*\Z", " <|end|>\n", " <|im_end|>\n", " </s>\n", " ```\n", " <\n", "\n-\n")),
    (20, "escapes", markdown_escape),
    (2, "several-statements", repeated_statement),
    (2, "truncation", truncate),
    (2.5, "clause-order", move_clause),
    (2, "clause-order", late_join),
    (1.5, "dialect", top_n),
    (5, "dialect", foreign_quotes),
    (1, "dialect", swap(r" = ", " == = ", " = = ", " =< ", " === ")),
    (0.3, "separator", swap(r"\.(\w)", r". .\1", r"..\1")),
    (1.5, "quotes", broken_quote),
    (1, "quotes", unescape),
    (2, "quotes", unquote_name),
    (1.5, "keyword", drop(KEYWORDS)),
    (1, "keyword", double(KEYWORDS)),
    (0.5, "keyword", swap(r"\bAND\b", "AND AND", "AND OR", "&", flags=re.IGNORECASE)),
    (1, "keyword", swap(r"\bCAST\((.*?) AS (\w+)\)", r"CAST(\1) AS \2", r"CAST(\1, \2)", flags=re.IGNORECASE)),
    (0.7, "unclosed", drop(r"\(")),
    (1, "unclosed", drop(r"\)")),
    (0.5, "unclosed", swap(r"\bEND\b\s*", "", flags=re.IGNORECASE)),
    (1.5, "surplus-closer", double(r"\)")),
    (0.5, "separator", drop(r",")),
    (0.3, "separator", swap(r",", ",,")),
    (0.7, "separator", swap(r"(\w)(\s+FROM\b)", r"\1,\2", flags=re.IGNORECASE)),
)


def _tables_and_columns(schema: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for head, body in re.findall(r"CREATE TABLE (\S+|[`\"][^`\"]+[`\"]) \(\n(.*?)\n\);", schema, re.DOTALL):
        columns = re.findall(r"^  (?!FOREIGN)(?:[`\"]([^`\"]+)[`\"]|(\w+))", body, re.MULTILINE)
        found[head.strip('`"')] = [a or b for a, b in columns]
    return found


def _renamed(name: str, rng: Random) -> str:
    """What a model might have called it: a synonym, another word order, without or with a prefix, another style."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name) or [name]
    lowered = [w.lower() for w in words]
    pairs = [p.split("/") for p in (*SYNONYMS, *ABBREVIATIONS)]
    options = [misspell(name, rng)] if len(name) > 4 and rng.random() < 0.15 else []
    options += [
        name.replace(a, b, 1)
        for p in pairs
        for a, b in (p, p[::-1])
        if a in lowered or (a == name.lower() and a in name)
    ]
    if len(words) > 1:
        options += ["_".join(lowered[1:]), "_".join(lowered[:-1]), "_".join(lowered[::-1]), "".join(lowered)]
        options += [lowered[0], lowered[-1], lowered[-1], f"{lowered[-1]}_{lowered[0]}"]
        options += (
            ["_".join(lowered)] if "_" not in name else [lowered[0] + "".join(w.capitalize() for w in lowered[1:])]
        )
    else:
        options += [rng.choice(("user", "customer", "total", "the", "product", "full", "item")) + "_" + name]
        options += [f"{name}_{rng.choice(('id', 'name', 'value', 'date', 'code'))}"]
    options = [o for o in options if o and o.lower() != name.lower()]
    return rng.choice(options) if options else name + "s"


def _rename(text: str, old: str, new: str, *, every: bool, rng: Random) -> str | None:
    pattern = re.compile(r"(?<![\w'])" + re.escape(old) + r"(?![\w'])")
    found = list(pattern.finditer(text))
    if not found:
        return None
    if every:
        return pattern.sub(lambda _: new, text)
    match = rng.choice(found)
    return text[: match.start()] + new + text[match.end() :]


def schema_fault(text: str, schema: str, rng: Random) -> str | None:
    """A name that the schema does not have, a wrong qualifier, an ambiguous column or an unknown function."""
    tables = _tables_and_columns(schema)
    used = [t for t in tables if re.search(rf"(?<!\w){re.escape(t)}(?!\w)", text)]
    if not used:
        return None
    columns = [c for t in used for c in tables[t] if re.search(rf"(?<!\w){re.escape(c)}(?!\w)", text)]
    kind = rng.choices(("column", "table", "qualifier", "bare", "function", "other"), (40, 25, 12, 8, 10, 5))[0]
    if kind == "table":
        name = rng.choice(used)
        forms = [
            name + "s",
            name[:-1] if name.endswith("s") else name + "s",
            _renamed(name, rng),
            f"{name}_{rng.choice(('info', 'data', 'table', 'list'))}",
            name.lower() + "es",
        ]
        return _rename(text, name, rng.choice([f for f in forms if f.lower() != name.lower()]), every=True, rng=rng)
    if kind in ("column", "other") and columns:
        name = rng.choice(columns)
        others = [c for t in tables if t not in used for c in tables[t] if c not in columns]
        new = rng.choice(others) if kind == "other" and others else _renamed(name, rng)
        if " " in name:
            joined = re.findall(r"\w+", name)
            new = rng.choice(
                ("".join(joined), "_".join(joined), "_".join(joined).lower(), joined[-1], joined[0].lower())
            )
            return re.sub(rf"[`\"]{re.escape(name)}[`\"]", new, text)
        if " " in new:
            return None
        return _rename(text, name, new, every=rng.random() < 0.6, rng=rng)
    qualified = list(re.finditer(r"\b(\w+)\.(?=[\w`\"])", text))
    if kind == "qualifier" and qualified:
        match = rng.choice(qualified)
        others = sorted({m[1] for m in qualified} - {match[1]}) or ["t"]
        return text[: match.start()] + rng.choice(others) + text[match.end() - 1 :]
    if kind == "bare" and qualified:
        match = rng.choice(qualified)
        return text[: match.start()] + text[match.end() :]
    swaps = (
        swap(r"STRFTIME\('%Y', ([^)]+)\)", r"YEAR(\1)", r"EXTRACT_YEAR(\1)", flags=re.IGNORECASE),
        swap(r"COALESCE\(", "NVL(", "ISNULL("),
        swap(r"\b(AVG|SUM|MAX|MIN)\(", "AVERAGE(", "TOTAL_SUM(", "MAXIMUM(", "MEAN("),
        swap(r"\b(UPPER|LOWER)\(", "UCASE(", "TO_LOWER(", "TO_UPPER("),
        swap(r"\bROUND\(", "ROUNDED(", "TRUNCATE("),
        swap(r"\bCOUNT\(", "CNT(", "COUNTIF("),
    )
    return rng.choice(swaps)(text, rng)
