"""Each ecosystem's own fixer as it comes, with its default rules: the tools that a user already has.

None was found in the package registries for Verilog, Terraform, Dockerfiles, workflows, YAML and TOML: their formatters
refuse what does not parse.
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.quality.methods import Attempt, Context

from slmfix_bot.adapters.process import find_program, run, scrubbed_environment
from slmfix_bot.core.text import split_lines
from slmfix_bot.errors import ToolMissing

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.program import Program

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@")
_DIALECTS = {None: "ansi", "sqlserver": "tsql"}


def need_module(name: str) -> None:
    """Raises ToolMissing when a module cannot be imported; does not import it."""
    if find_spec(name) is None:
        msg = f"{name} is not installed"
        raise ToolMissing(msg)


class Fixer:
    """A tool for some languages."""

    title = ""
    languages: frozenset[str] = frozenset()
    sample: int | None = None

    def __init__(self, context: Context) -> None:
        """Raises ToolMissing."""

    def supports(self, program: Program) -> bool:
        return program.language in self.languages


class Ruff(Fixer):
    """`ruff check --fix`: safe fixes of the default rules."""

    title = "ruff check --fix"
    languages = frozenset({"python"})

    def __init__(self, context: Context) -> None:
        self._program = find_program("ruff")

    def repair(self, program: Program, before: Validation) -> Attempt:
        command = [self._program, "check", "--fix", "--isolated", "--no-cache", "--quiet", "-"]
        done = run(command, cwd="/", stdin=program.text, timeout=30)
        # 0 and 1: all fixed, or something is left; else it has no opinion on the text.
        return Attempt(text=done.text if done.returncode in {0, 1} and done.stdout else program.text)


class ShellCheck(Fixer):
    """`shellcheck -f diff`, applied."""

    title = "shellcheck -f diff"
    languages = frozenset({"bash", "sh"})

    def __init__(self, context: Context) -> None:
        self._program = find_program("shellcheck")

    def repair(self, program: Program, before: Validation) -> Attempt:
        command = [self._program, "--norc", "--shell", program.language, "--format", "diff", "-"]
        done = run(command, cwd="/", stdin=program.text, timeout=30)
        return Attempt(text=apply_diff(program.text, done.text))


def apply_diff(text: str, diff: str) -> str:
    """The text after a unified diff of one file."""
    lines, result, position = split_lines(text), [], 0
    for line in split_lines(diff):
        if match := _HUNK.match(line):
            start = int(match[1]) - (match[2] != "0")
            result += lines[position:start]
            position = start
        elif line.startswith((" ", "-")) and not line.startswith("---"):
            result += [lines[position]] if line[0] == " " else []
            position += 1
        elif line.startswith("+") and not line.startswith("+++"):
            result.append(line[1:])
        elif line.startswith("\\") and result:
            result[-1] = result[-1].removesuffix("\n")
    return "".join(result + lines[position:])


class SqlFluff(Fixer):
    """`sqlfluff fix --FIX-EVEN-UNPARSABLE`; without that it leaves alone what does not parse."""

    title = "sqlfluff fix"
    languages = frozenset({"sql"})

    def __init__(self, context: Context) -> None:
        need_module("sqlfluff")

    def repair(self, program: Program, before: Validation) -> Attempt:
        import sqlfluff  # 1 s

        dialect = _DIALECTS.get(program.dialect, program.dialect)
        return Attempt(text=sqlfluff.fix(program.text, dialect=dialect, fix_even_unparsable=True))


class SqlGlot(Fixer):
    """sqlglot's tolerant mode: parse with errors ignored, and print what was understood."""

    title = "sqlglot, errors ignored"
    languages = frozenset({"sql"})

    def repair(self, program: Program, before: Validation) -> Attempt:
        import sqlglot

        dialect: Any = program.dialect
        try:
            trees = sqlglot.parse(program.text, read=dialect, error_level=sqlglot.ErrorLevel.IGNORE)
        except sqlglot.errors.SqlglotError:
            return Attempt(text=program.text)  # the tokenizer has no tolerant mode
        return Attempt(text=";\n".join(tree.sql(dialect=dialect) for tree in trees if tree is not None))


class JsonRepair(Fixer):
    """The library json-repair, which the bot also uses as one of its tiers."""

    title = "json-repair"
    languages = frozenset({"json"})

    def repair(self, program: Program, before: Validation) -> Attempt:
        import json_repair

        return Attempt(text=str(json_repair.repair_json(program.text, ensure_ascii=False)))


class AnsibleLint(Fixer):
    """`ansible-lint --fix` on a playbook in an empty project."""

    title = "ansible-lint --fix"
    languages = frozenset({"ansible"})

    def __init__(self, context: Context) -> None:
        self._program = find_program("ansible-lint")

    def repair(self, program: Program, before: Validation) -> Attempt:
        with TemporaryDirectory() as folder:
            file = Path(folder) / (Path(program.path).name or "playbook.yml")
            file.write_text(program.text, encoding="utf-8")
            environment = scrubbed_environment({"HOME": folder})
            run([self._program, "--offline", "--fix", "--quiet", file.name], cwd=folder, env=environment, timeout=60)
            return Attempt(text=file.read_text(encoding="utf-8"))
