"""The direction of imports (DESIGN section 3) and the one place of each external library, read from syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BOT = ROOT / "bot" / "slmfix_bot"

# A layer may import its own and those of a lower rank; two layers of equal rank do not know each other.
RANKS = {"__init__": 0, "errors": 0, "core": 1, "adapters": 2, "validators": 3, "reporters": 3, "app": 4, "cli": 5}
RANKS["__main__"] = 6

ONLY_IN = {
    "subprocess": "adapters/process.py",
    "unidiff": "core/diff.py",
    "github": "adapters/github.py",
    "onnxruntime": "adapters/onnx.py",
    "tokenizers": "adapters/onnx.py",
    "tree_sitter": "adapters/syntax.py",
    "tree_sitter_language_pack": "adapters/syntax.py",
}
NEVER_IN_BOT = {"torch", "transformers", "optimum", "onnx", "slmfix_exporters", "slmfix_training"}
IMPURE = {
    "os",
    "subprocess",
    "socket",
    "random",
    "time",
    "datetime",
    "tempfile",
    "shutil",
    "urllib",
    "requests",
    "yaml",
}
OUTSIDE_MAY_USE = ("slmfix_bot.errors", "slmfix_bot.core", "slmfix_bot.validators", "slmfix_bot.adapters")


def imported(tree: ast.AST) -> set[str]:
    """Dotted names of every imported module; for `from x import y` both x and x.y, as y may be a module."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names.add(node.module or "")
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def upward(path: str, names: set[str]) -> list[str]:
    """The imports of a module under bot/slmfix_bot that point up or sideways."""
    layer = path.split("/")[0].removesuffix(".py")
    wrong = []
    for name in names:
        parts = name.split(".")
        if parts[0] != "slmfix_bot" or len(parts) < 2 or parts[1] not in RANKS or parts[1] == layer:
            continue
        if RANKS[parts[1]] >= RANKS[layer]:
            wrong.append(name)
    return sorted(wrong)


def modules(root: Path) -> list[tuple[str, set[str]]]:
    """Every module under the root with what it imports."""
    files = sorted(p for p in root.rglob("*.py") if "__pycache__" not in p.parts)
    return [(p.relative_to(root).as_posix(), imported(ast.parse(p.read_text(encoding="utf-8")))) for p in files]


BOT_MODULES = modules(BOT)


@pytest.mark.parametrize(("path", "names"), BOT_MODULES, ids=[path for path, _ in BOT_MODULES])
def test_imports_point_down(path: str, names: set[str]) -> None:
    assert upward(path, names) == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_external_thing_has_one_module(library: str) -> None:
    users = {path for path, names in BOT_MODULES if any(name.split(".")[0] == library for name in names)}
    assert users <= {ONLY_IN[library]}


def test_bot_is_free_of_training_libraries() -> None:
    found = {(path, n) for path, names in BOT_MODULES for n in names if n.split(".")[0] in NEVER_IN_BOT}
    assert found == set()


def test_core_is_pure() -> None:
    found = {
        (path, n)
        for path, names in BOT_MODULES
        for n in names
        if path.startswith("core/") and (n.split(".")[0] in IMPURE or n == "pathlib.Path")
    }
    assert found == set()


@pytest.mark.parametrize("root", ["exporters", "training"])
def test_outside_packages_use_only_the_lower_layers(root: str) -> None:
    found = {
        (path, name)
        for path, names in modules(ROOT / root)
        for name in names
        if name.startswith("slmfix_bot.") and not name.startswith(OUTSIDE_MAY_USE)
    }
    assert found == set()


def test_checker_sees_a_wrong_import() -> None:
    tree = ast.parse("def f():\n    from slmfix_bot.cli import main\nimport slmfix_bot.reporters.sarif")
    assert "slmfix_bot.cli.main" in upward("core/x.py", imported(tree))
    assert upward("validators/x.py", imported(tree)) != []
    assert upward("cli/x.py", imported(tree)) == []
