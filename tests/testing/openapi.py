"""Requests and answers checked against GitHub's own description (data/github-openapi.json, see trim_openapi.py)."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DATA = Path(__file__).parent / "data" / "github-openapi.json"


@cache
def description() -> dict[str, Any]:
    """The trimmed OpenAPI document."""
    document: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return document


def example(name: str) -> Any:
    """A fresh copy of one of GitHub's example answers."""
    return json.loads(json.dumps(description()["components"]["examples"][name]["value"]))


def find_operation(method: str, path: str) -> dict[str, Any] | None:
    """The described operation behind a request, None if the path or the method is not among the used ones."""
    for template, verbs in description()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            operation: dict[str, Any] | None = verbs.get(method.lower())
            return operation
    return None


def _resolve(node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = description()["components"][kind][name]
    return node


def _errors(schema: dict[str, Any], instance: Any) -> list[str]:
    validator = Draft202012Validator({**schema, "components": description()["components"]})
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def check_request(operation: dict[str, Any], query: dict[str, str], body: Any) -> list[str]:
    """What is wrong with a request; a key that the description does not name counts as wrong, as on GitHub."""
    known = {_resolve(parameter)["name"] for parameter in operation.get("parameters", ())}
    wrong = [f"unknown query parameter {name}" for name in query if name not in known]
    if "requestBody" not in operation:
        return wrong + (["a body where none belongs"] if body is not None else [])
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    wrong += _errors(schema, body) if body is not None else ["no body"]
    return wrong + _unknown_keys(schema, body, "$")


def _unknown_keys(schema: dict[str, Any], instance: Any, where: str) -> list[str]:
    if isinstance(instance, list) and "items" in schema:
        return [wrong for item in instance for wrong in _unknown_keys(schema["items"], item, f"{where}[]")]
    if not isinstance(instance, dict) or "properties" not in schema:
        return []
    wrong = [f'{where}: "{key}" is not a permitted key.' for key in instance if key not in schema["properties"]]
    for key, value in instance.items():
        wrong += _unknown_keys(schema["properties"].get(key, {}), value, f"{where}.{key}")
    return wrong


def check_answer(operation: dict[str, Any], status: int, body: Any) -> list[str]:
    """What is wrong with an answer; statuses that the operation does not describe (5xx, 401) are not checked."""
    response = operation["responses"].get(str(status))
    content = _resolve(response).get("content") if response else None
    return _errors(content["application/json"]["schema"], body) if content else []
