#!/bin/bash
shopt -s extglob; rm -- !(keep)
