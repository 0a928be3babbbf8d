FROM debian:12
RUN <<EOF
apt-get update
FROMAGE is no instruction
EOF
COPY <<-"A" <<B /etc/
	one
	A
two
B
RUN cat <<X > /x && echo $((1<<2))
body
X
