from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from slmfix_bot.core.embedded import inner_text
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.detect_dockerfile import is_dockerfile
from slmfix_bot.validators.dockerfile import DOCKERFILE
from slmfix_bot.validators.dockerfile_parse import parse
from slmfix_bot.validators.dockerfile_scripts import find_scripts
from slmfix_bot.validators.dockerfile_shell import commands_of

BASE = "FROM debian:12\n"


def check(text: str, *, path: str = "", dialect: str | None = None) -> list[tuple[str, int, str | None]]:
    program = Program(language="dockerfile", text=text, path=path, dialect=dialect)
    return [(found.rule, found.line, found.found) for found in DOCKERFILE.check(program)]


STRICT = [
    ("MAINTAINER a\n", "maintainer"),
    ("ADD a /a\n", "add-for-copy"),
    ("WORKDIR app\n", "relative-workdir"),
    ("RUN sudo true\n", "superfluous-sudo"),
    ('RUN ["sudo", "true"]\n', "sudo"),
    ("RUN sudo -u www make\n", "sudo-for-user"),
    ("RUN sudo -u www make && ls\n", "sudo"),
    ("USER www\nRUN sudo make\n", "sudo-for-user"),
    ("USER www\nRUN sudo make && npm ci\n", "sudo"),
    ("RUN <<EOF\nsudo make\nEOF\n", "sudo"),
    ('EXPOSE "80"\n', "quoted-port"),
    ("EXPOSE ${PORT:-80}\n", "quoted-port"),
    ("EXPOSE 80:80\n", "superfluous-host-port"),
    ("RUN a && \\\n   \n  b\n", "blank-continuation"),
    ("ENV A=1 B=$A\n", "env-self-reference"),
    ("ENTRYPOINT a\nENTRYPOINT b\n", "second-entrypoint"),
    ("HEALTHCHECK NONE\nHEALTHCHECK NONE\n", "second-healthcheck"),
    ("COPY a b $C\n", "folder-needed"),
]


@pytest.mark.parametrize(("text", "rule"), STRICT)
def test_strict_rules_fire_without_a_path_or_by_dialect(text: str, rule: str) -> None:
    assert [found for found, _, _ in check(BASE + text)] == [rule]
    assert [found for found, _, _ in check(BASE + text, path="Dockerfile", dialect="hadolint")] == [rule]


@pytest.mark.parametrize(("text", "_"), STRICT)
def test_strict_rules_are_silent_for_a_file_noop(text: str, _: str) -> None:
    assert check(BASE + text, path="Dockerfile") == []
    assert check(BASE + text, dialect="docker") == []


@pytest.mark.parametrize(
    "text",
    [
        "ADD https://example.com/a /a\n",
        "ADD a.tar.gz /\n",
        "WORKDIR $HOME/app\n",
        "RUN apt-get install -y sudo && echo sudo\n",
        'RUN bash -c "sudo true"\n',
        "WORKDIR /a\nENV A=$A B=1\nEXPOSE 80/udp 90-92\n",
        "RUN a && \\\n\n  b\n",
        "ONBUILD ADD . /app\n",
    ],
)
def test_strict_rules_noop(text: str) -> None:
    assert check(BASE + text) == []


def test_image_with_a_user_of_its_own_needs_its_sudo() -> None:
    assert check("FROM docker.io/gitpod/workspace-full\nRUN sudo make\n")[0][0] == "sudo-for-user"
    assert check("FROM bitnami/node\nRUN sudo make\n")[0][0] == "sudo"


def test_a_stage_keeps_the_user_of_the_stage_it_is_built_from() -> None:
    text = "FROM debian:12 AS base\nUSER www\nFROM base\nRUN sudo make\n"
    assert check(text) == [("sudo-for-user", 4, "sudo")]


def test_places_are_those_of_the_file() -> None:
    text = BASE + "# c\r\nRUN a \\\r\n  # no\r\n  && sudo -E b\r\n"
    (found,) = DOCKERFILE.check(Program(language="dockerfile", text=text))
    assert (found.line, found.column, found.end_column, found.found) == (5, 6, 13, "sudo -E")


