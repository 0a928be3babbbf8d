"""`validators:` of `.slmfix.yml`: what arrives, and what each mistake is told."""

from __future__ import annotations

import json

import pytest

from slmfix_bot.adapters.config import build_options, load_config
from slmfix_bot.adapters.custom_config import with_contents
from slmfix_bot.core.options import CustomValidator
from slmfix_bot.errors import ConfigurationError

KNOWN = ("bash", "sql")
ENTRY = """\
validators:
  - name: relay-lint
    language: relay
    files: ["*.relay"]
    command: python3 'tools/relay lint.py' --name={path} {file}
    files_from_base: [tools/relay lint.py]
    output: regex
    pattern: '^(?<line>\\d+): (?P<message>.*)$'
    expected_pattern: 'did you mean "([^"]+)"'
    syntax_rules: [E1]
    keywords: [service]
    version_command: [python3, --version]
    success_codes: [0, 3]
    severity: warning
    timeout: 2.5
    memory_mib: 4096
"""


def test_every_setting_of_an_entry_arrives() -> None:
    options = build_options(load_config(ENTRY, languages=KNOWN))
    assert options.validators == (
        CustomValidator(
            name="relay-lint",
            language="relay",
            command=("python3", "tools/relay lint.py", "--name={path}", "{file}"),
            output="regex",
            files=("*.relay",),
            pattern=r"^(?<line>\d+): (?P<message>.*)$",
            expected_pattern='did you mean "([^"]+)"',
            severity="warning",
            syntax_rules=("E1",),
            keywords=("service",),
            files_from_base=("tools/relay lint.py",),
            version_command=("python3", "--version"),
            success_codes=(0, 3),
            timeout=2.5,
            memory_mib=4096,
        ),
    )
    assert options.languages["relay"].include == ("*.relay",)
    assert options.keywords("relay") == ("service",)


def test_declared_language_may_have_settings_and_no_files_of_its_own() -> None:
    text = "languages: {relay: {include: ['x/*'], exclude: [y]}}\nvalidators:\n"
    text += "  - {name: a, language: relay, command: [a], output: jsonl}\n"
    options = build_options(load_config(text, languages=KNOWN))
    assert options.languages["relay"].include == ("x/*",)


def test_matcher_may_be_a_list_or_a_file() -> None:
    text = "validators:\n  - {name: a, language: bash, command: [a], output: problem-matcher, pattern: %s}\n"
    pattern = [{"regexp": r"^(\d+): (.*)$", "line": 1, "message": 2}]
    (inline,) = build_options(load_config(text % json.dumps(pattern), languages=KNOWN)).validators
    assert json.loads(inline.pattern or "") == pattern
    (named,) = build_options(load_config(text % ".github/a.json", languages=KNOWN)).validators
    assert (named.pattern, named.pattern_file) == (None, ".github/a.json")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("name: a, language: bsh, command: [a], output: jsonl", "line 2: the language 'bsh' is not built in: add"),
        ("name: a, language: bsh, command: [a], output: jsonl", "did you mean 'bash'?"),
        ("name: a, language: bash, command: [a], output: sarfi", "did you mean 'sarif'?"),
        ("name: a, language: bash, command: [a]", "validators.0: output missing"),
        ("name: a, language: bash, command: 3, output: jsonl", "expected text or a list, found int 3"),
        ("name: a, language: bash, command: [], output: jsonl", "validators.0.command: "),
        ("name: a, language: bash, command: ['a, output: jsonl", "not valid YAML"),
        ('name: a, language: bash, command: "a \'b", output: jsonl', "line 2: command: No closing quotation"),
        ("name: a, language: bash, command: [./a], output: jsonl", "./a looks like a file of the repository"),
        ("name: a, language: bash, command: [node, x/a.js], output: jsonl", "x/a.js looks like a file of the repos"),
        (
            "name: a, language: bash, command: [a, '{fil}'], output: jsonl",
            "unknown placeholder {fil}; did you mean {",
        ),
        ("name: a, language: bash, command: [sh, -c, 'a {file}'], output: jsonl", "inside of shell code is code"),
        ("name: a, language: bash, command: [a], output: regex", "line 2: output: regex needs a pattern"),
        ("name: a, language: bash, command: [a], output: sarif, pattern: x", "pattern: only regex and problem-matcher"),
        ("name: a, language: bash, command: [a], output: regex, pattern: '('", "not a regular expression"),
        ("name: a, language: bash, command: [a], output: regex, pattern: '(.)'", "it needs a group (?P<line>...)"),
        (
            "name: a, language: bash, command: [a], output: regex, pattern: '(?P<line>.)(?P<mesage>.)'",
            "unknown group 'mesage'; did you mean 'message'?",
        ),
        (
            "name: a, language: bash, command: [a], output: problem-matcher, pattern: [{regexp: '(', message: 1}]",
            "pattern: regexp '('",
        ),
        (
            "name: a, language: bash, command: [a], output: problem-matcher, pattern: [{regex: x}]",
            "unknown key 'regex'; did you mean 'regexp'?",
        ),
        ("name: a, language: bash, command: [a], output: jsonl, expected_pattern: '['", "expected_pattern: not a reg"),
        (
            "name: a, language: bash, command: [a], output: jsonl, files_from_base: [../x]",
            "'../x' is not a path",
        ),
        ("name: a, language: bash, command: [a], output: jsonl, files_from_base: [/x]", "'/x' is not a path inside"),
        ("name: a, language: bash, command: [a], output: jsonl, timeout: 900", "validators.0.timeout"),
        ("name: 'a\\nb', language: bash, command: [a], output: jsonl", "validators.0.name"),
    ],
)
def test_mistake_is_explained(entry: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_config(f"validators:\n  - {{{entry}}}\n", languages=KNOWN)
    assert message in str(caught.value)
    assert str(caught.value).startswith(".slmfix.yml")


def test_second_entry_of_a_name_is_a_mistake() -> None:
    entry = "  - {name: a, language: bash, command: [a], output: jsonl}\n"
    with pytest.raises(ConfigurationError, match="line 3: a second validator 'a'"):
        load_config("validators:\n" + 2 * entry, languages=KNOWN)


def test_files_come_from_the_given_place() -> None:
    (validator,) = build_options(load_config(ENTRY, languages=KNOWN)).validators
    complete = with_contents(validator, {"tools/relay lint.py": b"\xff\x00print()"}.get, "at 1234")
    assert complete.contents[0][1].encode(errors="surrogateescape") == b"\xff\x00print()"
    assert complete.refused == ""
    missing = with_contents(validator, lambda path: None, "at 1234")
    assert missing.refused == "relay-lint: tools/relay lint.py does not exist at 1234"


def test_matcher_file_is_read_and_checked() -> None:
    validator = CustomValidator(
        name="a", language="bash", command=("a",), output="problem-matcher", pattern_file=".github/a.json"
    )
    text = '[{"regexp": "(.)", "message": 1}]'
    assert with_contents(validator, {".github/a.json": text.encode()}.get, "").pattern == text
    assert "regexp" in with_contents(validator, {".github/a.json": b"[{}]"}.get, "").refused
