"""Faults of Terraform: files that end in the middle, and names of blocks, arguments and addresses that do not exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import (
    drop,
    every,
    fence,
    misspell,
    near_names,
    prose_head,
    prose_tail,
    swap,
    truncate,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

M = re.MULTILINE
ARGUMENT = re.compile(r"^([ \t]+)(\w+)([ \t]*=[ \t]*)(?=\S)", M)
BLOCK = re.compile(r"^([ \t]+)(\w+) \{[ \t]*$", M)
LABEL = re.compile(r'^(?:resource|data)\s+"(\w+)"', M)
ADDRESS = re.compile(r"\b((?:data\.)?[a-z]\w*_\w+)\.(\w+)\.(\w+)\b|\b(var|local|module|each)\.(\w+)\b")
SLIPS = {
    "name": ("title", "names", "resource_name"),
    "bucket": ("bucket_name", "name"),
    "ami": ("image_id", "ami_id"),
    "instance_type": ("type", "machine_type", "size"),
    "vpc_id": ("vpc", "network_id"),
    "subnet_id": ("subnet", "subnets"),
    "cidr_block": ("cidr", "cidr_blocks"),
    "cidr_blocks": ("cidr_block", "cidrs"),
    "location": ("region", "zone"),
    "region": ("location", "aws_region"),
    "tags": ("tag", "labels"),
    "role": ("role_name", "role_arn"),
    "policy": ("policy_document", "policy_json"),
    "description": ("desc", "comment"),
    "default": ("value", "defaults"),
    "type": ("kind", "types"),
    "value": ("values", "val"),
    "source": ("src", "module_source"),
    "vpc_security_group_ids": ("security_groups", "security_group_ids"),
    "security_groups": ("security_group_ids",),
    "assume_role_policy": ("assume_policy", "trust_policy"),
    "user_data": ("userdata", "startup_script"),
    "from_port": ("port", "fromPort"),
    "to_port": ("end_port", "toPort"),
    "protocol": ("proto", "ip_protocol"),
    "count": ("counts", "number"),
    "for_each": ("foreach", "for-each"),
    "depends_on": ("depend_on", "dependsOn", "depends"),
    "enabled": ("enable", "is_enabled"),
    "resource_group_name": ("resource_group", "rg_name"),
    "key_name": ("key_pair", "ssh_key"),
    "engine_version": ("version",),
    "project": ("project_id",),
}
FOREIGN = (
    *('description = "managed by terraform"', "enabled = true", 'region = "us-east-1"', 'tags = { Name = "main" }'),
    *('name = "main"', "force = true", 'acl = "private"', 'type = "string"', "port = 80", 'version = "1.0"'),
    *("encrypted = true", 'environment = "dev"', "timeout = 30", 'location = "eastus"'),
)


def wrong_argument(text: str, rng: Random) -> str | None:
    """An argument under a synonym, a slip, or a word more or less."""
    found = list(ARGUMENT.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    name = match[2]
    new = rng.choice([*(SLIPS.get(name, ()) * 2), *near_names(name, rng)])
    return text[: match.start(2)] + new + text[match.end(2) :]


def foreign_argument(text: str, rng: Random) -> str | None:
    """An additional argument, of another resource."""
    found = list(ARGUMENT.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    others = [m for m in found if m[2] != match[2]]
    line = rng.choice(FOREIGN)
    if others and rng.random() < 0.3:
        other = rng.choice(others)
        line = text[other.start(2) : text.index("\n", other.start(2))] if "\n" in text[other.start(2) :] else line
    return f"{text[: match.start()]}{match[1]}{line}\n{text[match.start() :]}"


def wrong_block(text: str, rng: Random) -> str | None:
    """A nested block under another name."""
    found = list(BLOCK.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start(2)] + rng.choice(near_names(match[2], rng)) + text[match.end(2) :]


def wrong_type(text: str, rng: Random) -> str | None:
    """A resource type that the provider does not have."""
    found = list(LABEL.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    name: str = match[1]
    head, _, rest = name.partition("_")
    forms = [f"{head}_{form}" for form in near_names(rest, rng)] if rest else [name + "_resource"]
    return text[: match.start(1)] + rng.choice([*forms, misspell(name, rng)]) + text[match.end(1) :]


def wrong_address(text: str, rng: Random) -> str | None:
    """A reference to something that the configuration or the resource does not have."""
    found = list(ADDRESS.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    group = rng.choice((2, 2, 3, 1)) if match[1] else rng.choice((5, 5, 5, 4))
    name = match[group]
    forms = {"var": ["vars", "variable", "variables"], "local": ["locals"], "module": ["modules"]}.get(name)
    if group == 3:
        forms = [
            {"id": "ID", "arn": "ARN", "name": "names"}.get(name, name + "s"),
            f"{name}_id",
            misspell(name + "_", rng),
        ]
    new = rng.choice(forms or near_names(name, rng))
    return text[: match.start(group)] + new + text[match.end(group) :]


def missing_definition(text: str, rng: Random) -> str | None:
    """The end of the file is not there: a token limit in the middle of a block."""
    bare = text.rstrip()
    if not bare.endswith("}") or bare.count("\n") < 3:
        return None
    cut: str = bare[:-1].rstrip()
    for _ in range(rng.choices((0, 1, 2), (60, 30, 10))[0]):
        cut = cut[:-1].rstrip() if cut.endswith(("}", "]", ")")) else cut
    if cut.endswith('"') and rng.random() < 0.4:
        cut = cut[:-1]
    return cut + rng.choice(("\n", ""))


SYNTAX: tuple[Fault, ...] = (
    (22, "truncation", missing_definition),
    (4, "truncation", truncate),
    (20, "option-name", wrong_argument),
    (1, "option-name", foreign_argument),
    (4, "option-name", wrong_block),
    (7, "module-name", wrong_type),
    (12, "unknown-name", wrong_address),
    (6, "dialect", swap(r"^([ \t]*\w+)[ \t]*=[ \t]*\{", r"\1 {", flags=M)),
    (4, "dialect", swap(r"^([ \t]+\w+) \{[ \t]*$", r"\1 = {", flags=M)),
    (3, "dialect", swap(r"^([ \t]+\w+)[ \t]*=[ \t]*", r"\1: ", r"\1 := ", r"\1 ", r"\1 == ", flags=M)),
    (2, "dialect", swap(r'"([^"$\n]*)"', r"'\1'", r"“\1”")),
    (1, "dialect", swap(r"([\w.!=\" ]+) \? ([^:\n]+) : ([^\n]+)", r"if \1 then \2 else \3")),
    (1, "dialect", swap(r"= (true|false|null)\b", r"= None", r"= nil", "= undefined")),
    (5, "escapes", swap(r"\$\$\{", "${")),
    (2, "escapes", swap(r"%%\{", "%{")),
    (2, "escapes", swap(r'\\"', '"')),
    (6, "quotes", drop(r'"')),
    (2, "quotes", swap(r'= "([\w./:-]+)"', r"= \1", r'= "\1', r'= \1"')),
    (2, "quotes", swap(r'^(resource|data|variable|output|module) "(\w+)"', r'\1 "\2', r"\1 \2-x", flags=M)),
    (3, "jinja", swap(r"\$\{([^{}\n]*)\}", r"${\1", r"{\1}", r"$\1}", r"${{\1}}")),
    (5, "unclosed", drop(r"^[ \t]*\}[ \t]*\n", flags=M)),
    (3, "unclosed", drop(r"[\[\](){}]")),
    (3, "surplus-closer", swap(r"^([ \t]*)\}[ \t]*$", r"\1}\n\1}", r"\1})", r"\1};", flags=M)),
    (3, "separator", swap(r'^([ \t]+\w+[ \t]*=[ \t]*(?:"[^"\n]*"|\w+))$', r"\1,", r"\1;", flags=M)),
    (3, "separator", drop(r",(?=[ \t]*\n?[ \t]*[\"\w])")),
    (2, "separator", swap(r"\n[ \t]+(?=\w+[ \t]*=)", " ", ", ")),
    (
        2,
        "keyword",
        swap(r"^(resource|variable|output|provider|module|data|locals)\b", r"\1s", "res", "ressource", flags=M),
    ),
    (
        2,
        "unknown-name",
        swap(r"\b(jsonencode|lookup|merge|concat|length|toset|file|format|join)\(", r"\1s(", r"to_\1(", r"\1_of("),
    ),
    (1, "unclosed", swap(r"^[ \t]*(?:EOF|EOT|POLICY)[ \t]*$\n?", "", flags=M)),
    (1, "placeholder", swap(r'= "[^"\n]*"', "= <value>", "= <your-value>", "= ...", "= ")),
    (1, "placeholder", swap(r"^([ \t]+)(\w+[ \t]*=)", r"\1...\n\1\2", flags=M)),
    (3, "residue", fence("terraform")),
    (2, "residue", prose_tail("terraform")),
    (1, "residue", prose_head("terraform")),
    (1, "dialect", every(r" = ", ": ")),
)
