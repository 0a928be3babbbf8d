"""Ansible playbooks, task files, handlers and variables, judged statically.

`ansible-playbook --syntax-check` and ansible-lint run code of the repository under examination, so neither is used:
this validator reads the text and a table of names (docs/decisions/0003-ansible-tables.md), and executes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_document import Document
from slmfix_bot.validators.ansible_files import check_file
from slmfix_bot.validators.ansible_handlers import check_notifications, check_role_notifications
from slmfix_bot.validators.ansible_jinja import check_templates
from slmfix_bot.validators.ansible_kinds import Kind, kind_of
from slmfix_bot.validators.ansible_plugins import brings_roles, check_plugins
from slmfix_bot.validators.ansible_repository import read_repository
from slmfix_bot.validators.ansible_structure import StructureChecker
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.ansible_task import Context
from slmfix_bot.validators.ansible_variables import check_play_variables, check_task_variables
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
        if program.text.startswith("$ANSIBLE_VAULT;"):
            return ()
        repository = read_repository(program.files, program.path)
        is_strict = program.dialect in CORE_DIALECTS
        document = Document(program.text, program.path, strict_core=is_strict, repository=repository)
        roots = compose(document)
        if roots and (kind := kind_of(program.path, roots)) is not Kind.OTHER:
            if len(roots) > 1:
                document.report("several-documents", "Ansible reads one YAML document a file", roots[1])
            _check(document, kind, roots[0])
        return tuple(sorted(document.diagnostics, key=lambda d: (d.line, d.column or 0, d.rule)))


def _check(document: Document, kind: Kind, root: yaml.Node) -> None:
    check_templates(document, root)
    is_whole = not document.path or (kind is Kind.PLAYBOOK and document.repository.is_known)
    check_plugins(document, root, is_whole=is_whole and not brings_roles(root))
    checker = StructureChecker(document)
    if kind is Kind.PLAYBOOK:
        checker.check_playbook(root)
        for play in root.value if isinstance(root, yaml.SequenceNode) else ():
            if isinstance(play, yaml.MappingNode):
                check_play_variables(document, play)
                check_notifications(document, play)
    elif kind in {Kind.TASKS, Kind.HANDLERS}:
        context = Context(is_whole=not document.path, is_handler=kind is Kind.HANDLERS)
        checker.check_tasks(root, context)
        check_task_variables(document, root)
        check_role_notifications(document, root)
    else:
        check_file(document, kind, root)


ANSIBLE = AnsibleValidator()
