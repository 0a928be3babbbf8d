FROM alpine:3.20
RUN [ "$a" = "b" ] || true
RUN [ -f /x ] && [ "$x" ] && echo "["
RUN ["echo", "a"]
