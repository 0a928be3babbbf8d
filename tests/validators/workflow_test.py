from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.embedded import inner_text
from slmfix_bot.core.program import Program
from slmfix_bot.validators.detect import detect
from slmfix_bot.validators.detect_workflow import detect_workflow
from slmfix_bot.validators.pool import ValidatorPool
from slmfix_bot.validators.workflow_scripts import find_scripts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.diagnostic import Diagnostic

HEAD = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n"
PATH = ".github/workflows/ci.yml"


@pytest.fixture(scope="module")
def pool() -> Iterator[ValidatorPool]:
    with ValidatorPool() as validators:
        yield validators


def check(pool: ValidatorPool, text: str, *, path: str = PATH, dialect: str | None = None) -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language="workflow", text=text, path=path, dialect=dialect))
    assert validation.skipped is None
    assert validation.version.count(".") == 2
    return validation.errors


@pytest.mark.parametrize(
    ("steps", "found", "expected"),
    [
        ("      - run: a\n        shel: b\n", "shel", "shell"),
        ("      - run: echo ${{ sercets.A }}\n", "sercets", "secrets"),
        ("      - if: startWith('a', 'b')\n        run: c\n", "startWith", "startsWith"),
        ("      - run: echo ${{ github.even_name }}\n", "even_name", "event_name"),
        ("      - uses: actions/setup-node@v6\n        with: {node_version: 1}\n", "node_version", "node-version"),
        ("      - id: build\n        run: a\n      - run: echo ${{ steps.biuld.outputs.a }}\n", "biuld", "build"),
    ],
)
def test_names_stand_where_they_are_said_to(pool: ValidatorPool, steps: str, found: str, expected: str) -> None:
    text = HEAD + steps
    (error,) = check(pool, text)
    assert (error.found, error.expected[0]) == (found, expected)
    line = text.split("\n")[error.line - 1]
    assert error.column is not None
    assert line[error.column - 1 :].startswith(found)
    assert error.end_column == error.column + len(found)


@pytest.mark.parametrize("version", ["v2", "v3.1.0", "v6", "main", "a" * 40])
def test_inputs_are_known_whatever_the_version(pool: ValidatorPool, version: str) -> None:
    text = HEAD + f"      - uses: actions/checkout@{version}\n        with: {{fetch_depth: 0}}\n"
    (error,) = check(pool, text)
    assert (error.rule, error.found, error.expected[0]) == ("unknown-input", "fetch_depth", "fetch-depth")
    assert "@" not in error.message


def test_an_older_version_may_have_had_the_input_noop(pool: ValidatorPool) -> None:
    text = HEAD + "      - uses: actions/setup-go@v2\n        with: {stable: true}\n"
    assert check(pool, text) == ()
    assert [error.rule for error in check(pool, text.replace("v2", "v6"))] == ["unknown-input"]


@pytest.mark.parametrize(("key", "meant"), [("rn", "run"), ("use", "uses"), ("usse", "uses")])
def test_step_with_a_slip_names_what_was_meant(pool: ValidatorPool, key: str, meant: str) -> None:
    (error,) = check(pool, HEAD + f"      - name: a\n        {key}: b\n")
    assert (error.rule, error.line, error.found, error.expected[0]) == ("unknown-key", 7, key, meant)


def test_needs_name_the_jobs_of_the_file(pool: ValidatorPool) -> None:
    text = HEAD + "      - run: a\n  deploy:\n    runs-on: ubuntu-latest\n    needs:\n      - biuld\n    steps: []\n"
    errors = [error for error in check(pool, text) if error.rule == "unknown-need"]
    assert [(error.line, error.found, error.expected) for error in errors] == [(10, "biuld", ("build", "deploy"))]


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        ("      - run: echo ${{ github.event.issue.title }}\n", "untrusted-input"),
        ('      - run: echo "::set-output name=a::b"\n', "deprecated-command"),
        ("      - run: echo ${{ matrix.nothing }}\n", "unknown-property"),
        ("      - if: ${{ success() }} && a\n        run: b\n", "if-cond"),
    ],
)
def test_what_runs_all_the_same_is_an_error_of_the_strict_dialect_only(
    pool: ValidatorPool, steps: str, rule: str
) -> None:
    assert check(pool, HEAD + steps) == ()
    assert [error.rule for error in check(pool, HEAD + steps, path="")] == [rule]
    assert [error.rule for error in check(pool, HEAD + steps, dialect="actionlint")] == [rule]
    assert check(pool, HEAD + steps, path="", dialect="github") == ()


def test_configuration_in_the_folder_of_the_repository_is_not_read(pool: ValidatorPool) -> None:
    text = HEAD + "      - run: a\n        shel: b\n"
    program = Program(
        language="workflow",
        text=text,
        path=PATH,
        files=((".github/actionlint.yaml", "paths: {'**': {ignore: ['.*']}}"),),
    )
    assert [error.rule for error in pool.validate(program).errors] == ["unknown-key"]


COMPOSITE = "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n"


