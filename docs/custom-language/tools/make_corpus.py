"""Writes Relay programs that are correct: `python3 make_corpus.py FOLDER [--count 120] [--seed 1]`.

A company would take its own files. These stand in for them.
"""

import argparse
import random
from pathlib import Path

SERVICES = (
    "api web worker db cache queue mailer search billing auth gateway reports images orders stock users payments "
    "sessions metrics inbox exports audit"
).split()
IMAGES = "shop crm fleet desk cargo press".split()
STEPS = "build test lint pack scan publish migrate release verify smoke rollback tag sign docs seed warmup".split()
COMMANDS = {
    "build": ("make build", "npm run build", "cargo build --release"), "test": ("make test", "pytest -q", "npm test"),
    "lint": ("make lint", "ruff check ."), "pack": ("make dist", "tar czf out.tgz out"), "scan": ("trivy fs .",),
    "publish": ("make publish", "npm publish"), "migrate": ("alembic upgrade head", "make migrate"),
    "verify": ("make verify", "curl -f https://status.example.com"), "smoke": ("make smoke",),
    "rollback": ("make rollback",), "tag": ("git tag v1",), "sign": ("cosign sign out.tgz",), "docs": ("make docs",),
    "seed": ("make seed",), "warmup": ("make warmup",), "release": ("make release",),
}  # fmt: skip


def service(rng, name, others):
    stock = {"db": "postgres:16", "cache": "redis:7", "queue": "rabbitmq:3"}
    image = stock.get(name, f"{rng.choice(IMAGES)}/{name}:{rng.randint(1, 9)}.{rng.randint(0, 30)}")
    options = [f'image "{image}"']
    if rng.random() < 0.7:
        options.append(f"port {rng.choice((80, 443, 3000, 5000, 5432, 6379, 8000, 8080, 9090))}")
    if rng.random() < 0.5:
        options.append(f"replicas {rng.randint(1, 8)}")
    if rng.random() < 0.5:
        options.append(f"memory {rng.choice(('128mb', '256mb', '512mb', '1gb', '2gb', '4gb'))}")
    if rng.random() < 0.25:
        options.append(f"cpu {rng.choice(('0.5', '1', '2', '4'))}")
    if others and rng.random() < 0.7:
        options.append("needs " + ", ".join(rng.sample(others, min(len(others), rng.choice((1, 1, 2, 3))))))
    if rng.random() < 0.35:
        options.append(f"expose {rng.choice(('public', 'internal', 'none'))}")
    if rng.random() < 0.3:
        options.append(f'health "/{rng.choice(("health", "ready", "ping", "status"))}"')
    if rng.random() < 0.3:
        options.append(f"restart {rng.choice(('always', 'never', 'failure'))}")
    return options


def step(rng, name, earlier, services):
    options = []
    if earlier and rng.random() < 0.8:
        options.append("after " + ", ".join(rng.sample(earlier, min(len(earlier), rng.choice((1, 1, 1, 2))))))
    if name in {"release", "rollback"}:
        options.append("deploy " + ", ".join(rng.sample(services, rng.randint(1, min(3, len(services))))))
        options.append(f"strategy {rng.choice(('canary', 'rolling', 'recreate'))}")
    else:
        options.append(f'run "{rng.choice(COMMANDS[name])}"')
    if rng.random() < 0.5:
        options.append(f"timeout {rng.choice(('30s', '5m', '10m', '20m', '1h'))}")
    if rng.random() < 0.3:
        options.append(f"retries {rng.randint(1, 5)}")
    if rng.random() < 0.25:
        options.append(f'notify "#{rng.choice(("releases", "builds", "alerts", "team"))}"')
        options.append(f"condition {rng.choice(('success', 'failure', 'always'))}")
    return options


def program(rng):
    services = rng.sample(SERVICES, rng.randint(1, 5))
    steps = rng.sample(STEPS, rng.randint(1, 5))
    blocks = [f"pipeline {rng.choice(IMAGES)}_{rng.choice(('main', 'nightly', 'staging', 'prod', 'edge'))}\n"]
    for number, name in enumerate(services):
        blocks.append(write("service", name, service(rng, name, services[:number]), rng))
    for number, name in enumerate(steps):
        blocks.append(write("step", name, step(rng, name, steps[:number], services), rng))
    if rng.random() < 0.4:
        options = [f'cron "{rng.randint(0, 59)} {rng.randint(0, 23)} * * *"', f"start {rng.choice(steps)}"]
        if rng.random() < 0.5:
            options.append(f"enabled {rng.choice(('yes', 'no'))}")
        blocks.append(write("schedule", rng.choice(("nightly", "hourly", "weekly")), options, rng))
    return "\n".join(blocks)


def write(kind, name, options, rng):
    comment = f"  # {rng.choice(('see the runbook', 'owned by platform', 'do not change by hand'))}\n"
    lines = [f"  {option}\n" for option in options]
    if rng.random() < 0.1:
        lines.insert(0, comment)
    return f"{kind} {name} {{\n{''.join(lines)}}}\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(given.seed)
    for number in range(given.count):
        (given.folder / f"{number:03}.relay").write_text(program(rng), encoding="utf-8")


if __name__ == "__main__":
    main()
