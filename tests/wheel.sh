#!/usr/bin/env bash
# tests/wheel.sh PYTHON_WITH_PIP
# Make a wheel, install nothing but it into a new environment in the versions
# of requirements/tested.txt, and in an empty folder make the demo's videos,
# train and test by commands alone.
set -euo pipefail
cd "$(dirname "$0")/.."
CHECKOUT=$PWD
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
unset PYTHONPATH

rm -rf build  # setuptools would put what is left there into the wheel
"$1" -m pip wheel --no-deps --no-build-isolation -w "$FOLDER" .
"${PYTHON:-python3.11}" -m venv "$FOLDER/venv"
cd "$FOLDER"
venv/bin/pip install -c "$CHECKOUT/requirements/tested.txt" \
    "$(echo ./*.whl)[lite]"
export PATH=$FOLDER/venv/bin:$PATH

CONFIG=skdsrl_mmaction::skdsrl_r3d18_demo.py
WORK=work_dirs/skdsrl_r3d18_demo
for NAME in $(skdsrl --help | sed -n 's/^  \([a-z_0-9]*\) .*/\1/p'); do
    skdsrl "$NAME" --help > /dev/null
    echo "skdsrl $NAME --help"
done
skdsrl make-demo-data data/demo
skdsrl train "$CONFIG" --seed 0
skdsrl test "$CONFIG" "$(echo $WORK/best_acc_top1_epoch_*.pth)"
torchrun --nproc_per_node 2 -m skdsrl_mmaction test "$CONFIG" \
    "$(echo $WORK/best_acc_top1_epoch_*.pth)" --launcher pytorch
skdsrl mix-config \
    mmaction::recognition/tsm/tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb.py \
    -o mixed.py
