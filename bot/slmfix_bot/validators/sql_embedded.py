"""SQL inside files of other languages, where it can be delimited surely and is written as it will run.

Only strings without escapes, with no hole in their structure. Where a driver binds a value (`%s`, `:name`) a value
stands in for it; f-strings and strings that code goes on to change are left out, and so are those where the driver
puts in more than one value.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from slmfix_bot.core.embedded import Embedded
from slmfix_bot.core.text import bare_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slmfix_bot.core.program import Program

STATEMENT = re.compile(
    r"\s*(?:SELECT\s[^;]*?\bFROM\s|WITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^)]*\)\s*)?AS\s+(?:NOT\s+MATERIALIZED\s*|MATERIALIZED\s*)?\("
    r"|INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\s+\S+[^;]*?\b(?:VALUES|SELECT|DEFAULT)\b|UPDATE\s+\S+\s+(?:\w+\s+)?SET\s+\S+\s*="
    r"|DELETE\s+FROM\s+\S+\s*(?:$|;|WHERE\b|USING\b)|CREATE\s+(?:\w+\s+){0,3}(?:TABLE|VIEW|INDEX)\s+\S+"
    r"|ALTER\s+TABLE\s+\S+\s+\w+)",
    re.IGNORECASE,
)
# Calls whose first argument is SQL, and what else may look like them.
CALLS = frozenset(
    {"execute", "executemany", "executescript", "read_sql", "read_sql_query", "text", "fetch", "fetchrow", "fetchval"}
    | {"fetch_all", "fetch_one", "mogrify", "raw", "exec_driver_sql"}
)
LITERAL = re.compile(r"(?i:[rub]|br|rb)?(?P<quote>\"\"\"|'''|\"|')")
BOUND = re.compile(r"%\(\w+\)s|%s\b|(?<![:\w]):[A-Za-z_]\w*")
# A list of values, a name, or a part of a string stands there, or it is no place for a value at all.
NO_VALUE = re.compile(
    r"\b(?:IN|VALUES|FROM|JOIN|INTO|TABLE|UPDATE|SET|AS|SELECT\s+DISTINCT)\s+(?:%s|%\(|:[A-Za-z_])|(?:%s|%\(\w+\)s)(?:[.\w]|\s*\()"
    r"|%[dfi]\b|\w(?:%s|%\()|'[^'\n]*(?:%s|%\(\w+\)|:[A-Za-z_])[^'\n]*'",
    re.IGNORECASE,
)
QUOTED = re.compile(r"['\"]\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|CREATE|ALTER)\s", re.IGNORECASE)
OPEN_END = re.compile(
    r"(?:[:,(=]|\.\.\.|\b(?:WHERE|AND|OR|NOT|FROM|JOIN|ON|BY|SET|VALUES|IN|LIKE|INTO|SELECT|HAVING|LIMIT|AS|UNION|ALL))\s*$",
    re.IGNORECASE,
)
NAMED = re.compile(r"sql|query|queries|stmt|statement|ddl|schema", re.IGNORECASE)
TOOLS = {
    "psql": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite3": "sqlite",
    "duckdb": "duckdb",
}
HEREDOC = re.compile(r"<<(?P<tabs>-?)[ \t]*(?P<quote>['\"]?)(?P<word>[A-Za-z_]\w*)(?P=quote)[ \t]*(?P<rest>[^\n]*)$")
COMMAND = re.compile(rf"(?:^|[;&|(]|\bsudo\s|\bexec\s|\s)(?:\S*/)?(?P<tool>{'|'.join(TOOLS)})(?=\s|$)")
SHELL_HOLE = re.compile(r"\$\{?[A-Za-z_@*#?\d]|\$\(|`|\\")
MAX_STRING = 100_000


def find_sql(program: Program) -> list[Embedded]:
    """The SQL in a Python file or a shell script, in the order of the lines."""
    if program.language == "python":
        return list(_in_python(program.text))
    return list(_in_shell(program.text)) if program.language in {"bash", "sh"} else []


def _in_python(text: str) -> Iterator[Embedded]:
    if not QUOTED.search(text):
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lines = bare_lines(text)
    nodes = list(ast.walk(tree))
    sure = {id(node) for node in _handed_over(nodes)} - {id(node) for node in _never_sql(nodes)}
    strings = [node for node in nodes if isinstance(node, ast.Constant) and id(node) in sure]
    for node in sorted(strings, key=lambda node: (node.lineno, node.col_offset)):
        value = node.value
        if not isinstance(value, str) or len(value) > MAX_STRING or not STATEMENT.match(value) or _is_cut(value):
            continue
        place = _literal(node, lines)
        if place is not None:
            yield place


def _handed_over(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Strings that go to a database as they are, or bear a name which says that they are SQL."""
    for node in nodes:
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in CALLS:
                yield node.args[0]
        elif isinstance(node, ast.Assign):
            if any(NAMED.search(getattr(target, "id", getattr(target, "attr", ""))) for target in node.targets):
                yield node.value
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            if NAMED.search(getattr(node.target, "id", getattr(node.target, "attr", ""))):
                yield node.value
        elif isinstance(node, ast.keyword) and NAMED.search(node.arg or ""):
            yield node.value


