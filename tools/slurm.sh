#!/usr/bin/env bash
# tools/slurm.sh TOOL PARTITION JOB_NAME [arguments of the tool]
# Called by slurm_train.sh and slurm_test.sh.
# GPUS, GPUS_PER_NODE, CPUS_PER_TASK and SRUN_ARGS may be set.
# With GPUS_PER_NODE=0, GPUS is the number of CPU processes.
set -euo pipefail
TOOLS=$(dirname "$0")
TOOL=$1
PARTITION=$2
JOB_NAME=$3
GPUS_PER_NODE=${GPUS_PER_NODE:-8}
TASKS=(--ntasks="${GPUS:-8}" --cpus-per-task="${CPUS_PER_TASK:-5}")
if [ "$GPUS_PER_NODE" -gt 0 ]; then
    TASKS+=(--gres=gpu:"$GPUS_PER_NODE" --ntasks-per-node="$GPUS_PER_NODE")
fi
export MASTER_PORT=${MASTER_PORT:-$((12000 + RANDOM % 20000))}

# SRUN_ARGS is a list of options, so it is left to split.
# shellcheck disable=SC2086
exec srun -p "$PARTITION" --job-name="$JOB_NAME" "${TASKS[@]}" \
    --kill-on-bad-exit=1 ${SRUN_ARGS:-} \
    "${PYTHON:-python}" -u "$TOOLS/$TOOL" --launcher slurm "${@:4}"
