"""Prompts for the parity check: a few broken programs of every kind of language, rendered as the bot renders them."""

from __future__ import annotations

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import render_prompt
from slmfix_bot.core.window import build_window

_PROGRAMS: tuple[tuple[str, str, Diagnostic], ...] = (
    (
        "sql",
        "SELECT name, COUNT(*) FORM orders GROUP BY name;\n",
        Diagnostic(rule="syntax", message="syntax error near 'FORM'", line=1, column=23, found="FORM"),
    ),
    (
        "sql",
        "SELECT u.nmae, o.total FROM users u JOIN orders o ON o.user_id = u.id WHERE o.total > 100 ORDER BY o.total;\n",
        Diagnostic(rule="column", message="no such column: u.nmae", line=1, found="nmae", expected=("name", "id")),
    ),
    (
        "bash",
        'for f in *.log; do\n  if [ -s "$f" ]; then\n    gzip "$f"\ndone\n',
        Diagnostic(rule="syntax", message="syntax error near unexpected token `done'", line=4, found="done"),
    ),
    (
        "bash",
        'echo "starting backup\ntar czf /tmp/x.tgz "$HOME"\n',
        Diagnostic(rule="syntax", message="unexpected EOF while looking for matching `\"'", line=2),
    ),
    (
        "ansible",
        "- hosts: all\n  tasks:\n    - name: Install nginx\n      apt:\n        package_name: nginx\n",
        Diagnostic(
            rule="option", message="unsupported option 'package_name'", line=5, expected=("name", "pkg", "state")
        ),
    ),
    (
        "python",
        "def area(r):\n    return 3.14 * r ** 2\n\nprint(area(2)\n",
        Diagnostic(rule="syntax", message="'(' was never closed", line=4, column=6),
    ),
    (
        "json",
        '{\n  "name": "demo",\n  "tags": ["a", "b",],\n}\n',
        Diagnostic(rule="syntax", message="trailing comma is not allowed", line=3, column=21),
    ),
    (
        "yaml",
        "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n   steps:\n      - run: make\n",
        Diagnostic(rule="syntax", message="mapping values are not allowed here", line=5, column=9),
    ),
)


def sample_prompts() -> list[str]:
    """The built-in prompts."""
    prompts = []
    for language, text, diagnostic in _PROGRAMS:
        window = build_window(text, [diagnostic], language=language)
        prompts.append(render_prompt(Program(language=language, text=text), [diagnostic], window))
    return prompts
