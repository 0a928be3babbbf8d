"""JavaScript and TypeScript: the parser of oxlint, which tells openers and expected signs, and those of its rules that
are about code that throws whenever it runs. Without oxlint the grammars of tree-sitter stand in."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.process import find_program, run
from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.text import bare_lines
from slmfix_bot.core.tree_languages import Trust
from slmfix_bot.errors import CannotJudge, ToolMissing
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.tree import MAX_LINE, TreeValidator

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

SECONDS = 10.0
RULES = ("no-const-assign", "constructor-super", "no-this-before-super", "no-import-assign", "no-obj-calls")
SUFFIXES = {
    "javascript": (".js", ".mjs", ".cjs", ".jsx"),
    "typescript": (".d.ts", ".d.mts", ".d.cts", ".ts", ".mts", ".cts", ".tsx"),
}
# The pragma line of Qt's JavaScript, and type annotations that only Flow reads.
FOREIGN = r"(?m)^\.(?:pragma|import)\b|@(?:no)?flow\b|\{\|"
MARKUP = re.compile(r"</|/>")
EXPECTED = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class JavaScriptValidator:
    """`language` is "javascript" or "typescript"; the path's suffix tells modules, JSX and declarations apart."""

    language: str

    @property
    def name(self) -> str:
        """The program that judges."""
        return "oxlint" if _oxlint() else self._fallback.name

    @property
    def languages(self) -> tuple[str, ...]:
        """One registry line each."""
        return (self.language,)

    @property
    def _fallback(self) -> TreeValidator:
        trust = Trust.FULL if self.language == "javascript" else Trust.BRACKETS
        return TreeValidator(self.language, trust, FOREIGN)

    def version(self) -> str:
        """That of oxlint, or of the grammars."""
        program = _oxlint()
        if program is None:
            return f'{self._fallback.version()}; more precise with pip install "slmfix-bot[languages]"'
        return run([program, "--version"], cwd="/", timeout=SECONDS).text.split()[-1]

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The errors of syntax in the order of the text, else what throws. Raises CannotJudge."""
        text = program.text
        if max(map(len, bare_lines(text)), default=0) > MAX_LINE:
            msg = "a generated or minified file"
            raise CannotJudge(msg)
        if text.lstrip("\ufeff\r\n\t ").startswith(("<?xml", "<!DOCTYPE")):
            msg = "not TypeScript but a translation of Qt"
            raise CannotJudge(msg)
        if not _oxlint():
            return self._fallback.check(program)
        found = _oxlint_says(text, self._suffix(program.path))
        if found and not program.path and self.language == "typescript" and MARKUP.search(text):
            found = min(found, _oxlint_says(text, ".tsx"), key=len)
        if found and self.language == "javascript" and re.search(FOREIGN, text):
            msg = "not plain JavaScript"
            raise CannotJudge(msg)
        return found

    def explain(self, program: Program, diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """Only the stand-in has more to say."""
        return diagnostics if _oxlint() else self._fallback.explain(program, diagnostics)

    def _suffix(self, path: str) -> str:
        name = PurePosixPath(path).name.lower()
        known = SUFFIXES[self.language]
        return next((s for s in known if name.endswith(s)), ".js" if self.language == "javascript" else ".ts")


def _oxlint() -> str | None:
    try:
        return find_program("oxlint")
    except ToolMissing:
        return None


def _oxlint_says(text: str, suffix: str) -> tuple[Diagnostic, ...]:
    """On a copy in a folder of its own, with a configuration of its own: it would read those of the folders above."""
    with TemporaryDirectory(prefix="slmfix-") as folder:
        Path(folder, "config.json").write_text("{}", encoding="utf-8")
        Path(folder, f"program{suffix}").write_text(text, encoding="utf-8", errors="replace", newline="")
        options = [
            "--format",
            "json",
            "--threads=1",
            "--no-ignore",
            "--disable-nested-config",
            "--config",
            "config.json",
        ]
        rules = ["--allow", "all", *(f"--deny={rule}" for rule in RULES)]
        done = run([_oxlint() or "", *options, *rules, f"program{suffix}"], cwd=folder, timeout=SECONDS)
    start = done.text.find("{")
    if start < 0:
        msg = f"oxlint gave no answer: {done.error_text.strip()[:200]}"
        raise CannotJudge(msg)
    findings: list[dict[str, Any]] = json.loads(done.text[start:])["diagnostics"]
    source = text.encode(errors="replace")
    made = [_diagnostic(text, source, finding) for finding in findings if finding.get("labels")]
    syntax = [diagnostic for diagnostic in made if diagnostic.rule == "syntax"]
    return tuple(sorted(syntax or made, key=lambda diagnostic: (diagnostic.line, diagnostic.column or 0)))


def _diagnostic(text: str, source: bytes, finding: dict[str, Any]) -> Diagnostic:
    def place(offset: int) -> int:
        return len(source[:offset].decode(errors="replace"))

    span, *others = (label["span"] for label in finding["labels"])
    start, end = place(span["offset"]), place(span["offset"] + span["length"])
    (line, column), (end_line, end_column) = place_of(text, start), place_of(text, end)
    code = re.search(r"\(([\w-]+)\)", finding.get("code") or "")
    label = finding["labels"][0].get("label") or ""
    signs = tuple(EXPECTED.findall(label)) if "expected" in label.lower() else ()
    if "semicolon here" in finding.get("help", ""):
        signs = (";",)
    opener = next((place_of(text, place(other["offset"])).line for other in others), None)
    return Diagnostic(
        rule=code[1] if code else "syntax",
        message=finding["message"],
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column if end > start else None,
        found=text[start:end] or None,
        expected=signs,
        related_line=opener,
    )


JAVASCRIPT = JavaScriptValidator("javascript")
TYPESCRIPT = JavaScriptValidator("typescript")
