from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

GO = "package a\n\nfunc f(x int) int {\n\tif x > 1 {\n\t\treturn g(x, 1)\n\t}\n\treturn 2\n}\n\nfunc h() {\n}\n"
JAVA = 'class A {\n    int f() {\n        String s = "a";\n        return g(s, 1);\n    }\n}\n'
JS = 'function f(x) {\n  const s = g("a", [1, 2]);\n  return s;\n}\n\nf(1);\n'
RUST = "fn f<'a>(x: &'a str) -> u8 {\n    let y = g(x);\n    h(y, \"z\")\n}\n"


@pytest.mark.parametrize(
    ("language", "clean", "old", "new"),
    [
        ("go", GO, "\t\treturn g(x, 1)\n\t}\n", "\t\treturn g(x, 1)\n"),
        ("go", GO, "g(x, 1)", "g(x, 1"),
        ("go", GO, "g(x, 1)", "g(x 1)"),
        ("go", GO, "if x > 1 {", "if x > 1"),
        ("go", GO, "func h() {\n}\n", "func h() {\n}}\n"),
        ("java", JAVA, '"a";', '"a";)'),
        ("java", JAVA, '"a";', '"a;'),
        ("java", JAVA, '"a";', '"a"'),
        ("java", JAVA, "    }\n}\n", "    }\n"),
        ("javascript", JS, "[1, 2]);", "[1, 2);"),
        ("javascript", JS, "[1, 2]);", "[1, 2];"),
        ("javascript", JS, "  return s;\n}\n", "  return s;\n"),
        ("rust", RUST, "g(x);", "g(x)"),
        ("rust", RUST, 'h(y, "z")', 'h(y, "z"'),
        ("rust", RUST, "fn f", "fnn f"),
        ("javascript", JS, "function f", "functon f"),
        ("c", "int f(int x)\n{\n    while (x) {\n        g(x);\n    }\n    return 0;\n}\n", "    }\n", ""),
        ("protobuf", 'syntax = "proto3";\n\nmessage A {\n  int32 a = 1;\n}\n', "= 1;", "= 1"),
        ("protobuf", 'syntax = "proto3";\n\nmessage A {\n  int32 a = 1;\n}\n', "int32 a", "int32a a"),
        ("cmake", "if(A)\n  set(b c)\nendif()\n\nset(d e)\n", "endif()\n", ""),
        ("cmake", "set(b c)\nset(d e)\n", "b c)", "b c"),
        ("cmake", "target_link_libraries(a b)\n", "libraries", "libaries"),
        ("make", "all: a\n\techo a\n", "\techo a", "        echo a"),
        ("make", "ifdef A\nB = 1\nendif\n", "endif\n", ""),
        ("latex", "\\begin{itemize}\n  \\item a\n\\end{itemize}\n", "\\end{itemize}", "\\end{itemise}"),
        ("latex", "\\section{a}\nA \\textbf{b}\n\nC.\n", "{b}", "{b"),
        ("graphql", "query Q($a: Int) {\n  b(c: $a)\n}\n", "Int)", "Int"),
        ("jq", ".a | map(.b)\n", ".b)", ".b"),
        ("promql", "sum(rate(a[5m]))\n", "rate", "rat"),
    ],
)
def test_a_planted_defect_is_undone(pool: ValidatorPool, language: str, clean: str, old: str, new: str) -> None:
    assert_valid(pool, language, clean)
    assert_repaired(pool, language, clean.replace(old, new, 1), clean)


def test_a_bracket_is_not_removed_where_the_line_reads_no_better(pool: ValidatorPool) -> None:
    clean = "int f(int a)\n{\n    return g(a, 1);\n}\n"
    assert_repaired(pool, "c", clean.replace("g(a", "g a"), clean.replace("g(a", "g (a"))
    kotlin = "fun f(x: Int) {\n    if (x) y (z, w) else v()\n}\n"
    assert_repaired(pool, "kotlin", kotlin.replace("(z", "z"), kotlin)
