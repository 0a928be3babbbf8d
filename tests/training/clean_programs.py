"""One clean program of each language that has faults of its own."""

from __future__ import annotations

CLEAN = {
    "bash": 'for f in *.txt; do\n    if [ -s "$f" ]; then\n        wc -l "$f" | sort -n\n    fi\ndone\n',
    "sql": "SELECT name, COUNT(*) FROM users WHERE age > 18 GROUP BY name ORDER BY name DESC LIMIT 5;\n",
    "ansible": "- name: Install\n  ansible.builtin.apt:\n    name: nginx\n    state: present\n  become: true\n",
    "python": "import math\n\n\ndef area(size):\n    if size < 0:\n        return None\n    return math.pi * size\n",
    "json": '{"name": "a", "items": [1, 2, true], "nested": {"key": null}}\n',
    "yaml": "a: 1\nb:\n  - c: x\n    d: [1, 2]\n  - e: 'q'\n",
    "toml": 'title = "x"\n\n[owner]\nname = "y"\nlist = ["a", "b"]\n',
    "verilog": """module m (
    input clk,
    input a,
    output reg q
);
reg state;
always @(posedge clk) begin
    state <= a;
    q <= state;
end
endmodule
""",
    "terraform": """variable "name" {
  type    = string
  default = "x"
}

output "name" {
  value = "${var.name}-1"
}
""",
    "dockerfile": """FROM debian:12
LABEL maintainer="a@b.org"
COPY a /b
RUN make && \\
    make install
CMD ["b"]
""",
    "workflow": """on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo ${{ github.ref }}
""",
}
