"""Convert a public checkpoint of 3D-ResNets-PyTorch for load_from."""

import argparse
import os.path as osp
from typing import Optional, Sequence

import torch
from mmengine.runner import CheckpointLoader

from ..models.backbones import convert_r3d_checkpoint, describe_r3d


def parse_args(argv: Optional[Sequence[str]] = None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('src', help="checkpoint with 'state_dict'")
    parser.add_argument('dst', help='file to write; must not exist')
    return parser.parse_args(argv)


def main(argv: Optional[Sequence[str]] = None) -> None:
    args = parse_args(argv)
    if osp.exists(args.dst):
        raise SystemExit(f'{args.dst} exists and is not overwritten')
    checkpoint = CheckpointLoader.load_checkpoint(args.src, 'cpu')
    state_dict = convert_r3d_checkpoint(checkpoint)
    backbone = describe_r3d(state_dict)
    torch.save(dict(meta={}, state_dict=state_dict), args.dst)
    options = ' '.join(
        f'model.backbone.{key}={value}' for key, value in backbone.items()
    )
    classes = len(state_dict.get('cls_head.fc_cls.weight', ()))
    print(
        f'{args.dst}: {classes} classes\n--cfg-options {options} '
        f'load_from={args.dst}'
    )
