"""Ansible playbooks, task files, handlers and variables, judged statically.

`ansible-playbook --syntax-check` and ansible-lint run code of the repository under examination, so neither is used:
this validator reads the text and a table of names (docs/decisions/0003-ansible-tables.md), and executes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.validators.ansible_document import Document
from slmfix_bot.validators.ansible_jinja import check_templates
from slmfix_bot.validators.ansible_kinds import Kind, kind_of
from slmfix_bot.validators.ansible_structure import StructureChecker
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.ansible_task import Context
from slmfix_bot.validators.ansible_yaml import compose

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program

CORE_DIALECTS = frozenset({"core", "ansible-core"})


class AnsibleValidator:
    """The dialect "core" judges as a bare ansible-core does: every module of a collection is an error."""

    name = "ansible-tables"
    languages = ("ansible",)

    def version(self) -> str:
        """Versions of the packages that the table was read from."""
        versions = tables().versions
        return f"ansible-core {versions['ansible_core']}, ansible {versions['ansible']}"

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """Diagnostics in the order of the text."""
        document = Document(program.text, program.path, strict_core=program.dialect in CORE_DIALECTS)
        if program.text.startswith("$ANSIBLE_VAULT;"):
            return ()
        roots = compose(document)
        if roots:
            kind = kind_of(program.path, roots)
            if kind is not Kind.OTHER and len(roots) > 1:
                document.report("several-documents", "Ansible reads one YAML document a file", roots[1])
            checker = StructureChecker(document)
            if kind is Kind.PLAYBOOK:
                checker.check_playbook(roots[0])
            elif kind in {Kind.TASKS, Kind.HANDLERS}:
                context = Context(is_whole=not program.path, is_handler=kind is Kind.HANDLERS)
                checker.check_tasks(roots[0], context)
            if kind is not Kind.OTHER:
                check_templates(document, roots[0])
        return tuple(sorted(document.diagnostics, key=lambda d: (d.line, d.column or 0, d.rule)))


ANSIBLE = AnsibleValidator()
