#!/bin/sh
# Usage: run.sh SAMPLES DATA [OVERRIDE...]
# Writes the samples as parquet files into DATA, if they are not there, and starts PPO on the GPUs of this machine.
# With a Ray cluster that is running already, set RAY_ADDRESS.
set -eu
samples=$1
SLMFIX_VERL_DATA=$2
export SLMFIX_VERL_DATA
shift 2
here=$(cd -- "$(dirname -- "$0")" && pwd)
if [ ! -f "$SLMFIX_VERL_DATA/train.parquet" ]; then
    slmfix-train verl-data --samples "$samples" --output "$SLMFIX_VERL_DATA"
fi
exec python -m verl.trainer.main_ppo --config-path "$here" --config-name slmfix_ppo "$@"
