#!/bin/bash
echo "backup of $HOME
tar czf /tmp/x.tgz .
