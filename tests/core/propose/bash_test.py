from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

REPAIRS = [
    ("shopt -s extglob; rm -r a/!(b)\n", "shopt -s extglob\nrm -r a/!(b)\n"),
    ("cp -r a/!(*.md) b\n", "shopt -s extglob\ncp -r a/!(*.md) b\n"),
    (
        'a=(1 2)\necho "n: ${a[@]}"\nfor x in "${a[@]}"; do echo $x; done\n',
        'a=(1 2)\necho "n: ${a[*]}"\nfor x in "${a[@]}"; do echo $x; done\n',
    ),
    ("ls a > b ls c > d\n", "ls a > b; ls c > d\n"),
    ('a=$(date) if [ -n "$a" ]; then echo 1; fi\n', 'a=$(date); if [ -n "$a" ]; then echo 1; fi\n'),
    ("for i in 1 2 3\n  echo $i\ndone\n", "for i in 1 2 3; do\n  echo $i\ndone\n"),
    ("if [ -f a ]\n  echo a\nfi\n", "if [ -f a ]; then\n  echo a\nfi\n"),
    ("function greet {\n  echo a\n", "function greet {\n  echo a\n}\n"),
    ("echo $(date\necho b\n", "echo $(date)\necho b\n"),
    ("echo 'it's me'\n", "echo 'it'\\''s me'\n"),
    ('for f in *.log; do\n  gzip "$f"\n', 'for f in *.log; do\n  gzip "$f"\ndone\n'),
    ("if [ -d out ]; then\n  rm -r out\n", "if [ -d out ]; then\n  rm -r out\nfi\n"),
    ('echo "started\ndate\n', 'echo "started"\ndate\n'),
    ("```bash\ndu -sh *\n```\n", "du -sh *\n"),
    ("grep error <log file> | sort\n", "grep error '<log file>' | sort\n"),
    ("if [ -f a ] then echo b; fi\n", "if [ -f a ]; then echo b; fi\n"),
    ("ls -l |\n", "ls -l\n"),
    (
        "for f in *; do\n  if test -s $f; then\n    echo $f\ndone\n",
        "for f in *; do\n  if test -s $f; then\n    echo $f\n  fi\ndone\n",
    ),
    ('for f in *; do\n  echo "$f"\nfi\n', 'for f in *; do\n  echo "$f"\ndone\n'),
    ("case $1 in\n  a) echo a ;;\n", "case $1 in\n  a) echo a ;;\nesac\n"),
    ('while read -r line; do echo "$line"; done < list)\n', 'while read -r line; do echo "$line"; done < list\n'),
]
VALID = [
    "cat <<EOF\nThis is the answer that you asked for: (\nOutput: 'it\nEOF\n",
    "#!/bin/bash\n# Here is what the script does: it's simple (\necho done",
    "find . -name '*.py' -exec grep -l 'x' {} \\;\r\n".replace("\r", ""),
    "printf '%s\\n' \"${a[@]}\"\n",
]
REFUSED = [
    "if then else fi while ( [[ ;; esac done do\n",
    "foo() { bar; } } } | && || ((\nfor in do\n",
]


@pytest.mark.parametrize(("broken", "repaired"), REPAIRS)
@pytest.mark.parametrize("language", ["bash"])
def test_bash_repairs(pool: ValidatorPool, language: str, broken: str, repaired: str) -> None:
    assert_repaired(pool, language, broken, repaired)


def test_sh_repairs(pool: ValidatorPool) -> None:
    assert_repaired(pool, "sh", "until test -e x; do\n  sleep 1\n", "until test -e x; do\n  sleep 1\ndone\n")


@pytest.mark.parametrize("text", VALID)
def test_bash_valid_noop(pool: ValidatorPool, text: str) -> None:
    assert_valid(pool, "bash", text)


@pytest.mark.parametrize("broken", REFUSED)
def test_bash_refused_noop(pool: ValidatorPool, broken: str) -> None:
    assert_refused(pool, "bash", broken)
