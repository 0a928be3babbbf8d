#!/bin/bash
local x=1
echo "$x"
