"""Small clean GitHub workflows in the manner of language models."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

RUNNERS = ("ubuntu-latest", "ubuntu-latest", "ubuntu-22.04", "windows-latest", "macos-latest", "ubuntu-24.04")
NAMES = (
    "CI",
    "Build",
    "Test",
    "Release",
    "Deploy",
    "Lint",
    "CI/CD Pipeline",
    "Build and Test",
    "Publish",
    "Nightly",
    "Docs",
)
JOBS = "build test lint deploy release docs publish check package e2e unit-tests docker".split()
BRANCHES = (
    "[ main ]",
    "[main]",
    "[main, develop]",
    '["main"]',
    "[master]",
    "['release/**']",
    "\n{0}  - main\n{0}  - 'releases/**'",
    "\n{0}  - main",
)
SETUPS = (
    (
        "actions/setup-python@v5",
        "python-version",
        ("'3.11'", '"3.12"', "3.x", "${{ matrix.python-version }}"),
        "python-version",
        ("pip install -r requirements.txt", "pytest", "ruff check .", "python -m build", "mypy src"),
    ),
    (
        "actions/setup-node@v4",
        "node-version",
        ("20", "'18'", "lts/*", "${{ matrix.node }}"),
        "node",
        ("npm ci", "npm test", "npm run build --if-present", "npm run lint", "npx playwright install --with-deps"),
    ),
    (
        "actions/setup-go@v5",
        "go-version",
        ("'1.22'", "stable", "${{ matrix.go }}"),
        "go",
        ("go build ./...", "go test -race ./...", "go vet ./..."),
    ),
    (
        "actions/setup-java@v4",
        "java-version",
        ("'17'", "21", "${{ matrix.java }}"),
        "java",
        ("mvn -B package --file pom.xml", "./gradlew build", "mvn verify"),
    ),
    (
        "ruby/setup-ruby@v1",
        "ruby-version",
        ("'3.2'", "${{ matrix.ruby }}"),
        "ruby",
        ("bundle install", "bundle exec rake", "bundle exec rspec"),
    ),
    (
        "dtolnay/rust-toolchain@stable",
        "components",
        ("clippy", "rustfmt, clippy"),
        "",
        ("cargo build --verbose", "cargo test --verbose", "cargo clippy -- -D warnings", "cargo fmt --check"),
    ),
)
MATRICES = {
    "python-version": ("['3.10', '3.11', '3.12']", '["3.9", "3.12"]'),
    "node": ("[18, 20]", "[16, 18, 20]"),
    "go": ("['1.21', '1.22']",),
    "java": ("[17, 21]",),
    "ruby": ("['3.1', '3.2', '3.3']",),
}
SECRETS = "DEPLOY_KEY NPM_TOKEN DOCKER_PASSWORD PYPI_API_TOKEN AWS_ACCESS_KEY_ID SLACK_WEBHOOK CODECOV_TOKEN".split()
CONDITIONS = (
    "github.ref == 'refs/heads/main'",
    "github.event_name == 'push'",
    "success()",
    "always()",
    "failure()",
    "startsWith(github.ref, 'refs/tags/v')",
    "${{ github.event_name != 'pull_request' }}",
    "runner.os == 'Linux'",
    "github.repository == 'example/app' && github.event_name == 'schedule'",
    "contains(github.event.head_commit.message, 'deploy')",
)


def _events(rng: Random, step: str) -> str:
    kind = rng.random()
    if kind < 0.15:
        both = ("push", "pull_request", "[push, pull_request]", "workflow_dispatch", "[push, workflow_dispatch]")
        return f"on: {rng.choice(both)}\n"
    found = "on:\n"
    for event in rng.sample(
        ("push", "pull_request", "workflow_dispatch", "schedule", "release", "workflow_call"), rng.choice((1, 2, 2, 3))
    ):
        found += f"{step}{event}:\n"
        if event in ("push", "pull_request") and rng.random() < 0.8:
            found += f"{step * 2}branches: {rng.choice(BRANCHES).format(step * 2)}\n".replace(": \n", ":\n")
            if rng.random() < 0.2:
                key = rng.choice(("paths", "paths-ignore"))
                path = rng.choice(("src/**", "docs/**", "**.md", ".github/workflows/*"))
                found += f"{step * 2}{key}:\n{step * 3}- '{path}'\n"
        elif event == "schedule":
            found += f"{step * 2}- cron: '{rng.choice(('0 0 * * *', '30 5 * * 1', '0 */6 * * *', '15 4 1 * *'))}'\n"
        elif event == "release":
            found += f"{step * 2}types: [{rng.choice(('published', 'created', 'published, created'))}]\n"
        elif event == "workflow_call" or (event == "workflow_dispatch" and rng.random() < 0.3):
            found += _inputs(rng, step)
    return found


def _inputs(rng: Random, step: str) -> str:
    name = rng.choice(("environment", "version", "dry_run", "tag"))
    kind = "boolean" if name == "dry_run" else "string"
    default = (
        f"{step * 4}default: {'false' if kind == 'boolean' else rng.choice(('staging', 'latest'))}\n"
        if rng.random() < 0.6
        else ""
    )
    deep = step * 4
    return (
        f"{step * 2}inputs:\n{step * 3}{name}:\n{deep}description: The {name} to use\n"
        f"{deep}required: {'false' if default else 'true'}\n{default}{deep}type: {kind}\n"
    )


def _run(rng: Random, commands: list[str], name: str, pad: str, step: str) -> str:
    body = (
        f"run: {commands[0]}\n" if len(commands) == 1 else "run: |\n" + "".join(f"{pad}{step}  {c}\n" for c in commands)
    )
    label = f"name: {name}\n{pad}  " if rng.random() < 0.75 else ""
    extra = ""
    if rng.random() < 0.12:
        secret = rng.choice(SECRETS)
        extra += f"{pad}  env:\n{pad}  {step}{secret}: ${{{{ secrets.{secret} }}}}\n"
    if rng.random() < 0.08:
        extra += f"{pad}  working-directory: ./{rng.choice(('app', 'frontend', 'backend'))}\n"
    if rng.random() < 0.1:
        label += f"if: {rng.choice(CONDITIONS)}\n{pad}  "
    return f"{pad}- {label}{body}{extra}"


def _uses(rng: Random, action: str, options: dict[str, str], name: str, pad: str, step: str) -> str:
    label = f"name: {name}\n{pad}  " if rng.random() < 0.6 else ""
    found = f"{pad}- {label}uses: {action}\n"
    if options:
        found += f"{pad}  with:\n" + "".join(f"{pad}  {step}{key}: {value}\n" for key, value in options.items())
    return found


def _extra_step(rng: Random, pad: str, step: str) -> str:
    kind = rng.randrange(6)
    if kind == 0:
        key = "${{ runner.os }}-deps-${{ hashFiles('**/lock*') }}"
        return _uses(rng, "actions/cache@v4", {"path": "~/.cache", "key": key}, "Cache", pad, step)
    if kind == 1:
        return _uses(
            rng,
            "actions/upload-artifact@v4",
            {
                "name": rng.choice(("dist", "coverage", "report")),
                "path": rng.choice(("dist/", "build", "coverage.xml")),
            },
            "Upload artifact",
            pad,
            step,
        )
    if kind == 2:
        return _uses(
            rng,
            "docker/login-action@v3",
            {"registry": "ghcr.io", "username": "${{ github.actor }}", "password": "${{ secrets.GITHUB_TOKEN }}"},
            "Log in",
            pad,
            step,
        )
    if kind == 3:
        return _uses(
            rng,
            "docker/build-push-action@v5",
            {
                "context": ".",
                "push": rng.choice(("true", "${{ github.event_name != 'pull_request' }}")),
                "tags": "user/app:${{ github.sha }}",
            },
            "Build and push",
            pad,
            step,
        )
    if kind == 4:
        return _uses(
            rng, "codecov/codecov-action@v4", {"token": "${{ secrets.CODECOV_TOKEN }}"}, "Upload coverage", pad, step
        )
    return _run(
        rng,
        [
            rng.choice(
                (
                    'echo "Deploying ${{ github.sha }}"',
                    "./scripts/deploy.sh",
                    'echo "done" >> "$GITHUB_STEP_SUMMARY"',
                    "make all",
                    "docker build -t app .",
                )
            )
        ],
        "Deploy",
        pad,
        step,
    )


def _job(rng: Random, name: str, before: list[str], step: str) -> str:
    action, option, versions, dimension, commands = rng.choice(SETUPS)
    version = rng.choice(versions)
    pad = step * 2
    runner = rng.choice(RUNNERS)
    strategy = ""
    has_systems = rng.random() < 0.15
    if "matrix" in version or has_systems:
        lines = [f"{dimension}: {rng.choice(MATRICES[dimension])}"] if "matrix" in version else []
        lines += ["os: [ubuntu-latest, windows-latest]"] * has_systems
        fast = f"{pad}{step}fail-fast: false\n" if rng.random() < 0.3 else ""
        strategy = f"{pad}strategy:\n{fast}{pad}{step}matrix:\n" + "".join(f"{pad}{step * 2}{line}\n" for line in lines)
        runner = "${{ matrix.os }}" if has_systems else runner
    found = f"{step}{name}:\n"
    found += f"{pad}name: {name.title()}\n" if rng.random() < 0.25 else ""
    head = [f"{pad}runs-on: {runner}\n", strategy]
    if before and rng.random() < 0.8:
        head.insert(rng.randrange(2), f"{pad}needs: {rng.choice((before[-1], f'[{before[-1]}]'))}\n")
    if rng.random() < 0.12:
        head.append(f"{pad}if: {rng.choice([c for c in CONDITIONS if 'runner' not in c])}\n")
    if rng.random() < 0.1:
        head.append(f"{pad}timeout-minutes: {rng.choice((10, 15, 30))}\n")
    if rng.random() < 0.06:
        head.append(
            f"{pad}services:\n{pad}{step}postgres:\n{pad}{step * 2}image: postgres:16\n"
            f"{pad}{step * 2}ports:\n{pad}{step * 2}  - 5432:5432\n"
        )
    inner = pad + (step if rng.random() < 0.8 else "")
    steps = [
        _uses(
            rng,
            rng.choice(("actions/checkout@v4", "actions/checkout@v4", "actions/checkout@v5")),
            {"fetch-depth": "0"} if rng.random() < 0.1 else {},
            "Checkout",
            inner,
            step,
        )
    ]
    if rng.random() < 0.8 or strategy:
        options = {option: version} | ({"distribution": "temurin"} if option == "java-version" else {})
        steps.append(_uses(rng, action, options, f"Set up {dimension or 'toolchain'}", inner, step))
    for _ in range(rng.choice((1, 1, 2, 3))):
        chosen = rng.sample(commands, rng.choice((1, 1, 2)) if len(commands) > 1 else 1)
        steps.append(_run(rng, chosen, rng.choice(("Install dependencies", "Run tests", "Build", "Lint")), inner, step))
    if rng.random() < 0.45:
        steps.append(_extra_step(rng, inner, step))
    return found + "".join(head) + f"{pad}steps:\n" + rng.choice(("", "", "\n")).join(steps)


def random_workflow(rng: Random) -> str:
    """A workflow of one or two jobs."""
    step = "  " if rng.random() < 0.92 else "    "
    found = f"name: {rng.choice(NAMES)}\n" + rng.choice(("", "\n", "\n")) if rng.random() < 0.92 else ""
    found += _events(rng, step) + rng.choice(("", "\n", "\n"))
    if rng.random() < 0.2:
        found += (
            f"permissions:\n{step}contents: {rng.choice(('read', 'write'))}\n"
            + rng.choice(("", f"{step}packages: write\n"))
            + "\n"
        )
    if rng.random() < 0.15:
        variable = rng.choice(("REGISTRY: ghcr.io", "CARGO_TERM_COLOR: always", "NODE_ENV: test", "APP_VERSION: 1.2.0"))
        found += f"env:\n{step}{variable}\n\n"
    if rng.random() < 0.08:
        group = "${{ github.workflow }}-${{ github.ref }}"
        found += f"concurrency:\n{step}group: {group}\n{step}cancel-in-progress: true\n\n"
    names: list[str] = []
    jobs = []
    for name in rng.sample(JOBS, rng.choices((1, 2), (4, 1))[0]):
        jobs.append(_job(rng, name, names, step))
        names.append(name)
    return found + "jobs:\n" + rng.choice(("", "\n")).join(jobs)
