#!/bin/bash
sort a.txt > b.txt sort c.txt > d.txt
