"""Small clean Terraform programs: resources with required and some optional arguments, from the shipped tables."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from slmfix_bot.validators.terraform_tables import shipped
from slmfix_training.corpora.hcl_values import STEP, lay_out, value_of

if TYPE_CHECKING:
    from random import Random

    from slmfix_bot.validators.terraform_schema import BodySchema, ProviderSchema

COMMON = (
    "aws_instance aws_s3_bucket aws_vpc aws_subnet aws_security_group aws_iam_role aws_iam_policy "
    "aws_lambda_function aws_dynamodb_table aws_route_table aws_internet_gateway aws_db_instance aws_lb "
    "aws_lb_listener aws_lb_target_group aws_ecs_cluster aws_ecs_service aws_ecs_task_definition "
    "aws_cloudwatch_log_group aws_cloudwatch_metric_alarm aws_sns_topic aws_sqs_queue aws_route53_record "
    "aws_route53_zone aws_kms_key aws_eks_cluster aws_eks_node_group aws_iam_role_policy_attachment "
    "aws_iam_instance_profile aws_launch_template aws_autoscaling_group aws_nat_gateway aws_eip "
    "aws_s3_bucket_policy aws_s3_bucket_versioning aws_api_gateway_rest_api aws_api_gateway_method "
    "aws_elasticache_cluster aws_rds_cluster aws_efs_file_system aws_ebs_volume aws_key_pair aws_network_acl "
    "aws_ecr_repository aws_cloudfront_distribution aws_kinesis_stream aws_glue_job aws_sfn_state_machine "
    "aws_secretsmanager_secret aws_ssm_parameter aws_cloudwatch_event_rule aws_lambda_permission aws_backup_plan "
    "aws_codebuild_project aws_codepipeline aws_redshift_cluster aws_msk_cluster aws_neptune_cluster "
    "aws_lightsail_instance google_compute_instance google_storage_bucket google_compute_network "
    "google_compute_firewall google_project_service google_container_cluster google_sql_database_instance "
    "google_pubsub_topic google_cloud_run_service google_dns_record_set azurerm_resource_group "
    "azurerm_virtual_network azurerm_subnet azurerm_storage_account azurerm_linux_virtual_machine "
    "azurerm_kubernetes_cluster azurerm_network_security_group azurerm_public_ip azurerm_key_vault "
    "azurerm_app_service_plan kubernetes_deployment kubernetes_service kubernetes_namespace kubernetes_config_map "
    "kubernetes_secret helm_release random_password random_id random_pet null_resource local_file tls_private_key "
    "time_sleep github_repository digitalocean_droplet docker_container docker_image vault_policy "
    "cloudflare_record datadog_monitor"
).split()
LABELS = "main this example web app primary default test my_resource backend public private api db worker logs".split()
TYPES = ("string", "number", "bool", "list(string)", "map(string)", "set(string)", "any")
REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1")
DEPTH = 3


@cache
def _types(kind: str) -> tuple[str, ...]:
    """All types of resource or data sources of the newest tables."""
    return tuple(sorted(name for tables in shipped().providers.values() for name in tables[0].types[kind]))


def _table(type_name: str) -> ProviderSchema | None:
    tables = shipped().providers.get(type_name.partition("_")[0], ())
    return tables[0] if tables else None


def random_hcl(rng: Random) -> str:
    """One to five blocks, as they stand together in an answer."""
    blocks = [_head(rng)] if rng.random() < 0.3 else []
    names: list[str] = []
    prefix = _pick(rng, "resource", "").partition("_")[0]
    for _ in range(rng.choices((1, 2, 3), (5, 3, 1))[0]):
        kind = "data" if rng.random() < 0.12 else "resource"
        block = typed_block(rng, kind, _pick(rng, kind, prefix if rng.random() < 0.9 else ""), names)
        if block:
            blocks.append(block)
    if rng.random() < 0.35:
        blocks.insert(rng.choice((0, len(blocks))), _variable(rng))
    if rng.random() < 0.12:
        blocks.insert(0, _locals(rng))
    if names and rng.random() < 0.3:
        name = rng.choice(names)
        inner = [f'description = "{rng.choice(("The id", "ID of the resource", "Identifier"))}"'] * (rng.random() < 0.4)
        blocks.append(
            _block(f'output "{name.split(".")[-1].partition("[")[0]}_id"', [*inner, f"value = {name}.id"], rng)
        )
    text = "\n".join(blocks) if blocks else _variable(rng)
    if rng.random() < 0.35:
        known = re.findall(r'^variable "(\w+)"', text, re.MULTILINE)
        missing = [name for name in dict.fromkeys(re.findall(r"\bvar\.(\w+)", text)) if name not in known]
        text += "".join(
            "\n" + _block(f'variable "{name}"', [f"type = {rng.choice(TYPES)}"], rng) for name in missing[:4]
        )
    return text


def _pick(rng: Random, kind: str, prefix: str) -> str:
    """A type of this provider, or of any; common ones more often."""
    if kind == "resource" and rng.random() < 0.6:
        return rng.choice([name for name in COMMON if name.startswith(prefix)] or list(COMMON))
    if prefix:
        return rng.choice([name for name in _types(kind) if name.startswith(f"{prefix}_")] or list(_types(kind)))
    return rng.choice(_types(kind))


def typed_block(rng: Random, kind: str, type_name: str, names: list[str]) -> str:
    """A resource or data block; its address is added to `names`. Empty when the tables lack it."""
    table = _table(type_name)
    schema = table.schema(kind, type_name) if table else None
    if schema is None:
        return ""
    label = rng.choice(LABELS) if rng.random() < 0.8 else f"{rng.choice(LABELS)}_{rng.randint(1, 9)}"
    address = f"{type_name}.{label}"
    has_id = "id" in schema
    lines: list[str] = []
    if kind == "resource" and rng.random() < 0.1:
        lines += [
            rng.choice((f"count = {rng.randint(1, 3)}", "for_each = toset(var.names)", "count = var.enabled ? 1 : 0"))
        ]
        address += {"c": "[0]", "f": "[each.key]"}[lines[0][0]] if "?" not in lines[0] else "[0]"
        has_id = has_id and lines[0][0] == "c"
        lines += [""]
    lines += body(rng, schema, names)
    if kind == "resource" and rng.random() < 0.12:
        lines += [
            "",
            rng.choice(("lifecycle {\n  create_before_destroy = true\n}", "lifecycle {\n  ignore_changes = [tags]\n}")),
        ]
    if names and rng.random() < 0.12:
        lines += ["", f"depends_on = [{rng.choice(names).partition('[')[0]}]"]
    if lines[:1] == [""]:
        lines = [line for line in lines if line]
    if has_id:
        names.append(address if kind == "resource" else f"data.{address}")
    return _block(f'{kind} "{type_name}" "{label}"', lines, rng)


def body(rng: Random, schema: BodySchema, names: list[str], depth: int = 0) -> list[str]:
    """The lines of a body: what is required, and some of what is optional."""
    required = [name for name, (_, need) in schema.arguments.items() if need == "r"]
    optional = [name for name, (_, need) in schema.arguments.items() if need in "op" and name not in ("id", "tags_all")]
    count = min(len(optional), rng.choice((0, 1, 2, 3, 4, 6) if not depth else (0, 1, 1, 2)))
    lines = [
        f"{name} = {value_of(rng, name, schema.arguments[name][0], names)}"
        for name in [*required, *sorted(rng.sample(optional, count))]
    ]
    for name, nested in schema.objects.items():
        is_needed = nested.need == "r"
        if nested.body is None or nested.need == "c" or depth >= DEPTH:
            continue
        if is_needed or (rng.random() < 0.5 / (1 + len(schema.objects) / 2) and name != "timeouts" and not depth):
            inner = body(rng, nested.body(), names, depth + 1)
            lines += _nested(rng, name, nested.place, nested.nesting, inner)
    return lines


def _nested(rng: Random, name: str, place: str, nesting: str, inner: list[str]) -> list[str]:
    indented = [STEP + line for part in inner for line in part.split("\n")]
    if place == "a":
        opening, closing = {"1": ("{", "}"), "m": ('{\n  "main" = {', "}\n}")}.get(nesting, ("[{", "}]"))
        return ["", "\n".join([f"{name} = {opening}", *indented, closing])]
    if nesting == "m":
        return ["", "\n".join([f'{name} "main" {{', *indented, "}"])]
    if nesting != "1" and rng.random() < 0.06:
        content = "\n".join(
            [
                f'dynamic "{name}" {{',
                f"  for_each = var.{name}s",
                "  content {",
                *(STEP + i for i in indented),
                "  }",
                "}",
            ]
        )
        return ["", content]
    return ["", "\n".join([f"{name} {{", *indented, "}"])]


def _block(head: str, lines: list[str], rng: Random) -> str:
    if not lines:
        return head + " {}\n" if rng.random() < 0.7 else head + " {\n}\n"
    return lay_out(
        [head + " {", *(STEP + line if line else "" for part in lines for line in part.split("\n")), "}"], rng
    )


def _variable(rng: Random) -> str:
    name = rng.choice(
        ("region", "name", "environment", "instance_type", "tags", "vpc_id", "subnet_ids", "enabled", "names")
    )
    kind = rng.choice(TYPES)
    default = {"string": '"dev"', "number": "3", "bool": "true"}.get(kind, "{}" if kind.startswith("map") else "[]")
    lines = [f'description = "{rng.choice(("Name of the environment", "Region to deploy to", "The value to use"))}"']
    lines += [f"type = {kind}"]
    lines += [f"default = {default}"] * (rng.random() < 0.7)
    if rng.random() < 0.1 and kind == "string":
        lines += [
            "",
            f'validation {{\n  condition     = length(var.{name}) > 0\n  error_message = "Must not be empty."\n}}',
        ]
    return _block(f'variable "{name}"', lines[rng.choice((0, 0, 1)) :], rng)


def _locals(rng: Random) -> str:
    lines = [
        rng.choice(
            (
                'name_prefix = "${var.name}-${var.environment}"',
                'common_tags = {\n  Environment = var.environment\n  ManagedBy   = "terraform"\n}',
                "azs = slice(data.aws_availability_zones.available.names, 0, 3)",
                "ids = [for s in var.subnets : s.id if s.public]",
                "by_name = { for k, v in var.items : v.name => k }",
                "account_id = data.aws_caller_identity.current.account_id",
            )
        )
    ]
    return _block("locals", lines, rng)


def _head(rng: Random) -> str:
    region = rng.choice(REGIONS)
    return rng.choice(
        (
            f'provider "aws" {{\n  region = "{region}"\n}}\n',
            'provider "aws" {\n  region = var.region\n}\n',
            'provider "azurerm" {\n  features {}\n}\n',
            f'provider "google" {{\n  project = var.project\n  region  = "{region}"\n}}\n',
            "terraform {\n  required_providers {\n    aws = {\n"
            '      source  = "hashicorp/aws"\n      version = "~> 5.0"\n    }\n  }\n}\n',
            'terraform {\n  required_version = ">= 1.5.0"\n}\n',
        )
    )
