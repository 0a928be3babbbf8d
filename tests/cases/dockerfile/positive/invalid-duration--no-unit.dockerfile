FROM alpine:3.20
HEALTHCHECK --interval=30 CMD true
