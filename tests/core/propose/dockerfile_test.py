from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

F = "FROM debian:12\n"
REPAIRS = [
    ("MAINTAINER Ann <a@b.c>\n", 'LABEL maintainer="Ann <a@b.c>"\n'),
    ('maintainer "Ann"\n', 'label maintainer="Ann"\n'),
    ('MAINTAINER Ann "the" $one\n', 'LABEL maintainer="Ann \\"the\\" \\$one"\n'),
    ("ADD a /a\nADD b.tar /\nADD c /c\n", "COPY a /a\nADD b.tar /\nCOPY c /c\n"),
    ("RUN sudo a && \\\n    sudo -E b | sudo tee c\n", "RUN a && \\\n    b | tee c\n"),
    ("USER www\nRUN sudo a\n", "USER www\nUSER root\nRUN a\nUSER www\n"),
    ("RUN sudo -u www make\n", "USER www\nRUN make\nUSER root\n"),
    ("WORKDIR /a\nWORKDIR b\nWORKDIR ./c/\n", "WORKDIR /a\nWORKDIR /a/b\nWORKDIR /a/b/c/\n"),
    ("WORKDIR ~/x\n", "WORKDIR /root/x\n"),
    ("WORKDIR .\n", "WORKDIR /\n"),
    ("RUN a && \\\n   \n  b\n", "RUN a && \\\n\n  b\n"),
    ('EXPOSE "80" 90\n', "EXPOSE 80 90\n"),
    ("EXPOSE ${PORT:-80}\n", "ARG PORT=80\nEXPOSE ${PORT}\n"),
    ("EXPOSE 80:80 90:91\n", "EXPOSE 80 91\n"),
    ("EXPOSE 80 # web\n", "# web\nEXPOSE 80\n"),
    ('CMD ["a", "b"] # c\n', '# c\nCMD ["a", "b"]\n'),
    ("CMD ['a', 'b']\n", 'CMD ["a", "b"]\n'),
    ('CMD ["a" "b"]\n', 'CMD ["a", "b"]\n'),
    ('CMD ["a", "b",]\n', 'CMD ["a", "b"]\n'),
    ('CMD ["a", "b"\n', 'CMD ["a", "b"]\n'),
    ("RUN apt-get update &&\n    apt-get install -y git\n", "RUN apt-get update && \\\n    apt-get install -y git\n"),
    ("RUN a \\\n    b\n    c\n    d\nCMD e\n", "RUN a \\\n    b \\\n    c \\\n    d\nCMD e\n"),
    ("apt-get install -y git\n", "RUN apt-get install -y git\n"),
    ("COPPY a /a\n", "COPY a /a\n"),
    ("URN a && \\\n    b\n", "RUN a && \\\n    b\n"),
    ("RUN npm ci CMD npm start\nCMMD x\n", "RUN npm ci CMD npm start\nCMD x\n"),
    ("COPY a\n", "COPY a ./\n"),
    ("COPY a b /c\n", "COPY a b /c/\n"),
    ("ENV A=hello big world\n", 'ENV A="hello big world"\n'),
    ("ENV A= b\n", "ENV A=b\n"),
    ('LABEL "What this is"\n', 'LABEL description="What this is"\n'),
    ('LABEL a="b""\n', 'LABEL a="b"\n'),
    ("ENV A=1 B=$A\n", "ENV A=1\nENV B=$A\n"),
    ("HEALTHCHECK --interval=30 CMD a\n", "HEALTHCHECK --interval=30s CMD a\n"),
    ("HEALTHCHECK CDM a\n", "HEALTHCHECK CMD a\n"),
    ("COPY --form=x a b\n", "COPY --from=x a b\n"),
    ("EXPOSE 80/tpc\n", "EXPOSE 80/tcp\n"),
]
WHOLE = [
    ("```dockerfile\nFROM debian:12\nRUN a\n```\n", "FROM debian:12\nRUN a\n"),
    ("ENV A=1\nFROM debian:12\nRUN a\n", "FROM debian:12\nENV A=1\nRUN a\n"),
    ("FROM debian:\n", "FROM debian\n"),
    ("FROM cimg/node\nRUN sudo a\nRUN sudo b\n", "FROM cimg/node\nUSER root\nRUN a\nRUN b\nUSER circleci\n"),
    ("FROM Debian:12\n", "FROM debian:12\n"),
    ("FROM node:20 build\n", "FROM node:20 AS build\n"),
    ("FROM node:20 AS my build\n", "FROM node:20 AS my-build\n"),
    ("FROM node:20 AS build RUN npm ci\n", "FROM node:20 AS build\nRUN npm ci\n"),
    (
        "FROM a AS builder\nFROM b\nCOPY --from=biulder /x /x\n",
        "FROM a AS builder\nFROM b\nCOPY --from=builder /x /x\n",
    ),
    ("FROM debian:12\r\nADD a /a\r\n", "FROM debian:12\r\nCOPY a /a\r\n"),
]
REFUSED = [
    F + "ARG TOOL_URL=https://example.com/tool\nADD $TOOL_URL /tool\n",
    F + "USER www\nRUN sudo make && npm ci\n",
    "CMD a\n",
    "FROM bitnami/node\nRUN sudo make\n",
]


@pytest.mark.parametrize(("broken", "repaired"), [(F + old, F + new) for old, new in REPAIRS] + WHOLE)
def test_dockerfile_repairs(pool: ValidatorPool, broken: str, repaired: str) -> None:
    assert_repaired(pool, "dockerfile", broken, repaired)


@pytest.mark.parametrize("broken", REFUSED)
def test_dockerfile_refused_noop(pool: ValidatorPool, broken: str) -> None:
    assert_refused(pool, "dockerfile", broken)


def test_what_builds_is_left_alone_noop(pool: ValidatorPool) -> None:
    assert_valid(pool, "dockerfile", F + "MAINTAINER a\nADD a /a\nRUN sudo b\n", dialect="docker")
