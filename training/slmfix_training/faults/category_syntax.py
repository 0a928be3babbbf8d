"""Categories of programs that a parser could not read, one small function for a language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, code_tokens
from slmfix_training.faults.category_sql import sql_category
from slmfix_training.faults.category_text import (
    balance,
    goes_on,
    has_placeholder,
    is_at_end,
    open_quote,
    residue_category,
    token_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program


def syntax_category(program: Program, diagnostic: Diagnostic) -> str:
    """The category of a program whose first diagnostic is of syntax."""
    special = _LANGUAGES.get(program.language, _other)
    return residue_category(program, diagnostic) or special(program, diagnostic) or _other(program, diagnostic)


def _bash(program: Program, diagnostic: Diagnostic) -> str | None:
    text, message = program.text, diagnostic.message
    tokens = code_tokens("bash", text)
    if has_placeholder(text) and "unexpected token" in message:
        return "placeholder"
    if "matching" in message and "matching `)'" not in message:
        if tokens and tokens[-1].text == "*":
            return "quotes"
        if re.search(r"\s['\"]$", text.rstrip()):
            return "truncation"
        return "truncation" if goes_on(tokens) or goes_on(tokens[-2:-1]) else "quotes"
    if re.search(r"\b\w[^\s;|&]*[ \t]+(?:fi|done|esac)\b(?=[ \t;|)&]|$)", text, re.M) and "\n" not in text.strip():
        return "separator"
    if "end of file" in message or "matching" in message:
        return "truncation" if goes_on(tokens) or "\n" not in text.strip() else "unclosed"
    token = re.search(r"token `(.*?)'", message, re.S)
    word = token[1] if token else ""
    if word in {"do", "then", "fi", "done", "else", "elif", "esac"}:
        return "separator"
    if word in {")", "}", "))", ";;"}:
        return "surplus-closer" if balance(tokens) < 0 else "separator" if word == "}" else "keyword"
    if word in {"|", "||", "&&", "&", ";", "newline"}:
        return "separator"
    if word == "(":
        return "quotes" if "\n" not in text.strip() else "dialect"
    return None


def _python(program: Program, diagnostic: Diagnostic) -> str | None:
    text, message = program.text, diagnostic.message
    at_end = is_at_end(text, diagnostic)
    if "triple-quoted" in message:
        return "truncation"
    if "string literal" in message:
        return "truncation" if at_end and not text.rstrip().endswith((")", ":", "]")) else "quotes"
    if "was never closed" in message:
        return "truncation" if is_at_end(text, diagnostic, 3) else "unclosed"
    if "unmatched" in message or "does not match opening" in message:
        return "surplus-closer"
    if "indent" in message:
        return "truncation" if at_end and "expected an indented block" in message else "indentation"
    if "expected 'except'" in message or message in {"expected ':'", "expected 'else' after 'if' expression"}:
        return "truncation" if at_end else "separator" if message == "expected ':'" else "keyword"
    if "comma" in message or _text_at(program, diagnostic) in {":", ",", ";"}:
        return "separator"
    if "line continuation" in message:
        return "escapes"
    if "cannot assign" in message or "assignment" in message:
        return "keyword"
    if "character" in message:
        return "quotes" if re.search(r"[‘’“”`]", text) else "dialect"
    if at_end:
        return "truncation"
    if re.search(r"^\s*(?:function|var|let|const|else if|public|#include|struct)\b|[;{]\s*$|&&|\|\||\+\+", text, re.M):
        return "dialect"
    return "keyword" if message == "invalid syntax" else None


def _text_at(program: Program, diagnostic: Diagnostic) -> str:
    token = token_at(program, diagnostic)[1]
    return token.text if token else ""


def _json(program: Program, diagnostic: Diagnostic) -> str | None:
    text, message = program.text, diagnostic.message
    before, at = token_at(program, diagnostic)
    sign = at.text if at else ""
    if "escape" in message or "control character" in message:
        return "escapes"
    if "Unterminated string" in message:
        return "truncation" if is_at_end(text, diagnostic) and text.count('"') % 2 else "quotes"
    if at is None:
        return "truncation" if goes_on(code_tokens("json", text)) else "unclosed"
    if re.match(r"//|/\*|#", text[at.start :]) or re.search(r"(?m)^\s*(?://|/\*|#)|/\*|\s//\s", text):
        return "dialect"
    if sign[0] in "'‘’“”`":
        return "quotes"
    if sign == "\\":
        return "escapes"
    if sign in {"}", "]"} and before is not None and before.text + sign in {"[}", "{]"}:
        return "unclosed"
    if text.startswith("...", at.start):
        return "placeholder"
    if "Expecting property name" in message or message == "Expecting value":
        return _json_word(sign, text)
    if "Extra data" in message and text.count('"') % 2:
        return "quotes"
    if "Extra data" in message:
        stray = "surplus-closer" if sign in "}]" else "unclosed" if sign in ",:" and '"' in text else None
        return stray or ("several-statements" if sign[0] in '{["' or at.kind is Kind.NUMBER else "dialect")
    if sign in {"}", "]"} and before is not None:
        return "unclosed" if balance(code_tokens("json", text)) >= 0 else "surplus-closer"
    if at.kind is Kind.WORD:
        inside = before is not None and before.kind is Kind.STRING
        return "quotes" if inside else "misspelling" if re.match(r"tru|fals|nul", sign) else "separator"
    return "separator"


def _json_word(sign: str, text: str) -> str:
    """What stands where a key or a value should."""
    if sign in {"}", "]", ","}:
        return "separator"
    if sign.startswith("...") or has_placeholder(text):
        return "placeholder"
    if sign in {"True", "False", "None", "NaN", "undefined", "nil", "Infinity"} or re.search(r"\w\s*\(", text):
        return "dialect"
    return "quotes" if sign[0].isalnum() or sign[0] in "_$" else "dialect"


def _verilog(program: Program, diagnostic: Diagnostic) -> str | None:
    text, message = program.text, diagnostic.message
    tokens = code_tokens("verilog", text)
    words = [t.text for t in tokens]
    if re.search(r"unexpected '(.*?)' delimiter", message):
        return "surplus-closer"
    if is_at_end(text, diagnostic, 1) and "expected" in message:
        blocks = words.count("begin") + words.count("module") + words.count("case") + words.count("casez")
        ends = words.count("end") + words.count("endmodule") + words.count("endcase")
        if "endmodule" not in words[-2:]:
            return "truncation" if goes_on(tokens) or blocks > ends + 1 or words.count("endmodule") else "unclosed"
        return "unclosed" if blocks > ends else None
    if "digit" in message or "vector literal" in message:
        return "option-value"
    wanted = re.search(r"expected '(.*?)'", message)
    if wanted:
        closer = wanted[1] in {"end", "endmodule", "endcase", ")", "]", "}", "join"}
        return "unclosed" if closer else "separator" if wanted[1] in {";", ",", ":", "="} else "keyword"
    if re.search(r"declaration name|expected (?:member|expression|case item)|statement", message):
        return "keyword"
    return None


def _yaml(program: Program, diagnostic: Diagnostic) -> str | None:
    text, message = program.text, diagnostic.message
    lines = text.split("\n")
    near = "\n".join(lines[max(0, diagnostic.line - 2) : diagnostic.line])
    if "control characters" in message or "escape character" in message:
        return "escapes"
    if "duplicate" in message:
        return "redeclaration"
    if re.search(r":\s+\{\{|-\s+\{\{|[\"']\{\{[^\"'\n]*\}\}[\"'][^\s,\]}#]", near) or "template" in message:
        return "jinja"
    if "\t" in near or "indent" in message:
        return "indentation"
    if "cannot start any token" in message or "quoted scalar" in message:
        return "quotes"
    if re.search(r"^\s*(?:- )?[\w.-]+:\s+([\"']).*\1[ \t]*[^\s#,\]}]", near, re.M):
        return "quotes"
    if "flow" in message:
        return "unclosed"
    if "mapping values" in message:
        return "quotes" if re.search(r":\s+[^\"'\s].*:(?:\s|$)", near) else "indentation"
    if "did not find expected" in message or "sequence" in message or "block" in message:
        return "indentation"
    return "separator" if "':'" in message else None


def _terraform(program: Program, diagnostic: Diagnostic) -> str | None:
    message = diagnostic.message
    if is_at_end(program.text, diagnostic) and re.search(
        r"end of the file|no closing|[Uu]nterminated|no value", message
    ):
        return "truncation"
    if "end of the file" in message or "Unclosed" in message:
        return "truncation" if goes_on(code_tokens("terraform", program.text)) else "unclosed"
    if "interpolation" in message or "template" in message:
        return "escapes"
    return None


def _other(program: Program, diagnostic: Diagnostic) -> str:
    """Any language: by the words of the message, then by what the brackets and the end of the text say."""
    text, message = program.text, diagnostic.message
    for pattern, category in _MESSAGES:
        if re.search(pattern, message, re.I):
            return category
    tokens = code_tokens(program.language, text)
    if has_placeholder(text):
        return "placeholder"
    if is_at_end(text, diagnostic) and goes_on(tokens):
        return "truncation"
    if open_quote(tokens):
        return "quotes"
    depth = balance(tokens)
    return "unclosed" if depth > 0 else "surplus-closer" if depth < 0 else "other"


_MESSAGES = (
    (r"escape", "escapes"),
    (r"quote|unterminated string|string literal", "quotes"),
    (r"indent", "indentation"),
    (r"here-document|never (?:ended|closed)|unclosed|unterminated|missing closing", "unclosed"),
    (r"unmatched|surplus|does not match", "surplus-closer"),
    (r"duplicate|already", "redeclaration"),
    (r"(?:expected|missing) [`'\"]?[,;:=]", "separator"),
)
_LANGUAGES: dict[str, Callable[[Program, Diagnostic], str | None]] = {
    "bash": _bash,
    "sh": _bash,
    "python": _python,
    "json": _json,
    "verilog": _verilog,
    "yaml": _yaml,
    "ansible": _yaml,
    "workflow": _yaml,
    "kubernetes": _yaml,
    "terraform": _terraform,
    "sql": sql_category,
}
