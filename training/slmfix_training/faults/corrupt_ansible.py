"""Faults of Ansible: options, keywords and modules that do not exist, and those of all YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import fence, misspell, prose_head, prose_tail, swap
from slmfix_training.faults.corrupt_yaml import COMMON

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault


M = re.MULTILINE
OPTION = re.compile(r"^(?P<indent> {4,})(?P<key>[a-z_]+): ?(?=\S|$)", M)
MODULE = re.compile(r"^(?P<indent> {2,}(?:- )?|- )(?P<key>(?:[a-z_0-9]+\.){2}[a-z_0-9]+|[a-z_]{3,}):\s*$", M)
KEYWORDS = (
    "register when become become_user with_items loop notify tags ignore_errors changed_when delegate_to until retries "
    "environment vars hosts tasks handlers gather_facts name block rescue always no_log run_once "
    "loop_control failed_when"
).split()
KEYWORD_SLIPS = {
    "become": ("sudo", "becomes"),
    "when": ("if", "condition", "only_if"),
    "loop": ("items", "with_item"),
    "with_items": ("with_item", "withitems", "with-items"),
    "register": ("registers", "save_as"),
    "ignore_errors": ("ignore_error", "ignore-errors"),
    "hosts": ("host",),
    "tasks": ("task",),
    "notify": ("notifies",),
    "gather_facts": ("gather_fact", "gather-facts"),
    "become_user": ("sudo_user", "become-user"),
    "tags": ("tag",),
    "handlers": ("handler",),
    "vars": ("variables", "var"),
    "changed_when": ("change_when",),
    "until": ("retry_until",),
    "delegate_to": ("delegate", "delegate-to"),
    "environment": ("env",),
    "retries": ("retry",),
}
OPTION_SLIPS = {
    "name": ("names", "pkg_name", "title"),
    "state": ("status", "ensure"),
    "path": ("filepath", "file_path", "location"),
    "src": ("source", "source_path"),
    "dest": ("destination", "target", "dst"),
    "mode": ("permissions", "chmod"),
    "owner": ("user",),
    "group": ("group_name",),
    "enabled": ("enable",),
    "line": ("content", "text"),
    "url": ("uri", "link"),
    "regexp": ("regex", "pattern"),
    "update_cache": ("cache_update", "update-cache"),
    "repo": ("repository",),
    "user": ("username",),
    "password": ("passwd", "pass"),
    "host": ("hostname", "server"),
    "port": ("port_number",),
    "version": ("ver",),
    "image": ("image_name",),
    "description": ("desc", "comment"),
    "timeout": ("wait_timeout",),
    "value": ("val",),
    "key": ("key_name",),
    "force": ("forced",),
    "recurse": ("recursive",),
    "command": ("cmd",),
    "tags": ("tag",),
    "type": ("kind",),
    "region": ("aws_region",),
    "validate_certs": ("verify_ssl", "validate_cert"),
}
FOREIGN = (
    "recurse creates backup owner mode chdir force wait state enabled name validate dest src path url timeout".split()
)
MODULE_SLIPS = {
    "apt": ("apt_get", "apt_rpm", "aptitude"),
    "service": ("services", "service_facts_set"),
    "copy": ("copy_file",),
    "file": ("files", "create_file"),
    "user": ("users", "useradd"),
    "template": ("templates",),
    "yum": ("yum_install",),
    "package": ("packages",),
    "command": ("cmd", "run"),
    "shell": ("bash", "sh"),
    "lineinfile": ("line_in_file",),
}


def wrong_option(text: str, rng: Random) -> str | None:
    """An option that the module does not have: a synonym, a misspelling, hyphens, or another module's."""
    found = [m for m in OPTION.finditer(text) if m["key"] not in ("hosts", "tasks")]
    if not found:
        return None
    match = rng.choice(found)
    key = match["key"]
    slips = [*OPTION_SLIPS.get(key, ()), *KEYWORD_SLIPS.get(key, ())]
    if len(key) > 3:
        slips += [misspell(key, rng), key + "s", key.rstrip("s")]
    if "_" in key:
        slips += [key.replace("_", "-"), key.replace("_", ""), key.split("_")[0], key.split("_")[-1]]
    else:
        slips += [
            f"{key}_{rng.choice(('name', 'path', 'id'))}",
            f"{rng.choice(('file', 'service', 'user', 'target'))}_{key}",
        ]
    new = rng.choice(slips)
    return text[: match.start("key")] + new + text[match.end("key") :] if new != key else None


