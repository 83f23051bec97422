#!/usr/bin/env bash
# tools/dist_test.sh CONFIG CHECKPOINT GPUS [arguments of tools/test.py]
# NNODES, NODE_RANK, MASTER_ADDR, PORT and START_TIMEOUT may be set.
exec "$(dirname "$0")/dist.sh" "$3" test.py "$1" "$2" "${@:4}"
