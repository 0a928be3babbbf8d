"""Values of generated Terraform arguments, guessed from their names, and the layout of a block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

STEP = "  "
WORDS = "example my-app web prod staging main test data logs backend app-server primary demo".split()
KNOWN = (
    ("cidr", ('"10.0.0.0/16"', '"10.0.1.0/24"', "var.vpc_cidr", "cidrsubnet(var.cidr, 8, 1)")),
    ("instance_type|node_type", ('"t3.micro"', '"t2.small"', "var.instance_type", '"m5.large"')),
    ("instance_class", ('"db.t3.micro"', '"db.r5.large"')),
    ("availability_zone|^zone$", ('"us-east-1a"', "data.aws_availability_zones.available.names[0]", '"eu-west-1b"')),
    ("region|location", ('"us-east-1"', "var.region", '"West Europe"', "var.location", "data.aws_region.current.id")),
    (
        "policy$",
        (
            'jsonencode({\n  Version = "2012-10-17"\n  Statement = [{\n    Effect   = "Allow"\n'
            '    Action   = ["s3:GetObject"]\n    Resource = "*"\n  }]\n})',
        ),
    ),
    (
        "user_data|script|content$",
        (
            'file("${path.module}/init.sh")',
            'templatefile("${path.module}/app.tpl", { name = var.name })',
            "<<-EOF\n  #!/bin/bash\n  yum update -y\nEOF",
        ),
    ),
    ("role_arn|role$", ("aws_iam_role.main.arn", "var.role_arn", '"arn:aws:iam::123456789012:role/example"')),
    ("arn", ('"arn:aws:s3:::example"', "var.arn", "aws_sns_topic.main.arn")),
    ("vpc_id", ("aws_vpc.main.id", "var.vpc_id")),
    ("subnet_id$", ("aws_subnet.public.id", "var.subnet_id", "var.subnet_ids[0]")),
    ("security_group", ("aws_security_group.web.id", "var.security_group_id")),
    ("password|secret|token", ("var.db_password", "random_password.main.result", '"changeme123"')),
    ("image|^ami$", ('"ami-0c55b159cbfafe1f0"', "var.ami_id", "data.aws_ami.ubuntu.id", '"nginx:1.25"')),
    ("engine$", ('"postgres"', '"mysql"')),
    ("version", ('"1.29"', '"15.4"', "var.engine_version")),
    ("protocol", ('"tcp"', '"HTTP"', '"-1"')),
    ("resource_group_name", ("azurerm_resource_group.main.name", "var.resource_group_name", '"example-resources"')),
    ("project$|project_id", ("var.project_id", '"my-project-id"')),
    ("bucket", ("aws_s3_bucket.main.id", '"my-example-bucket"', "var.bucket_name")),
    ("handler", ('"index.handler"', '"main.lambda_handler"')),
    ("runtime", ('"python3.12"', '"nodejs18.x"')),
    ("email", ('"ops@example.com"',)),
    ("url|endpoint|uri", ('"https://example.com"', "var.endpoint")),
    ("name|identifier", ()),
    ("port", ("80", "443", "22", "var.port", "8080")),
    ("size|capacity|count|storage", ("1", "2", "20", "100", "var.size")),
)


def value_of(rng: Random, name: str, kind: str, names: list[str]) -> str:
    """A value for an argument of this name and type letter; may refer to one of the addresses in `names`."""
    if kind == "b":
        return rng.choice(("true", "false", "true", "false", f"var.{name}"))
    if kind in "ni":
        number = next(
            (values for words, values in KNOWN[-2:] if re.search(words, name)), ("1", "5", "30", "300", "3600")
        )
        return f"[{rng.choice(number)}]" if kind == "i" else rng.choice(number)
    if kind == "m":
        return _mapping(rng, name)
    if kind in "lt":
        count = rng.choice((1, 1, 2))
        if kind == "t":
            return f"[{', '.join(['true'] * count)}]"
        plural = name.removesuffix("s")
        if rng.random() < 0.25:
            return rng.choice((f"var.{name}", "aws_subnet.main[*].id" if "subnet" in name else f"local.{name}"))
        return f"[{', '.join(_string(rng, plural, names) for _ in range(count))}]"
    if kind == "s":
        return _string(rng, name, names)
    return rng.choice((f"var.{name}", f"local.{name}"))


def _string(rng: Random, name: str, names: list[str]) -> str:
    if names and name.endswith(("_id", "_name", "bucket", "arn")) and rng.random() < 0.7:
        return rng.choice(names) + ".id"
    for words, values in KNOWN:
        if values and re.search(words, name) and rng.random() < 0.9:
            value = rng.choice(values)
            return value if not value.isdigit() else f'"{value}"'
    word = rng.choice(WORDS)
    part = name.rpartition("_")[2]
    return rng.choice(
        (
            f'"{word}"',
            f'"{word}-{part}"',
            f'"{word}-{part}"',
            f"var.{name}",
            f'"${{var.name}}-{word}"',
            "local.name_prefix",
            f'format("%s-{word}", var.prefix)',
        )
    )


def _mapping(rng: Random, name: str) -> str:
    pairs = rng.sample(
        (
            ("Name", f'"{rng.choice(WORDS)}"'),
            ("Environment", rng.choice(('"dev"', "var.environment"))),
            ("Project", '"demo"'),
            ("Owner", "var.owner"),
            ('"app.kubernetes.io/name"', '"web"'),
            ("ManagedBy", '"Terraform"'),
        ),
        rng.randint(1, 3),
    )
    inner = "{\n" + "\n".join(f"{STEP}{key} = {value}" for key, value in pairs) + "\n}"
    return rng.choice((inner, inner, inner, f"var.{name}", "local.common_tags", f"merge(var.tags, {inner})"))


def lay_out(lines: list[str], rng: Random) -> str:
    """The lines with their equals signs in one column per run, as `terraform fmt` writes them, or left as they are."""
    if rng.random() < 0.2:
        return "\n".join(lines) + "\n"
    done: list[str] = []
    run: list[str] = []
    for line in [*lines, ""]:
        found = re.match(r"(\s*)([\w\"./-]+) += ", line)
        if found and "{" not in line and (not run or _indent(run[-1]) == _indent(line)):
            run.append(line)
            continue
        done += _aligned(run)
        run = [line] if found and "{" not in line else []
        if not run:
            done.append(line)
    return "\n".join([*done, *_aligned(run)][:-1] if not run else [*done, *run]).rstrip("\n") + "\n"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _aligned(run: list[str]) -> list[str]:
    keys = [re.split(r" += ", line, maxsplit=1) for line in run]
    width = max((len(key) for key, _ in keys), default=0)
    return [f"{key:{width}} = {value}" for key, value in keys]
