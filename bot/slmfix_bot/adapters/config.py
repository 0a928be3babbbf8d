"""`.slmfix.yml`, the environment and the options of the command line, merged into one `Options`.

Precedence: defaults < file < `SLMFIX_*` < action inputs (`INPUT_*`) < options. Every layer is a mapping with the
file's own keys, so there is one merge and one place that knows the names. The file is text here: in a pull request
it comes from the base commit, so that a change cannot switch off its own check.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters import custom_config
from slmfix_bot.adapters.yaml_document import parse_document
from slmfix_bot.core.options import Aggressiveness, FailOn, LanguageOptions, Limits, Options, ReviewOptions, Scope
from slmfix_bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from jsonschema import ValidationError

    from slmfix_bot.adapters.yaml_document import Lines

FILE_NAME = ".slmfix.yml"
MAX_BYTES = 64 * 1024


def _boolean(text: str) -> bool:
    if text.lower() in {"true", "yes", "on", "1"}:
        return True
    if text.lower() in {"false", "no", "off", "0"}:
        return False
    msg = "expected true or false"
    raise ValueError(msg)


# What the environment and the action's inputs may set: `fail_on` is SLMFIX_FAIL_ON and INPUT_FAIL-ON.
FROM_TEXT: dict[str, Callable[[str], object]] = {
    "scope": Scope,
    "fail_on": FailOn,
    "aggressiveness": Aggressiveness,
    "model": str,
    "device": str,
    "repair": _boolean,
    "max_repairs": int,
    "time_budget": float,
    "jobs": int,
}
REVIEW_FROM_TEXT: dict[str, Callable[[str], object]] = {"max_comments": int, "comment_on_unrepaired": _boolean}


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of `.slmfix.yml`."""
    text = files("slmfix_bot").joinpath("data", "config.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def load_config(text: str, source: str = FILE_NAME, languages: Collection[str] = ()) -> dict[str, Any]:
    """The file's settings, checked against the schema; `languages` are the known names, empty to accept any.

    Raises ConfigurationError that names the file, the line and, for an unknown key, the nearest known one.
    """
    if len(text.encode(errors="replace")) > MAX_BYTES:
        msg = f"{source} is larger than {MAX_BYTES // 1024} KiB; that is not a configuration"
        raise ConfigurationError(msg)
    document, lines = parse_document(text, source)
    if document is None:
        return {}
    problems = [*_schema_problems(document, lines), *_unknown_languages(document, lines, languages)]
    # What the schema has refused is not looked at again.
    problems = problems or custom_config.problems(document, lines, languages)
    if problems:
        raise ConfigurationError("\n".join(f"{source}, line {line}: {message}" for line, message in sorted(problems)))
    assert isinstance(document, dict)  # the schema says so
    return document


def _schema_problems(document: Any, lines: Lines) -> list[tuple[int, str]]:
    # jsonschema takes 100 ms to import, which a run without a configuration need not pay.
    from jsonschema import Draft202012Validator

    problems: list[tuple[int, str]] = []
    for error in Draft202012Validator(schema()).iter_errors(document):
        problems.extend(_explain(error, lines))
    return problems


def _explain(error: ValidationError, lines: Lines) -> list[tuple[int, str]]:
    path = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        declared: Any = error.schema
        present: Any = error.instance
        known = list(declared["properties"])
        return [
            (lines.get((*path, key), 1), f"unknown key {key!r}{nearest(key, known)}")
            for key in present
            if key not in known
        ]
    where = ".".join(map(str, path)) or "the file"
    return [(lines.get(path, 1), f"{where}: {_reason(error)}")]


def _reason(error: ValidationError) -> str:
    value: Any = error.instance
    expected: Any = error.validator_value
    if error.validator == "enum":
        choices = [str(choice) for choice in expected]
        return f"{value!r} is not one of {', '.join(choices)}{nearest(str(value), choices)}"
    if error.validator == "type":
        names = {
            "object": "a mapping",
            "array": "a list",
            "string": "text",
            "boolean": "true or false",
            "integer": "a whole number",
        }
        names["boolean"] = "true or false"
        kinds = expected if isinstance(expected, list) else [expected]
        wanted = " or ".join(names.get(kind, f"a {kind}") for kind in kinds)
        return f"expected {wanted}, found {type(value).__name__} {value!r:.60}"
    if error.validator == "required":
        missing = [str(name) for name in expected if name not in value]
        return f"{', '.join(missing)} missing"
    return error.message[:200]


def nearest(word: str, known: Collection[str]) -> str:
    """The tail of an error message that offers the nearest known word; empty when none is near."""
    matches = get_close_matches(word, [str(name) for name in known], n=1, cutoff=0.6)
    return f"; did you mean {matches[0]!r}?" if matches else f"; known: {', '.join(sorted(known))}"


def _unknown_languages(document: Any, lines: Lines, known: Collection[str]) -> list[tuple[int, str]]:
    configured = document.get("languages") if isinstance(document, dict) else None
    if not known or not isinstance(configured, dict):
        return []
    known = {*known, *custom_config.custom_languages(document)}
    return [
        (lines.get(("languages", name), 1), f"unknown language {name!r}{nearest(str(name), known)}")
        for name in configured
        if name not in known
    ]


def environment_settings(environ: Mapping[str, str], *, inputs: bool = False) -> dict[str, Any]:
    """The settings in `SLMFIX_*`, or with `inputs` those in an action's `INPUT_*`; an empty value is not set.

    Raises ConfigurationError for a value that the setting does not take.
    """
    settings: dict[str, Any] = {}
    review: dict[str, Any] = {}
    for table, target in ((FROM_TEXT, settings), (REVIEW_FROM_TEXT, review)):
        for name, convert in table.items():
            for variable in _variables(name, inputs=inputs):
                if text := environ.get(variable, "").strip():
                    target[name] = _convert(variable, text, convert)
    return {**settings, "review": review} if review else settings


def _variables(name: str, *, inputs: bool) -> tuple[str, ...]:
    if not inputs:
        return (f"SLMFIX_{name.upper()}",)
    # The runner upper-cases the name and keeps hyphens.
    return (f"INPUT_{name.upper()}", f"INPUT_{name.upper().replace('_', '-')}")


def _convert(variable: str, text: str, convert: Callable[[str], object]) -> object:
    try:
        return convert(text)
    except ValueError as error:
        known = f"; expected one of {', '.join(convert)}" if isinstance(convert, type(Scope)) else ""
        msg = f"{variable}={text!r:.60} cannot be used{known or f': {error}'}"
        raise ConfigurationError(msg) from None


def build_options(*layers: Mapping[str, Any]) -> Options:
    """The options after merging the layers, later ones winning; None means not set."""
    merged: dict[str, Any] = {}
    review: dict[str, Any] = {}
    for layer in layers:
        merged.update({key: value for key, value in layer.items() if value is not None})
        review.update(layer.get("review") or {})
    provenance = merged.pop("provenance", {})
    languages = {name: _language(values or {}) for name, values in merged.pop("languages", {}).items()}
    validators = tuple(custom_config.build_validator(entry) for entry in merged.pop("validators", ()))
    merged.pop("review", None)
    scalars: dict[str, Any] = {key: _typed(key, value) for key, value in merged.items() if key in FROM_TEXT}
    options = Options(
        **scalars,
        exclude=tuple(merged.get("exclude", ())),
        limits=Limits(**merged.get("limits", {})),
        languages=custom_config.with_files(languages, validators),
        validators=validators,
        declare=tuple(provenance.get("declare", ())),
        ignore=tuple(provenance.get("ignore", ())),
        review=ReviewOptions(**review),
    )
    _check_ranges(options)
    return options


def _typed(key: str, value: object) -> object:
    convert = FROM_TEXT[key]
    return convert(str(value)) if isinstance(convert, type(Scope)) else value


def _language(values: Mapping[str, Any]) -> LanguageOptions:
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return LanguageOptions(**{**values, **lists})


def _check_ranges(options: Options) -> None:
    if options.max_repairs < 0 or options.jobs < 1 or not options.time_budget > 0:
        msg = "max_repairs must be 0 or more, jobs 1 or more, and time_budget above 0 seconds"
        raise ConfigurationError(msg)
    if options.device not in {"auto", "cpu", "cuda"}:
        msg = f"device {options.device!r:.60} is not one of auto, cpu, cuda"
        raise ConfigurationError(msg)
