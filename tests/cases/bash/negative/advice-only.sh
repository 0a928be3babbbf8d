#!/bin/bash
for f in `ls /tmp`; do echo $f $@; done
unused=1
