#!/usr/bin/env bash
# sbatch [options of sbatch] tools/slurm_sbatch.sh CONFIG [arguments of tools/train.py]
# Trains a config to its end in a job with a time limit: a minute before the
# limit all processes save and exit with 75, the job is queued again, and goes
# on with --resume. Submit it from the top of the checkout, with --ntasks (one
# for each GPU), --gres, --cpus-per-task, --partition and --time.
#SBATCH --requeue
#SBATCH --signal=USR1@60
#SBATCH --open-mode=append
set -euo pipefail
export GPUS=${SLURM_NTASKS:?submit with --ntasks=N}
export GPUS_PER_NODE=${SLURM_GPUS_ON_NODE:-0}
export CPUS_PER_TASK=${SLURM_CPUS_PER_TASK:-1}

status=0
tools/slurm_train.sh "$SLURM_JOB_PARTITION" "$SLURM_JOB_NAME" "$@" --resume ||
    status=$?
if [ "$status" -eq 75 ]; then
    scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