def _never_sql(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Docstrings, and strings that code goes on to change: format, %, +, replace, join."""
    for node in nodes:
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.BinOp):
            yield from (node.left, node.right)
        elif isinstance(node, ast.Attribute):
            yield node.value
        elif isinstance(node, (ast.Compare, ast.AugAssign)):
            yield from ast.iter_child_nodes(node)


def _is_cut(value: str) -> bool:
    """Whether something is filled in, or added behind, that is more than a value."""
    template = re.search(r"\{\w*\}|\$\w|<\w+>|(?<![@\w])@[A-Za-z]|\b__[A-Z]+__\b", value)
    return bool(template or NO_VALUE.search(value) or OPEN_END.search(value))


def _literal(node: ast.Constant, lines: list[str]) -> Embedded | None:
    """The place of a single literal without escapes; None for joined literals, bytes and escapes."""
    if node.end_lineno is None or node.end_col_offset is None:
        return None
    first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
    start = len(first.encode("utf-8", "replace")[: node.col_offset].decode("utf-8", "replace"))
    end = len(last.encode("utf-8", "replace")[: node.end_col_offset].decode("utf-8", "replace"))
    opener = LITERAL.match(first, start)
    if opener is None:
        return None
    quote = opener["quote"]
    head, tail = opener.end(), len(last) - end + len(quote)
    inner = _between(lines, node.lineno, node.end_lineno, head, tail)
    if inner != node.value or "\\" in inner:
        return None
    return Embedded(
        language="sql",
        first_line=node.lineno,
        last_line=node.end_lineno,
        head=head,
        tail=tail,
        holes=tuple((_stand_in(index), text) for index, text in enumerate(_bound(inner))),
    )


def _between(lines: list[str], first: int, last: int, head: int, tail: int) -> str:
    """The text between two quotes."""
    inner = list(lines[first - 1 : last])
    inner[-1] = inner[-1][: len(inner[-1]) - tail]
    inner[0] = inner[0][head:]
    return "\n".join(inner)


def _stand_in(index: int) -> str:
    """A value that every dialect reads, and that stands nowhere else in the text."""
    return f"'slmfix{index}'"


def _bound(inner: str) -> list[str]:
    """What a driver puts a value in for, the longest first: one name may begin another."""
    found = dict.fromkeys(match[0] for match in BOUND.finditer(inner))
    return sorted(found, key=len, reverse=True)


def _in_shell(text: str) -> Iterator[Embedded]:
    lines = bare_lines(text)
    number = 0
    while number < len(lines):
        found = HEREDOC.search(lines[number])
        if found is None or lines[number].lstrip().startswith("#"):
            number += 1
            continue
        end = next((i for i in range(number + 1, len(lines)) if _closes(lines[i], found)), None)
        if end is None:
            return
        if (place := _heredoc(lines, number, end, found)) is not None:
            yield place
        number = end + 1


def _closes(line: str, opener: re.Match[str]) -> bool:
    return (line.lstrip("\t") if opener["tabs"] else line) == opener["word"]


def _heredoc(lines: list[str], number: int, end: int, opener: re.Match[str]) -> Embedded | None:
    """The lines of a document for a database client, when the shell fills nothing in."""
    tool = COMMAND.search(lines[number][: opener.start()])
    content = lines[number + 1 : end]
    if tool is None or not content or (opener["tabs"] and any(line.startswith("\t") for line in content)):
        return None
    if not opener["quote"] and SHELL_HOLE.search("\n".join(content)):
        return None
    return Embedded(language="sql", first_line=number + 2, last_line=end, dialect=TOOLS[tool["tool"]])
