#!/bin/bash
cat <<END
hello
  END
