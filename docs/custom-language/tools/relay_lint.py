"""relay-lint: says what is wrong with a Relay file. `python3 relay_lint.py FILE`, exit code 1 with findings.

One JSON object a line: line, column, rule, message, expected, and where it makes sense found and related_line. It uses
the standard library only, and of the file it reads nothing but text.
"""

import json
import re
import sys
from difflib import SequenceMatcher
from pathlib import Path

# option -> kind of its value; "!" means that the block needs it
BLOCKS = {
    "service": {
        "image": "string!", "port": "number", "replicas": "number", "memory": "size", "cpu": "number",
        "needs": "service list", "expose": ("public", "internal", "none"), "health": "string",
        "restart": ("always", "never", "failure"),
    },
    "step": {
        "run": "string", "after": "step list", "deploy": "service list", "strategy": ("canary", "rolling", "recreate"),
        "timeout": "duration", "retries": "number", "notify": "string", "condition": ("success", "failure", "always"),
    },
    "schedule": {"cron": "string!", "start": "step!", "enabled": ("yes", "no"), "timezone": "string"},
}  # fmt: skip
TOKEN = re.compile(r'\s+|#.*|(?P<string>"[^"]*")|(?P<value>\d[\w.]*)|(?P<word>[A-Za-z_]\w*)|(?P<sign>[{},])|(?P<bad>.)')
VALUES = {"number": r"\d+(\.\d+)?", "size": r"\d+(kb|mb|gb)", "duration": r"\d+(s|m|h)", "string": r'".*"'}
EXAMPLES = {"number": "3", "size": "512mb", "duration": "10m", "string": '"text"'}


class Linter:
    def __init__(self, text):
        self.lines = [self.tokens(line, number) for number, line in enumerate(text.split("\n"), 1)]
        self.defined = {"service": {}, "step": {}, "schedule": {}}
        self.used = []  # (kind, token)
        self.found = []

    def tokens(self, line, number):
        return [(m.lastgroup, m[0], number, m.start() + 1) for m in TOKEN.finditer(line) if m.lastgroup]

    def report(self, rule, token, message, expected=(), **more):
        _, text, line, column = token
        near = sorted(expected, key=lambda name: -SequenceMatcher(None, text, name).ratio())
        if rule != "syntax":
            more["found"] = text
        self.found.append({"line": line, "column": column, "rule": rule, "message": message, "expected": near, **more})

    def check(self):
        block, seen, header = None, {}, False
        for tokens in filter(None, self.lines):
            first, last = tokens[0], tokens[-1]
            if bad := next((token for token in tokens if token[0] == "bad"), None):
                is_open = bad[1] == '"'
                opens = first[1] in BLOCKS and bad is last
                expected = ['"'] if is_open else ["{"] if opens else []
                self.report("syntax", bad, "unclosed string" if is_open else f"unexpected {bad[1]!r}", expected)
                return
            if first[1] in BLOCKS and (not block or last[1] == "{"):
                if block:
                    message = f'"}}" is missing before this {first[1]}'
                    self.report("syntax", first, message, ["}"], related_line=block[1])
                    return
                if not self.opening(tokens):
                    return
                block, seen = (first[1], first[2], tokens[1]), {}
            elif first[1] == "}":
                if not block or len(tokens) > 1:
                    self.report("syntax", last, "nothing is open here" if not block else "expected the end of the line")
                    return
                self.required(block, seen)
                block = None
            elif not block and first[1] == "pipeline" and not header:
                if len(tokens) != 2 or tokens[1][0] != "word":
                    self.report("syntax", first, "expected pipeline NAME")
                    return
                header = True
            elif not block and last[1] == "{" and first[0] == "word":
                self.report("unknown-block", first, f"unknown kind of block {first[1]!r}", BLOCKS)
                return
            elif not block or first[0] != "word":
                self.report("syntax", first, f"unexpected {first[1]!r}: expected an option or a block", ["{", "}"])
                return
            else:
                self.option(block[0], tokens, seen)
        if block:
            end = (None, "", len(self.lines), 1)
            self.report("syntax", end, f'"}}" is missing for {block[0]} {block[2][1]}', ["}"], related_line=block[1])
        self.references()

    def opening(self, tokens):
        kind = tokens[0][1]
        if [token[0] for token in tokens[1:]] != ["word", "sign"] or tokens[2][1] != "{":
            self.report("syntax", tokens[-1], f"expected {kind} NAME {{", ["{"])
            return False
        name = tokens[1]
        if name[1] in self.defined[kind]:
            line = self.defined[kind][name[1]]
            self.report("duplicate-name", name, f"a second {kind} {name[1]!r}", related_line=line)
        self.defined[kind].setdefault(name[1], name[2])
        return True

    def option(self, block, tokens, seen):
        name, values = tokens[0], tokens[1:]
        options = BLOCKS[block]
        if name[1] not in options:
            self.report("unknown-option", name, f"{block} has no option {name[1]!r}", options)
            return
        if name[1] in seen:
            self.report("duplicate-option", name, f"{name[1]} stands here a second time", related_line=seen[name[1]])
        seen[name[1]] = name[2]
        kind = options[name[1]]
        plain = kind.rstrip("!") if isinstance(kind, str) else kind
        if not values:
            self.report("syntax", name, f"{name[1]} needs a value")
        elif isinstance(plain, tuple):
            if values[0][1] not in plain or len(values) > 1:
                self.report("invalid-choice", values[0], f"{name[1]} is one of {', '.join(plain)}", plain)
        elif plain in VALUES:
            wrong = values[1] if len(values) > 1 else values[0]
            if len(values) > 1 or not re.fullmatch(VALUES[plain], wrong[1]):
                self.report("syntax", wrong, f"{name[1]} takes one {plain}, such as {EXAMPLES[plain]}")
        else:
            for index, token in enumerate(values):
                is_last_comma = token[1] == "," and token is values[-1]
                if is_last_comma or token[0] != ("word", "sign")[index % 2] or (index % 2 and token[1] != ","):
                    self.report("syntax", token, f"{name[1]} takes names with commas between them", [","])
                    return
            self.used += [(plain.split()[0], token) for token in values[::2]]

    def required(self, block, seen):
        needed = [name for name, kind in BLOCKS[block[0]].items() if isinstance(kind, str) and kind.endswith("!")]
        for name in (name for name in needed if name not in seen):
            self.report("missing-option", block[2], f"{block[0]} {block[2][1]} needs the option {name}")

    def references(self):
        for kind, token in self.used:
            if token[1] not in self.defined[kind]:
                self.report(f"unknown-{kind}", token, f"there is no {kind} {token[1]!r}", self.defined[kind])


def main(path):
    linter = Linter(Path(path).read_text(encoding="utf-8"))
    linter.check()
    for finding in sorted(linter.found, key=lambda one: (one["line"], one["column"])):
        print(json.dumps(finding))
    return 1 if linter.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
