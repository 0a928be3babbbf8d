"""actionlint's messages as diagnostics: the wrong name, the legal ones nearest first, and what GitHub itself refuses.

The messages are English sentences with quoted names: first the wrong one, then, behind "available" or "expected", the
legal ones. Only what has no such list needs a pattern of its own.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.workflow_events import EVENTS
from slmfix_bot.validators.workflow_versions import is_older, without_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

QUOTED = re.compile(r'"([^"]*)"')
LEGAL = re.compile(r"(?:available|expected one of|all required|only following|must be one of)[^\"]*(?=\")", re.I)
OBJECT = re.compile(r'^property "([^"]+)" is not defined in object type (\{.*\})')
DUPLICATE = re.compile(r"(?:previously defined at|the same value is at) line:(\d+)")
# (pattern, rule): the first that matches decides; the kind of the message otherwise.
RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (r"^unexpected key ", "unknown-key"),
        (r'is only available (?:for|with)|is not available(?:\.| with)|"[^"]+" is not available', "misplaced-key"),
        (r"^undefined variable ", "unknown-context"),
        (r"^undefined function ", "unknown-function"),
        (r"^property ", "unknown-property"),
        (r"^(?:context|calling function) .* is not allowed here", "not-allowed-here"),
        (r"^unknown Webhook event", "unknown-event"),
        (r"^invalid activity type", "unknown-activity"),
        (r'^input "[^"]*" is not defined in action', "unknown-input"),
        (r'^missing input "', "missing-input"),
        (r"^unknown permission scope", "unknown-permission"),
        (r"is invalid (?:as|for) permission", "unknown-permission"),
        (r"which does not exist in this workflow", "unknown-need"),
        (r"^shell name", "unknown-shell"),
        (r"^key .* is duplicated", "duplicate-key"),
        (r"^(?:duplicate value)", "duplicate-value"),
        (r"duplicates", "duplicate-id"),
        (r"^invalid (?:job|step) ID", "invalid-id"),
        (r"^environment variable name", "invalid-env-name"),
        (r"^invalid CRON", "invalid-cron"),
        (r"is potentially untrusted", "untrusted-input"),
        (r"^workflow command", "deprecated-command"),
        (r"is missing (?:in|at)|^step must run|is required to", "missing-key"),
        (
            r"^(?:got unexpected|unexpected (?:end|token|EOF)|parsing |parser did not|expression at|missing closing)",
            "syntax",
        ),
        (r"should not be empty|must not be empty", "empty-value"),
        (r"lexing|while parsing|unexpected end of input|unterminated", "syntax"),
        (r"expecting a single|expected .* (?:but|node)|must be|is not assignable|number of arguments", "wrong-type"),
    )
)
KINDS = frozenset(
    "syntax-check expression events env-var id matrix job-needs permissions shell-name glob credentials workflow-call "
    "deprecated-commands if-cond action".split()
)
OF_ACTION = re.compile(r"^(?:input |missing input |specifying action)")
# What GitHub runs: an unknown property is empty, a doubled value a second job, an old command a remark in the log.
RUNS = re.compile(
    r'^property "|^duplicate value|is potentially untrusted|^if: condition|"set-output"|"save-state"'
    r"|runs too frequently|default value will never be used|should not be evaluated in template|is not assignable"
    r"|must be (?:type of|bool|number|string)|number of arguments|^property access|^index access"
    r"|in \"exclude\" (?:section )?does not|GitHub Actions does not support YAML merge|invalid timezone|is deprecated"
    r"|^job ID |^anchor "
)
COMMAND = re.compile(r"::(?:set-output|save-state|set-env) name=|::add-path::")
FUNCTIONS = {name.lower(): name for name in ("startsWith", "endsWith", "fromJSON", "toJSON", "hashFiles")}
STEP_KEYS = frozenset("background continue-on-error env id if name run shell timeout-minutes uses with".split())
MAX_LOOK = 60  # lines behind the key of a block, or the head of a job, in which a name is looked for
SLIP = 0.8
"""From this likeness of letters on, an unknown property is a known one misspelt."""


def read_messages(text: str, messages: Iterable[Mapping[str, Any]], *, strict: bool) -> tuple[Diagnostic, ...]:
    """The diagnostics in the order of the text; `strict` makes every message of the chosen kinds an error."""
    lines = text.split("\n")
    found: dict[tuple[int, str], Diagnostic] = {}
    for message in messages:
        kind, said = message["kind"], message["message"]
        if kind not in KINDS or (kind == "action" and not OF_ACTION.match(said)):
            continue
        diagnostic = _diagnostic(lines, message, strict=strict)
        if diagnostic.rule == "unknown-input" and _is_unsure(text, diagnostic):
            continue
        found.setdefault((diagnostic.line, diagnostic.message), diagnostic)
    # That a key is missing often follows from another that is misspelt.
    return tuple(sorted(found.values(), key=lambda diagnostic: diagnostic.rule.startswith("missing-")))


def _is_unsure(text: str, diagnostic: Diagnostic) -> bool:
    """Whether an older version of the action may have had the input; not if it is a known one misspelt."""
    action = re.search(r'in action "([^"@]+)"', diagnostic.message)
    if action is None or not is_older(text, action[1]):
        return False
    written = (diagnostic.found or "").lower().replace("_", "-")
    return not get_close_matches(written, diagnostic.expected, 1, SLIP)


def _diagnostic(lines: list[str], message: Mapping[str, Any], *, strict: bool) -> Diagnostic:
    said = without_versions(re.sub(r"\s+", " ", message["message"]))
    rule = next((rule for pattern, rule in RULES if pattern.search(said)), message["kind"])
    name, expected = _names(said, rule)
    line = max(1, min(int(message["line"]), len(lines)))
    column = int(message["column"])
    if rule == "unknown-need":
        expected = nearest(name or "", _job_ids(lines))
    if rule == "deprecated-command" and (command := COMMAND.search("\n".join(lines[line - 1 : line - 1 + MAX_LOOK]))):
        name = command[0]  # all of it goes
    if said.startswith("step must run") and (slip := _step_slip(lines, line)):
        rule, name, expected = "unknown-key", *slip
    line, at = _find(lines, line, column, name)
    runs = RUNS.search(said) is not None
    if rule == "unknown-property" and name and get_close_matches(name.lower(), map(str.lower, expected), 1, SLIP):
        runs = name.lower() in {legal.lower() for legal in expected}  # names have no case
    duplicate = DUPLICATE.search(said)
    return Diagnostic(
        rule=rule,
        message=re.sub(r"\.? ?see https?://\S+.*$", "", said),
        line=line,
        column=at if at is not None else max(1, min(column, len(lines[line - 1]) + 1)),
        end_column=at + len(name) if at is not None and name else None,
        severity=Severity.WARNING if runs and not strict else Severity.ERROR,
        found=name if at is not None else None,
        expected=expected,
        related_line=int(duplicate[1]) if duplicate else None,
    )


def _names(said: str, rule: str) -> tuple[str | None, tuple[str, ...]]:
    """The wrong name and the legal ones."""
    of_type = OBJECT.match(said)
    if of_type:
        return of_type[1], nearest(of_type[1], _keys(of_type[2]))
    names = QUOTED.findall(said)
    name = names[0] if names else None
    if rule == "unknown-need" and len(names) > 1:
        name = names[1]
    if rule in {"missing-key", "missing-input", "wrong-type", "empty-value"}:
        return None, ()
    if rule == "duplicate-value" and (plain := re.match(r"duplicate value (\S+) is", said)):
        return plain[1].strip('"'), ()
    if rule == "unknown-event":
        return name, nearest(name or "", EVENTS)
    legal = LEGAL.search(said)
    if legal is None or rule in {"not-allowed-here", "misplaced-key"}:
        return name, ()
    listed = [FUNCTIONS.get(other, other) for other in QUOTED.findall(said[legal.end() :]) if other != name]
    return name, nearest(name or "", listed)


def _keys(object_type: str) -> list[str]:
    """The names at the first level of a type such as `{a: string; b: {c: number}}`."""
    depth, start, keys = 0, 1, []
    for position, sign in enumerate(object_type):
        depth += (sign in "{(<") - (sign in "})>" and not object_type.startswith("=>", position - 1))
        if (sign == ";" and depth == 1) or depth == 0:
            key = object_type[start:position].partition(":")[0].strip()
            start = position + 1
            if key and key not in {"string =>", "string => string"} and " " not in key:
                keys.append(key)
        if depth == 0:
            break
    return keys


def _find(lines: list[str], line: int, column: int, name: str | None) -> tuple[int, int | None]:
    """Where the name stands: on the line from the column on, else anywhere on it; columns 1-based."""
    if not name:
        return line, None
    pattern = re.compile(rf"(?<![\w-]){re.escape(name)}" + r"(?![\w-])" * name[-1].isalnum(), re.I)
    content = lines[line - 1]
    found = pattern.search(content, max(0, column - 1)) or pattern.search(content)
    if found:
        return line, found.start() + 1
    for number in range(line + 1, min(line + MAX_LOOK, len(lines)) + 1):
        found = pattern.search(lines[number - 1])
        if found:
            return number, found.start() + 1
    return line, None


def _step_slip(lines: list[str], line: int) -> tuple[str, tuple[str, ...]] | None:
    """The key of a step that was meant to be `run` or `uses`, and which of them."""
    start = re.match(r"\s*-\s+", lines[line - 1]) or re.match(r"\s*", lines[line - 1])
    indent = start.end() if start else 0
    for number in range(line - 1, len(lines)):
        content = lines[number]
        if number > line - 1 and content.strip() and len(content) - len(content.lstrip()) < indent:
            break
        key = re.match(r"([\w-]+)\s*:", content[indent:])
        if key and key[1] not in STEP_KEYS and (content[:indent].strip() in {"", "-"}):
            close = get_close_matches(key[1], ("uses", "run"), 1, 0.6) or ["uses", "run"][: 2 * (key[1] == "use")]
            if close:
                return key[1], tuple(close)
    return None


def _job_ids(lines: list[str]) -> list[str]:
    """The keys below `jobs:`, as far as lines show them."""
    start = next((number for number, line in enumerate(lines) if re.match(r"jobs\s*:", line)), len(lines))
    found: list[str] = []
    indent = None
    for line in lines[start + 1 :]:
        key = re.match(r"(\s*)([\w.-]+)\s*:", line)
        if line.strip() and not line[0].isspace() and not line.startswith("#"):
            break
        if key and (indent is None or key[1] == indent):
            indent = key[1]
            found.append(key[2])
    return found
