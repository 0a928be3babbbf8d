"""The languages that only a tree-sitter grammar judges: one row each, which the registry, the detection, the lexer and
the measure of similarity read. How far a grammar is trusted was measured on published files: docs/decisions/0012."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Trust(StrEnum):
    """FULL: an error node means that the program does not compile. BRACKETS: the grammar lacks macros or newer syntax,
    so that error nodes count only where brackets do not match either."""

    FULL = "full"
    BRACKETS = "brackets"


@dataclass(frozen=True)
class TreeLanguage:
    """`name` is also that of the grammar; a file belongs to it by its suffix, its name or its interpreter. `lexis` is
    the family that core/lexer.py splits it by. A text in which the pattern `unless` is found is not judged."""

    name: str
    lexis: str
    trust: Trust
    suffixes: tuple[str, ...]
    names: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = ()
    unless: str | None = None


_FULL, _BRACKETS = Trust.FULL, Trust.BRACKETS
# The branches of a preprocessor open a block twice and close it once.
_PREPROCESSED = r"(?m)^[ \t]*#[ \t]*el(?:se|if)"

TREE_LANGUAGES = (
    TreeLanguage("ada", "dashes", _FULL, (".adb", ".ads")),
    TreeLanguage("c", "chars", _BRACKETS, (".c",), unless=_PREPROCESSED),
    TreeLanguage("cpp", "chars", _BRACKETS, (".cc", ".cpp", ".cxx", ".hpp", ".hxx"), unless=_PREPROCESSED),
    TreeLanguage("csharp", "chars", _FULL, (".cs",), unless=r"(?m)^[ \t]*#[ \t]*(?:el(?:se|if)|if)"),
    TreeLanguage("css", "c", _BRACKETS, (".css",)),
    TreeLanguage("elixir", "python", _FULL, (".ex", ".exs"), interpreters=("elixir",)),
    TreeLanguage("erlang", "percent", _FULL, (".erl", ".hrl")),
    TreeLanguage("fish", "bash", _FULL, (".fish",), interpreters=("fish",)),
    TreeLanguage("go", "chars", _FULL, (".go",)),
    TreeLanguage("haskell", "dashes", _BRACKETS, (".hs",), unless=r"(?m)^#[ \t]*el(?:se|if)|\[\w*\|"),
    TreeLanguage("java", "chars", _FULL, (".java",)),
    TreeLanguage("kotlin", "chars", _BRACKETS, (".kt",)),
    TreeLanguage("lua", "dashes", _FULL, (".lua",), interpreters=("lua", "luajit")),
    TreeLanguage("nix", "python", _FULL, (".nix",)),
    TreeLanguage("ocaml", "ml", _FULL, (".ml",)),
    TreeLanguage("ocaml_interface", "ml", _BRACKETS, (".mli",)),
    TreeLanguage("php", "c", _FULL, (".php",), interpreters=("php",)),
    TreeLanguage("powershell", "python", _BRACKETS, (".ps1", ".psm1"), interpreters=("pwsh",)),
    TreeLanguage("qmljs", "c", _FULL, (".qml",)),
    TreeLanguage("r", "python", _FULL, (".r",), interpreters=("Rscript",)),
    TreeLanguage("rego", "python", _BRACKETS, (".rego",)),
    TreeLanguage("ruby", "python", _FULL, (".rb", ".rake", ".gemspec"), ("Gemfile", "Rakefile"), ("ruby",)),
    TreeLanguage("rust", "chars", _FULL, (".rs",), unless=r"\btry!"),
    TreeLanguage("scala", "chars", _BRACKETS, (".scala",)),
    TreeLanguage("scss", "c", _BRACKETS, (".scss",)),
    TreeLanguage("solidity", "c", _FULL, (".sol",)),
    TreeLanguage("swift", "c", _BRACKETS, (".swift",), unless=_PREPROCESSED),
    TreeLanguage("vhdl", "dashes", _BRACKETS, (".vhd", ".vhdl")),
    TreeLanguage("objc", "c", _BRACKETS, (".mm",), unless=_PREPROCESSED),
    TreeLanguage("zig", "chars", _BRACKETS, (".zig",)),
)
