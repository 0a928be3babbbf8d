from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.pool import ValidatorPool

RULES = """groups:
  - name: api
    rules:
      - alert: Errors
        expr: sum(rat(http_requests_total[5m])) > 1
        labels: {severity: page}
      - record: job:errors:rate5m
        expr: |
          sum by (job) (
            rate(errors_total[5m])
"""


def errors(pool: ValidatorPool, text: str, language: str = "promql") -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language=language, text=text))
    assert validation.skipped is None
    return validation.errors


def test_a_misspelt_function_has_legal_names(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "sum(rat(up[5m]))")
    assert (error.rule, error.found, error.column) == ("unknown-function", "rat", 5)
    assert "rate" in error.expected


@pytest.mark.parametrize("text", ["holt_winters(a[1m], 0.1, 0.1)", "rollup_candlestick(a[1m])"])
def test_a_function_of_another_release_is_no_error(pool: ValidatorPool, text: str) -> None:
    assert errors(pool, text) == ()


def test_an_unclosed_bracket_has_its_opener(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "sum by (job) (\n  rate(a[5m])\n")
    assert (error.rule, error.line, error.related_line) == ("syntax", 2, 1)


@pytest.mark.parametrize("text", ["rate(a[$__rate_interval])", '{app="x"} |= "error"', "a{b='{{ .Values.c }}'}"])
def test_templates_and_other_dialects_are_not_judged(pool: ValidatorPool, text: str) -> None:
    assert pool.validate(Program(language="promql", text=text)).skipped


def test_expressions_of_rule_files_are_judged_at_their_lines(pool: ValidatorPool) -> None:
    first, second = errors(pool, RULES, "yaml")
    assert (first.rule, first.line, first.column) == ("unknown-function", 5, 19)
    assert first.embedded is not None
    assert (second.rule, second.line, second.related_line) == ("syntax", 10, 9)


def test_clean_rules_and_other_yaml_noop(pool: ValidatorPool) -> None:
    clean = RULES.replace("rat(", "rate(").replace("errors_total[5m])", "errors_total[5m]))")
    assert errors(pool, clean, "yaml") == ()
    assert errors(pool, RULES.replace("rules:", "panels:"), "yaml") == ()
    template = RULES.replace("rat(", "{{ .f }}(").replace("errors_total[5m])", "errors_total[5m]))")
    assert errors(pool, template, "yaml") == ()
