import os


def f():
    print(os.sep)
    os = 1
    return os
