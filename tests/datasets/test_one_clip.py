"""The test pipeline for one clip of a file."""

import pytest
from mmengine.config import Config

from skdsrl_mmaction.datasets import one_clip as module
from skdsrl_mmaction.utils import read_config
from tests.support.paths import ROOT

SLOWONLY = (
    'mmaction::recognition/slowonly/'
    'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb.py'
)
TSM = (
    'mmaction::recognition/tsm/'
    'tsm_imagenet-pretrained-r50_8xb16-1x1x8-50e_kinetics400-rgb.py'
)


def step(pipeline, name):
    (found,) = [x for x in pipeline if x['type'] == name]
    return found


def test_a_3d_recognizer_has_one_clip_and_one_crop():
    cfg = read_config(SLOWONLY)
    pipeline = module.one_clip(cfg)
    assert step(pipeline, 'SampleFrames')['num_clips'] == 1
    assert step(pipeline, 'CenterCrop')['crop_size'] == 256
    assert not [x for x in pipeline if x['type'] == 'ThreeCrop']
    # That of the config stays.
    assert step(cfg.test_dataloader.dataset.pipeline, 'ThreeCrop')


def test_a_2d_recognizer_keeps_its_segments():
    pipeline = module.one_clip(read_config(TSM))
    assert step(pipeline, 'SampleFrames')['num_clips'] == 8
    assert step(pipeline, 'SampleFrames').get('twice_sample') is not True


def test_a_pipeline_of_pictures_begins_with_a_file():
    given = [
        dict(type='SampleFrames', clip_len=1),
        dict(type='RawFrameDecode'),
        dict(type='Resize', scale=(-1, 256)),
    ]
    assert module.for_files(given) == [
        dict(type='VideoInit'),
        given[0],
        dict(type='DecordDecode'),
        given[2],
    ]
    cfg = Config.fromfile(ROOT / 'configs/skdsrl_r3d18_demo.py')
    pipeline = module.test_pipeline(cfg)
    assert module.for_files(pipeline) == pipeline


def test_a_config_without_a_test_set_is_refused():
    with pytest.raises(ValueError, match='test_dataloader is missing'):
        module.one_clip(Config(dict(model=dict(type='Recognizer3D'))))
