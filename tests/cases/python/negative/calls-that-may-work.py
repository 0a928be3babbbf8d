import functools

import pytest


def add(a, b=0, /, *rest, scale=1, **more):
    return (a + b + sum(rest)) * scale + len(more)


add(1)
add(1, 2, 3, scale=2, b=4)
add(*[1, 2], **{"scale": 3})


@functools.wraps(add)
def wrapped(a):
    return a


wrapped(1, 2, 3)


def twice(a):
    return a


def inner(twice):
    return twice(1, 2, 3)


class Base:
    def __init__(self, a):
        self.a = a


class Child(Base):
    pass


Child(1, 2)


def strict(a):
    return a


with pytest.raises(TypeError):
    strict()
try:
    strict(1, 2)
except TypeError:
    pass


class Data:
    def __new__(cls, *args):
        return super().__new__(cls)

    def __init__(self, a):
        self.a = a


Data(1, 2, 3)
