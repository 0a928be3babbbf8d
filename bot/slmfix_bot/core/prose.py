"""Tells an English sentence from a line of code."""

from __future__ import annotations

import re

# English words that are not keywords of the languages at hand; two of them in a line of plain words make a sentence.
_ENGLISH = frozenset(
    """a an the this that these those it its we you your our they their i me my he she who which what there here
    is are was were be been being am will would can could should may might must shall does did done has have had
    of to because so also but however therefore thus then than very only just about into onto over under between
    please note below above following example examples explanation returns return returned using uses used use
    query statement command script code function output result results list displays shows show prints contains
    find finds search filename directory file files each every any some all more most first second finally correct
    correctly error errors number names name value values rows columns column table tables data database get gets
    given assuming assume hope helps need needs want let make makes sure like such same other another one two not
    no yes if when where how why with without for from by as at on in and or try trying instead execute executes
    provide provides provided see sorry task step steps check final answer contain""".split(),
)
_STRONG = frozenset(
    """the this that these which will would should you your we our it its is are because please here there note
    following explanation returns displays contains query command statement using uses assuming hope""".split(),
)
_PLAIN_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*")
CODE_SIGN = re.compile(r"[{}$=<>|&;\\\[\]]|\w\(|\w\.\w|--\w|\w_\w")
"""Signs that sentences have not."""

CODE_OPENERS = frozenset(
    """select insert update delete create drop alter with from where join inner left right outer group order having
    limit union values set if for while do done fi then else elif case esac def class import return print echo cd sudo
    find grep awk sed cat ls export local function try except raise yield assert lambda""".split(),
)
"""The words that lines of code begin with; no sentence is told by its English words alone if it begins so."""


def is_prose(text: str) -> bool:
    """Whether a line reads as an English sentence rather than as code.

    >>> is_prose("This query will return the names of all students.")
    True
    >>> is_prose("SELECT name FROM students WHERE id IN (1, 2)")
    False
    """
    stripped = text.strip().strip("*_#>`\"'").strip()
    plain = [word.casefold() for word in _PLAIN_WORD.findall(stripped)]
    if len(plain) < 3:
        return False
    english = sum(word in _ENGLISH for word in plain)
    strong = sum(word in _STRONG for word in plain)
    signs = len(CODE_SIGN.findall(stripped))
    starts_as_code = stripped.split(None, 1)[0].casefold() in CODE_OPENERS
    if starts_as_code or stripped.startswith(("#", "--", "//", "/*")):
        return False
    return strong >= 1 and english >= 2 and english * 3 >= len(plain) and signs * 4 <= len(plain)
