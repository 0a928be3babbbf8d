"""Terraform and other HCL, judged statically.

Syntax is that of HCL's native syntax, which `terraform fmt` refuses where this does; names come from a table of
provider schemas or the user's own export (docs/decisions/0009-terraform-schemas.md). No Terraform runs, and no
provider is downloaded.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.text import bare_lines
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.hcl_parser import parse_hcl
from slmfix_bot.validators.hcl_scanner import HclError
from slmfix_bot.validators.json import TEMPLATE
from slmfix_bot.validators.terraform_module import is_override, read_module
from slmfix_bot.validators.terraform_own import OWN
from slmfix_bot.validators.terraform_report import Report
from slmfix_bot.validators.terraform_structure import StructureChecker

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.hcl_nodes import Body

_MODULE_SUFFIXES = {"", ".tf", ".tofu"}


class TerraformValidator:
    """Other `.hcl` files are held against the syntax only, variable files also against having no blocks.

    The dialect "module" says that a file is a module alone. Without a path the text is taken for a piece of one: what
    it lacks is a warning.
    """

    name = "terraform-tables"
    languages = ("terraform",)

    def version(self) -> str:
        """The newest provider schemas of the table."""
        from slmfix_bot.validators.terraform_tables import shipped  # only now: syntax needs no table

        newest = (("aws", "aws"), ("google", "google"), ("azurerm", "azurerm"))
        versions = {name: shipped().providers[prefix][0].version for name, prefix in newest}
        return ", ".join(f"{name} {'.'.join(map(str, version))}" for name, version in versions.items())

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first syntax error, or all that is wrong with names and types, in the order of the text."""
        report = Report(program.text)
        try:
            body = parse_hcl(program.text)
        except HclError as error:
            line = report.line_of(error.offset)
            if TEMPLATE.search(bare_lines(program.text)[line - 1] if program.text else ""):
                msg = "a template that becomes Terraform, not Terraform"
                raise CannotJudge(msg) from error
            if PurePosixPath(program.path).suffix == ".hcl" and error.message.startswith("Invalid argument name"):
                msg = "HCL of the first version, which quotes names"
                raise CannotJudge(msg) from error
            report.add("syntax", error.message, error.offset, found=error.found, related=error.opener)
            return tuple(report.found)
        suffix = PurePosixPath(program.path).suffix
        if suffix == ".tfvars":
            for block in body.blocks:
                report.add("unknown-block", f'Unexpected "{block.kind}" block: a variable file has none', block.start)
        elif suffix in _MODULE_SUFFIXES and _is_configuration(program.path, body):
            module = read_module(program, body)
            is_part = not program.path or is_override(program.path)
            absence = Severity.WARNING if is_part else Severity.ERROR
            StructureChecker(report, module, program, absence, is_snippet=not program.path).check(body)
        return tuple(sorted(report.found, key=lambda d: (d.line, d.column or 0, d.rule)))


def _is_configuration(path: str, body: Body) -> bool:
    """Whether a text without a name is Terraform's and not some other program's HCL."""
    return bool(path) or not body.blocks or any(block.kind in OWN for block in body.blocks)


TERRAFORM = TerraformValidator()
