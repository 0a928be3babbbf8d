"""Small clean Dockerfiles: one or two stages of the common kinds of image, in the manner of language models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, kw_only=True)
class Kit:
    """What an image for one language of programming usually holds."""

    images: tuple[str, ...]
    manifests: tuple[str, ...]
    installs: tuple[str, ...]
    builds: tuple[str, ...]
    commands: tuple[str, ...]
    artefact: str


KITS = (
    Kit(
        images=("python:3.11-slim", "python:3.9", "python:3.12-alpine", "python:3.8-slim-buster", "python:3.10"),
        manifests=("requirements.txt", "pyproject.toml", "requirements.txt setup.py"),
        installs=(
            "pip install --no-cache-dir -r requirements.txt",
            "pip install -r requirements.txt",
            "pip install --upgrade pip && pip install --no-cache-dir .",
            "python -m pip install flask gunicorn",
        ),
        builds=("python setup.py build", "python -m compileall .", "pip wheel --wheel-dir /wheels -r requirements.txt"),
        commands=(
            '"python", "app.py"',
            '"gunicorn", "-b", "0.0.0.0:8000", "app:app"',
            '"python", "-m", "{app}"',
            '"uvicorn", "main:app", "--host", "0.0.0.0"',
        ),
        artefact="/wheels",
    ),
    Kit(
        images=("node:18-alpine", "node:20", "node:16-slim", "node:14", "node:lts-alpine"),
        manifests=("package*.json", "package.json yarn.lock", "package.json package-lock.json"),
        installs=(
            "npm ci",
            "npm install",
            "npm ci --omit=dev",
            "yarn install --frozen-lockfile",
            "npm install --production",
        ),
        builds=("npm run build", "yarn build", "npx tsc"),
        commands=('"node", "server.js"', '"npm", "start"', '"node", "dist/index.js"', '"yarn", "serve"'),
        artefact="dist",
    ),
    Kit(
        images=("golang:1.21", "golang:1.20-alpine", "golang:alpine", "golang:1.22-bookworm"),
        manifests=("go.mod go.sum", "go.mod"),
        installs=("go mod download", "go mod download && go mod verify"),
        builds=(
            "CGO_ENABLED=0 GOOS=linux go build -o /{app} .",
            "go build -o {app} ./cmd/{app}",
            'go build -ldflags="-s -w" -o /bin/{app}',
        ),
        commands=('"/{app}"', '"./{app}"', '"/bin/{app}", "serve"'),
        artefact="/{app}",
    ),
    Kit(
        images=("rust:1.75", "rust:slim", "rust:1.70-alpine"),
        manifests=("Cargo.toml Cargo.lock", "Cargo.toml"),
        installs=("cargo fetch", "cargo build --release --locked"),
        builds=("cargo build --release", "cargo install --path ."),
        commands=('"{app}"', '"/usr/local/bin/{app}"'),
        artefact="/target/release/{app}",
    ),
    Kit(
        images=("maven:3.9-eclipse-temurin-17", "eclipse-temurin:17-jdk", "openjdk:11-jre-slim", "gradle:8-jdk17"),
        manifests=("pom.xml", "build.gradle settings.gradle"),
        installs=("mvn dependency:go-offline", "mvn -B dependency:resolve"),
        builds=("mvn clean package -DskipTests", "mvn -B package", "gradle build --no-daemon"),
        commands=('"java", "-jar", "/app/{app}.jar"', '"java", "-jar", "app.jar"'),
        artefact="target/{app}.jar",
    ),
    Kit(
        images=("ubuntu:22.04", "debian:bookworm-slim", "ubuntu:20.04", "debian:11", "ubuntu"),
        manifests=("entrypoint.sh", "config.json", "Makefile"),
        installs=("chmod +x entrypoint.sh", "make install", "ldconfig"),
        builds=("make", "./configure && make -j4", "cmake -S . -B build && cmake --build build"),
        commands=('"/bin/bash"', '"./entrypoint.sh"', '"{app}", "--help"'),
        artefact="build/{app}",
    ),
    Kit(
        images=("ruby:3.2", "ruby:2.7-slim", "ruby:3.0-alpine"),
        manifests=("Gemfile Gemfile.lock", "Gemfile"),
        installs=("bundle install", "gem install bundler && bundle install --jobs 4"),
        builds=("bundle exec rake assets:precompile", "rake build"),
        commands=('"rails", "server", "-b", "0.0.0.0"', '"bundle", "exec", "puma"', '"rackup"'),
        artefact="public",
    ),
)
APPS = "app server api worker service web bot main proxy agent backend runner cli myapp tool".split()
PACKAGES = (
    "curl git build-essential ca-certificates wget unzip vim libpq-dev gcc g++ make python3 python3-pip nginx openssl "
    "libssl-dev zlib1g-dev libffi-dev netcat jq gnupg lsb-release sudo cmake pkg-config locales tzdata ffmpeg nodejs"
).split()
ALPINE = (
    "bash curl git build-base libffi-dev openssl-dev gcc musl-dev make linux-headers tzdata ca-certificates jq".split()
)
VARIABLES = (
    "PYTHONUNBUFFERED=1",
    "NODE_ENV=production",
    "DEBIAN_FRONTEND=noninteractive",
    "PORT=8080",
    "LANG=C.UTF-8",
    "PATH=/opt/bin:$PATH",
    "APP_HOME=/app",
    "GOPATH=/go",
    "TZ=UTC",
    'JAVA_OPTS="-Xmx512m"',
    "PYTHONPATH=/app:$PYTHONPATH",
    "FLASK_APP=app.py",
    "HOME=/root",
    'VERSION="1.4.2"',
    "RAILS_ENV=production",
    "PIP_NO_CACHE_DIR=1",
)
COMMENTS = (
    "# Install dependencies",
    "# Copy the source code",
    "# Set the working directory",
    "# Expose the port",
    "# Build stage",
    "# Run the application",
    "# Install system packages",
    "# Final image",
    "# Create a non-root user",
)


def _system_packages(rng: Random, image: str) -> str:
    count = rng.choice((1, 2, 2, 3, 4, 6, 8))
    if "alpine" in image:
        option = rng.choice(("--no-cache ", "--no-cache ", "--update ", ""))
        return f"RUN apk add {option}" + rng.choice((" ", " \\\n    ")).join(rng.sample(ALPINE, min(count, 6)))
    option = rng.choice(("-y ", "-y ", "-y --no-install-recommends ", "-qq -y "))
    joint = rng.choice((" ", " \\\n    ", " \\\n        "))
    clean = rng.choice(
        ("", " && rm -rf /var/lib/apt/lists/*", " \\\n    && rm -rf /var/lib/apt/lists/*", " && apt-get clean")
    )
    update = rng.choice(
        ("apt-get update && ", "apt-get update && ", "apt-get update -qq && ", "apt-get update \\\n    && ")
    )
    names = joint.join(sorted(rng.sample(PACKAGES, count)) if rng.random() < 0.5 else rng.sample(PACKAGES, count))
    return f"RUN {update}apt-get install {option}{names}{clean}"


def _copy(rng: Random, manifests: str, workdir: str) -> str:
    target = rng.choice(("./", "./", ".", f"{workdir}/"))
    names = manifests.split()
    if len(names) > 1:
        target = target if target.endswith("/") else "./"
    if len(names) > 1 and rng.random() < 0.2:
        return "COPY [" + ", ".join(f'"{name}"' for name in [*names, target]) + "]"
    return f"COPY {'--chown=app:app ' if rng.random() < 0.08 else ''}{manifests} {target}"


def _extras(rng: Random) -> list[str]:
    found = []
    if rng.random() < 0.4:
        key, _, value = rng.choice(VARIABLES).partition("=")
        found.append(f"ENV {key} {value}" if rng.random() < 0.2 and '"' not in value else f"ENV {key}={value}")
    if rng.random() < 0.12:
        pairs = rng.sample(VARIABLES, 3)
        found.append("ENV " + " \\\n    ".join(pairs))
    if rng.random() < 0.15:
        found.append(
            rng.choice(("ARG VERSION=latest", "ARG BUILD_DATE", "ARG UID=1000", "ARG DEBIAN_FRONTEND=noninteractive"))
        )
    if rng.random() < 0.2:
        found.append(
            rng.choice(
                (
                    'LABEL maintainer="dev@example.com"',
                    'LABEL version="1.0" description="A service"',
                    "LABEL org.opencontainers.image.source=https://example.com/repo",
                )
            )
        )
    if rng.random() < 0.08:
        found.append(
            rng.choice(('SHELL ["/bin/bash", "-o", "pipefail", "-c"]', "STOPSIGNAL SIGTERM", "ONBUILD COPY . /app"))
        )
    return found


def _user(rng: Random, image: str) -> list[str]:
    name = rng.choice(("app", "appuser", "node", "nonroot", "web"))
    add = f"RUN addgroup -S {name} && adduser -S {name} -G {name}" if "alpine" in image else f"RUN useradd -m {name}"
    return [add, f"USER {name}"]


def _end(rng: Random, kit: Kit, app: str) -> list[str]:
    found = []
    if rng.random() < 0.55:
        found.append(
            f"EXPOSE {rng.choice(('80', '8080', '3000', '5000', '8000', '443', '80 443', '9090/tcp', '$PORT'))}"
        )
    if rng.random() < 0.12:
        found.append(rng.choice(('VOLUME ["/data"]', "VOLUME /var/lib/data", 'VOLUME ["/logs", "/config"]')))
    if rng.random() < 0.15:
        test = rng.choice(
            ("CMD curl -f http://localhost:8080/health || exit 1", 'CMD ["wget", "-q", "http://localhost/"]')
        )
        found.append(
            f"HEALTHCHECK --interval=30s --timeout=3s {rng.choice(('', '--retries=3 '))}"
            + rng.choice(("", "\\\n    "))
            + test
        )
    command = rng.choice(kit.commands).format(app=app)
    kind = rng.random()
    if kind < 0.6:
        found.append(f"CMD [{command}]")
    elif kind < 0.75:
        found.append("CMD " + " ".join(part.strip('" ') for part in command.split(",")))
    elif kind < 0.9:
        found.append(f"ENTRYPOINT [{command}]")
    else:
        found += [f"ENTRYPOINT [{command.split(',')[0]}]", 'CMD ["--help"]']
    return found


def random_dockerfile(rng: Random) -> str:
    """One file of 3 to some 35 lines. A few are refused by the validator; callers must check."""
    kit, app = rng.choice(KITS), rng.choice(APPS)
    image = rng.choice(kit.images)
    workdir = rng.choice(("/app", "/app", "/usr/src/app", f"/opt/{app}", "/src", "/workspace", "/code"))
    is_staged = rng.random() < 0.35
    stage = rng.choice(("builder", "build", "base", "deps", app))
    parts = [f"FROM {image}" + (f" {rng.choice(('AS', 'as', 'AS'))} {stage}" if is_staged else "")]
    parts += _extras(rng)
    if rng.random() < 0.45:
        parts.append(_system_packages(rng, image))
    parts.append(f"WORKDIR {workdir}")
    if rng.random() < 0.7:
        parts += [_copy(rng, rng.choice(kit.manifests), workdir), "RUN " + rng.choice(kit.installs)]
    parts.append(
        rng.choice(("COPY . .", "COPY . .", "COPY . ./", f"COPY . {workdir}", "COPY src ./src", f"COPY . {workdir}/"))
    )
    if is_staged or rng.random() < 0.3:
        parts.append("RUN " + rng.choice(kit.builds).format(app=app))
    if is_staged:
        image = rng.choice(
            ("alpine:3.19", "debian:bookworm-slim", "nginx:alpine", image, "scratch", "gcr.io/distroless/static")
        )
        source = kit.artefact.format(app=app)
        source = source if source.startswith("/") else f"{workdir}/{source}"
        parts += [
            "",
            f"FROM {image}",
            f"COPY --from={stage} {source} {rng.choice(('/usr/share/nginx/html', f'/usr/local/bin/{app}', f'/{app}'))}",
        ]
    if image.partition(":")[0] not in ("scratch", "gcr.io/distroless/static", "nginx") and rng.random() < 0.25:
        parts += _user(rng, image)
    parts += _end(rng, kit, app)
    return _lay_out(parts, rng)


def _lay_out(parts: list[str], rng: Random) -> str:
    gap = rng.choice(("\n", "\n\n", "\n"))
    comments = rng.random() < 0.3
    text = parts[0]
    for part in parts[1:]:
        if not part:
            continue
        comment = rng.choice(COMMENTS) + "\n" if comments and rng.random() < 0.4 else ""
        text += ("\n\n" if part.startswith("FROM") or comment else gap) + comment + part
    return text + "\n"
