"""The blocks of the Terraform language itself: what they are called and what they hold. Which names are legal follows
the language's documentation and `terraform validate` 1.11; newer words and OpenTofu's are accepted."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from slmfix_bot.validators.terraform_schema import BodySchema, Nested


class Own(NamedTuple):
    """`labels` are the names of a block's labels; `is_open` leaves other arguments alone."""

    labels: tuple[str, ...]
    body: BodySchema


_Blocks = dict[str, tuple[str, BodySchema]]


def _schema(arguments: str, blocks: _Blocks | None = None, *, is_open: bool = False) -> BodySchema:
    """Arguments as `name:type`, required with an exclamation mark; blocks as nesting and need, and their body."""
    written = dict(word.partition(":")[::2] for word in arguments.split())
    needs = {name.rstrip("!"): (letter or "v", "r" if name.endswith("!") else "o") for name, letter in written.items()}
    given = (blocks or {}).items()
    objects = {name: Nested(code[0], code[1], "b", partial(_same, body)) for name, (code, body) in given}
    return BodySchema(needs, objects, is_open)


def _same(body: BodySchema) -> BodySchema:
    return body


ANYTHING = _schema("", is_open=True)
_RULE = _schema("condition! error_message!")
_CONDITIONS: _Blocks = {"precondition": ("lo", _RULE), "postcondition": ("lo", _RULE)}
_TRIGGER = _schema("events! condition actions!")
LIFECYCLE = _schema(
    "create_before_destroy:b prevent_destroy:b ignore_changes replace_triggered_by enabled destroy:b",
    {**_CONDITIONS, "action_trigger": ("lo", _TRIGGER)},
)
CONNECTION = _schema("", is_open=True)
_PROVISIONER = "when on_failure"
_CONNECTED: _Blocks = {"connection": ("1o", ANYTHING)}
PROVISIONERS = {
    "local-exec": _schema(f"{_PROVISIONER} command!:s interpreter:l working_dir:s environment quiet:b", _CONNECTED),
    "remote-exec": _schema(f"{_PROVISIONER} inline:l script:s scripts:l", _CONNECTED),
    "file": _schema(f"{_PROVISIONER} source:s content:s destination!:s", _CONNECTED),
}  # fmt: skip
META_RESOURCE = _schema(
    "count for_each provider depends_on",
    {**_CONNECTED, "lifecycle": ("1o", LIFECYCLE), "provisioner": ("lo", ANYTHING)},
)
META_DATA = _schema("count for_each provider depends_on enabled", {"lifecycle": ("1o", LIFECYCLE)})
META_PROVIDER = _schema("alias:s version for_each")
_DATA = _schema("", is_open=True)

BUILTIN = {
    ("resource", "terraform_data"): BodySchema(
        {"input": ("v", "o"), "triggers_replace": ("v", "o"), "output": ("v", "c"), "id": ("s", "c")}, {}
    ),
    ("data", "terraform_remote_state"): BodySchema(
        {"backend": ("s", "r"), "workspace": ("s", "o"), "config": ("v", "o"), "defaults": ("v", "o"),
         "outputs": ("x", "c")}, {},
    ),
}  # fmt: skip

# Those of older versions are among them.
BACKENDS = tuple(
    """local remote azurerm consul cos gcs http kubernetes oci oss pg s3 artifactory etcd etcdv3 manta swift
atlas cloud""".split()
)

OWN = {
    "terraform": Own((), _schema(
        "required_version:s experiments language",
        {"backend": ("lo", ANYTHING), "cloud": ("1o", ANYTHING), "required_providers": ("lo", ANYTHING),
         "provider_meta": ("lo", ANYTHING), "encryption": ("1o", ANYTHING)},
    )),
    "provider": Own(("name",), ANYTHING),
    "variable": Own(("name",), _schema(
        "type default description:s sensitive nullable:b ephemeral:b deprecated:s const:b",
        {"validation": ("lo", _RULE)},
    )),
    "locals": Own((), _schema("", is_open=True)),
    "output": Own(("name",), _schema(
        "value! description:s sensitive depends_on ephemeral:b deprecated:s type", {"precondition": ("lo", _RULE)}
    )),
    "module": Own(("name",), _schema(
        "source! version providers count for_each depends_on enabled",
        {"lifecycle": ("1o", LIFECYCLE)},
        is_open=True,
    )),
    "resource": Own(("type", "name"), ANYTHING),
    "data": Own(("type", "name"), ANYTHING),
    "ephemeral": Own(("type", "name"), ANYTHING),
    "list": Own(("type", "name"), ANYTHING),
    "action": Own(("type", "name"), ANYTHING),
    "moved": Own((), _schema("from! to!")),
    "import": Own((), _schema("to! id identity for_each provider")),
    "removed": Own((), _schema(
        "from!", {**_CONNECTED, "lifecycle": ("1o", LIFECYCLE), "provisioner": ("lo", ANYTHING)}
    )),
    "check": Own(("name",), _schema("", {"data": ("1o", _DATA), "assert": ("lr", _RULE)})),
}  # fmt: skip
# Labels of blocks inside other blocks.
INNER_LABELS = {"backend": 1, "provider_meta": 1, "provisioner": 1, "data": 2}
