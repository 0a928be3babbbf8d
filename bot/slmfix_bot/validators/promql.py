"""PromQL by promql-parser, which knows the functions with their types but not the place of an error.

Dialects with more functions (MetricsQL) or stages (LogQL) share the files and the suffix; what is theirs is not judged.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from slmfix_bot.core.brackets import Sign, find_gaps
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.lexer import code_tokens
from slmfix_bot.errors import CannotJudge, MissingToolError
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

FUNCTIONS = """
abs absent absent_over_time acos acosh asin asinh atan atanh avg avg_over_time bottomk ceil changes clamp clamp_max
clamp_min cos cosh count count_over_time count_values day_of_month day_of_week day_of_year days_in_month deg delta deriv
double_exponential_smoothing exp floor group histogram_avg histogram_count histogram_fraction histogram_quantile
histogram_stddev histogram_stdvar histogram_sum holt_winters hour idelta increase info irate label_join label_replace
last_over_time limit_ratio limitk ln log10 log2 mad_over_time max max_over_time min min_over_time minute month pi
predict_linear present_over_time quantile quantile_over_time rad rate resets round scalar sgn sin sinh sort
sort_by_label sort_by_label_desc sort_desc sqrt stddev stddev_over_time stdvar stdvar_over_time sum sum_over_time tan
tanh time timestamp topk vector year first_over_time ts_of_max_over_time ts_of_min_over_time
ts_of_last_over_time ts_of_first_over_time histogram_quantiles
""".split()
FOREIGN = re.compile(
    r"\{\{|\}\}|\[\[|\$[\w{]|%\(|<%|\|[=~>]|\|\s*(?:json|logfmt|pattern|regexp|unpack|unwrap|line_format|label_format|keep|drop)\b"
    r"|\bWITH\s*\(|\b(?:default|ifnot|keep_metric_names)\b|\d[yMQi]\]|\[\d+i\]"
)
UNKNOWN = re.compile(r"unknown function with name '(.*)'")
RULES = (
    ("expected type ", "wrong-type"),
    ("binary expression must", "wrong-type"),
    ("set operator", "wrong-type"),
    ("comparisons between scalars", "wrong-type"),
)
ARITY = re.compile(r"argument\(s\) in call to")
NAMED = re.compile(r"function '(\w+)'|(?:identifier|character|number|string)[^']*'([^']+)'|'([^']+)' operation")


class PromqlValidator:
    """One expression a program; reports its first error."""

    name = "promql-parser"
    languages = ("promql",)

    def version(self) -> str:
        """That of the parser. Raises MissingToolError."""
        try:
            return version("promql-parser")
        except PackageNotFoundError as error:
            msg = 'promql-parser is not installed: pip install "slmfix-bot[languages]"'
            raise MissingToolError(msg) from error

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first error. Raises CannotJudge for templates and other dialects."""
        import promql_parser  # a native library

        text = program.text
        if FOREIGN.search(text):
            msg = "a template, or a dialect of PromQL"
            raise CannotJudge(msg)
        if not code_tokens("promql", text):
            return ()
        try:
            promql_parser.parse(text)
        except ValueError as error:
            return (_diagnostic(text, str(error)),)
        return ()


def _diagnostic(text: str, message: str) -> Diagnostic:
    unknown = UNKNOWN.search(message)
    if unknown:
        near = tuple(get_close_matches(unknown[1], FUNCTIONS, 5, 0.75))
        at = text.find(unknown[1])
        line, column = place_of(text, at)
        return Diagnostic(
            rule="unknown-function",
            message=message,
            line=line,
            column=column,
            end_column=column + len(unknown[1]),
            found=unknown[1],
            expected=near,
            # A name that resembles none may be of a newer release or of a dialect.
            severity=Severity.ERROR if near and unknown[1] not in FUNCTIONS else Severity.WARNING,
        )
    rule = "wrong-arity" if ARITY.search(message) else next((r for m, r in RULES if message.startswith(m)), "syntax")
    gap = next(iter(find_gaps(text, [Sign(t.text, t.start) for t in code_tokens("promql", text)])), None)
    related, at = None, len(text.rstrip())
    named = NAMED.search(message)
    if gap is not None and rule == "syntax":
        at = gap.place
        related = place_of(text, gap.opener.start).line if gap.opener else None
    elif named:
        at = max(0, text.find(next(name for name in named.groups() if name)))
    line, column = place_of(text, at)
    return Diagnostic(rule=rule, message=message, line=line, column=column, related_line=related)


PROMQL = PromqlValidator()