@pytest.mark.parametrize(
    ("text", "rule", "found"),
    [
        (COMPOSITE + "    - run: a\n", "missing-shell", None),
        (COMPOSITE + "    - run: a\n      shel: bash\n      shell: bash\n", "unknown-key", "shel"),
        (COMPOSITE + "    - name: a\n", "missing-key", None),
        (COMPOSITE + "    - {run: a, uses: b@v1, shell: bash}\n", "misplaced-key", None),
        ("name: a\nruns:\n  using: nodejs20\n  main: a.js\n", "unknown-runtime", "nodejs20"),
        ("name: a\nruns:\n  using: node20\n", "missing-key", None),
        ("name: a\nruns:\n  using: docker\n", "missing-key", None),
        ("name: a\nruns:\n  main: a.js\n", "missing-key", None),
        ("name: a\n", "missing-key", None),
        ("- a\n", "wrong-type", None),
        ("a: 1\na: 2\n", "duplicate-key", "a"),
    ],
)
def test_metadata_of_actions(pool: ValidatorPool, text: str, rule: str, found: str | None) -> None:
    errors = check(pool, text, path="tools/action.yml")
    assert [(error.rule, error.found) for error in errors] == [(rule, found)]


@pytest.mark.parametrize(
    "text",
    [
        COMPOSITE + "    - {run: a, shell: bash}\n    - uses: a/b@v1\n      with: {c: d}\n",
        "name: a\ninputs:\n  b: {description: c, required: true}\nruns: {using: node20, main: a.js, post: b.js}\n",
        "name: a\nruns: {using: docker, image: Dockerfile, args: [a]}\n",
    ],
)
def test_metadata_of_actions_noop(pool: ValidatorPool, text: str) -> None:
    assert check(pool, text, path="action.yaml") == ()
    assert check(pool, text, path="x.yml", dialect="github") == ()


def test_text_without_a_path_is_a_workflow_even_if_it_looks_like_an_action(pool: ValidatorPool) -> None:
    rules = {error.rule for error in check(pool, COMPOSITE + "    - {run: a, shell: bash}\n", path="")}
    assert rules == {"missing-key", "unknown-key"}


def test_a_template_in_a_script_does_not_excuse_broken_yaml(pool: ValidatorPool) -> None:
    text = HEAD + "      - run: docker ps --format '{{.Names}}' | awk '{%}'\n        name: [a\n      - run: b\n"
    assert [error.rule for error in check(pool, text)] == ["syntax"]


def test_many_aliases_are_not_followed(pool: ValidatorPool) -> None:
    text = "a: &a 1\nb: [" + "*a, " * 2000 + "1]\n"
    validation = pool.validate(Program(language="workflow", text=text))
    assert validation.skipped == "too many aliases to judge"


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        (".github/workflows/a.yml", "name: x\n", "workflow"),
        ("sub/.github/workflows/a.yaml", "", "workflow"),
        (".github/workflows/sub/a.yml", "name: x\n", None),
        ("ci.yml", HEAD + "      - run: a\n", "workflow"),
        ("ci.yml", '"on": push\n"jobs":\n  a:\n    uses: b\n', "workflow"),
        ("ci.yml", "jobs:\n  build:\n    steps: []\n", None),
        ("tools/action.yml", COMPOSITE, "workflow"),
        ("action.yml", "a: b\n", None),
    ],
)
def test_detection(path: str, text: str, language: str | None) -> None:
    assert detect_workflow(PurePosixPath(path), text) == language
    if language:
        assert detect(path, text) == language


def scripts(text: str) -> list[tuple[str, int, str]]:
    program = Program(language="workflow", text=text)
    return [(place.language, place.first_line, inner_text(text, place)) for place in find_scripts(program)]


def test_scripts_take_the_shell_of_the_step_the_job_or_the_runner() -> None:
    steps = (
        "      - run: a ${{ b }}\n"
        "      - run: |\n          c\n          d\n        shell: sh\n"
        "      - run: print(1)\n        shell: python\n"
        "      - run: e\n        shell: pwsh\n"
    )
    assert scripts(HEAD + steps) == [
        ("bash", 6, "a ${slmfix0}\n"),
        ("sh", 8, "c\nd\n"),
        ("python", 11, "print(1)\n"),
    ]


@pytest.mark.parametrize(
    ("runner", "defaults", "count"),
    [
        ("ubuntu-latest", "", 1),
        ("macos-14", "", 1),
        ("windows-latest", "", 0),
        ("[self-hosted, linux]", "", 1),
        ("${{ matrix.os }}", "", 0),
        ("windows-latest", "    defaults: {run: {shell: bash}}\n", 1),
        ("ubuntu-latest", "    defaults: {run: {shell: pwsh}}\n", 0),
    ],
)
def test_scripts_by_runner(runner: str, defaults: str, count: int) -> None:
    text = f"on: push\njobs:\n  a:\n    runs-on: {runner}\n{defaults}    steps:\n      - run: b\n"
    assert len(scripts(text)) == count


def test_scripts_of_composite_actions() -> None:
    assert scripts(COMPOSITE + "    - {run: a, shell: bash}\n    - run: b\n      shell: bash\n") == [
        ("bash", 6, "a\n"),
        ("bash", 7, "b\n"),
    ]


def test_a_broken_script_is_reported_in_its_place(pool: ValidatorPool) -> None:
    errors = check(pool, HEAD + "      - run: |\n          if true; then\n            echo ${{ github.sha }}\n")
    assert errors
    assert {error.embedded is not None for error in errors} == {True}
    assert errors[0].line in {7, 8}
