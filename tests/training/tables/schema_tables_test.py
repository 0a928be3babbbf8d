from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

from slmfix_training.tables.schema_tables import VENDORED, main, simplify, strip

if TYPE_CHECKING:
    from pathlib import Path

VENDOR = "check_jsonschema/builtin_schemas/vendor"


def make_wheel(path: Path, members: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in members.items():
            wheel.writestr(name, content if isinstance(content, str) else json.dumps(content))
    return path


def test_prose_goes_and_properties_of_the_same_name_stay() -> None:
    schema = {
        "description": "d",
        "x-extra": {},
        "properties": {"description": {"type": "string", "title": "t"}, "default": {"enum": ["title"], "default": 1}},
        "required": ["description"],
        "definitions": {"examples": {"not": {"required": ["title"]}, "examples": [1]}},
    }
    assert strip(schema) == {
        "properties": {"description": {"type": "string"}, "default": {"enum": ["title"]}},
        "required": ["description"],
        "definitions": {"examples": {"not": {"required": ["title"]}}},
    }


def test_alternatives_of_one_word_become_choices() -> None:
    words = {"anyOf": [{"pattern": "^A@1$", "ignoreCase": "value"}, {"enum": ["B"], "ignoreCase": "value"}]}
    assert simplify(words) == {"enum": ["A@1", "B"], "ignoreCase": "value"}
    mixed = {"anyOf": [{"enum": ["A"]}, {"type": "integer"}]}
    assert simplify(mixed) == mixed
    verbs = simplify({"patternProperties": {"^(get|put)$": {"type": "object"}, "^x-": {}}, "properties": {"get": {}}})
    assert verbs == {"patternProperties": {"^x-": {}}, "properties": {"get": {}, "put": {"type": "object"}}}
    assert simplify({"pattern": "^a.c$"}) == {"pattern": "^a.c$"}


def test_archive_holds_schemas_with_their_licences_and_is_reproducible(tmp_path: Path) -> None:
    vendored = make_wheel(
        tmp_path / "check_jsonschema-1.0-py3-none-any.whl",
        {
            f"{VENDOR}/compose-spec.json": {"title": "t", "type": "object"},
            f"{VENDOR}/licenses/LICENSE.compose-spec": "terms of compose",
            f"{VENDOR}/renovate.json": {"type": "object"},
            f"{VENDOR}/licenses/LICENSE.renovate": "AGPL",
        },
    )
    api = make_wheel(
        tmp_path / "openapi_spec_validator-2.0-py3-none-any.whl",
        {
            "openapi_spec_validator/resources/schemas/v3.0/schema.json": {"id": "x", "required": ["openapi"]},
            "openapi_spec_validator-2.0.dist-info/licenses/LICENSE": "terms of the API",
        },
    )
    outputs = [tmp_path / "one.zip", tmp_path / "two.zip"]
    for output, wheels in zip(outputs, ([vendored, api], [api, vendored]), strict=True):
        main([*map(str, wheels), "-o", str(output)])
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    with zipfile.ZipFile(outputs[0]) as archive:
        assert archive.namelist() == [
            "compose-spec.json",
            "index.json",
            "licences/compose-spec",
            "licences/openapi-spec-validator",
            "openapi-v3.0.json",
        ]
        assert json.loads(archive.read("compose-spec.json")) == {"type": "object"}
        assert archive.read("licences/compose-spec") == b"terms of compose"
        index = json.loads(archive.read("index.json"))
    assert index["sources"] == ["check_jsonschema-1.0", "openapi_spec_validator-2.0"]
    assert index["licences"] == {"compose-spec": "compose-spec", "openapi-v3.0": "openapi-spec-validator"}


def test_no_schema_under_a_gnu_licence_is_taken() -> None:
    assert not {"renovate", "snapcraft"} & set(VENDORED)
