# syntax=docker/dockerfile:1
ARG VERSION=3.20
FROM --platform=$BUILDPLATFORM golang:1.22 AS build
WORKDIR /src
RUN --mount=type=cache,target=/root/.cache go build \
    # a comment between the lines

    -o /app .
FROM alpine:${VERSION}
COPY --from=build --chown=1:1 /app /app
HEALTHCHECK --interval=1m30s CMD ["true"]
ENTRYPOINT ["/app"]
