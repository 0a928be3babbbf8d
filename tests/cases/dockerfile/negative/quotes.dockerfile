FROM alpine:3.20
ENV A="a b" B='c d' C=e\ f D=$A
LABEL "com.example"="x" y="a \
  b"
ARG E= F
EXPOSE $PORT ${OTHER}
