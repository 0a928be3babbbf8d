"""README, docs, --help, action.yml and the schemas say the same, and every link leads somewhere."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from slmfix_bot import errors
from slmfix_bot.adapters.config import FROM_TEXT, REVIEW_FROM_TEXT, load_config
from slmfix_bot.cli.main import COMMANDS, cli
from slmfix_bot.core.options import LanguageOptions, Limits, Options, ReviewOptions
from slmfix_bot.reporters import REPORTERS
from slmfix_bot.validators import VALIDATORS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
USAGE = (ROOT / "docs" / "usage.md").read_text(encoding="utf-8")
CONFIGURATION = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table whose first column has the heading; a bar inside backticks is not a border."""
    lines = text.split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {heading} |"))
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table


def quoted(text: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


def block(text: str, after: str, language: str) -> str:
    """The first fenced block of a language behind a heading."""
    found = re.search(rf"```{language}\n(.*?)```", text.split(after, 1)[1], flags=re.S)
    assert found is not None
    return found[1]


def commands() -> list[click.Command]:
    """Every command, those of groups included."""
    context = click.Context(cli)
    assert isinstance(cli, click.Group)
    found = [cli.get_command(context, name) for name in COMMANDS]
    top = [command for command in found if command is not None]
    assert len(top) == len(COMMANDS)
    return top + [inner for group in top if isinstance(group, click.Group) for inner in group.commands.values()]


def test_readme_lists_every_command() -> None:
    named = {word.split()[1] if word.startswith("slmfix-bot ") else word for word in quoted("".join(
        row[0] for row in rows(README, "Command")
    ))}  # fmt: skip
    assert named == set(COMMANDS)


def test_every_option_in_the_documents_exists() -> None:
    known = {option for command in commands() for parameter in command.params for option in parameter.opts}
    known |= {"--help", "--version"}
    foreign = {"--force-reinstall", "--no-deps", "--syntax-check", "--strict"}
    mentioned = {option for text in (README, USAGE, CONFIGURATION) for option in re.findall(r"--[a-z][a-z-]+", text)}
    assert mentioned - known - foreign == set()


def test_exit_codes_are_those_of_the_code() -> None:
    codes = {int(row[0]) for row in rows(README, "Code")}
    assert codes == {value for name, value in vars(errors).items() if name.startswith("EXIT_")}
    assert all(f" {code} " in (cli.help or "").replace("\n", " ") for code in sorted(codes))


def test_inputs_are_those_of_the_action() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert {name for row in rows(README, "Input") for name in quoted(row[0])} == set(action["inputs"])
    outputs = re.search(r"^Outputs: (.*)$", README, flags=re.M)
    assert outputs is not None
    assert set(quoted(outputs[1])) == set(action["outputs"])


def test_workflow_to_paste_is_the_shipped_one() -> None:
    shipped = (ROOT / "workflows" / "pull-request.yml").read_text(encoding="utf-8")
    pasted = block(README, "### The workflow to paste", "yaml")
    assert pasted == re.sub(r"\A(#.*\n)+", "", shipped)


def test_languages_are_those_of_the_registry() -> None:
    named = {name.strip().lower() for row in rows(README, "Language") for name in row[0].split(",")}
    assert named == set(VALIDATORS)


def text_of_example() -> str:
    """The configuration that `init` writes."""
    return files("slmfix_bot").joinpath("data", "slmfix.yml").read_text(encoding="utf-8")


def test_configuration_in_the_readme_is_valid() -> None:
    settings = load_config(block(README, "### Configuration", "yaml"), languages=frozenset(VALIDATORS))
    assert settings["languages"]["sql"]["schema"] == "db/schema.sql"


def schema_keys(node: dict[str, Any], prefix: str = "") -> set[str]:
    """Dotted names of all settings of the schema."""
    keys = set()
    for name, value in node.get("properties", {}).items():
        keys |= schema_keys(value, f"{prefix}{name}.") or {prefix + name}
    extra = node.get("additionalProperties")
    return keys | (schema_keys(extra, f"{prefix}NAME.") if isinstance(extra, dict) else set())


def test_every_setting_is_documented_with_its_default() -> None:
    schema = json.loads(files("slmfix_bot").joinpath("data", "config.schema.json").read_text(encoding="utf-8"))
    table = {quoted(row[0])[0]: row for row in rows(CONFIGURATION, "Key")}
    assert set(table) == schema_keys(schema)
    for key, row in table.items():
        owner: object = Options()
        for prefix, other in (("limits.", Limits()), ("review.", ReviewOptions()), ("languages.", LanguageOptions())):
            owner = other if key.startswith(prefix) else owner
        value = getattr(owner, key.rpartition(".")[2])
        shown = row[2].strip("`")
        if isinstance(value, bool):
            assert shown == str(value).lower()
        elif isinstance(value, float | int):
            assert float(shown) == value
        elif value:
            assert shown == str(value)
        else:
            assert shown in {"none", "detected"}


def test_every_environment_variable_is_documented() -> None:
    documented = {name for name in quoted(CONFIGURATION) if name.startswith("SLMFIX_")}
    assert documented == {f"SLMFIX_{name.upper()}" for name in (*FROM_TEXT, *REVIEW_FROM_TEXT)}


def test_formats_are_those_of_the_registry() -> None:
    assert [quoted(row[0])[0] for row in rows(USAGE, "Format")] == [
        name for name in ("rich", "json", "sarif", "rdjson", "github", "markdown") if name in REPORTERS
    ]
    assert len(rows(USAGE, "Format")) == len(REPORTERS)
    assert all(f"`{name}`" in README or f"`--format {name}`" in README for name in REPORTERS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    prose = re.sub(r"`[^`\n]*`|```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    targets = re.findall(r"\]\(([^)#\s]+)\)", prose)
    missing = [t for t in targets if "://" not in t and not (path.parent / t).exists()]
    assert missing == []
