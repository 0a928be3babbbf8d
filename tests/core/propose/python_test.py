from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

REPAIRS = [
    ("for x in 'ab':\n    print 'letter', x\n", "for x in 'ab':\n    print('letter', x)\n"),
    ("def double(x):\nreturn 2 * x\n", "def double(x):\n    return 2 * x\n"),
    ("def double(x)\n    return 2 * x\n", "def double(x):\n    return 2 * x\n"),
    (
        "def first(x: List[int]) -> int:\n    return x[0]\n",
        "from typing import List\n\n\ndef first(x: List[int]) -> int:\n    return x[0]\n",
    ),
    ("print(sorted([3, 1, 2])\n", "print(sorted([3, 1, 2]))\n"),
    ("x = 2\nif x = 3:\n    print(x)\n", "x = 2\nif x == 3:\n    print(x)\n"),
    ("```python\nx = 1\n```\n", "x = 1\n"),
    ("for i in range(3):\n", "for i in range(3):\n    pass\n"),
    ("root = math.sqrt(2)\nprint(root)\n", "import math\nroot = math.sqrt(2)\nprint(root)\n"),
    ("name = 'é\nprint(name)\n", "name = 'é'\nprint(name)\n"),
    ('def f():\n    """Add.\n    return 1\n', 'def f():\n    """Add.\n    """\n    return 1\n'),
    ("x = 1\nif x:\n    print(x)\n     print(2)\n", "x = 1\nif x:\n    print(x)\n    print(2)\n"),
    (
        "def count(a):\n    return sum(is_prime(len(x)) for x in a)\n",
        "def is_prime(n):\n    return n > 1 and all(n % i for i in range(2, int(n**0.5) + 1))\n\n\n"
        "def count(a):\n    return sum(is_prime(len(x)) for x in a)\n",
    ),
    ("x = true\nprint(x, null)\n", "x = True\nprint(x, None)\n"),
    (
        "def f(a):\n    largest_prime = a\n    return largest\n",
        "def f(a):\n    largest_prime = a\n    return largest_prime\n",
    ),
    ("def f(a):\n    total_sum = a\n    return total_s", "def f(a):\n    total_sum = a\n    return total_sum"),
    ("    x = 1\n    print(x)\n", "x = 1\nprint(x)\n"),
    (
        'def f(x):\n    """Match.\n    >>> f("<", \'\')\n    3\n',
        'def f(x):\n    """Match.\n    >>> f("<", \'\')\n    3"""\n',
    ),
    ("def f(a):\n    return 1 if a[0] == a[1", "def f(a):\n    return 1 if a[0] == a[1] else None"),
    ("def f(a):\n    for x in", "def f(a):\n    for x in (): pass"),
    ("m = {\n    'a': 'b',\n    'c': 'd", "m = {\n    'a': 'b',\n    'c': 'd'}"),
    ("m = [[1 for a in range(2)] for b in range(3)\nn = 1\n", "m = [[1 for a in range(2)] for b in range(3)]\nn = 1\n"),
    ("m = ['ab'[i for i in range(1)]\n", "m = ['ab'[i] for i in range(1)]\n"),
    ("m = [i for i in range(3)] for j in range(3)]\n", "m = [[i for i in range(3)] for j in range(3)]\n"),
    (
        "x = 1\nif x:\n    print(x)\nelse if x > 2:\n    print(2)\n",
        "x = 1\nif x:\n    print(x)\nelif x > 2:\n    print(2)\n",
    ),
]
VALID = [
    'def f():\n    """This is the function that returns it.\n\n    ```\n    f()\n    ```\n    Note: slow.\n    """\n',
    "# Here is the code that you asked for (\nx = {1: '('}",
    "x = 'This is the answer: it will be shown'\r\n",
    "",
]
REFUSED = [
    "def prime_fib(n):\n    return [i for i in range(n) if is_fibonacci(i)]\n",
    "def prime_fib(n):\n    return [i for i in range(n) if is_prime(i, n)]\n",
    "def ids(rows):\n    return [row for row in rows if i]\n",
    "result = compute_everything(values)\nprint(result)\n",
    "class class def def (((( ]]]] lambda lambda\n",
]


@pytest.mark.parametrize(("broken", "repaired"), REPAIRS)
def test_python_repairs(pool: ValidatorPool, broken: str, repaired: str) -> None:
    assert_repaired(pool, "python", broken, repaired)


@pytest.mark.parametrize("text", VALID)
def test_python_valid_noop(pool: ValidatorPool, text: str) -> None:
    assert_valid(pool, "python", text)


@pytest.mark.parametrize("broken", REFUSED)
def test_python_refused_noop(pool: ValidatorPool, broken: str) -> None:
    assert_refused(pool, "python", broken)
