from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.ansible import ANSIBLE
from slmfix_bot.validators.ansible_kv import parse_arguments
from slmfix_bot.validators.ansible_tables import Tables, tables

CASES = Path(__file__).parents[1] / "cases" / "ansible"
EXPECTATION = re.compile(r"# expect: (.*)$")


def check(text: str, path: str = "", dialect: str | None = None) -> tuple[Diagnostic, ...]:
    return ANSIBLE.check(Program(language="ansible", text=text, path=path, dialect=dialect))


def errors(text: str, path: str = "") -> list[Diagnostic]:
    return [d for d in check(text, path) if d.severity is Severity.ERROR]


def expectations(text: str) -> list[tuple[int, str, str, str]]:
    """Line, rule, found and first expected name of the comments `# expect: rule found -> name; ...`."""
    wanted = []
    for number, line in enumerate(text.split("\n"), 1):
        if match := EXPECTATION.search(line):
            for one in match[1].split("; "):
                head, _, expected = one.partition("->")
                rule, _, found = head.strip().partition(" ")
                wanted.append((number, rule, found, expected.strip()))
    return wanted


@pytest.mark.parametrize("file", sorted((CASES / "positive").glob("*.yml")), ids=lambda file: file.stem)
def test_check_reports_what_the_case_says(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    said = [(d.line, d.rule, str(d.found), d.expected[0] if d.expected else "") for d in errors(text)]
    assert said == expectations(text)


@pytest.mark.parametrize("file", sorted((CASES / "negative").glob("*.yml")), ids=lambda file: file.stem)
def test_check_clean_file_noop(file: Path) -> None:
    assert check(file.read_text(encoding="utf-8")) == ()


@pytest.mark.parametrize("file", sorted((CASES / "positive").glob("*.yml")), ids=lambda file: file.stem)
def test_check_found_is_what_stands_at_the_place(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").split("\n")
    for diagnostic in errors("\n".join(lines)):
        if diagnostic.found is not None and diagnostic.rule not in {"free-text", "invalid-choice"}:
            assert diagnostic.column is not None
            assert diagnostic.end_column is not None
            covered = lines[diagnostic.line - 1][diagnostic.column - 1 : diagnostic.end_column - 1]
            assert covered == diagnostic.found


@pytest.mark.parametrize(
    ("broken", "fixed", "rule"),
    [
        (
            "- hosts: all\n  vars:\n    a: {{ b }}/c\n",
            '- hosts: all\n  vars:\n    a: "{{ b }}/c"\n',
            "unquoted-template",
        ),
        ("- hosts: all\n  vars:\n    a: {{ b }}\n", '- hosts: all\n  vars:\n    a: "{{ b }}"\n', "unquoted-template"),
        ("- hosts: all\n  tasks:\n\t- ping:\n", "- hosts: all\n  tasks:\n  - ping:\n", "yaml"),
        ("- hosts:all\n  tasks: []\n", "- hosts: all\n  tasks: []\n", "yaml"),
        ("- hosts: all\n  name: a: b\n", '- hosts: all\n  name: "a: b"\n', "yaml"),
        ('- hosts: all\n  name: "a\\.b"\n', "- hosts: all\n  name: 'a\\.b'\n", "yaml"),
        ("- hosts: all\n   tasks: []\n", "- hosts: all\n  tasks: []\n", "yaml"),
    ],
)
def test_check_offers_mechanical_fix(broken: str, fixed: str, rule: str) -> None:
    (diagnostic,) = check(broken)
    assert diagnostic.rule == rule
    assert apply_edits(broken, diagnostic.fix) == fixed
    assert errors(fixed) == []


def test_check_syntax_error_names_both_places() -> None:
    (diagnostic,) = check("- hosts: all\n  tasks: [a, b\n  vars:\n    x: 1\n")
    assert (diagnostic.rule, diagnostic.line, diagnostic.related_line) == ("yaml", 3, 2)
    assert diagnostic.fix == ()


def test_check_duplicate_key_is_a_warning() -> None:
    (diagnostic,) = check("- hosts: all\n  hosts: web\n")
    assert (diagnostic.rule, diagnostic.severity, diagnostic.related_line) == ("duplicate-key", Severity.WARNING, 1)


@pytest.mark.parametrize("name", ["sysctl", "ansible.builtin.sysctl"])
def test_check_collection_module_warns_and_dialect_core_refuses(name: str) -> None:
    text = f"- hosts: all\n  tasks:\n    - {name}:\n        name: a\n        value: '1'\n"
    (warning,) = check(text)
    (error,) = check(text, dialect="core")
    assert warning.severity is Severity.WARNING
    assert error.severity is Severity.ERROR
    assert (warning.rule, warning.found, warning.expected) == ("collection-module", name, ("ansible.posix.sysctl",))


def test_check_unknown_module_of_a_role_is_a_warning_unless_misspelt() -> None:
    path = "roles/web/tasks/main.yml"
    (local,) = check("- name: x\n  our_own_deployer:\n    a: 1\n", path)
    (misspelt,) = check("- name: x\n  templat:\n    src: a\n    dest: b\n", path)
    assert (local.rule, local.severity) == ("unknown-module", Severity.WARNING)
    assert (misspelt.severity, misspelt.expected[0]) == (Severity.ERROR, "template")


def test_check_collections_keyword_supplies_short_names() -> None:
    play = "- hosts: all\n  collections: [{}]\n  tasks:\n    - docker_compose_v2:\n        project_src: /x\n"
    assert check(play.format("community.docker")) == ()
    assert check(play.format("acme.unknown")) == ()
    assert [d.rule for d in check(play.format("ansible.posix"))] == ["unknown-module"]


@pytest.mark.parametrize(
    ("path", "text", "rules"),
    [
        ("roles/a/handlers/main.yml", "- block: []\n", ["not-a-handler"]),
        ("roles/a/tasks/main.yml", "- block: []\n", []),
        ("group_vars/all.yml", "- apt: name\n", ["not-a-mapping"]),
        ("roles/a/meta/main.yml", "galaxy_info:\n  author: {{ x }}\n", ["unquoted-template"]),
        ("docker-compose.yml", "services:\n  - name: x\n    hosts: y\n", []),
        ("playbook.yml", "a: 1\n", ["not-a-list"]),
        ("", "only words\n", ["not-a-list"]),
        ("x.yml", "$ANSIBLE_VAULT;1.1;AES256\n3132\n", []),
        ("site.yml", "- hosts: all\n---\n- hosts: all\n", ["several-documents"]),
        ("x.yml", "", []),
    ],
)
def test_check_decides_by_kind_of_file(path: str, text: str, rules: list[str]) -> None:
    assert [d.rule for d in errors(text, path)] == rules


def test_check_counts_lines_as_git_does() -> None:
    (diagnostic,) = errors('- hosts: "a\u2028b"\n  tasks: # \x85\n    - pingg:\n')
    assert (diagnostic.line, diagnostic.column) == (3, 7)


def test_check_crlf_text() -> None:
    (diagnostic,) = errors("- hosts: all\r\n  tasks:\r\n    - pingg:\r\n")
    assert (diagnostic.line, diagnostic.column, diagnostic.end_column) == (3, 7, 12)


@pytest.mark.parametrize("opener", ["[", "{a: ", "- ", "? "])
def test_check_deep_nesting_cannot_be_judged(opener: str) -> None:
    with pytest.raises(CannotJudge):
        check(opener * 100_000)


@pytest.mark.parametrize("shape", ["&a{0} {{block: [{1}]}}", "&a{0} {{<<: [{1}], ping: }}"])
def test_check_alias_bomb_ends(shape: str) -> None:
    lines = [shape.format(level, ",".join([f"*a{level - 1}"] * 9)) for level in range(1, 12)]
    text = "- hosts: all\n  tasks:\n    - &a0 {ping: }\n" + "".join(f"    - {line}\n" for line in lines)
    assert errors(text) == []


def test_check_block_within_itself_ends() -> None:
    assert errors("- hosts: all\n  tasks:\n    - block: &x\n      - block: *x\n") == []


def test_check_recursive_anchor_ends() -> None:
    assert errors("- hosts: all\n  vars: &a\n    b: *a\n") == []


@pytest.mark.parametrize(
    ("text", "pairs", "raw"),
    [
        ("src=a dest='b c'", (("src", "a"), ("dest", "b c")), ""),
        ("msg={{ a | default('x y') }} b=1", (("msg", "{{ a | default('x y') }}"), ("b", "1")), ""),
        ("words only", (), "words only"),
        ("a=b\n  c=d", (("a", "b"), ("c", "d")), ""),
    ],
)
def test_parse_arguments(text: str, pairs: tuple[tuple[str, str], ...], raw: str) -> None:
    parsed = parse_arguments(text, is_command=False)
    assert (parsed.pairs, parsed.raw, parsed.is_balanced) == (pairs, raw, True)


def test_parse_arguments_command_keeps_assignments() -> None:
    parsed = parse_arguments("env A=b run chdir=/tmp", is_command=True)
    assert (parsed.pairs, parsed.raw) == ((("chdir", "/tmp"),), "env A=b run")


def test_tables_load_quickly_and_follow_redirects() -> None:
    start = time.perf_counter()
    loaded = Tables()
    assert loaded.module("ansible.builtin.copy") is not None
    assert time.perf_counter() - start < 0.5  # 10 ms in practice; a slow machine must not fail
    assert loaded.resolve("yum").fqcn == "ansible.builtin.dnf"
    assert loaded.resolve("docker_container").fqcn == "community.docker.docker_container"
    assert loaded.resolve("include").removed
    assert loaded.resolve("acme.cloud.thing").opaque


def test_tables_know_aliases_and_suboptions() -> None:
    module = tables().module("ansible.builtin.apt")
    assert module is not None
    assert module.by_name["pkg"].name == "name"
    assert "fixed" in module.by_name["state"].choices
    container = tables().module("community.docker.docker_container")
    assert container is not None
    assert "test" in container.options["healthcheck"].suboptions


def test_version_names_the_sources() -> None:
    assert re.fullmatch(r"ansible-core \d+\.\d+\.\d+, ansible \d+\.\d+\.\d+", ANSIBLE.version())
