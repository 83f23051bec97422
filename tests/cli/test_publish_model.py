"""tools/publish_model.py: files for others, and MMAction2 alone reads them."""

import hashlib
import pickle

import pytest
import torch
from mmaction.registry import MODELS
from mmengine.config import Config
from mmengine.runner import Runner

from skdsrl_mmaction.cli import main, publish_model
from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.models import R3D
from tests.support.small_models import SMALL, small_config
from tests.support.tiny import tiny_config
from tests.support.trained import (
    CLASSES,
    skdsrl_slowonly,
    slowonly_config,
    write_trained,
)

# MMAction2 as it would be with its missing file in place, and nothing else.
STOCK_TEST = """
import sys, types
drn = types.ModuleType('mmaction.models.localizers.drn.drn')
drn.DRN = object
sys.modules['mmaction.models.localizers.drn'] = drn
sys.modules['mmaction.models.localizers.drn.drn'] = drn
import torch
config, checkpoint = sys.argv[1:]
torch.load(checkpoint, weights_only=True)
from mmengine.config import Config
from mmengine.runner import Runner
cfg = Config.fromfile(config)
cfg.load_from = checkpoint
Runner.from_cfg(cfg).test()
assert 'skdsrl_mmaction' not in sys.modules
"""


@pytest.fixture
def trained(tiny_dataset, tmp_path):
    return skdsrl_slowonly(tiny_dataset, tmp_path)


def predictions(path):
    with open(path, 'rb') as file:
        return torch.stack([x['pred_score'] for x in pickle.load(file)])


def dumped(cfg, work_dir, name):
    cfg.work_dir = str(work_dir)
    dump = dict(type='DumpResults', out_file_path=str(work_dir / name))
    cfg.test_evaluator = [dict(type='AccMetric'), dump]
    cfg.experiment_name = name
    return cfg


def test_stock_mmaction2_tests_the_file(
    trained, tiny_dataset, tmp_path, python
):
    config, checkpoint = map(str, trained)
    ours = dumped(Config.fromfile(config), tmp_path, 'ours.pkl')
    ours.load_from = checkpoint
    Runner.from_cfg(ours).test()

    path = publish_model.main([config, checkpoint, '--out', str(tmp_path)])
    stock = dumped(slowonly_config(tiny_dataset), tmp_path, 'stock.pkl')
    stock.dump(tmp_path / 'stock.py')
    script = tmp_path / 'stock_test.py'
    script.write_text(STOCK_TEST)
    done = python(script, tmp_path / 'stock.py', path)
    assert 'missing keys' not in done.stdout + done.stderr
    assert 'unexpected key' not in done.stdout + done.stderr
    scores = predictions(tmp_path / 'stock.pkl')
    assert scores.std(dim=0).max() > 1e-3
    torch.testing.assert_close(scores, predictions(tmp_path / 'ours.pkl'))


