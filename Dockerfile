# The action's container, and a command line without a Python installation:
#   docker run --rm -v "$PWD:/repo" -w /repo IMAGE check
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN apt-get update && apt-get install -y --no-install-recommends git
RUN python -m venv /opt/slmfix
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY bot bot
COPY exporters exporters
COPY training training
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir /tmp/wheel . \
    && /opt/slmfix/bin/pip install --no-cache-dir --no-compile "$(ls /tmp/wheel/*.whl)[languages]"
COPY .ci/slim_image.py .ci/slim_image.py
RUN /opt/slmfix/bin/python -P .ci/slim_image.py \
    && /opt/slmfix/bin/python -P -m compileall -q -j 2 /opt/slmfix/lib

FROM python:3.11-slim-bookworm
# The program alone: git's package brings 140 MB of Perl and documents, and the bot asks only for built-in commands on
# local objects. The last line fails the build should a library be missing.
COPY --from=build /usr/bin/git /usr/bin/git
COPY --from=build /usr/share/git-core/templates /usr/share/git-core/templates
COPY --from=build /opt/slmfix /opt/slmfix
# -P and its variable keep the work tree, which a stranger wrote, off the import path.
ENV PATH=/opt/slmfix/bin:$PATH PYTHONSAFEPATH=1 PYTHONUNBUFFERED=1 SLMFIX_DROP_PRIVILEGES=1
RUN git --version && slmfix-bot --version
# GitHub runs container actions as root; validators give that up (adapters/isolation.py).
ENTRYPOINT ["/opt/slmfix/bin/python", "-P", "-m", "slmfix_bot"]
CMD ["--help"]
