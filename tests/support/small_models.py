"""One config of each recognizer, backbone, neck and head, made small."""

import functools

from tests.support import matrix

CLASSES = 5
NARROW = {'backbone.base_channels': 8, 'cls_head.in_channels': 256}
V2 = {
    'backbone.input_resolution': 32,
    'backbone.width': 64,
    'backbone.layers': 4,
    'backbone.heads': 4,
    'backbone.t_size': 4,
    'backbone.return_list': [2, 3],
    'backbone.n_layers': 2,
    'backbone.n_dim': 64,
    'backbone.n_head': 4,
    'backbone.mlp_dropout': [0.5, 0.5],
    'cls_head.in_channels': 64,
}
KINETICS = 'kinetics400-rgb.py'
# The first config of its kind that shows most, what is made smaller in its
# model, and the size of one view.
SMALL = {
    f'c2d/c2d_r50-in1k-pre-nopool_8xb32-8x8x1-100e_{KINETICS}': (
        {'backbone.depth': 18, 'cls_head.in_channels': 512},
        (8, 3, 32, 32),
    ),
    f'c2d/c2d_r50-in1k-pre_8xb32-8x8x1-100e_{KINETICS}': (
        {},
        (3, 8, 32, 32),
    ),
    'c3d/c3d_sports1m-pretrained_8xb30-16x1x1-45e_ucf101-rgb.py': (
        {'backbone.out_dim': 2048},
        (3, 16, 32, 32),
    ),
    f'csn/ircsn_ig65m-pretrained-r50-bnfrozen_8xb12-32x2x1-58e_{KINETICS}': (
        NARROW,
        (3, 8, 32, 32),
    ),
    f'i3d/i3d_imagenet-pretrained-r50-nl-gaussian_8xb8-32x2x1-100e_{KINETICS}': (  # noqa: E501
        NARROW,
        (3, 8, 32, 32),
    ),
    f'mvit/mvit-small-p244_k400-maskfeat-pre_8xb32-16x4x1-100e_{KINETICS}': (
        {
            'backbone.arch': dict(
                embed_dims=16,
                num_layers=4,
                num_heads=1,
                downscale_indices=[1, 3],
            ),
            'backbone.spatial_size': 64,
            'backbone.temporal_size': 4,
            'cls_head.in_channels': 64,
        },
        (3, 4, 64, 64),
    ),
    f'r2plus1d/r2plus1d_r34_8xb8-8x8x1-180e_{KINETICS}': (
        {'backbone.base_channels': 8, 'cls_head.in_channels': 64},
        (3, 8, 32, 32),
    ),
    f'slowfast/slowfast_r50_8xb8-4x16x1-256e_{KINETICS}': (
        {
            'backbone.slow_pathway.base_channels': 16,
            'backbone.fast_pathway.base_channels': 2,
            'cls_head.in_channels': 576,
        },
        (3, 32, 32, 32),
    ),
    f'slowonly/slowonly_r50_8xb16-4x16x1-256e_{KINETICS}': (
        NARROW,
        (3, 4, 32, 32),
    ),
    f'swin/swin-tiny-p244-w877_in1k-pre_8xb8-amp-32x2x1-30e_{KINETICS}': (
        {
            'backbone.arch': dict(
                embed_dims=16, depths=[2, 2, 2, 2], num_heads=[1, 1, 2, 2]
            ),
            'cls_head.in_channels': 128,
        },
        (3, 4, 64, 64),
    ),
    'tanet/tanet_imagenet-pretrained-r50_8xb8-1x1x8-50e_sthv1-rgb.py': (
        {},
        (8, 3, 32, 32),
    ),
    f'timesformer/timesformer_divST_8xb8-8x32x1-15e_{KINETICS}': (
        {
            'backbone.num_frames': 2,
            'backbone.img_size': 32,
            'backbone.embed_dims': 32,
            'backbone.num_heads': 2,
            'backbone.num_transformer_layers': 2,
            'cls_head.in_channels': 32,
        },
        (3, 2, 32, 32),
    ),
    'tin/tin_imagenet-pretrained-r50_8xb6-1x1x8-40e_sthv1-rgb.py': (
        {},
        (8, 3, 32, 32),
    ),
    f'tpn/tpn-slowonly_r50_8xb8-8x8x1-150e_{KINETICS}': (
        {
            'backbone.base_channels': 8,
            'neck.in_channels': (128, 256),
            'neck.out_channels': 128,
            'neck.spatial_modulation_cfg': dict(
                in_channels=(128, 256), out_channels=256
            ),
            'neck.level_fusion_cfg.in_channels': (128, 128),
            'neck.level_fusion_cfg.mid_channels': (128, 128),
            'neck.level_fusion_cfg.out_channels': 64,
            'neck.aux_head_cfg.out_channels': CLASSES,
        },
        (3, 8, 32, 32),
    ),
    'tpn/tpn-tsm_imagenet-pretrained-r50_8xb8-1x1x8-150e_sthv1-rgb.py': (
        {
            'neck.out_channels': 128,
            'neck.level_fusion_cfg.in_channels': (128, 128),
            'neck.level_fusion_cfg.mid_channels': (128, 128),
            'neck.level_fusion_cfg.out_channels': 64,
            'neck.aux_head_cfg.out_channels': CLASSES,
        },
        (8, 3, 32, 32),
    ),
    'trn/trn_imagenet-pretrained-r50_8xb16-1x1x8-50e_sthv2-rgb.py': (
        {},
        (8, 3, 32, 32),
    ),
    f'tsm/tsm_imagenet-pretrained-mobilenetv2_8xb16-1x1x8-100e_{KINETICS}': (
        {},
        (8, 3, 32, 32),
    ),
    f'tsm/tsm_imagenet-pretrained-r50-nl-gaussian_8xb16-1x1x8-50e_{KINETICS}': (  # noqa: E501
        {},
        (8, 3, 32, 32),
    ),
    'uniformer/uniformer-small_imagenet1k-pre_16x4x1_kinetics400-rgb.py': (
        {
            'backbone.depth': [1, 1, 1, 1],
            'backbone.embed_dim': [16, 32, 32, 64],
            'backbone.head_dim': 16,
            'cls_head.in_channels': 64,
        },
        (3, 4, 64, 64),
    ),
    'uniformerv2/uniformerv2-base-p16-res224_clip-kinetics710-kinetics-'
    'k400-pre_16xb32-u8_mitv1-rgb.py': (V2, (3, 4, 32, 32)),
    'uniformerv2/uniformerv2-base-p16-res224_clip-kinetics710-pre_8xb32-u8_'
    f'{KINETICS}': (V2, (3, 4, 32, 32)),
    'videomae/vit-base-p16_videomae-k400-pre_16x4x1_kinetics-400.py': (
        {
            'backbone.img_size': 32,
            'backbone.embed_dims': 32,
            'backbone.depth': 2,
            'backbone.num_heads': 2,
            'backbone.num_frames': 4,
            'cls_head.in_channels': 32,
        },
        (3, 4, 32, 32),
    ),
    'x3d/x3d_s_13x6x1_facebook-kinetics400-rgb.py': ({}, (3, 4, 32, 32)),
}


def small_config(name):
    """The config, with a borrowed training part if need be, and the shape."""
    cfg = matrix.load(name)
    if matrix.is_test_only(cfg):
        cfg = matrix.borrow_train_part(cfg)
    options, shape = SMALL[name]
    for key, value in options.items():
        *parents, last = key.split('.')
        functools.reduce(dict.get, parents, cfg.model)[last] = value
    cfg.model.cls_head.num_classes = CLASSES
    blending = cfg.model.data_preprocessor.get('blending')
    for augment in blending.augments if blending else []:
        augment.num_classes = CLASSES
    return cfg, shape
