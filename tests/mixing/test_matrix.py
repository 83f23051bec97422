"""The table of configs/mix/README.md is what these configs give now."""

import cv2
import numpy as np
import pytest

from skdsrl_mmaction.mixing import add_skdsrl
from tests.support import matrix
from tests.support.paths import REAL_VIDEOS

ROWS = [x for x in matrix.README.read_text().split('\n') if '.py |' in x]


@pytest.fixture(scope='module')
def video(tmp_path_factory):
    """A real video, or one written here where there is none."""
    real = REAL_VIDEOS / 'videos/kinetics_demo.mp4'
    if real.exists():
        return str(real)
    path = tmp_path_factory.mktemp('video') / 'noise.mp4'
    fourcc = cv2.VideoWriter_fourcc(*'mp4v')
    writer = cv2.VideoWriter(str(path), fourcc, 25, (340, 256))
    for _ in range(100):
        coarse = np.random.randint(0, 256, (16, 20, 3), np.uint8)
        writer.write(cv2.resize(coarse, (340, 256)))
    writer.release()
    return str(path)


def test_every_config_is_in_the_table():
    assert [row.split('|')[1].strip() for row in ROWS] == matrix.NAMES
    # 119 in the folders of the families, 6 more in tsn/custom_backbones.
    assert len(ROWS) == 125
    assert sum('refused' in row for row in ROWS) == 0
    assert sum('borrowed' in row for row in ROWS) == 26


@pytest.mark.parametrize('name', matrix.NAMES)
def test_row(name, video):
    assert matrix.row(name, video) in ROWS


def test_test_only_configs_are_refused():
    configs = [
        cfg
        for cfg in map(matrix.load, matrix.NAMES)
        if matrix.is_test_only(cfg)
    ]
    assert len(configs) == 26
    for cfg in configs:
        keys = 'train_dataloader, train_cfg, optim_wrapper missing'
        with pytest.raises(ValueError, match=keys):
            add_skdsrl(cfg)
