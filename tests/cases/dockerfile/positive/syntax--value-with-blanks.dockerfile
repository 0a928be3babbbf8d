FROM alpine:3.20
ENV MESSAGE=hello world
