#!/bin/bash
find . -name "*.gz" -exec rm {}
