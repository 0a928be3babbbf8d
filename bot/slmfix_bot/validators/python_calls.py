"""Calls that cannot work: arguments that a function or class of the same file does not take, or lacks.

Only names that are bound once in the whole file, without decorators, are judged; everything else may be something
else when the line runs.
"""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    Function = ast.FunctionDef | ast.AsyncFunctionDef


def check_calls(tree: ast.Module, text: str) -> Iterator[Diagnostic]:
    """Diagnostics about calls of the file's own functions and classes."""
    signatures = dict(_signatures(tree))
    if not signatures:
        return
    expected_to_fail = {id(call) for call in _expected_to_fail(tree)}
    lines = text.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and id(node) not in expected_to_fail:
            signature = signatures.get(node.func.id)
            if signature is not None:
                yield from _check(node, node.func.id, signature, lines)


def _signatures(tree: ast.Module) -> Iterator[tuple[str, ast.arguments]]:
    """Names with the parameters that a call has to fill."""
    bound = Counter(_bindings(tree))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if bound[node.name] == 1 and not node.decorator_list:
                yield node.name, node.args
        elif isinstance(node, ast.ClassDef) and bound[node.name] == 1:
            initializer = _initializer(node)
            if initializer is not None:
                yield node.name, _without_self(initializer.args)


def _initializer(node: ast.ClassDef) -> Function | None:
    """The `__init__` that surely decides; a base, a decorator, or `__new__` may take the arguments instead."""
    if node.bases or node.keywords or node.decorator_list:
        return None
    named = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name in {"__init__", "__new__"}]
    if len(named) != 1 or named[0].name != "__init__" or named[0].decorator_list:
        return None
    arguments = named[0].args
    return named[0] if arguments.posonlyargs or arguments.args else None


def _without_self(arguments: ast.arguments) -> ast.arguments:
    plain = ast.arguments(**{field: getattr(arguments, field) for field in ast.arguments._fields})
    if plain.posonlyargs:
        plain.posonlyargs = plain.posonlyargs[1:]
    else:
        plain.args = plain.args[1:]
    return plain


def _bindings(tree: ast.Module) -> Iterator[str]:
    """Every name that is bound anywhere in the file, once per binding."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names


def _expected_to_fail(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls below `with pytest.raises(...)` and the like, or in a `try` that catches TypeError."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.AsyncWith):
            managers = (ast.unparse(item.context_expr) for item in node.items)
            if not any("raises" in manager.casefold() or "suppress" in manager for manager in managers):
                continue
        elif not (isinstance(node, ast.Try) and any(map(_catches_type_error, node.handlers))):
            continue
        yield from (call for call in ast.walk(node) if isinstance(call, ast.Call))


def _catches_type_error(handler: ast.ExceptHandler) -> bool:
    caught = "" if handler.type is None else ast.unparse(handler.type)
    return not caught or any(name in caught for name in ("TypeError", "Exception"))


def _check(call: ast.Call, name: str, signature: ast.arguments, lines: list[str]) -> Iterator[Diagnostic]:
    by_place = [*signature.posonlyargs, *signature.args]
    by_name = [argument.arg for argument in (*signature.args, *signature.kwonlyargs)]
    given = [keyword.arg for keyword in call.keywords if keyword.arg is not None]
    for keyword in call.keywords:
        if keyword.arg is not None and keyword.arg not in by_name and signature.kwarg is None:
            free = [argument for argument in by_name if argument not in given]
            message = f"{name}() has no parameter {keyword.arg!r}; it takes {', '.join(by_name) or 'none by name'}"
            yield _diagnostic(
                "unknown-argument", message, keyword, lines, found=keyword.arg, expected=nearest(keyword.arg, free)
            )
            return
    if any(isinstance(argument, ast.Starred) for argument in call.args):
        return
    if len(call.args) > len(by_place) and signature.vararg is None:
        message = f"{name}() takes {len(by_place)} positional arguments, but {len(call.args)} are given"
        yield _diagnostic("call-arguments", message, call.args[len(by_place)], lines)
        return
    filled = {argument.arg for argument in by_place[: len(call.args)]}
    if twice := [argument for argument in given if argument in filled - {a.arg for a in signature.posonlyargs}]:
        yield _diagnostic("call-arguments", f"{name}() gets {twice[0]!r} by position and by name", call, lines)
    elif not any(keyword.arg is None for keyword in call.keywords):
        missing = [argument for argument in _required(signature) if argument not in filled and argument not in given]
        if missing:
            yield _diagnostic("call-arguments", f"{name}() lacks the argument {missing[0]!r}", call, lines)


def _required(signature: ast.arguments) -> list[str]:
    by_place = [*signature.posonlyargs, *signature.args]
    needed = by_place[: len(by_place) - len(signature.defaults)]
    named = [
        argument
        for argument, default in zip(signature.kwonlyargs, signature.kw_defaults, strict=True)
        if default is None
    ]
    return [argument.arg for argument in (*needed, *named)]


def _diagnostic(
    rule: str,
    message: str,
    node: ast.expr | ast.keyword,
    lines: list[str],
    *,
    found: str | None = None,
    expected: tuple[str, ...] = (),
) -> Diagnostic:
    # The compiler counts UTF-8 bytes.
    line = lines[node.lineno - 1] if node.lineno <= len(lines) else ""
    column = len(line.encode()[: node.col_offset].decode(errors="replace")) + 1
    return Diagnostic(rule=rule, message=message, line=node.lineno, column=column, found=found, expected=expected)
