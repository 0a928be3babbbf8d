"""Which of slang's diagnostics are errors here, and under what names."""

from __future__ import annotations

import re

RULES = {
    "UndeclaredIdentifier": "unknown-name",
    "UsedBeforeDeclared": "used-before-declaration",
    "AssignToNet": "assign-to-net",
    "UnknownModule": "unknown-module",
    "UnknownPrimitive": "unknown-module",
    "UnknownInterface": "unknown-interface",
    "UnknownPackage": "unknown-package",
    "UnknownClassOrPackage": "unknown-package",
    "UnknownPackageMember": "unknown-name",
    "UnknownMember": "unknown-member",
    "PortDoesNotExist": "unknown-port",
    "ParameterDoesNotExist": "unknown-parameter",
    "NotAType": "unknown-type",
    "UnknownDirective": "unknown-macro",
}
"""Rules with a name of their own; the others are called after slang's code."""

ALSO_ERRORS = frozenset({"ParameterDoesNotExist"})
"""What slang lets pass with a warning although the standard and other tools refuse it."""

MODULES = frozenset({"UnknownModule", "UnknownPrimitive"})
ELSEWHERE = MODULES | {"UnknownInterface", "UnknownPackage", "UnknownClassOrPackage", "UnknownPackageMember"}
"""About design units, which are errors only where the whole design is known."""

CLOSED = frozenset({"AssignToNet"})
"""What an include that is not there could not have made right."""


def rule_of(code: str, *, is_syntax: bool) -> str:
    """The rule under which a diagnostic of slang is reported.

    >>> rule_of("ExpectedToken", is_syntax=True), rule_of("PortDeclInANSIModule", is_syntax=False)
    ('syntax', 'port-decl-in-ansi-module')
    """
    if is_syntax:
        return "syntax"
    return RULES.get(code) or re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", code).lower()