def foreign_option(text: str, rng: Random) -> str | None:
    """An additional option of another module."""
    found = list(OPTION.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    line = f"{match['indent']}{rng.choice(FOREIGN)}: {rng.choice(('yes', 'true', 'present', '/tmp/file', '30'))}\n"
    return text[: match.start()] + line + text[match.start() :]


def wrong_module(text: str, rng: Random) -> str | None:
    """A module that does not exist."""
    found = [m for m in MODULE.finditer(text) if m["key"] not in KEYWORDS]
    if not found:
        return None
    match = rng.choice(found)
    *head, short = match["key"].split(".")
    slips = [*MODULE_SLIPS.get(short, ()), short + "s", misspell(short, rng) if len(short) > 2 else short + "_module"]
    slips += [
        short.replace("_", ""),
        "_".join(short.split("_")[1:]),
        "_".join(short.split("_")[:-1]),
        f"{short}_module",
        f"manage_{short}",
    ]
    if head and rng.random() < 0.3:
        head = [head[0], rng.choice(("general", "builtin", "misc", head[1] + "s"))]
    elif head and rng.random() < 0.2:
        head = head[:1]
    new = ".".join([*head, rng.choice([s for s in slips if s])])
    return text[: match.start("key")] + new + text[match.end("key") :] if new != match["key"] else None


def wrong_keyword(text: str, rng: Random) -> str | None:
    """A misspelt keyword of a task or play."""
    found = list(re.finditer(r"^(?: *- | *)(" + "|".join(KEYWORDS) + r"):", text, M))
    if not found:
        return None
    match = rng.choice(found)
    new = rng.choice([*KEYWORD_SLIPS.get(match[1], ()), misspell(match[1], rng)])
    return text[: match.start(1)] + new + text[match.end(1) :]


def wrong_level(text: str, rng: Random) -> str | None:
    """A task keyword among the options of the module, or an option beside the module."""
    found = list(
        re.finditer(r"^( {2,})(when|register|become|notify|tags|loop|ignore_errors|delegate_to): .*$", text, M)
    )
    options = list(re.finditer(r"^( {4,})([a-z_]+): \S.*$", text, M))
    if found and (rng.random() < 0.6 or not options):
        match = rng.choice(found)
        return text[: match.start()] + "  " + text[match.start() :]
    if options:
        match = rng.choice(options)
        return text[: match.start()] + text[match.start() + 2 :]
    return None


def old_form(text: str, rng: Random) -> str | None:
    """Arguments as `key=value` on lines of their own, as in the old syntax, or with both signs."""
    return swap(r"^( {4,}\w+): ([\w./-]+)$", r"\1=\2", r"\1: =\2", r"\1 = \2", flags=M)(text, rng)


def other_collection(text: str, rng: Random) -> str | None:
    """The module is looked for in a collection that does not have it."""
    found = list(re.finditer(r"^ *(?:- )?((?:[a-z_0-9]+\.){2})([a-z_0-9]+):", text, M))
    if not found:
        return None
    match = rng.choice(found)
    homes = ("ansible.builtin.", "community.general.", "ansible.posix.", "community.crypto.", "amazon.aws.", "")
    new = rng.choice([home for home in homes if home != match[1]])
    return text[: match.start(1)] + new + text[match.end(1) :]


def wrong_value(text: str, rng: Random) -> str | None:
    """A value that is none of the choices."""
    found = list(re.finditer(r"^ {4,}(?:state|mode|type|method|become_method|protocol|policy): (\w+)$", text, M))
    if not found:
        return None
    match = rng.choice(found)
    slips = {
        "present": ("installed", "exists", "enabled", "presents"),
        "absent": ("removed", "deleted", "uninstalled"),
        "started": ("running", "start", "active"),
        "stopped": ("stop", "disabled"),
        "restarted": ("restart", "reboot"),
        "latest": ("newest", "updated", "upgrade"),
        "directory": ("dir", "folder"),
        "file": ("present", "regular"),
        "link": ("symlink", "symbolic"),
    }
    value: str = match[1]
    forms = slips.get(value, (value + "s", misspell(value, rng) if len(value) > 2 else "none"))
    return text[: match.start(1)] + rng.choice(forms) + text[match.end(1) :]


ANSIBLE_SYNTAX: tuple[Fault, ...] = (
    *COMMON,
    (3, "residue", fence("ansible")),
    (0.5, "residue", prose_tail("ansible")),
    (0.5, "residue", prose_head("ansible")),
    (4, "jinja", swap(r"(:|-) [\"']\{\{ ?(.*?) ?\}\}(.*?)[\"']\s*$", r"\1 {{ \2 }}\3", flags=M)),
    (2, "jinja", swap(r" ?\}\}", "}", "}}}", "")),
    (1, "jinja", swap(r"\{\{ ?", "{", "{{{", "{% ")),
    (
        1,
        "jinja",
        swap(r"^( *(?:when|until|changed_when|failed_when): )([^'\"{\n]+)$", r"\1{{ \2 }}", r"\1'\2", flags=M),
    ),
)


ANSIBLE_NAMES: tuple[Fault, ...] = (
    (11, "option-name", wrong_option),
    (1, "option-name", foreign_option),
    (5, "module-name", wrong_module),
    (3, "module-name", other_collection),
    (6, "option-name", wrong_keyword),
    (8, "option-value", wrong_value),
    (2, "option-name", old_form),
    (5, "indentation", wrong_level),
)
