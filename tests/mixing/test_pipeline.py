import copy

import numpy as np
import pytest
from mmaction.datasets.transforms import SampleFrames
from mmaction.datasets.transforms.processing import RandomErasing
from mmaction.registry import DATASETS, TRANSFORMS
from mmengine.config import Config

from skdsrl_mmaction.mixing.pipeline import (
    photometric_operators,
    two_view_pipeline,
)
from tests.support.paths import ROOT

SAMPLE = dict(type='SampleFrames', clip_len=4, num_clips=1)
PHOTOMETRIC = photometric_operators()
CROP = [dict(type='Resize', scale=(32, 32), keep_ratio=False)]
TAIL = [
    dict(type='FormatShape', input_format='NCTHW'),
    dict(type='PackActionInputs'),
]
STOCK = [
    dict(type='DecordInit'),
    SAMPLE,
    dict(type='DecordDecode'),
    *CROP,
    *TAIL,
]


def test_by_hand():
    before = copy.deepcopy(STOCK)
    assert two_view_pipeline(STOCK) == [
        dict(type='DecordInit'),
        dict(type='SampleTwoClips', sampler=SAMPLE),
        dict(type='DecordDecode'),
        dict(type='SiameseTwoView', transforms=[*CROP, *PHOTOMETRIC]),
        *TAIL,
    ]
    assert STOCK == before


def test_same_clip_and_no_photometric():
    assert two_view_pipeline(STOCK, same_clip=True, photometric=False) == [
        *STOCK[:3],
        dict(type='SiameseTwoView', transforms=CROP, same_clip=True),
        *TAIL,
    ]


def test_raw_frames_and_other_samplers():
    dense = dict(type='DenseSampleFrames', clip_len=4)
    decode = dict(type='RawFrameDecode', io_backend='petrel')
    assert two_view_pipeline([dense, decode, *TAIL], photometric=False) == [
        dict(type='SampleTwoClips', sampler=dense),
        decode,
        dict(type='SiameseTwoView', transforms=[]),
        *TAIL,
    ]


def test_a_sampler_of_the_users_own():
    @TRANSFORMS.register_module(force=True)
    class MySampler(SampleFrames):
        pass

    pipeline = [*STOCK[:1], dict(type=MySampler, clip_len=4), *STOCK[2:]]
    assert two_view_pipeline(pipeline)[1]['sampler']['type'] is MySampler
    pipeline[1] = dict(type='mmaction.MySampler', clip_len=4)
    assert two_view_pipeline(pipeline)[1]['type'] == 'SampleTwoClips'


@pytest.mark.parametrize(
    'kind', ['RandomErasing', 'mmaction.RandomErasing', RandomErasing]
)
def test_erasing_comes_last(kind):
    """The operators would recolour and blur the patch."""
    erase = dict(type=kind)
    pipeline = two_view_pipeline([*STOCK[:3], *CROP, erase, *TAIL])
    assert pipeline[3]['transforms'] == [*CROP, *PHOTOMETRIC, erase]


def test_operators_are_those_of_the_papers_configs():
    cfg = Config.fromfile(ROOT / 'configs/_base_/methods/skdsrl.py')
    assert cfg.train_pipeline[3].transforms[3:] == PHOTOMETRIC


@pytest.mark.parametrize(
    'pipeline, message',
    [
        (two_view_pipeline(STOCK), r'p\[1\] is SampleTwoClips.*two views'),
        (
            two_view_pipeline(STOCK, same_clip=True),
            r'p\[3\] is SiameseTwoView.*two views',
        ),
        (STOCK[:1] + STOCK[2:], r"p has no sampler \(SampleFrames.*'Decord"),
        (
            [dict(type='UniformSampleFrames', clip_len=48), *STOCK[2:]],
            'p has no sampler.*UniformSampleFrames',
        ),
        ([STOCK[2], SAMPLE, *TAIL], 'p has no decoder'),
        ([*STOCK[:4], TAIL[1]], 'p has no FormatShape'),
    ],
)
def test_refusals(pipeline, message):
    with pytest.raises(ValueError, match=message):
        two_view_pipeline(pipeline, key='p')


def levels(packed):
    """Frame numbers of the counting video, views x frames."""
    means = packed['inputs'][:, 0].float().mean(dim=(2, 3))
    return np.rint(means.numpy() / 10)


@pytest.mark.parametrize('same_clip', [False, True])
@pytest.mark.parametrize('sample_once', [False, True])
def test_repeated_augmentation(
    counting_video, tmp_path, sample_once, same_clip
):
    """The dataset decodes all repeats at once and hands them out."""
    (tmp_path / 'list.txt').write_text(f'{counting_video} 1\n')
    dataset = DATASETS.build(
        dict(
            type='RepeatAugDataset',
            ann_file=str(tmp_path / 'list.txt'),
            num_repeats=3,
            sample_once=sample_once,
            pipeline=two_view_pipeline(STOCK, same_clip, photometric=False),
        )
    )
    repeats = np.stack([levels(x) for x in dataset[0]])
    assert repeats.shape == (3, 2, 4)
    assert (np.diff(repeats, axis=2) == 1).all()  # frames in a row
    starts = repeats[:, :, 0]
    assert len(set(starts[0])) == (1 if same_clip else 2)
    assert (len(set(map(tuple, starts))) == 1) is sample_once
