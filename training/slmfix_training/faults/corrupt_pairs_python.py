"""Pairs of Python: functions begun again, and names that nothing imports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_cut import truncated

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_cut import Pair

M = re.MULTILINE
_USES = (
    *(
        ("import math", f"math.{name}({{}})")
        for name in ("sqrt", "floor", "ceil", "prod", "fsum", "gcd(2, ", "pow(2, ")
    ),
    *(("from functools import reduce", f"reduce(lambda a, b: a {sign} b, {{}})") for sign in "+*"),
    *(("from collections import Counter", "Counter({})"), ("import collections", "collections.Counter({})")),
    *(("import hashlib", "hashlib.md5(str({}).encode()).hexdigest()"), ("import json", "json.dumps({})")),
    *(
        ("import re", 're.sub(r"\\s+", " ", {})'),
        ("import re", 're.findall(r"\\w+", {})'),
        ("import copy", "copy.deepcopy({})"),
    ),
    *(
        ("import numpy as np", "np.array({})"),
        ("import random", "random.choice({})"),
        ("import itertools", "list(itertools.chain({}))"),
    ),
    *(
        ("import string", "string.capwords({})"),
        ("import os", "os.path.abspath({})"),
        ("import sys", "sys.getsizeof({})"),
    ),
    *(("from itertools import permutations", "list(permutations({}))"), ("from collections import deque", "deque({})")),
    *(
        ("from math import sqrt", "sqrt({})"),
        ("import heapq", "heapq.nsmallest(2, {})"),
        ("import statistics", "statistics.mean({})"),
    ),
    *(
        ("from copy import deepcopy", "deepcopy({})"),
        ("from pathlib import Path", "Path({})"),
        ("import ast", "ast.literal_eval({})"),
    ),
)
_TYPES = ("List[int]", "List[str]", "Optional[str]", "Dict[str, int]", "Tuple[int, int]", "Any", "Union[int, str]")


def repeated_function(text: str, rng: Random) -> Pair | None:
    """The model begins the same function, or another like it, again, and is cut off."""
    head = re.search(r"^(?:def|class) \w+[^\n]*:\n", text, M)
    if not head or len(text) > 900:
        return None
    again = text[head.start() :]
    if rng.random() < 0.5:
        again = re.sub(r"^(def|class) (\w+)", rf"\1 \2_{rng.choice(('two', 'alt', 'v2', 'test', 'sorted'))}", again)
    cut = truncated("python", 0.1)(again, rng)
    if cut is None:
        return None
    start = text.rstrip() + "\n\n\n"
    return start + cut[0], (*(start + clean for clean in cut[1]), text)


def unimported(text: str, rng: Random) -> Pair | None:
    """A module or a type of the standard library that is used and not imported."""
    if re.match(r"(?:\"|'|#|from __future__)", text):
        return None
    if rng.random() < 0.35:
        found = list(re.finditer(r"(?<=\))(?=:\n)|(?<=\))(?: -> [\w.]+)(?=:\n)", text))
        name = rng.choice(_TYPES)
        line, new = f"from typing import {name.split('[')[0]}", f" -> {name}"
        found = [match for match in found if re.search(r"^ *def [^\n]*\Z", text[: match.start()], M)]
    else:
        found = list(re.finditer(r"(?<=return )(?:[^\n#]{1,60})(?=\n)|(?<= = )(?:[^\n#=]{1,40})(?=\n)", text))
        line, form = rng.choice(_USES)
        new = form
    if not found or line.split()[-1] in re.findall(r"\w+", text):
        return None
    match = rng.choice(found)
    if match[0].count("(") != match[0].count(")"):
        return None
    new = new.format(match[0]) + ("" if new.count("(") == new.count(")") else ")")
    broken = text[: match.start()] + new + text[match.end() :]
    return broken, (f"{line}\n{broken}",)
