"""`.slmfix.yml` and the layers above it: what is merged, and what each mistake is told."""

from __future__ import annotations

import pytest

from slmfix_bot.adapters.config import build_options, environment_settings, load_config, schema
from slmfix_bot.core.options import Aggressiveness, FailOn, LanguageOptions, Options, Scope
from slmfix_bot.errors import ConfigurationError

FULL = """\
# a comment
scope: ai
fail_on: unrepaired
aggressiveness: low
model: none
max_repairs: 7
time_budget: 30
exclude: ["vendor/**"]
languages:
  sql:
    dialect: postgres
    schema: db/schema.sql
    include: ["**/*.sql"]
  bash: {enabled: false}
provenance:
  declare: ["tools/**"]
review:
  max_comments: 5
limits:
  file_kib: 64
"""


def test_every_setting_of_a_full_file_arrives() -> None:
    options = build_options(load_config(FULL))
    assert options.scope is Scope.AI
    assert options.fail_on is FailOn.UNREPAIRED
    assert options.aggressiveness is Aggressiveness.LOW
    assert (options.model, options.max_repairs, options.time_budget) == ("none", 7, 30)
    assert options.exclude == ("vendor/**",)
    assert options.languages["sql"] == LanguageOptions(
        dialect="postgres", schema="db/schema.sql", include=("**/*.sql",)
    )
    assert options.languages["bash"].enabled is False
    assert options.declare == ("tools/**",)
    assert options.review.max_comments == 5
    assert options.limits.file_kib == 64
    assert options.limits.seconds_per_file == 20


@pytest.mark.parametrize("text", ["", "# nothing but a comment\n", "---\n"])
def test_empty_file_changes_nothing(text: str) -> None:
    assert build_options(load_config(text)) == Options()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scop: ai\n", "line 1: unknown key 'scop'; did you mean 'scope'?"),
        ("scope: ai\nreview:\n  max_coments: 3\n", "line 3: unknown key 'max_coments'; did you mean 'max_comments'?"),
        ("zzz: 1\n", "line 1: unknown key 'zzz'; known: aggressiveness"),
        (
            "fail_on: errors\n",
            "fail_on: 'errors' is not one of error, unrepaired, never; did you mean 'error'?",
        ),
        ("scope: likely\nmax_repairs: many\n", "line 2: max_repairs: expected a whole number, found str 'many'"),
        ("time_budget: 0\n", "line 1: time_budget: 0"),
        ("exclude: vendor\n", "line 1: exclude: expected a list"),
        ("exclude:\n  - a\n  - 3\n", "line 3: exclude.1: expected text"),
        ("- scope\n", "line 1: the file: expected a mapping"),
        ("languages:\n  bsh: {enabled: true}\n", "line 2: unknown language 'bsh'; did you mean 'bash'?"),
        ("scope: [ai\n", "not valid YAML"),
        ("scope: ai\nscope: all\n", "line 2: the key 'scope' stands here a second time"),
        ("a: &x 1\nb: *x\n", "line 2: aliases are not allowed"),
        ("scope: ai\n---\nscope: all\n", "second YAML document"),
        ("on: 1\n", "line 1: keys must be plain words"),
        ("model: !!python/object/apply:os.system ['true']\n", "not valid YAML"),
        ("model: 2026-02-31\n", "not valid YAML"),
        ("model: '\x07'\n", "not valid YAML"),
        ("[" * 500, "nested deeper"),
        ("#" * 70_000, "larger than 64 KiB"),
    ],
)
def test_mistake_is_explained(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config(text, ".slmfix.yml", languages=("bash", "sql"))
    assert message in str(caught.value)
    assert str(caught.value).startswith(".slmfix.yml")
    assert caught.value.return_code == 2


def test_every_mistake_is_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config("scop: ai\nfail_on: x\n")
    assert len(str(caught.value).splitlines()) == 2


def test_later_layers_win() -> None:
    file = load_config("scope: ai\nmax_repairs: 3\nreview: {max_comments: 4, comment_on_unrepaired: true}\n")
    environment = environment_settings({"SLMFIX_SCOPE": "all", "SLMFIX_MAX_COMMENTS": "9", "SLMFIX_MODEL": " "})
    options = build_options(file, environment, {"scope": "likely", "max_repairs": None})
    assert options.scope is Scope.LIKELY
    assert options.max_repairs == 3
    assert options.review.max_comments == 9
    assert options.review.comment_on_unrepaired is True
    assert options.model == "slmfix-mini"


def test_inputs_are_read_with_hyphens_and_underscores() -> None:
    environ = {"INPUT_FAIL-ON": "never", "INPUT_TIME_BUDGET": "9", "INPUT_MODEL": "", "SLMFIX_SCOPE": "ai"}
    assert environment_settings(environ, inputs=True) == {"fail_on": FailOn.NEVER, "time_budget": 9.0}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SLMFIX_SCOPE", "mine", "SLMFIX_SCOPE='mine' cannot be used; expected one of ai, likely, all"),
        ("SLMFIX_JOBS", "two", "SLMFIX_JOBS='two' cannot be used"),
        ("SLMFIX_REPAIR", "maybe", "expected true or false"),
    ],
)
def test_bad_environment_is_explained(name: str, value: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message.replace("(", r"\(")):
        environment_settings({name: value})


@pytest.mark.parametrize(
    "settings", [{"jobs": 0}, {"max_repairs": -1}, {"time_budget": float("nan")}, {"device": "tpu"}]
)
def test_range_of_every_layer_is_checked(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        build_options(settings)


def test_schema_forbids_unknown_keys_everywhere() -> None:
    def objects(node: object) -> list[dict[str, object]]:
        if isinstance(node, list):
            return [found for item in node for found in objects(item)]
        if not isinstance(node, dict):
            return []
        own = [node] if node.get("type") == "object" else []
        return own + [found for value in node.values() for found in objects(value)]

    found = objects(schema())
    assert len(found) >= 6
    assert all("additionalProperties" in node for node in found)
