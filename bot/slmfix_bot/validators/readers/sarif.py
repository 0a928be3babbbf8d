"""SARIF 2.1.0 (OASIS): results with a region, a level, rules and fixes.

Columns count UTF-16 units or code points as `columnKind` says; without it, code points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.base import Replacement, edits_of, load_json, number, utf16_column

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.validators.readers.base import Columns, Source

_IGNORED = frozenset({"pass", "notApplicable", "informational"})


def read(output: str, source: Source) -> list[Diagnostic]:
    """The diagnostics of all runs. Raises CannotJudge, also for a run that says that it failed."""
    document = load_json(output, "SARIF")
    runs = document.get("runs") if isinstance(document, dict) else None
    if not isinstance(runs, list):
        msg = 'its output is not SARIF: no list "runs"'
        raise CannotJudge(msg)
    try:
        return [found for run in runs for found in _read_run(run, source)]
    except (AttributeError, KeyError, TypeError, IndexError) as error:
        msg = f"its output is not SARIF: {type(error).__name__}: {error}"
        raise CannotJudge(msg) from None


def _read_run(run: dict[str, Any], source: Source) -> list[Diagnostic]:
    results = run.get("results") or []
    if not results:
        for invocation in run.get("invocations") or []:
            if invocation.get("executionSuccessful") is False:
                notes = invocation.get("toolExecutionNotifications") or [{}]
                said = _text(notes[0].get("message")) or "no reason is given"
                msg = f"its run was not successful: {said[:300]}"
                raise CannotJudge(msg)
    driver = (run.get("tool") or {}).get("driver") or {}
    rules = driver.get("rules") or []
    columns = utf16_column if run.get("columnKind") == "utf16CodeUnits" else None
    read_one = (_diagnostic(result, rules, run, source, columns) for result in results)
    return [found for found in read_one if found is not None]


def _diagnostic(
    result: dict[str, Any], rules: list[dict[str, Any]], run: dict[str, Any], source: Source, columns: Columns | None
) -> Diagnostic | None:
    if result.get("kind", "fail") in _IGNORED or result.get("suppressions"):
        return None
    place = ((result.get("locations") or [{}])[0].get("physicalLocation")) or {}
    if not source.is_own(_uri(place.get("artifactLocation"), run)):
        return None
    region = place.get("region") or {}
    rule = _rule(result, rules)
    level = result.get("level") or ((rule.get("defaultConfiguration") or {}).get("level")) or "warning"
    properties = result.get("properties") or {}
    return source.diagnostic(
        message=_message(result.get("message") or {}, rule),
        line=region.get("startLine"),
        column=region.get("startColumn"),
        end_line=region.get("endLine"),
        end_column=region.get("endColumn"),
        rule=result.get("ruleId") or rule.get("id"),
        severity=level,
        found=properties.get("found"),
        expected=properties.get("expected") or (),
        related_line=_related(result, run, source),
        fix=_fix(result.get("fixes") or [], run, source, columns),
        columns=columns,
    )


def _rule(result: dict[str, Any], rules: list[dict[str, Any]]) -> dict[str, Any]:
    index = result.get("ruleIndex", (result.get("rule") or {}).get("index", -1))
    if isinstance(index, int) and 0 <= index < len(rules):
        return rules[index]
    name = result.get("ruleId") or (result.get("rule") or {}).get("id")
    return next((rule for rule in rules if rule.get("id") == name), {})


def _text(message: Any) -> str:
    return str(message.get("text") or message.get("markdown") or "") if isinstance(message, dict) else ""


def _message(message: dict[str, Any], rule: dict[str, Any]) -> str:
    text = _text(message)
    if not text:
        strings = rule.get("messageStrings") or {}
        text = _text(strings.get(message.get("id"))) or _text(rule.get("shortDescription"))
    for index, argument in enumerate(message.get("arguments") or []):
        text = text.replace(f"{{{index}}}", str(argument))
    return text


def _uri(location: Any, run: dict[str, Any]) -> str | None:
    location = location or {}
    uri, index = location.get("uri"), location.get("index")
    if uri is None and isinstance(index, int) and index >= 0:
        uri = ((run.get("artifacts") or [])[index].get("location") or {}).get("uri")
    return unquote(str(uri)) if uri is not None else None


def _related(result: dict[str, Any], run: dict[str, Any], source: Source) -> object:
    for related in result.get("relatedLocations") or []:
        place = related.get("physicalLocation") or {}
        if source.is_own(_uri(place.get("artifactLocation"), run)) and (place.get("region") or {}).get("startLine"):
            line: object = place["region"]["startLine"]
            return line
    return None


def _fix(fixes: list[Any], run: dict[str, Any], source: Source, columns: Columns | None) -> tuple[Edit, ...]:
    """The first fix, if it changes nothing but this file and its places can be told; the others are alternatives."""
    if not fixes:
        return ()
    changes = fixes[0].get("artifactChanges") or []
    if not all(source.is_own(_uri(change.get("artifactLocation"), run)) for change in changes):
        return ()
    replacements = []
    for replacement in (one for change in changes for one in change.get("replacements") or []):
        region = replacement.get("deletedRegion") or {}
        first = number(region.get("startLine"), 0)
        last = number(region.get("endLine"), first)
        if not 1 <= first <= last <= len(source.lines) + 1:
            return ()
        start, end = (
            _column(source, line, region.get(key), columns)
            for line, key in ((first, "startColumn"), (last, "endColumn"))
        )
        text = str((replacement.get("insertedContent") or {}).get("text") or "")
        replacements.append(Replacement(first, start, last, end, text))
    return edits_of(source, replacements)


def _column(source: Source, line: int, column: object, columns: Columns | None) -> int | None:
    value = number(column, 0)
    if value < 1 or line > len(source.lines):
        return value or None
    return columns(source.lines[line - 1], value) if columns else value
