from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql import SQL
from slmfix_bot.validators.sql_jinja import neutralize

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic

PROJECT = (
    ("dbt_project.yml", "name: shop\n"),
    (
        "models/schema.yml",
        "version: 2\nsources:\n- name: raw\n  tables:\n  - name: orders\n    columns: [{name: id}]\n",
    ),
    (
        "models/stg_orders.sql",
        "with a as (select id as order_id, amount from {{ source('raw', 'orders') }}) select * from a",
    ),
    ("models/all.sql", "{{ config(materialized='table') }}\nselect *, 1 as one from {{ ref('stg_orders') }}"),
    ("models/odd.sql", "select {{ star() }} from {{ ref('stg_orders') }}"),
    ("seeds/countries.csv", "code,name\nDE,Germany\n"),
)


def check(text: str, files: tuple[tuple[str, str], ...] = PROJECT) -> tuple[Diagnostic, ...]:
    return SQL.check(Program(language="sql", text=text, path="models/new.sql", dialect="snowflake", files=files))


def test_columns_of_a_model_are_those_of_its_query() -> None:
    text = "{{ config(tags=['x']) }}\nselect a.order_idd, a.one\nfrom {{ ref('all') }} as a\n"
    found = check(text)
    assert [(d.line, d.column, d.found, d.expected[0]) for d in found] == [(2, 8, "a.order_idd", "a.order_id")]


def test_unknown_models_and_sources_have_the_nearest_names() -> None:
    text = "select 1 from {{ ref('stg_order') }}, {{ source('raw', 'order') }}, {{ source('rew', 'orders') }}\n"
    found = check(text)
    assert [(d.rule, d.column, d.found, d.expected[0]) for d in found] == [
        ("unknown-table", 23, "stg_order", "stg_orders"),
        ("unknown-table", 57, "order", "orders"),
        ("unknown-table", 80, "rew", "raw"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "select anything from {{ source('raw', 'orders') }}",
        "select anything from {{ ref('odd') }}",
        "select name from {{ ref('countries') }} where code = '{{ var(\"code\") }}' limit {{ var('n', 10) }}",
        "select stg_orders.amount from {{ ref('stg_orders') }}",
        "select order_id from {{ ref('all') }}\n{% if is_incremental() %} where amount > 0 {% endif %}",
        "{% set x = 1 %}{# a comment #}\nselect order_id from {{ ref('shop', 'all') }}",
        "select {{ var('column') }} from {{ ref('all') }}",
        "select a from elsewhere.table_of_nobody",
    ],
)
def test_right_names_are_accepted(text: str) -> None:
    assert check(text) == ()


def test_a_column_that_a_seed_has_not() -> None:
    assert [d.found for d in check("select nam from {{ ref('countries') }}")] == ["nam"]


def test_packages_may_bring_models() -> None:
    files = (*PROJECT, ("packages.yml", "packages: []\n"))
    assert check("select 1 from {{ ref('stg_order') }}", files) == ()
    assert check("select 1 from {{ source('raw', 'order') }}", files) != ()


def test_syntax_is_judged_beside_templates() -> None:
    found = check("select a,\nfrom {{ ref('all') }}\nwhere and b\n")[0]
    assert (found.rule, found.line) == ("syntax", 3)


@pytest.mark.parametrize(
    "text",
    [
        "select a b c {% for x in y %} {{ x }} {% endfor %} from from t",
        "select {{ dbt_utils.star(ref('a')) }} from from t",
        "{% macro m() %} select from {% endmacro %}",
        "select a from t where {{ var('condition') }} b",
        "{% if x %} select {% endif %} from from",
    ],
)
def test_what_a_template_makes_is_not_judged(text: str) -> None:
    with pytest.raises(CannotJudge):
        check(text)


@pytest.mark.parametrize(
    "text", ["{{ ref('x') }}", "a\n{{ source('a', 'b') }}\n{# c\n #}{{ config(a=b(1)) }}", "'{{ var('x') }}'"]
)
def test_neutral_text_has_the_same_lines_and_length(text: str) -> None:
    neutral = neutralize(text)
    assert neutral is not None
    assert len(neutral.text) == len(text)
    assert [i for i, sign in enumerate(neutral.text) if sign == "\n"] == [i for i, s in enumerate(text) if s == "\n"]
