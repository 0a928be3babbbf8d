"""Snippets of Verilog, Terraform, Dockerfiles and workflows stand for themselves."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_training.corpora.generate_ansible import random_playbook
from slmfix_training.corpora.generate_dockerfile import random_dockerfile
from slmfix_training.corpora.generate_hcl import random_hcl
from slmfix_training.corpora.generate_verilog import random_verilog
from slmfix_training.corpora.generate_workflow import random_workflow
from slmfix_training.corpora.snippets import cut
from slmfix_training.samples.samples import is_clean

if TYPE_CHECKING:
    from collections.abc import Callable

VERILOG = """// a comment
`timescale 1ns / 1ps
module half (input a, input b, output s);
    assign s = a ^ b;
endmodule

module top (input a, input b, output s);
    half u0 (.a(a), .b(b), .s(s));
endmodule
"""
TERRAFORM = """variable "name" {
  type = string
}

locals {
  other = 1
}

resource "aws_s3_bucket" "logs" {
  bucket = var.name
}

output "id" { value = aws_s3_bucket.logs.id }
"""
WORKFLOW = """name: CI
on: push
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - run: make
{filler}
  deploy:
    needs: [build]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make deploy
"""


def test_modules_bring_the_modules_that_they_use() -> None:
    half, top = cut("verilog", VERILOG)
    assert "module top" not in half
    assert "module half" in top
    assert is_clean(Program(language="verilog", text=top))


def test_long_modules_lose_their_comments() -> None:
    text = "module m (input a, output b);\n" + "    // word\n" * 50 + "    assign b = a; /* x\n y */\nendmodule\n"
    (snippet,) = cut("verilog", text)
    assert "word" not in snippet
    assert is_clean(Program(language="verilog", text=snippet))


def test_blocks_bring_what_they_name() -> None:
    snippets = set(cut("terraform", TERRAFORM))
    (bucket,) = [s for s in snippets if 'resource "aws_s3_bucket"' in s and "output" not in s and "locals" not in s]
    assert 'variable "name"' in bucket
    assert any("output" in s and "resource" in s and "variable" not in s for s in snippets)


def test_stages_and_heads_of_dockerfiles() -> None:
    stage = "FROM golang:1.21 AS build\nRUN a && \\\n    # said inside\n    b\n"
    text = stage + "FROM alpine:3\n" + "".join(f"RUN step{i}\n" for i in range(60))
    snippets = list(cut("dockerfile", text))
    assert stage in snippets
    assert all(s.startswith("FROM") for s in snippets)
    assert len(snippets) > 3
    assert list(cut("dockerfile", "RUN no\n" * 50)) == []


def test_jobs_stand_without_those_they_wait_for() -> None:
    long = WORKFLOW.format(filler="      - run: make test\n" * 40)
    deploy = next(s for s in cut("workflow", long) if "deploy:" in s)
    assert "needs" not in deploy
    assert deploy.startswith("name: CI\non: push\njobs:\n  deploy:")
    assert is_clean(Program(language="workflow", text=deploy))
    assert WORKFLOW.format(filler="") in list(cut("workflow", WORKFLOW.format(filler="")))


@pytest.mark.parametrize(
    ("language", "generate", "count"),
    [
        ("verilog", random_verilog, 60),
        ("terraform", random_hcl, 40),
        ("dockerfile", random_dockerfile, 60),
        ("workflow", random_workflow, 5),
        ("ansible", random_playbook, 30),
    ],
)
def test_generated_programs_are_clean(language: str, generate: Callable[[Random], str], count: int) -> None:
    rng = Random(2)
    texts = [generate(rng) for _ in range(count)]
    assert sum(is_clean(Program(language=language, text=text)) for text in texts) >= 0.85 * count
    assert len(set(texts)) > 0.9 * count
    again = Random(2)
    assert texts == [generate(again) for _ in range(count)]
