#!/bin/bash
shopt -s extglob nullglob
rm -f -- !(keep|these)
