#!/bin/bash
case $1 in
  a|b) cat <<-EOF
	$(date)
	EOF
  ;;
  *) echo "${x[@]:1}" $((1 << 2)) ;;
esac
