#!/bin/bash
if true; then :; else if false; then :; fi; fi
