"""The generic check: each language has a text that a grammar must take and one that it must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.core.tree_languages import TREE_LANGUAGES
from slmfix_bot.validators.tree import MAX_LINE

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.pool import ValidatorPool

# language -> a clean text; the same text without the sign behind the mark must be reported
TEXTS = {
    "ada": "procedure Main is\nbegin\n   Put_Line (Item => A«)»;\nend Main;\n",
    "c": "#define EACH(x) for (;;)\n\nint f(int *p)\n{\n    EACH(p) {\n        p++;\n    «}»\n    return 0;\n}\n",
    "cpp": "template <typename T>\nT f(T a) {\n  return g<T>(a«)»;\n}\n",
    "csharp": 'class A {\n  int F() => 1;\n  string G(int? x) { return $"{x}"«;» }\n}\n',
    "css": "a:hover {\n  color: rgba(0, 0, 0, .5);\n«}»\n\nb {\n  margin: 0;\n}\n",
    "elixir": "defmodule A do\n  def f(x), do: [x | g(x«)»]\nend\n",
    "erlang": "-module(a).\nf(X) ->\n    {ok, X«}».\n",
    "fish": "function f\n    if test -n $argv\n        echo a\n    «end»\nend\n",
    "go": 'package a\n\nfunc f() map[string]int {\n\treturn map[string]int{"a": g(1«)»}\n}\n',
    "haskell": "module A where\n\nf :: Int -> Int\nf x = g (x + 1«)»\n",
    "java": "class A {\n    int f() {\n        int x = 1«;»\n        return x;\n    }\n}\n",
    "kotlin": "fun f(x: Int): Int {\n    return listOf(x).map { it + 1 }.first(«)»\n}\n",
    "lua": "local function f(x)\n  if x then\n    return { x«}»\n  end\nend\n",
    "nix": '{ pkgs }:\npkgs.mkDerivation {\n  name = "a"«;»\n  src = ./.;\n}\n',
    "objc": '@implementation A\n- (int)f {\n  return [self g:@"a"«]»;\n}\n@end\n',
    "ocaml": "let f x =\n  match x with\n  | Some y -> g (y«)»\n  | None -> 0\n",
    "ocaml_interface": "val f : (int -> int«)» -> int\n",
    "php": "<?php\nfunction f($x) {\n    return [$x, 'a' => 1«]»;\n}\n",
    "powershell": "function Get-A {\n  param([string]$Name)\n  if ($Name) { Write-Output $Name «}»\n}\n",
    "qmljs": 'import QtQuick 2.0\nItem {\n    width: 10\n    Rectangle { color: "red" «}»\n}\n',
    "r": 'f <- function(x) {\n  paste0(x, "a"«)»\n}\n',
    "rego": 'package a\n\ndefault allow = false\n\nallow {\n  input.user == "x"\n«}»\n\ndeny[msg] {\n  msg := 1\n}\n',
    "ruby": "class A\n  def f(x)\n    x.map { |y| y + 1 }\n  «end»\nend\n",
    "rust": "fn f<'a>(x: &'a str) -> Option<&'a str> {\n    let y = g(x)«;»\n    Some(y)\n}\n",
    "scala": "object A {\n  def f(x: Int): Int = g(x, 1«)»\n}\n",
    "scss": "@use 'a';\n.b {\n  &:hover {\n    color: red;\n  «}»\n}\n",
    "solidity": "pragma solidity ^0.8.0;\ncontract A {\n    function f() public {\n        uint x = 1«;»\n    }\n}\n",
    "swift": "func f(x: Int) -> Int {\n    let y = [x].map { $0 + 1 «}»\n    return y[0]\n}\n",
    "vhdl": "entity a is\n  port (clk : in std_logic_vector(3 downto 0«)»);\nend a;\n",
    "zig": "fn f(x: u8) u8 {\n    return g(x, 1«)»;\n}\n",
}


def judged(pool: ValidatorPool, language: str, text: str) -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language=language, text=text))
    assert validation.skipped is None
    return validation.errors


def test_every_language_of_the_table_has_a_text() -> None:
    assert set(TEXTS) == {language.name for language in TREE_LANGUAGES}


@pytest.mark.parametrize("language", TEXTS)
def test_a_clean_text_noop(pool: ValidatorPool, language: str) -> None:
    assert judged(pool, language, TEXTS[language].replace("«", "").replace("»", "")) == ()


@pytest.mark.parametrize("language", TEXTS)
def test_a_lost_sign_is_reported_the_same_quickly_and_thoroughly(pool: ValidatorPool, language: str) -> None:
    before, _, rest = TEXTS[language].partition("«")
    text = before + rest.partition("»")[2]
    errors = judged(pool, language, text)
    assert {error.rule for error in errors} == {"error-node"}
    assert all(1 <= error.line <= error.end_line <= text.count("\n") for error in errors)
    quick = pool.validate(Program(language=language, text=text), quick=True)
    assert [error.identity for error in quick.errors] == [error.identity for error in errors]


def test_an_unclosed_block_is_reported_where_its_indentation_ends(pool: ValidatorPool) -> None:
    text = "package a\n\nfunc f() int {\n\tif x {\n\t\treturn 1\n\treturn 2\n}\n\nfunc g() {\n}\n"
    (error,) = judged(pool, "go", text)
    assert (error.message, error.line, error.related_line) == ('missing "}"', 5, 4)


def test_an_unexpected_token_is_reported_at_its_place(pool: ValidatorPool) -> None:
    (error,) = judged(pool, "go", "package a\n\nvar x = 1 2\n")
    assert (error.line, error.column) == (3, 11)
    assert error.message.startswith("cannot read")


def test_a_missing_sign_stands_behind_the_last_token(pool: ValidatorPool) -> None:
    (error,) = judged(pool, "java", "class A {\n    int x = 1\n\n    int y;\n}\n")
    assert (error.message, error.line, error.column) == ('missing ";"', 2, 14)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("c", "#ifdef A\nif (x) {\n#else\nif (y) {\n#endif\n}\n"),
        ("rust", "fn f() -> R { try!(g()); Ok(()) }\n"),
        ("go", f"package a\nvar x = ({'1 + ' * MAX_LINE}1\n"),
    ],
)
def test_what_the_grammar_cannot_know_is_not_judged(pool: ValidatorPool, language: str, text: str) -> None:
    assert pool.validate(Program(language=language, text=text)).skipped


def test_macros_of_c_noop(pool: ValidatorPool) -> None:
    assert judged(pool, "c", 'MODULE_LICENSE("GPL")\nEXPORT int f(void) __init\n{\n    FOR_EACH(x) g(x)\n}\n') == ()
