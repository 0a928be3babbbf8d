#!/bin/bash
for host in alpha beta; do
  if ping -c1 "$host"; then
    echo up
done
