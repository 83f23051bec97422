#!/usr/bin/env bash
# tools/dist_train.sh CONFIG GPUS [arguments of tools/train.py]
# NNODES, NODE_RANK, MASTER_ADDR, PORT and START_TIMEOUT may be set.
exec "$(dirname "$0")/dist.sh" "$2" train.py "$1" "${@:3}"
