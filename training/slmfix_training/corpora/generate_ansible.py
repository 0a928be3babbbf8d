"""Small clean Ansible playbooks and task files, in the manner in which language models answer requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_training.corpora.ansible_words import (
    CONDITIONS,
    EXTRAS,
    HANDLERS,
    HOSTS,
    LOOPS,
    PATHS,
    TASKS,
    USERS,
    VARIABLES,
    WORDS,
)

if TYPE_CHECKING:
    from random import Random


def random_playbook(rng: Random) -> str:
    """A playbook of one play, or a list of tasks. A few are refused by the validator; callers must check."""
    head = rng.choice(("---\n", "---\n", ""))
    if rng.random() < 0.25:
        return head + _tasks(rng, rng.choice((1, 2, 3, 4)), "", [])
    handlers: list[str] = []
    tasks = _tasks(rng, rng.choice((1, 2, 3, 4, 5)), "    ", handlers)
    gap = rng.choice(("", "\n"))
    text = head + _play_head(rng) + gap
    if rng.random() < 0.3:
        text += "  vars:\n" + "".join(f"    {line}\n" for line in rng.sample(VARIABLES, rng.randint(1, 3))) + gap
    if rng.random() < 0.06:
        text += "  pre_tasks:\n" + _tasks(rng, 1, "    ", handlers) + gap
    text += "  tasks:\n" + tasks
    if handlers:
        text += gap + "  handlers:\n" + "".join(_handler(name) for name in dict.fromkeys(handlers))
    return text


def _play_head(rng: Random) -> str:
    hosts = rng.choice(HOSTS)
    name = (
        rng.choice(("Install and configure", "Set up", "Deploy", "Configure", "Harden", "Update"))
        + " "
        + rng.choice(WORDS)
    )
    lines = [f"name: {name}", f"hosts: {hosts}"] if rng.random() < 0.85 else [f"hosts: {hosts}"]
    if rng.random() < 0.65:
        lines.append(f"become: {rng.choice(('true', 'true', 'yes'))}")
    if rng.random() < 0.25:
        lines.append(f"gather_facts: {rng.choice(('false', 'true', 'no', 'yes'))}")
    if rng.random() < 0.06:
        lines.append(rng.choice(("remote_user: deploy", "serial: 1", "connection: local", "any_errors_fatal: true")))
    return "- " + "\n  ".join(lines) + "\n"


def _tasks(rng: Random, count: int, pad: str, handlers: list[str]) -> str:
    gap = rng.choice(("\n", "\n", ""))
    return gap.join(_task(rng, pad, handlers) for _ in range(count))


def _task(rng: Random, pad: str, handlers: list[str]) -> str:
    if rng.random() < 0.05:
        return _block(rng, pad, handlers)
    title, module, template = rng.choice(TASKS)
    subs = {
        "word": rng.choice(WORDS),
        "path": rng.choice(PATHS),
        "user": rng.choice(USERS),
        "n": str(rng.randint(1, 99)),
    }
    title = title.format(**subs)
    if rng.random() < 0.5 and "." not in module:
        module = f"ansible.builtin.{module}"
    arguments = [line.format(**subs) for line in template.split("\n")]
    looped = [
        i for i, line in enumerate(arguments) if line.partition(": ")[2] in (subs["word"], subs["path"], subs["user"])
    ]
    after: list[str] = []
    if looped and rng.random() < 0.15:
        at = rng.choice(looped)
        arguments[at] = arguments[at].partition(": ")[0] + ': "{{ item }}"'
        after += rng.choice(LOOPS)
    if rng.random() < 0.2:
        after.append(f"when: {rng.choice(CONDITIONS)}")
    if rng.random() < 0.12 and not any("item" in line for line in arguments):
        after.append(
            f"register: {rng.choice(('result', 'output', 'status_check', subs['word'] + '_result')).replace('-', '_')}"
        )
    if pad and "include" not in module and rng.random() < 0.2:
        name, _ = rng.choice(HANDLERS)
        handlers.append(name)
        after.append(f"notify: {name}" if rng.random() < 0.7 else f"notify:\n  - {name}")
    if rng.random() < 0.18:
        after.append(rng.choice(EXTRAS))
    lines = [f"name: {title}"] if rng.random() < 0.93 else []
    body = [f"{module}:", *(f"  {line}" for line in arguments)]
    if len(arguments) == 1 and arguments[0].startswith(("cmd: ", "_raw: ")):
        body = [f"{module}: {arguments[0].partition(': ')[2]}"]
    lines += [*body, *(line for part in after for line in part.split("\n"))]
    return f"{pad}- " + f"\n{pad}  ".join(lines) + "\n"


def _block(rng: Random, pad: str, handlers: list[str]) -> str:
    inner = pad + "    "
    text = f"{pad}- name: Try to set up {rng.choice(WORDS)}\n{pad}  block:\n" + _task(rng, inner, handlers)
    if rng.random() < 0.7:
        message = f"{inner}- name: Report the failure\n{inner}  debug:\n{inner}    msg: The step failed\n"
        text += f"{pad}  {rng.choice(('rescue', 'always'))}:\n{message}"
    else:
        text += f"{pad}  when: {rng.choice(CONDITIONS)}\n"
    return text


def _handler(name: str) -> str:
    body = dict(HANDLERS)[name].replace("\n", "\n      ")
    return f"    - name: {name}\n      {body}\n"
