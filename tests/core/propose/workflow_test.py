from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

HEAD = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n"
STEPS = HEAD + "    steps:\n"
STEP_REPAIRS = [
    ("- run: a\n  shel: bash\n", "- run: a\n  shell: bash\n"),
    ('- if: github.ref == "main"\n  run: a\n', "- if: github.ref == 'main'\n  run: a\n"),
    ("- if: ${{ github.ref = 'a' }}\n  run: a\n", "- if: ${{ github.ref == 'a' }}\n  run: a\n"),
    ("- if: ${{ github.ref === 'a' }}\n  run: a\n", "- if: ${{ github.ref == 'a' }}\n  run: a\n"),
    (
        "- if: ${{ github.ref == 'a' and success() }}\n  run: a\n",
        "- if: ${{ github.ref == 'a' && success() }}\n  run: a\n",
    ),
    ("- run: echo ${{ github.sha }\n", "- run: echo ${{ github.sha }}\n"),
    ("- if: ${{ success() }} && failure()\n  run: a\n", "- if: ${{ success() && failure() }}\n  run: a\n"),
    ("- uses: actions/checkout@v6\n  run: a\n", "- uses: actions/checkout@v6\n- run: a\n"),
    ("- run: a\n  with:\n    A: b\n", "- run: a\n  env:\n    A: b\n"),
    ('- run: a\n  continue-on-error: "true"\n', "- run: a\n  continue-on-error: true\n"),
    ("- run: a\n  continue-on-error: yes\n", "- run: a\n  continue-on-error: true\n"),
    ("- run: a\n  timeout-minutes: 10m\n", "- run: a\n  timeout-minutes: 10\n"),
    ("- run: a\n  shell: powershell\n", "- run: a\n  shell: pwsh\n"),
    ("- id: my.id\n  run: a\n", "- id: my-id\n  run: a\n"),
    (
        "- run: echo '::set-output name=a::b'\n",
        "- run: echo 'a=b' >> \"$GITHUB_OUTPUT\"\n",
    ),
    (
        '- run: echo "${{ github.event.issue.title }}"\n',
        '- run: echo "$TITLE"\n  env:\n    TITLE: ${{ github.event.issue.title }}\n',
    ),
    (
        "- run: |\n    a\n    echo '${{ github.head_ref }}'\n  env:\n    B: c\n",
        '- run: |\n    a\n    echo "$HEAD_REF"\n  env:\n    HEAD_REF: ${{ github.head_ref }}\n    B: c\n',
    ),
    (
        "- uses: actions/setup-node@v6\n  with:\n    node_version: 20\n",
        "- uses: actions/setup-node@v6\n  with:\n    node-version: 20\n",
    ),
]
WHOLE = [
    (
        "on: push\njobs:\n  a:\n    steps:\n      - run: b\n",
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: b\n",
    ),
    (
        HEAD + "    steps:\n      - run: a\n  b:\n    needs: [biuld]\n    runs-on: macos\n    steps:\n      - run: c\n",
        HEAD + "    steps:\n      - run: a\n  b:\n    needs: [build]\n    runs-on: macos\n    steps:\n      - run: c\n",
    ),
    ("On: push\n" + HEAD.partition("\n")[2] + "    steps:\n      - run: a\n", STEPS + "      - run: a\n"),
    (
        "on:\n  workflow_call:\n    inputs:\n      a:\n        default: 1\n"
        + HEAD.partition("\n")[2]
        + "    steps:\n      - run: a\n",
        "on:\n  workflow_call:\n    inputs:\n      a:\n        type: number\n        default: 1\n"
        + HEAD.partition("\n")[2]
        + "    steps:\n      - run: a\n",
    ),
    (
        "on:\n  schedule:\n    - cron: '0 3 * *'\n" + HEAD.partition("\n")[2] + "    steps:\n      - run: a\n",
        "on:\n  schedule:\n    - cron: '0 3 * * *'\n" + HEAD.partition("\n")[2] + "    steps:\n      - run: a\n",
    ),
    (
        HEAD + "    strategy:\n      matrix:\n        a: [1, 2, 1]\n    steps:\n      - run: a\n",
        HEAD + "    strategy:\n      matrix:\n        a: [1, 2]\n    steps:\n      - run: a\n",
    ),
    (
        "env:\n  OS: ubuntu-latest\non: push\njobs:\n  a:\n    runs-on: ${{ env.OS }}\n    steps:\n      - run: b\n",
        "env:\n  OS: ubuntu-latest\non: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: b\n",
    ),
    (
        "Here is the workflow:\n\n```yaml\n" + STEPS + "      - run: a\n```\n\nThis runs the tests.\n",
        STEPS + "      - run: a\n",
    ),
    (STEPS.replace("runs-on:", "runs-on") + "      - run: a\n", STEPS + "      - run: a\n"),
    (
        STEPS.replace("ubuntu-latest", "{{ github.sha }}") + "      - run: a\n",
        STEPS.replace("ubuntu-latest", "${{ github.sha }}") + "      - run: a\n",
    ),
    (
        STEPS + "      - name: a\n        run: b\n        name: c\n        run: d\n",
        STEPS + "      - name: a\n        run: b\n      - name: c\n        run: d\n",
    ),
    (STEPS.replace("steps", "step") + "      - run: a\n", STEPS + "      - run: a\n"),
    ("```yaml\n" + STEPS + "      - run: a\n```\n", STEPS + "      - run: a\n"),
]
REFUSED = ["jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: b\n", "name: a\n"]


def indented(step: str) -> str:
    return STEPS + "".join(f"      {line}\n" for line in step.removesuffix("\n").split("\n"))


CASES = [(indented(old), indented(new)) for old, new in STEP_REPAIRS]


@pytest.mark.parametrize(("broken", "repaired"), CASES + WHOLE)
def test_workflow_repairs(pool: ValidatorPool, broken: str, repaired: str) -> None:
    assert_repaired(pool, "workflow", broken, repaired)


@pytest.mark.parametrize("broken", REFUSED)
def test_workflow_refused_noop(pool: ValidatorPool, broken: str) -> None:
    assert_refused(pool, "workflow", broken)


def test_what_runs_is_left_alone_noop(pool: ValidatorPool) -> None:
    text = indented("- run: echo ${{ github.event.issue.title }} ${{ matrix.a }}\n")
    assert_valid(pool, "workflow", text, dialect="github")


def test_composite_action_gets_its_shell(pool: ValidatorPool) -> None:
    head = "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n"
    broken = head + "    - name: c\n      run: |\n        d\n        e\n    - uses: f/g@v1\n"
    repaired = head + "    - name: c\n      run: |\n        d\n        e\n      shell: bash\n    - uses: f/g@v1\n"
    assert_repaired(pool, "workflow", broken, repaired, dialect="github")
