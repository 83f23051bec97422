import numpy as np
import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.speed.loading import (
    FLOOR,
    STAGES,
    STOCK,
    PlannedFrames,
    Variant,
    make_variants,
    measure_loader,
    measure_video,
)
from skdsrl_mmaction.benchmark.speed.measure import write_cache

NAMES = [STOCK, 'ours, decord', 'ours, pyav', 'ours, cached']


@pytest.fixture(scope='module')
def train_pipeline():
    cfg = Config.fromfile('configs/skdsrl_r3d18_ucf101.py')
    return cfg.train_dataloader.dataset.pipeline


@pytest.fixture(scope='module')
def cache(counting_video, tmp_path_factory):
    folder = tmp_path_factory.mktemp('caches') / 'cache'
    return write_cache(str(counting_video), str(folder))


def test_clips_are_at_the_given_places():
    sampler = PlannedFrames()
    sampler.places = iter([0, 1, 0.5])
    clips = [
        sampler(dict(total_frames=36, start_index=0))['frame_inds']
        for _ in range(3)
    ]
    assert [clip[0] for clip in clips] == [0, 20, 10]
    assert all((np.diff(clip) == 1).all() for clip in clips)


def test_all_variants_load_the_same_clips(
    counting_video, train_pipeline, cache
):
    """Both from frame 0 on, then both up to frame 24, whatever the colours."""
    variants = make_variants(train_pipeline, cache)
    assert list(variants) == NAMES
    for variant in variants.values():
        for place, first in (0, 0), (1, 9):
            variant.sampler.places = iter([place] * 2)
            seen = []
            decode = next(
                watch
                for watch in variant.transforms
                if watch.stage == 'decode'
            )
            stock = decode.transform

            def record(results, stock=stock, seen=seen):
                seen += results['frame_inds'].tolist()
                return stock(results)

            decode.transform = record
            samples = variant.load(str(counting_video))
            decode.transform = stock
            assert seen == 2 * list(range(first, first + 16))
            assert sum(len(sample['inputs']) for sample in samples) == 2


def test_cached_frames_make_the_same_views(
    counting_video, train_pipeline, cache
):
    variants = make_variants(train_pipeline, cache)
    inputs = []
    for name in NAMES[2:]:
        variants[name].sampler.places = iter([0.3, 0.8])
        np.random.seed(0)
        (sample,) = variants[name].load(str(counting_video))
        inputs.append(sample['inputs'])
    assert inputs[0].equal(inputs[1])


def test_time_is_that_of_the_stage_itself(monkeypatch):
    """A transform in a transform counts for its own stage alone."""
    clock = [0.0]
    monkeypatch.setattr('time.process_time', lambda: clock[0])

    def tick(results):
        clock[0] += 1
        return results

    variant = Variant(
        [dict(type='SiameseTwoView', transforms=[tick]), tick], runs=2
    )
    results = dict(imgs=[np.zeros((4, 4, 3), np.uint8)] * 2, num_clips=2)
    monkeypatch.setattr(
        variant.transforms[0],
        'transform',
        lambda _, stock=variant.transforms[0].transform: stock(dict(results)),
    )
    variant.load('no.mp4')
    # One call in each view and one after, in seconds, for both runs.
    assert dict(variant.stages) == {'operators': 6000, 'layout': 0}


def test_measured_rounds(counting_video, train_pipeline, cache):
    rounds = measure_video(
        str(counting_video), train_pipeline, cache, rounds=2
    )
    assert list(rounds) == [*NAMES, FLOOR]
    for name in NAMES:
        assert len(rounds[name]) == 2
        for stages in rounds[name]:
            assert set(stages) == set(STAGES)
            assert min(stages.values()) > 0
    assert all(set(stages) == {'decode'} for stages in rounds[FLOOR])


def test_loader(counting_video, train_pipeline, cache):
    rates = measure_loader(
        str(counting_video),
        train_pipeline,
        cache,
        workers=1,
        batches=1,
        rounds=2,
        seconds=0.01,
    )
    assert list(rates) == NAMES
    assert all(len(v) == 2 and min(v) > 0 for v in rates.values())