def test_one_report_for_lines_that_belong_together() -> None:
    text = BASE + "RUN true\n    one\n    two\nCMD true\n"
    assert check(text) == [("syntax", 3, "one")]


def test_expected_names_are_nearest_first() -> None:
    text = "FROM a AS builder\nFROM a AS runner\nFROM a\nCOPY --from=bulider /a /a\n"
    (found,) = DOCKERFILE.check(Program(language="dockerfile", text=text))
    assert found.expected[0] == "builder"


@pytest.mark.parametrize(
    "text",
    ["FROM alpine:{{ version }}\nRUM x\n", "FROM BASEIMAGE\nRUM x\n", "FROM a\nCROSS_BUILD_COPY a /a\n"],
)
def test_template_is_not_judged(text: str) -> None:
    with pytest.raises(CannotJudge):
        check(text, path="Dockerfile")


@pytest.mark.parametrize(
    "text", ["", "\n", "#", "\ufeffFROM a\n", "RUN \\", "RUN <<", "ONBUILD", "FROM", "ENV =", "\\"]
)
def test_odd_texts_do_not_break_the_parser(text: str) -> None:
    check(text)
    parse(text)


def test_long_line_is_read_in_time() -> None:
    text = BASE + "RUN " + "sudo $(" * 20_000 + "\n" + "ENV " + "a=b " * 20_000 + "\n" + "CMD [" + '"a" ' * 20_000
    assert check(text)


@pytest.mark.parametrize(
    ("script", "commands"),
    [
        ("A=1 B='x y' make", ["make"]),
        ("if a; then b; else c; fi", ["a", "b", "c", "fi"]),
        ('a "$(b)" | c > d && (e)', ["a", "b", "c", "e"]),
        ("a # sudo\nb", ["a", "b"]),
        ("exec a; ! b", ["a", "b"]),
    ],
)
def test_commands(script: str, commands: list[str]) -> None:
    assert [word.text for word in commands_of(script)] == commands


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dockerfile", True),
        ("dockerfile", True),
        ("Dockerfile.dev", True),
        ("Dockerfile-alpine", True),
        ("api.dockerfile", True),
        ("Containerfile", True),
        ("Dockerfile.md", False),
        ("Dockerfile.j2", False),
        ("Dockerfile.dockerignore", False),
        ("dockerfile_test.py", False),
        ("mydockerfile", False),
    ],
)
def test_names(name: str, expected: bool) -> None:
    assert is_dockerfile(PurePosixPath("a", name)) is expected


def scripts(text: str) -> list[tuple[str, int, str]]:
    program = Program(language="dockerfile", text=text)
    return [(place.language, place.first_line, inner_text(text, place)) for place in find_scripts(program)]


def test_scripts_of_run() -> None:
    text = BASE + "RUN --network=none a && \\\n  b\nRUN ['x']\nONBUILD RUN c\n"
    assert scripts(text) == [("bash", 2, "a && \\\n  b\n"), ("bash", 4, "['x']\n"), ("bash", 5, "c\n")]


def test_scripts_in_heredocs() -> None:
    text = BASE + "RUN <<EOF\na\nb\nEOF\nRUN python3 <<'E'\nprint(1)\nE\nRUN cat <<E > /x\nif\nE\n"
    assert scripts(text) == [("bash", 3, "a\nb\n"), ("python", 7, "print(1)\n")]


@pytest.mark.parametrize(
    "text",
    [
        'FROM a\nSHELL ["pwsh", "-c"]\nRUN x\n',
        "# escape=`\nFROM a\nRUN x\n",
        "FROM mcr.microsoft.com/windows/nanoserver\nRUN x\n",
        "FROM a\nRUN a \\\n  # comment\n  && b\n",
        "FROM a\nRUN a \\ \n  && b\n",
        'FROM a\nRUN ["a", "b"]\n',
        "FROM {{ a }}\nRUN x\n",
    ],
)
def test_scripts_that_no_shell_reads_as_they_stand_noop(text: str) -> None:
    assert scripts(text) == []
