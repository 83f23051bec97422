"""Convert a public 3D-ResNets-PyTorch checkpoint for ``load_from``."""

import argparse
import os.path as osp

import torch

from skdsrl_mmaction.models import R3D
from skdsrl_mmaction.models.backbones import convert_r3d_checkpoint


def describe(state_dict) -> dict:
    """Find the arguments of the R3D that takes these weights.

    Raises:
        ValueError: If none takes all of them.
    """
    weights = {
        key[len('backbone.') :]: tensor.shape
        for key, tensor in state_dict.items()
        if key.startswith('backbone.') and not key.endswith('_tracked')
    }
    width = weights['conv1.conv.weight'][0]
    for depth in R3D.arch_settings:
        for shortcut in 'AB':
            with torch.device('meta'):
                model = R3D(depth, shortcut, base_channels=width)
            # BatchNorm counted no batches before PyTorch 0.4.1.
            wanted = {
                key: tensor.shape
                for key, tensor in model.state_dict().items()
                if not key.endswith('_tracked')
            }
            if wanted == weights:
                return dict(
                    depth=depth, shortcut_type=shortcut, base_channels=width
                )
    raise ValueError(
        'no R3D has exactly these weights; the checkpoint is of '
        'another network, or incomplete'
    )


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('src', help="checkpoint {'arch', 'state_dict'}")
    parser.add_argument('dst', help='file to write; must not exist')
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    if osp.exists(args.dst):
        raise SystemExit(f'{args.dst} exists and is not overwritten')
    checkpoint = torch.load(args.src, map_location='cpu', weights_only=True)
    state_dict = convert_r3d_checkpoint(checkpoint)
    backbone = describe(state_dict)
    torch.save(dict(meta={}, state_dict=state_dict), args.dst)
    options = ' '.join(
        f'model.backbone.{key}={value}' for key, value in backbone.items()
    )
    classes = len(state_dict.get('cls_head.fc_cls.weight', ()))
    print(
        f'{args.dst}: {classes} classes\n--cfg-options {options} '
        f'load_from={args.dst}'
    )


if __name__ == '__main__':
    main()