def test_content(trained, tmp_path, capsys):
    config, checkpoint = map(str, trained)
    out = tmp_path / 'out'
    path = publish_model.main([config, checkpoint, '--out', str(out)])
    assert capsys.readouterr().out.splitlines()[-1] == str(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert path.name == f'config-{digest[:8]}.pth'

    published = torch.load(path, weights_only=True)
    source = torch.load(checkpoint, weights_only=True)['state_dict']
    assert published.keys() == {'meta', 'state_dict'}
    assert published['state_dict'].keys() == {
        key for key in source if not key.startswith('siamese_head.')
    }
    for key, x in published['state_dict'].items():
        assert torch.equal(x, source[key]), key  # not those of ema_state_dict
    meta = published['meta']
    assert meta['dataset_meta'] == dict(classes=CLASSES)
    pipeline = Config.fromfile(config).test_dataloader.dataset.pipeline
    assert meta['test_pipeline'][1]['clip_len'] == pipeline[1]['clip_len'] == 4
    assert meta['data_preprocessor']['mean'] == [123.675, 116.28, 103.53]

    with pytest.raises(FileExistsError, match='--overwrite'):
        publish_model.main([config, checkpoint, '--out', str(out)])
    again = publish_model.main(
        [config, checkpoint, '--out', str(out), '--overwrite']
    )
    assert again == path


@pytest.mark.parametrize(
    'names, message', [('a\nb\n', '2 names for 3 classes'), ('a\nb\nc\n', '')]
)
def test_label_file(trained, tmp_path, names, message):
    file = tmp_path / 'names.txt'
    file.write_text(names)
    argv = [*map(str, trained), '--label-file', str(file)]
    argv += ['--out', str(tmp_path)]
    if message:
        with pytest.raises(ValueError, match=message):
            publish_model.main(argv)
        return
    meta = torch.load(publish_model.main(argv), weights_only=True)['meta']
    assert meta['dataset_meta']['classes'] == ['a', 'b', 'c']


def test_a_checkpoint_of_another_model_is_refused_in_one_line(
    trained, tmp_path
):
    config, checkpoint = map(str, trained)
    content = torch.load(checkpoint, weights_only=True)
    del content['state_dict']['backbone.conv1.conv.weight']
    torch.save(content, checkpoint)
    argv = ['publish_model', config, checkpoint, '--out', str(tmp_path / 'o')]
    with pytest.raises(SystemExit, match='1 missing from the file'):
        main.main(argv)
    assert not (tmp_path / 'o').exists()


FAMILIES = ['r2plus1d', 'tsm/tsm_imagenet-pretrained-r50', 'slowfast', 'x3d']


@pytest.fixture
def encoder(tmp_path, capsys):
    """Publish the encoder of a config; returns --cfg-options and weights."""

    def publish(cfg):
        config, checkpoint = write_trained(cfg, tmp_path, classes=None)
        out = tmp_path / 'out'
        argv = [config, checkpoint, '--encoder-only', '--out', out]
        path = publish_model.main(list(map(str, argv)))
        options, printed = capsys.readouterr().out.splitlines()[-2:]
        assert printed == str(path)
        words = ['config', 'checkpoint', *options.split()]
        source = torch.load(checkpoint, weights_only=True)['state_dict']
        return publish_model.parse_args(words).cfg_options, {
            key.partition('.')[2]: x
            for key, x in source.items()
            if key.startswith('backbone.')
        }

    return publish


def first_of(family):
    return next(name for name in SMALL if name.startswith(family))


@pytest.mark.slow
@pytest.mark.parametrize('family', [*FAMILIES, None])
def test_the_printed_options_load_all_of_an_encoder(
    family, encoder, tiny_dataset
):
    cfg = tiny_config(tiny_dataset)
    if family:
        cfg, _ = small_config(first_of(family))
    options, weights = encoder(cfg)
    cfg.merge_from_dict(options)
    backbone = MODELS.build(cfg.model.backbone)
    backbone.init_weights()
    found = backbone.state_dict()
    assert found.keys() == weights.keys()
    for key, x in weights.items():
        assert torch.equal(found[key], x), key


@pytest.mark.slow
def test_a_stock_config_is_finetuned_from_an_encoder(
    encoder, tiny_dataset, tmp_path
):
    options, weights = encoder(add_skdsrl(slowonly_config(tiny_dataset)))
    cfg = slowonly_config(tiny_dataset)
    cfg.merge_from_dict(options)
    cfg.work_dir = str(tmp_path)
    cfg.train_dataloader.batch_size = 4
    cfg.train_cfg = dict(by_epoch=True, max_epochs=1)
    cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    cfg.optim_wrapper.optimizer = dict(type='SGD', lr=0.0)
    cfg.param_scheduler = []
    runner = Runner.from_cfg(cfg)
    runner.train()
    learned = dict(runner.model.backbone.named_parameters())
    for key, x in learned.items():
        assert torch.equal(x, weights[key]), key


def test_a_backbone_that_loads_no_encoder_is_refused(
    encoder, tiny_dataset, tmp_path, monkeypatch
):
    cfg = tiny_config(tiny_dataset)
    monkeypatch.setattr(R3D, 'init_weights', lambda self: None)
    with pytest.raises(ValueError, match="'R3D' loads no encoder.*load_from"):
        encoder(cfg)
    assert not list((tmp_path / 'out').glob('*.pth'))
