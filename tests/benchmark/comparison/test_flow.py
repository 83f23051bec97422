import copy

import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.flow import describe_flow
from skdsrl_mmaction.benchmark.comparison.rehearsal import complexity
from skdsrl_mmaction.benchmark.comparison.run import Run, make_teacher
from skdsrl_mmaction.engine.preflight.views import check_views
from tests.support.flow import FARNEBACK, write_flow
from tests.support.paths import ROOT

CONFIG = ROOT / 'configs/ut_interaction/mars_r3d18_ut-interaction.py'


@pytest.fixture
def cfg(counting_video, tmp_path):
    """Frames, and their flow in another folder."""
    videos = tmp_path / 'videos'
    videos.mkdir()
    (videos / 'a.mp4').write_bytes(counting_video.read_bytes())
    (tmp_path / 'all.txt').write_text('a.mp4 1\n')
    cfg = Config.fromfile(CONFIG)
    for split in 'train', 'val', 'test':
        dataset = cfg[f'{split}_dataloader'].dataset
        dataset.ann_file = str(tmp_path / 'all.txt')
        dataset.data_prefix = dict(video=str(videos))
    flow = write_flow(videos / 'a.mp4', tmp_path / 'flow')
    cfg.train_dataloader.dataset.pipeline[9].flow_dir = flow
    return cfg


def test_the_teacher_trains_and_tests_on_flow(cfg, tmp_path):
    run = Run('mars', cfg, seed=0)
    teacher = make_teacher(run)
    for split in 'train', 'val', 'test':
        dataset = teacher.cfg[f'{split}_dataloader'].dataset
        assert dataset.data_prefix == dict(video=str(tmp_path / 'flow'))
    own = Config.fromfile(CONFIG.with_name('flow_r3d18_ut-interaction.py'))
    pipelines = (
        x.train_dataloader.dataset.pipeline for x in (teacher.cfg, own)
    )
    assert next(pipelines) == next(pipelines)
    assert teacher.cfg.model.backbone == own.model.backbone
    assert run.cfg.to_dict() == Run('mars', cfg, seed=0).cfg.to_dict()


def test_a_run_depends_on_how_its_flow_was_computed(cfg, tmp_path):
    def keys(folder):
        changed = copy.deepcopy(cfg)
        changed.train_dataloader.dataset.pipeline[9].flow_dir = str(folder)
        run = Run('mars', changed, seed=0)
        return run.key, make_teacher(run).key

    video = tmp_path / 'videos/a.mp4'
    before = keys(tmp_path / 'flow')
    moved = (tmp_path / 'flow').rename(tmp_path / 'moved')
    assert describe_flow(str(moved)) == 'f flow'
    assert keys(moved) == before
    other = write_flow(video, tmp_path / 'b', 128, FARNEBACK, 'other flow')
    assert all(a != b for a, b in zip(keys(other), before))


def test_complexity_is_that_of_the_frames(cfg):
    for model in cfg.model, cfg.model.teacher:
        model.backbone.base_channels = 4
        model.cls_head.in_channels = 32
    teacher = make_teacher(Run('mars', cfg, seed=0))
    assert complexity(cfg) == complexity(teacher.cfg)


def test_model_and_pipeline_must_agree_on_flow(cfg):
    dataset = cfg.train_dataloader.dataset
    check_views('train', dataset, cfg)
    add_flow = dataset.pipeline.pop(9)
    with pytest.raises(ValueError, match='with their optical.*add AddFlow to'):
        check_views('train', dataset, cfg)
    cfg.model.type = 'Recognizer3D'
    check_views('train', dataset, cfg)
    dataset.pipeline.insert(9, add_flow)
    with pytest.raises(ValueError, match='without .*take AddFlow out of'):
        check_views('train', dataset, cfg)
