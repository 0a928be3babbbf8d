"""Grammars of small clean Bash commands and JSON, YAML and TOML documents, as language models write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slmfix_training.corpora.sql_words import COMMON_COLUMNS, ENTITIES, STRING_VALUES

if TYPE_CHECKING:
    from random import Random

DIRECTORIES = (
    ". /tmp /var/log /etc $HOME ~/projects /srv/data $dir src ./build /usr/share /opt/app $1 /home/user /data".split()
)
GLOBS = (
    "*.txt *.log *.py *.sh *.gz *.c *.java *.html *.conf *.jpg *.csv *.md *old* core test* *.bak *.php *.xml".split()
)
WORDS = "error warning TODO main name foo failed root password port version include hello import user true OK".split()
VARIABLES = "file dir name line path count total host user i f item src dest log".split()
FILTERS = (
    "sort",
    "sort -n",
    "sort -rn",
    "sort -u",
    "uniq -c",
    "uniq",
    "wc -l",
    "head -n 5",
    "tail -n 1",
    "head -1",
    "tac",
    "cut -d' ' -f1",
    "cut -d: -f1",
    "cut -d ',' -f 2",
    "tr -d '\\n'",
    "tr '[:upper:]' '[:lower:]'",
    "rev",
    "nl",
    "awk '{print $1}'",
    "awk '{print $NF}'",
    "awk -F: '{print $2}'",
    "awk '{sum += $1} END {print sum}'",
    "column -t",
    "awk '$3 > 10 {print $1, $2}'",
    "sed 's/foo/bar/g'",
    "sed -e 's/^/  /'",
    "sed -n '2p'",
    "sed 's/\\.txt$//'",
    "cat",
    "xargs rm -f",
    "xargs ls -l",
    "xargs -I{} cp {} /tmp",
    'xargs -0 grep -l "TODO"',
    "xargs -n 1 basename",
    "less",
    'grep -v "^#"',
    "grep -i error",
    "grep -E '[0-9]+'",
    'grep -c "main"',
    "tee out.txt",
    "md5sum",
    "paste -sd,",
)


def random_bash(rng: Random) -> str:
    """One command line, or a short script of a few statements."""
    if rng.random() < 0.6:
        return _pipeline(rng) + "\n"
    statements = [rng.choice((_block, _assignment, _pipeline, _test))(rng) for _ in range(rng.randint(2, 5))]
    head = rng.choice(("#!/bin/bash\n", "#!/usr/bin/env bash\nset -euo pipefail\n\n", "", ""))
    return head + "\n".join(statements) + "\n"


def _find(rng: Random) -> str:
    parts = ["find", rng.choice(DIRECTORIES)]
    options = [
        f"-name {_quoted(rng, rng.choice(GLOBS))}",
        f"-iname {_quoted(rng, rng.choice(GLOBS))}",
        "-type f",
        "-type d",
        f"-size +{rng.randint(1, 900)}{rng.choice('kMG')}",
        f"-mtime -{rng.randint(1, 30)}",
        f"-maxdepth {rng.randint(1, 4)}",
        f"! -name {_quoted(rng, rng.choice(GLOBS))}",
        "-empty",
        "-perm 644",
        "-user root",
        f"-mmin +{rng.randint(5, 90)}",
        f"\\( -name {_quoted(rng, rng.choice(GLOBS))} -o -name {_quoted(rng, rng.choice(GLOBS))} \\)",
    ]
    parts += rng.sample(options, rng.randint(1, 3))
    parts.append(
        rng.choice(
            (
                "",
                "",
                "-print0",
                "-print",
                "-delete",
                "-exec rm {} \\;",
                "-exec rm -rf {} +",
                "-exec ls -l {} \\;",
                f"-exec grep -l {_quoted(rng, rng.choice(WORDS))} {{}} \\;",
                "-exec chmod 644 {} +",
                "-printf '%T@ %p\\n'",
                '-exec bash -c \'mv "$1" "${1%.txt}.md"\' _ {} \\;',
                "-exec sh -c 'echo \"$0\"' {} \\;",
            )
        )
    )
    return " ".join(part for part in parts if part)


def _quoted(rng: Random, text: str) -> str:
    return rng.choice((f'"{text}"', f"'{text}'", f'"{text}"'))


def _command(rng: Random) -> str:
    word, directory = rng.choice(WORDS), rng.choice(DIRECTORIES)
    return rng.choice(
        (
            _find(rng),
            _find(rng),
            f"grep -r {_quoted(rng, word)} {directory}",
            f"ls -l {directory}",
            f"cat {directory}/{rng.choice(GLOBS)}",
            f"du -sh {directory}",
            "ps aux",
            f"grep -rl {_quoted(rng, word)} {directory} --include={_quoted(rng, rng.choice(GLOBS))}",
            f"sed -i 's/{word}/{rng.choice(WORDS)}/g' {rng.choice(GLOBS)}",
            f"tar -czf backup_$(date +%Y%m%d).tar.gz {directory}",
            f"awk 'NR > 1 {{print $2}}' {rng.choice(VARIABLES)}.csv",
            f'echo "${{{rng.choice(VARIABLES)}}}"',
            "df -h",
            f"wc -l $(find {directory} -name {_quoted(rng, rng.choice(GLOBS))})",
            f"ls -t {directory} | head -n {rng.randint(1, 9)}",
            f"comm -12 <(sort a.txt) <(sort {word}.txt)",
            f'curl -s "https://example.org/api/{word}"',
            "history",
        )
    )


def _pipeline(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.16:
        name = rng.choice(VARIABLES)
        body = rng.choice(
            (
                f'echo "${name}"',
                f'mv "${name}" "${{{name}%.*}}.bak"',
                f'wc -l "${name}"',
                f'cp "${name}" {rng.choice(DIRECTORIES)}',
            )
        )
        items = rng.choice((rng.choice(GLOBS), "{1..10}", f"$({_find(rng)})", '"$@"', f"{rng.choice(DIRECTORIES)}/*"))
        if rng.random() < 0.3:
            body = f'if [ -f "${name}" ]; then {body}; fi'
        return f"for {name} in {items}; do {body}; done" + (f" | {rng.choice(FILTERS)}" if rng.random() < 0.3 else "")
    if kind < 0.24:
        name = rng.choice(VARIABLES)
        return f'{_command(rng)} | while IFS= read -r {name}; do echo "${name}" | {rng.choice(FILTERS)}; done'
    return " | ".join(
        [_command(rng), *(rng.choice(FILTERS) for _ in range(rng.choices((0, 1, 2, 3, 4), (3, 5, 4, 2, 1))[0]))]
    )


def _test(rng: Random) -> str:
    name = rng.choice(VARIABLES)
    test = rng.choice(
        (
            f'[ -z "${name}" ]',
            f'[[ -d "${name}" ]]',
            f"[ ${name} -gt {rng.randint(0, 99)} ]",
            f'[ "${name}" = "{rng.choice(WORDS)}" ]',
            f'[ ! -f "${name}" ]',
            f"[[ ${name} =~ ^[0-9]+$ ]]",
        )
    )
    other = f"\nelse\n    {_command(rng)}" if rng.random() < 0.4 else ""
    return f'if {test}; then\n    echo "{rng.choice(WORDS)} ${name}"\n    exit 1{other}\nfi'


def _assignment(rng: Random) -> str:
    name = rng.choice(VARIABLES)
    return rng.choice(
        (
            f'{name}="{rng.choice(WORDS)}"',
            f"{name}=$({_command(rng)})",
            f"{name}=${{1:-{rng.choice(WORDS)}}}",
            f"{name}=$(({name} + 1))",
            f'local_{name}="$1"',
        )
    )


def _block(rng: Random) -> str:
    name = rng.choice(VARIABLES)
    body = f'    {_command(rng)}\n    echo "Processing ${name}"'
    return rng.choice(
        (
            f"for {name} in {rng.choice(GLOBS)}; do\n{body}\ndone",
            f"while read -r {name}; do\n{body}\ndone < {rng.choice(VARIABLES)}.txt",
            f'process_{name}() {{\n    local {name}="$1"\n{body}\n}}',
            f'case "${name}" in\n    start)\n        {_command(rng)}\n        ;;\n'
            "    stop|quit)\n        exit 0\n        ;;\n"
            '    *)\n        echo "Usage: $0 {start|stop}"\n        ;;\nesac',
        )
    )


def _scalar(rng: Random) -> Any:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice(
            (
                rng.choice(STRING_VALUES),
                f"{rng.choice(WORDS)} {rng.choice(WORDS)}",
                f"user{rng.randint(1, 99)}@example.com",
                f"https://example.com/{rng.choice(WORDS)}",
            )
        )
    return rng.choice((rng.randint(0, 5000), round(rng.random() * 100, 2), True, False, None))


def _value(rng: Random, depth: int) -> Any:
    kind = rng.random()
    if depth > 2 or kind < 0.55:
        return _scalar(rng)
    if kind < 0.75:
        return [_value(rng, depth + 1) for _ in range(rng.randint(1, 4))]
    return _object(rng, depth + 1)


def _object(rng: Random, depth: int) -> dict[str, Any]:
    entity = rng.choice(sorted(ENTITIES))
    names = [
        *ENTITIES[entity].split(),
        *rng.sample(COMMON_COLUMNS, 3),
        "id",
        "items",
        "config",
        "options",
        "args",
        "key",
    ]
    return {name: _value(rng, depth) for name in rng.sample(names, rng.randint(1, 5 if depth else 6))}


def random_json(rng: Random) -> str:
    """A document like a tool call, an API answer or a configuration."""
    value: Any = _object(rng, 0) if rng.random() < 0.8 else [_value(rng, 1) for _ in range(rng.randint(1, 5))]
    if rng.random() < 0.15:
        value = {"name": f"get_{rng.choice(sorted(ENTITIES))}", "arguments": value}
    return json.dumps(value, indent=rng.choice((None, None, 2, 4)), ensure_ascii=False) + "\n"


def random_yaml(rng: Random) -> str:
    """A configuration in block style with a few quoted and flow values."""
    services = rng.sample(sorted(ENTITIES), rng.randint(1, 3))
    lines = [rng.choice(("version: '3.8'", "apiVersion: v1", "name: ci", "# settings"))]
    lines.append(rng.choice(("services:", "jobs:", "spec:", "environments:")))
    for service in services:
        lines.append(f"  {service}:")
        for name in rng.sample([*ENTITIES[service].split(), *COMMON_COLUMNS], rng.randint(1, 4)):
            value = rng.choice(
                (
                    json.dumps(_scalar(rng)),
                    f"{rng.randint(1, 99)}",
                    f"[{rng.choice(WORDS)}, {rng.choice(WORDS)}]",
                    "true",
                    None,
                )
            )
            lines += (
                [f"    {name}: {value}"]
                if value
                else [
                    f"    {name}:",
                    f"      - {rng.choice(WORDS)}",
                    f"      - {rng.choice(WORDS)}: {rng.randint(1, 9)}",
                ]
            )
    return "\n".join(lines) + "\n"


def random_toml(rng: Random) -> str:
    """A few tables of key-value pairs."""
    lines = (
        [f'{rng.choice(COMMON_COLUMNS)}_{rng.choice(WORDS).lower()} = "{rng.choice(WORDS)}"']
        if rng.random() < 0.6
        else []
    )
    for entity in rng.sample(sorted(ENTITIES), rng.randint(1, 3)):
        lines.append(("\n" if lines else "") + rng.choice((f"[{entity}]", f"[tool.{entity}]", f"[[{entity}]]")))
        for name in sorted(ENTITIES[entity].split(), key=lambda _: rng.random())[: rng.randint(1, 3)]:
            value = rng.choice(
                (
                    json.dumps(rng.choice(STRING_VALUES)),
                    str(rng.randint(0, 900)),
                    "true",
                    "false",
                    f'["{rng.choice(WORDS)}", "{rng.choice(WORDS)}"]',
                    f'{{ {rng.choice(WORDS).lower()} = "{rng.choice(WORDS)}" }}',
                    "2024-05-01",
                )
            )
            lines.append(f"{name} = {value}")
    return "\n".join(lines) + "\n"
