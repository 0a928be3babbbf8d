Here is the Dockerfile:
FROM alpine:3.20
RUN apk add git
