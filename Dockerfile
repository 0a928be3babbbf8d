# The action's container, and a command line without a Python installation:
#   docker run --rm -v "$PWD:/repo" -w /repo IMAGE check
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/slmfix
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY bot bot
COPY exporters exporters
COPY training training
# huggingface_hub is what tokenizers would download with; the bot loads a local file and has no network.
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /tmp/wheel . \
    && /opt/slmfix/bin/pip install --no-cache-dir --no-compile /tmp/wheel/*.whl \
    && /opt/slmfix/bin/pip uninstall --yes huggingface_hub hf-xet fsspec tqdm
COPY .ci/slim_image.py .ci/slim_image.py
RUN /opt/slmfix/bin/python -P .ci/slim_image.py \
    && /opt/slmfix/bin/pip uninstall --yes setuptools pip \
    && /opt/slmfix/bin/python -P -m compileall -q -j 2 /opt/slmfix/lib

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/slmfix /opt/slmfix
# -P and its variable keep the work tree, which a stranger wrote, off the import path.
ENV PATH=/opt/slmfix/bin:$PATH PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1
# GitHub runs container actions as root; validators give that up (adapters/isolation.py).
ENTRYPOINT ["/opt/slmfix/bin/python", "-P", "-m", "slmfix_bot"]
CMD ["--help"]
