FROM alpine:3.20 AS Base
FROM Base
COPY --from=nginx:latest /a /a
COPY --from=0 /a /a
COPY --from=registry.example.com/tool /a /a
