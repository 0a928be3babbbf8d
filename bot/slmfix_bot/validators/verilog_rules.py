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

ALSO_ERRORS = frozenset({"ParameterDoesNotExist", "Redefinition"})
"""What slang lets pass with a warning although the standard and other tools refuse it."""

MODULES = frozenset({"UnknownModule", "UnknownPrimitive"})
ELSEWHERE = MODULES | {"UnknownInterface", "UnknownPackage", "UnknownClassOrPackage", "UnknownPackageMember"}
"""About design units, which are errors only where the whole design is known."""

CERTAIN = frozenset(
    """UndeclaredIdentifier AssignToNet PortDoesNotExist ParameterDoesNotExist UnknownMember NotAType NotAValue
    TooManyPortConnections ExpressionNotAssignable PortDeclInANSIModule InvalidPrimitivePortConn InvalidNGateCount
    ExpressionNotCallable AssignmentRequiresParens NotAHierarchicalScope AutoFromStaticInit EnumValueOverflow
    BadConcatExpression InputPortAssign ConstVarAssign ExprNotStatement TooFewArguments TooManyArguments""".split()
)
"""What no tool runs. In files of a repository only these are errors. The others are warnings there: of 860 published
files slang refuses 7 % for things that their own tools accept, or that depend on parameters that nobody has set yet."""

DISPUTED = frozenset(
    """LiteralSizeIsZero ValueMustNotBeUnknown ValueMustBePositive ValueOutOfRange ValueSizeTooLarge
    NotAllowedInGenerate InvalidGenvarIterExpression ExpectedUdpSymbol InstanceWithDelay ExpectedEnumBase
    ImplicitNotAllowed CaseStatementEmpty WrongLanguageVersion PrimitiveOutputFirst UdpSequentialState
    UdpInvalidOutput""".split()
)
"""What slang's parser reports and other tools let pass, for example a base of `enum` without a type."""

IGNORED = frozenset({"MissingTimeScale"})
"""About the order in which files are given to a simulator."""

CLOSED = frozenset({"AssignToNet"})
"""What an include that is not there could not have made right."""


UNIT = re.compile(
    r"^[ \t]*(module|macromodule|package|interface|program|primitive)\s+(?:automatic\s+|static\s+)?(\w+)", re.MULTILINE
)
"""The beginning of a design unit: its kind and its name."""


def rule_of(code: str, *, is_syntax: bool) -> str:
    """The rule under which a diagnostic of slang is reported.

    >>> rule_of("ExpectedToken", is_syntax=True), rule_of("PortDeclInANSIModule", is_syntax=False)
    ('syntax', 'port-decl-in-ansi-module')
    """
    if is_syntax:
        return "syntax"
    return RULES.get(code) or re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", code).lower()
