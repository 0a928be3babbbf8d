"""Programs that have what the faults of a language need: together, each fault fires on one of them."""

from __future__ import annotations

from tests.training.clean_programs import CLEAN

_BASH = r"""#!/bin/bash
for f in *.txt; do
    if [ -s "${f}" ] && [[ $f != a ]]; then
        n=$(wc -l < "$f")
    elif [ -d x ]; then echo 'a (b)'; fi
    find . \( -name a \) -exec rm {} \;
    case $n in 1) echo a ;; esac
    cat <<'EOF' | sort
x
EOF
done
ls | wc
"""
_SQL = (
    "SELECT T1.a, `Full Name`, CAST(x AS REAL), CASE WHEN a = 'it''s' THEN 1 END FROM t AS T1 "
    "INNER JOIN u ON T1.id = u.id WHERE a_b > 3 AND c = 'd e' GROUP BY a ORDER BY b LIMIT 5;\n"
)
_ANSIBLE = """- hosts: all
  tasks:
    # a comment
    - name: Install
      ansible.builtin.apt:
        name: "{{ package }}"
        state: present
        update_cache: 'yes'
        list: [a, b]
      when: x is defined
      register: out
    - community.general.npm:
        path: /srv
"""
_PYTHON = '''import math
import os


def area(size, name=None):
    """Says what it does."""
    if size == 0 and name in (1, 2):
        return None
    elif size < 0:
        raise ValueError("no [good]")
    for item in [1, 2]:
        print(item)
    else:
        pass
    total_sum = math.pi * size
    return area(total_sum, name=total_sum)
'''
_JSON = '{\n  "name": "some text",\n  "list": [1, 2],\n  "flag": true,\n  "n": 5,\n  "z": null\n}\n'
_YAML = "# words\na: b\nlist:\n  - c: 'x y'\n    d: [1, 2]\n  - e: \"q\"\nf: plain text\ng:\n  h: i\n  j: k\n"
_TOML = '# t\ntitle = "x"\nflag = true\n\n[owner]\nname = "y"\nlist = ["a", "b"]\n'
_VERILOG = """module sub(input i, output o);
assign o = ~i;
endmodule

module m (
    input clk,
    input rst_n,
    input [3:0] a,
    input b,
    output reg [3:0] q,
    output w
);
reg [1:0] state, next_state;
reg flag;
integer k;
assign w = a[0] && b;
sub s1 (.i(b), .o(w2));
always @(posedge clk or negedge rst_n) begin
    if (rst_n) begin
        q <= 4'd3;
    end else if (b == 1'b1) begin
        case (state)
            2'b00: q <= 4'b0101;
            default: state <= next_state;
        endcase
    end
    for (integer j = 0; j < 2; j = j + 1) flag <= b;
end
    // a comment
endmodule
"""
_TERRAFORM = """terraform {
  required_version = ">= 1.0"
}

resource "aws_s3_bucket" "main" {
  bucket = "x-${var.name}"
  tags = {
    Name = "a \\"b\\""
  }
  count  = var.on ? 1 : 0
  force_destroy = true
  policy = jsonencode({ a = [1, 2] })
  versioning {
    enabled = true
  }
  user_data = <<EOF
$${x} %%{y}
EOF
}

output "id" {
  value = aws_s3_bucket.main.id
}
"""
_DOCKERFILE = """# build
FROM debian:12 AS build
LABEL maintainer="a@b.org"
ENV NAME=value
ENV OTHER value
WORKDIR /app
COPY --from=build a /b
COPY src /c
EXPOSE 80
RUN apt-get update && apt-get install -y (x) && \\
    make
RUN echo a && echo b
CMD ["b", "c"]
"""
_WORKFLOW = """on:
  push:
    branches: [main]
  schedule:
    - cron: '0 1 * * *'
permissions: read-all
jobs:
  build:
    runs-on: ubuntu-latest
    permissions:
      contents: read
    strategy:
      fail-fast: false
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@v4
      - name: Run
        id: run
        shell: bash
        run: |
          echo ${{ github.ref == 'x' && hashFiles('a') }}
      - run: echo ${{ secrets.TOKEN }}
        if: "*x"
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - run: echo "*a"
        env:
          X: '*a'
"""
FITTING = {
    "bash": (CLEAN["bash"], _BASH, "for i in 1 2; do echo $i; done\n"),
    "sql": (CLEAN["sql"], _SQL, 'SELECT "Full Name" FROM t;\n', "SELECT a FROM t LIMIT 3;\n"),
    "ansible": (CLEAN["ansible"], _ANSIBLE),
    "python": (CLEAN["python"], _PYTHON, "def f(a):\n    return a\n"),
    "json": (CLEAN["json"], _JSON, '{"key": "some text"}\n'),
    "yaml": (CLEAN["yaml"], _YAML),
    "toml": (CLEAN["toml"], _TOML),
    "verilog": (CLEAN["verilog"], _VERILOG),
    "terraform": (CLEAN["terraform"], _TERRAFORM),
    "dockerfile": (CLEAN["dockerfile"], _DOCKERFILE),
    "workflow": (CLEAN["workflow"], _WORKFLOW),
}
