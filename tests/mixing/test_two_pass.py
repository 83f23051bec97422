"""Pipelines over skeletons and audio that make two views, by hand."""

import copy

import pytest

from skdsrl_mmaction.mixing.pipeline import photometric_operators
from skdsrl_mmaction.mixing.two_pass import (
    needs_two_passes,
    two_pass_pipeline,
)

SAMPLE = dict(type='UniformSampleFrames', clip_len=100)
DECODE = dict(type='PoseDecode')
PACK = dict(type='PackActionInputs')
FLAT = dict(type='PreNormalize2D')
SOLID = dict(type='PreNormalize3D')
FORMAT = dict(type='FormatGCNInput', num_person=2)
FLIP = dict(type='Flip', flip_ratio=0.5)
HEATMAP = dict(type='GeneratePoseTarget', with_kp=True)
SHAPE = dict(type='FormatShape', input_format='NCTHW_Heatmap')
LOAD = dict(type='LoadAudioFeature')
CLIP = dict(type='SampleFrames', clip_len=64)
SELECT = dict(type='AudioFeatureSelector')
AUDIO = dict(type='FormatAudioShape', input_format='NCTF')
MASKS = [
    dict(type='SpectrogramMask', axis='frequency', max_share=0.34, prob=0.5),
    dict(type='SpectrogramMask', axis='time', max_share=0.2, prob=0.5),
]


def features(dataset):
    return dict(type='GenSkeFeat', dataset=dataset, feats=['b'])


def joints(dims):
    return [
        dict(type='JointRotation', max_angle=0.3, prob=0.5, dims=dims),
        dict(type='JointJitter', std=0.01, prob=0.5, dims=dims),
    ]


def two_pass(transforms, *keys):
    return dict(type='SiameseTwoPass', transforms=transforms, keys=list(keys))


@pytest.mark.parametrize(
    'normalize, dataset, dims', [(FLAT, 'coco', 2), (SOLID, 'nturgb+d', 3)]
)
def test_joints_change_before_bones_are_made(normalize, dataset, dims):
    bones = features(dataset)
    stock = [normalize, bones, SAMPLE, DECODE, FORMAT, PACK]
    before = copy.deepcopy(stock)
    assert two_pass_pipeline(stock) == [
        normalize,
        two_pass([*joints(dims), bones, SAMPLE, DECODE, FORMAT], 'keypoint'),
        PACK,
    ]
    assert stock == before


def test_joints_change_after_they_are_normalised():
    stock = [SAMPLE, DECODE, SOLID, features('nturgb+d'), FORMAT, PACK]
    (first, _) = two_pass_pipeline(stock)
    assert first['transforms'] == [*stock[:3], *joints(3), *stock[3:5]]
    (first, _) = two_pass_pipeline([SAMPLE, DECODE, SOLID, FORMAT, PACK])
    assert first['transforms'] == [*stock[:3], *joints(3), FORMAT]


def test_same_clip_and_no_operators():
    bones = features('coco')
    stock = [FLAT, bones, SAMPLE, DECODE, FORMAT, PACK]
    assert two_pass_pipeline(stock, same_clip=True, operators=False) == [
        FLAT,
        SAMPLE,
        two_pass([bones, DECODE, FORMAT], 'keypoint'),
        PACK,
    ]


def test_heatmaps_have_crop_and_flip_alone():
    stock = [SAMPLE, DECODE, FLIP, HEATMAP, SHAPE, PACK]
    assert two_pass_pipeline(stock) == [two_pass(stock[:-1], 'imgs'), PACK]


def test_spectrograms_are_masked_once_they_are_cut():
    assert two_pass_pipeline([LOAD, CLIP, SELECT, AUDIO, PACK]) == [
        LOAD,
        two_pass([CLIP, SELECT, *MASKS, AUDIO], 'audios'),
        PACK,
    ]


@pytest.mark.parametrize(
    'lengths, keys, coloured',
    [
        (dict(RGB=8), None, True),
        (dict(RGB=8, Pose=32), ('imgs', 'heatmap_imgs'), True),
        (dict(Pose=32), None, False),
    ],
)
def test_colours_change_where_there_are_any(lengths, keys, coloured):
    sample = dict(type='MMUniformSampleFrames', clip_len=lengths)
    pack = dict(PACK, collect_keys=keys) if keys else PACK
    decode = dict(type='MMDecode')
    colours = photometric_operators() if coloured else []
    assert two_pass_pipeline([sample, decode, FLIP, SHAPE, pack]) == [
        two_pass([sample, decode, FLIP, *colours, SHAPE], *(keys or ['imgs'])),
        pack,
    ]


def test_which_pipelines_need_it():
    assert needs_two_passes([SAMPLE, dict(type='MMDecode')])
    assert needs_two_passes([LOAD, CLIP, SELECT])
    assert needs_two_passes([SAMPLE, dict(type='mmaction.PoseDecode')])
    assert not needs_two_passes([CLIP, dict(type='DecordDecode'), FLIP])


@pytest.mark.parametrize(
    'pipeline, message',
    [
        ([DECODE, FORMAT, PACK], r'p has no sampler \(UniformSampleFrames or'),
        ([SAMPLE, DECODE, PACK], 'p has no FormatGCNInput, FormatAudioShape'),
        ([SAMPLE, DECODE, FORMAT], 'p has no PackActionInputs to make'),
        (
            two_pass_pipeline([SAMPLE, DECODE, FORMAT, PACK]),
            r'p\[0\] is SiameseTwoPass: this pipeline makes two views',
        ),
    ],
)
def test_refusals(pipeline, message):
    with pytest.raises(ValueError, match=message):
        two_pass_pipeline(pipeline, key='p')
