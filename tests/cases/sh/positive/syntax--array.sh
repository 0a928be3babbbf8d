#!/bin/sh
list=(one two)
echo "$list"
