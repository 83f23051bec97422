#!/usr/bin/env bash
# tools/dist.sh GPUS TOOL [arguments of the tool]
# Called by dist_train.sh and dist_test.sh.
# On several nodes set NNODES, NODE_RANK, MASTER_ADDR and PORT on each; they
# wait START_TIMEOUT seconds for each other.
# Without CUDA, GPUS is the number of CPU processes.
set -euo pipefail
TOOLS=$(dirname "$0")
# torchrun passes SIGTERM on to its processes by itself, SIGUSR1 only if asked:
# in its versions that can, one of these does.
SIGNALS=SIGTERM,SIGINT,SIGHUP,SIGQUIT,SIGUSR1
export PET_SIGNALS_TO_HANDLE=${PET_SIGNALS_TO_HANDLE:-$SIGNALS}
export TORCHELASTIC_SIGNALS_TO_HANDLE=$PET_SIGNALS_TO_HANDLE
# Seconds after SIGTERM until it kills them, which may be saving: else 30.
export TORCH_ELASTIC_SHUTDOWN_TIMEOUT=${TORCH_ELASTIC_SHUTDOWN_TIMEOUT:-300}

# Without exec a signal would end this script alone.
exec "${PYTHON:-python}" -m torch.distributed.run \
    --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" \
    --master_addr="${MASTER_ADDR:-127.0.0.1}" --master_port="${PORT:-29500}" \
    --rdzv_conf="timeout=${START_TIMEOUT:-300}" --nproc_per_node="$1" \
    "$TOOLS/$2" --launcher pytorch "${@:3}"
