from ubuntu
maintainer Somebody <a@b.c>
env name a value with = and # signs
add a b
expose 80 443/udp 8000-8010
volume /a /b
user nobody:nogroup
workdir relative
cmd echo hi # the shell's comment
