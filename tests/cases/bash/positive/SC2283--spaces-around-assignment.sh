#!/bin/bash
name = "world"
echo "$name"
