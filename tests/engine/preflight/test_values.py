import pytest
from mmengine.config import Config

from skdsrl_mmaction.engine import check_config
from tests.support.paths import ROOT

TRAIN, TEST = ['train', 'val'], ['test']


@pytest.fixture
def cfg(tmp_path):
    cfg = Config.fromfile(ROOT / 'configs/skdsrl_r3d18_ucf101.py')
    cfg.work_dir = str(tmp_path / 'work')
    return cfg


def test_a_good_config_passes(cfg, tmp_path):
    check_config(cfg, TRAIN)
    check_config(cfg, TEST)
    assert [path.name for path in tmp_path.iterdir()] == ['work']


@pytest.mark.parametrize(
    'key, value',
    [
        ('max_epochs', 0),
        ('max_epochs', -1),
        ('max_epochs', 2.5),
        ('val_interval', 0),
        ('val_interval', -2),
    ],
)
def test_numbers_that_cannot_be(cfg, key, value):
    cfg.train_cfg[key] = value
    with pytest.raises(ValueError, match=f'train_cfg.{key}={value} must be'):
        check_config(cfg, TRAIN)
    check_config(cfg, TEST)


def test_iterations(cfg):
    cfg.train_cfg = dict(by_epoch=False, max_iters=0)
    with pytest.raises(ValueError, match='train_cfg.max_iters=0'):
        check_config(cfg, TRAIN)


@pytest.mark.parametrize('key', ['model', 'env_cfg', 'randomness'])
@pytest.mark.parametrize('value', [None, 3])
def test_dicts(cfg, key, value):
    cfg[key] = value
    for splits in TRAIN, TEST:
        with pytest.raises(ValueError, match=f'{key}={value} must be a dict'):
            check_config(cfg, splits)


@pytest.mark.parametrize('key', ['train_cfg', 'optim_wrapper'])
def test_dicts_of_training(cfg, key):
    cfg[key] = None
    with pytest.raises(ValueError, match=f'{key}=None must be a dict'):
        check_config(cfg, TRAIN)
    check_config(cfg, TEST)


@pytest.mark.parametrize('level', [None, 'LOUD', 1.5])
def test_levels_of_the_log(cfg, level):
    cfg.log_level = level
    for splits in TRAIN, TEST:
        with pytest.raises(ValueError, match=f'log_level={level!r} must be'):
            check_config(cfg, splits)
    for level in 'DEBUG', 15:
        cfg.log_level = level
        check_config(cfg, TRAIN)


@pytest.mark.parametrize('pipeline', [None, 'Resize'])
def test_pipelines(cfg, pipeline):
    cfg.train_dataloader.dataset.pipeline = pipeline
    message = f'train_dataloader.dataset.pipeline={pipeline!r} must be a list'
    with pytest.raises(ValueError, match=message):
        check_config(cfg, TRAIN)
    check_config(cfg, TEST)


@pytest.mark.parametrize('hook', ['checkpoint', 'logger'])
def test_intervals(cfg, hook):
    cfg.default_hooks[hook].interval = 'abc'
    message = f"default_hooks.{hook}.interval='abc' must be a whole number"
    with pytest.raises(ValueError, match=message):
        check_config(cfg, TRAIN)
    cfg.default_hooks[hook].interval = -1
    check_config(cfg, TRAIN)
    cfg.default_hooks = dict(checkpoint=None)
    check_config(cfg, TRAIN)


def test_names_and_keywords(cfg):
    cfg.model.backbone.deth = 3
    with pytest.raises(ValueError, match='deth'):
        check_config(cfg, TRAIN)
    del cfg.model.backbone.deth
    cfg.val_cgf = dict()
    with pytest.raises(ValueError, match='val_cgf'):
        check_config(cfg, TRAIN)


@pytest.mark.parametrize('splits', [TRAIN, TEST])
def test_a_work_dir_that_cannot_be_written(cfg, tmp_path, splits):
    (tmp_path / 'file').write_text('')
    cfg.work_dir = str(tmp_path / 'file' / 'work')
    with pytest.raises(OSError, match=r"work_dir \(--work-dir\): '.*file/wo"):
        check_config(cfg, splits)


def dump(cfg, path):
    cfg.test_evaluator = [
        dict(type='AccMetric'),
        dict(type='DumpResults', out_file_path=str(path)),
    ]


def test_predictions_that_cannot_be_written(cfg, tmp_path):
    (tmp_path / 'file').write_text('')
    dump(cfg, tmp_path / 'file' / 'p.pkl')
    with pytest.raises(OSError, match=r'\(--dump\).*p.pkl.*cannot be writt'):
        check_config(cfg, TEST)
    check_config(cfg, TRAIN)
    (tmp_path / 'folder.pkl').mkdir()
    dump(cfg, tmp_path / 'folder.pkl')
    with pytest.raises(OSError, match='folder.pkl.* is a folder'):
        check_config(cfg, TEST)
    dump(cfg, tmp_path / 'new' / 'p.pkl')
    check_config(cfg, TEST)
