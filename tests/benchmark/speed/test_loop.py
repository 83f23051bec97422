import copy
import time

import pytest
from mmengine.hooks import Hook

from skdsrl_mmaction.benchmark.speed.loop import ALONE, LOOP, measure_loop
from skdsrl_mmaction.benchmark.speed.measure import write_cache
from tests.support.tiny import tiny_config


class Sleep(Hook):
    def after_train_iter(self, *args, **kwargs):
        time.sleep(0.2)


@pytest.mark.slow
def test_hooks_count(tiny_dataset, counting_video, tmp_path):
    cfg = tiny_config(tiny_dataset)
    cfg.custom_hooks = [Sleep()]
    before = copy.deepcopy(cfg.train_dataloader)
    cache = write_cache(str(counting_video), str(tmp_path / 'cache'))
    seconds = measure_loop(
        cfg,
        counting_video.name,
        cache,
        str(tmp_path / 'run'),
        workers=1,
        batch_size=2,
        steps=3,
    )
    assert list(seconds) == [ALONE, LOOP]
    assert [len(values) for values in seconds.values()] == [3, 3]
    assert 0 < min(seconds[ALONE]) and min(seconds[LOOP]) > 0.2
    assert cfg.train_dataloader == before
    assert not list((tmp_path / 'run').rglob('*.pth'))
