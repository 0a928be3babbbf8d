"""Turns slang's problems into diagnostics: the wrong name, the legal ones, the opener, and the one right fix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import diff_edits
from slmfix_bot.core.lexer import Kind, Token
from slmfix_bot.core.propose.verilog_nets import as_variables
from slmfix_bot.core.propose.verilog_source import (
    Module,
    code_without_directives,
    declared_again,
    module_at,
    read_modules,
)
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.verilog_rules import MODULES, UNIT, rule_of

if TYPE_CHECKING:
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.verilog_slang import Problem

NAME = re.compile(r"[A-Za-z_$][\w$]*")
OPENERS = {"end": {"begin"}, "endcase": {"case", "casez", "casex"}, "endmodule": {"module"}, "join": {"fork"},
           "endfunction": {"function"}, "endtask": {"task"}, "endgenerate": {"generate"}}  # fmt: skip
CLOSERS = {opener: closer for closer, openers in OPENERS.items() for opener in openers}
REPEATED = frozenset({"Redefinition", "PortDeclInANSIModule"})
GATES = ("and", "or", "nand", "nor", "xor", "xnor", "not", "buf")


@dataclass(frozen=True)
class Describer:
    """Describes the problems of one program."""

    program: Program

    @property
    def text(self) -> str:
        """The program's text."""
        return self.program.text

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """The code, directives aside."""
        return code_without_directives(self.text)

    def describe(self, problem: Problem, severity: Severity) -> Diagnostic:
        """The diagnostic of one problem."""
        place = place_of(self.text, problem.start)
        rule = rule_of(problem.code, is_syntax=problem.is_syntax)
        found = self._found(problem)
        message = problem.message
        if problem.code == "AssignToNet" and found:
            message = f"cannot assign to the net '{found}' within a procedural context"
        again = declared_again(self.text, problem.start) if problem.code in REPEATED else None
        if again:
            rule, found, place = "duplicate-declaration", self.text[slice(*again)], place_of(self.text, again[0])
        end = place_of(self.text, again[1] if again else problem.start + len(found)) if found else place
        opener = self._opener(problem)
        return Diagnostic(
            rule=rule,
            message=message,
            line=place.line,
            column=place.column,
            end_column=end.column if found else None,
            severity=severity,
            found=found,
            expected=self._expected(problem, found),
            related_line=place_of(self.text, opener.start).line if opener else self._declared_line(problem, found),
            fix=self._without(*again) if again else self._fix(problem, found),
        )

    def _found(self, problem: Problem) -> str | None:
        """The name at the place, or the nearest one before it that the message quotes."""
        if problem.is_syntax:
            return None
        here = NAME.match(self.text, problem.start + (self.text[problem.start : problem.start + 1] == "."))
        if here and (not problem.names or problem.names[0] == here[0]):
            return here[0]
        return problem.names[0] if problem.names and NAME.fullmatch(problem.names[0]) else None

    def _module(self, problem: Problem) -> Module | None:
        return module_at(self.text, problem.start)

    def _expected(self, problem: Problem, found: str | None) -> tuple[str, ...]:
        module = self._module(problem)
        if problem.is_syntax:
            return tuple(name for name in problem.names[:1] if problem.code == "ExpectedToken")
        if found is None:
            return ()
        legal: list[str] = []
        if problem.code in {"UndeclaredIdentifier", "UsedBeforeDeclared"} and module:
            legal = [name for name in module.declarations if name != found]
        elif problem.code in MODULES:
            units = {name for text in self._texts() for _, name in UNIT.findall(text)} - {module.name if module else ""}
            legal = [*sorted(units), *(gate for gate in GATES if gate == found.lower())]
        elif problem.code in {"PortDoesNotExist", "ParameterDoesNotExist"}:
            kind = "parameter" if problem.code.startswith("Parameter") else ""
            legal = self._members(problem.names[1] if len(problem.names) > 1 else "", kind)
        return nearest(found, legal)

    def _texts(self) -> list[str]:
        return [self.text, *(text for _, text in self.program.files)]

    def _members(self, unit: str, kind: str) -> list[str]:
        """Ports, or parameters, of a module."""
        header = re.compile(rf"\bmodule\s+{re.escape(unit)}\b")
        for text in self._texts():
            modules = read_modules(text) if unit and header.search(text) else ()
            for module in modules:
                if module.name != unit:
                    continue
                declared = [found[0] for found in module.declarations.values()]
                return [d.name for d in declared if (kind in d.words if kind else d.direction)]
        return []

    def _opener(self, problem: Problem) -> Token | None:
        """What is open where its closer is missing."""
        if not problem.is_syntax:
            return None
        wanted = OPENERS.get(problem.names[0], set()) if problem.code == "ExpectedToken" and problem.names else set()
        stack: list[Token] = []
        for token in self.tokens:
            if token.start > problem.start:
                break
            if token.kind is not Kind.WORD:
                continue
            if token.text in CLOSERS:
                stack.append(token)
            elif token.text in OPENERS and stack and token.text == CLOSERS[stack[-1].text]:
                stack.pop()
        opened = [token for token in stack if token.text in wanted] if wanted else []
        return opened[-1] if opened else None

    def _declared_line(self, problem: Problem, found: str | None) -> int | None:
        """Where the name of a net or of a later declaration is declared."""
        module = self._module(problem)
        if module is None or found is None or problem.code not in {"AssignToNet", "UsedBeforeDeclared"}:
            return None
        declared = module.declarations.get(found)
        return place_of(self.text, declared[0].place.start).line if declared else None

    def _without(self, start: int, end: int) -> tuple[Edit, ...]:
        """The text without a declaration, and without its line if that holds nothing else."""
        line = self.text.rfind("\n", 0, start) + 1
        if not self.text[line:start].strip() and self.text[end : end + 1] == "\n":
            start, end = line, end + 1
        return diff_edits(self.text, self.text[:start] + self.text[end:])

    def _fix(self, problem: Problem, found: str | None) -> tuple[Edit, ...]:
        """The declaration as a variable, where that is all there is to do."""
        module = self._module(problem) if problem.code == "AssignToNet" else None
        changed = as_variables(self.text, module, [found]) if module and found else None
        return diff_edits(self.text, changed) if changed else ()
