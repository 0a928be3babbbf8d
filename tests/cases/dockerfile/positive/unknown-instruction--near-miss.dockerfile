FROM alpine:3.20
COPPY a /a
