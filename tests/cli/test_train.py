"""The commands of the README, in processes of their own."""

import json
import os
import os.path as osp
import pickle
import subprocess
import sys

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper, build_optim_wrapper
from PIL import Image

from skdsrl_mmaction.cli import test, train
from skdsrl_mmaction.visualization.logs import read_run
from tests.support.paths import ROOT
from tests.support.tiny import tiny_options

CONFIG = 'configs/skdsrl_r3d18_ucf101.py'


@pytest.fixture(scope='module')
def trained(python, tiny_dataset, tmp_path_factory):
    """The work dir of a run of two epochs."""
    work_dir = tmp_path_factory.mktemp('trained')
    arguments = [
        *(CONFIG, '--work-dir', work_dir, '--seed', '0', '--cfg-options'),
        *tiny_options(tiny_dataset, workers=1),
        'train_cfg.max_epochs=2',
    ]
    python('tools/train.py', *arguments)
    return work_dir


def scalars(work_dir):
    """Lines of the logs, oldest run first."""
    logs = sorted(work_dir.glob('*/vis_data/scalars.json'))
    return [
        json.loads(x) for log in logs for x in log.read_text().split('\n') if x
    ]


def test_train_writes_what_users_of_the_host_expect(trained):
    names = {path.name for path in trained.iterdir()}
    assert {'epoch_1.pth', 'epoch_2.pth', 'last_checkpoint'} < names
    assert 'skdsrl_r3d18_ucf101.py' in names
    assert any(name.startswith('best_acc_top1_epoch_') for name in names)
    assert Config.fromfile(trained / 'skdsrl_r3d18_ucf101.py').model.type
    (picture,) = trained.glob('*/views.png')
    assert len(Image.open(picture).getcolors(10**7)) > 1000
    for name in ('curves.png', 'confusion_matrix.png'):
        (picture,) = trained.glob(f'*/{name}')
        assert len(Image.open(picture).getcolors(10**7)) > 100
    train, val = [
        [line for line in scalars(trained) if key in line]
        for key in ('loss', 'acc/top1')
    ]
    assert len(train) == len(val) == 2
    for line in train:
        assert {'loss_kl', 'feat_std', 'view_agreement', 'lr'} < line.keys()


def test_checkpoint_keys(trained):
    keys = torch.load(trained / 'epoch_2.pth')['state_dict']
    assert {key.split('.')[0] for key in keys} == {
        'backbone',
        'cls_head',
        'siamese_head',
    }


def test_resume_then_test(python, trained, tiny_dataset, tmp_path):
    options = tiny_options(tiny_dataset)
    python(
        *('tools/train.py', CONFIG, '--work-dir', trained, '--resume'),
        *('--cfg-options', *options, 'train_cfg.max_epochs=3'),
    )
    epochs = [line['epoch'] for line in scalars(trained) if 'loss' in line]
    assert epochs == [1, 2, 3]
    assert read_run(trained, 'both starts').train['loss'].x == [1, 2, 3]

    done = python(
        *('tools/test.py', CONFIG, trained / 'epoch_3.pth'),
        *('--work-dir', tmp_path, '--dump', tmp_path / 'p.pkl'),
        *('--cfg-options', *options),
    )
    assert 'acc/top1' in done.stdout + done.stderr
    predictions = pickle.loads((tmp_path / 'p.pkl').read_bytes())
    assert len(predictions) == 4
    for prediction in predictions:
        assert prediction['pred_score'].sum().item() == pytest.approx(1)
    # With paths, for tools/plot_logs.py.
    expected = (tiny_dataset / 'val.txt').read_text().split()[::2]
    assert [osp.basename(x['filename']) for x in predictions] == expected


def launch(*command):
    """Run a launcher as a user would; returns what it printed."""
    done = subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env={
            **os.environ,
            'PYTHON': sys.executable,
            'PYTHONPATH': str(ROOT),
            'PORT': '29713',
            'OMP_NUM_THREADS': '1',
        },
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.mark.slow
def test_dist_train_keeps_processes_together(tiny_dataset, tmp_path):
    """dist_train.sh CONFIG 2: parameters are equal after every step."""
    config = tmp_path / 'two.py'
    config.write_text(
        f'_base_ = {str(ROOT / CONFIG)!r}\n'
        'custom_imports = dict(allow_failed_imports=False, imports=[\n'
        "    'skdsrl_mmaction', 'tests.support.rank_check'])\n"
        "custom_hooks = [dict(type='RankCheckHook',\n"
        f'                     out={str(tmp_path / "steps.txt")!r})]\n'
    )
    options = tiny_options(tiny_dataset, batch_size=2)
    launch(
        *('tools/dist_train.sh', config, '2', '--seed', '0'),
        *('--work-dir', tmp_path / 'work', '--cfg-options', *options),
        'train_cfg.max_epochs=2',
    )
    lines = (tmp_path / 'steps.txt').read_text().splitlines()
    # 8 videos over 2 processes with batches of 2, for 2 epochs.
    assert len(lines) == 4 and all(line.startswith('2 ') for line in lines)
    assert len(set(lines)) == 4  # and they do move

    printed = launch(
        *('tools/dist_test.sh', CONFIG, tmp_path / 'work/epoch_2.pth', '2'),
        *('--work-dir', tmp_path / 'test', '--cfg-options', *options),
    )
    assert 'acc/top1' in printed


# --- options, without a process ---------------------------------------------


def merged(monkeypatch, *argv, config=CONFIG):
    monkeypatch.setattr(sys, 'argv', ['train.py', str(config), *argv])
    args = train.parse_args()
    cfg = train.load_config(args)
    train.merge_args(cfg, args)
    return cfg


def test_defaults(monkeypatch):
    cfg = merged(monkeypatch)
    assert cfg.work_dir == 'work_dirs/skdsrl_r3d18_ucf101'
    assert cfg.launcher == 'none' and not cfg.resume
    assert cfg.randomness == dict(seed=None)


def test_work_dir_of_a_packaged_config(monkeypatch):
    name = 'skdsrl_mmaction::skdsrl_r3d18_ucf101.py'
    monkeypatch.setattr(sys, 'argv', ['train.py', name])
    cfg = train.load_config(train.parse_args())
    assert cfg.work_dir == 'work_dirs/skdsrl_r3d18_ucf101'


def test_options_reach_the_config(monkeypatch):
    cfg = merged(
        monkeypatch,
        *('--work-dir', 'w', '--resume', 'a.pth', '--amp', '--no-validate'),
        *('--auto-scale-lr', '--seed', '3', '--deterministic'),
        *('--cfg-options', 'model.distill_head.tau=5'),
    )
    assert (cfg.work_dir, cfg.resume, cfg.load_from) == ('w', True, 'a.pth')
    assert cfg.optim_wrapper.type == 'AmpOptimWrapper'
    assert cfg.optim_wrapper.loss_scale == 'dynamic'
    assert cfg.val_dataloader is cfg.val_cfg is cfg.val_evaluator is None
    assert cfg.auto_scale_lr.enable
    assert cfg.randomness == dict(seed=3, deterministic=True)
    assert cfg.model.distill_head.tau == 5


def test_resume_alone_takes_the_latest(monkeypatch):
    cfg = merged(monkeypatch, '--resume')
    assert cfg.resume and cfg.load_from is None


@pytest.mark.parametrize('kind', ['OptimWrapper', 'mmengine.OptimWrapper'])
def test_amp_under_both_names_of_the_plain_wrapper(
    monkeypatch, tmp_path, kind
):
    (tmp_path / 'c.py').write_text(f'optim_wrapper = dict(type={kind!r})')
    cfg = merged(monkeypatch, '--amp', config=tmp_path / 'c.py')
    assert cfg.optim_wrapper == dict(
        type='AmpOptimWrapper', loss_scale='dynamic'
    )


def test_amp_wants_the_plain_wrapper(monkeypatch):
    with pytest.raises(ValueError, match='--amp.*ApexOptimWrapper'):
        merged(
            monkeypatch,
            *('--amp', '--cfg-options', 'optim_wrapper.type=ApexOptimWrapper'),
        )


def test_seed_zero_is_a_seed(monkeypatch):
    assert merged(monkeypatch, '--seed', '0').randomness == dict(seed=0)


@pytest.mark.parametrize(
    'option, keys',
    [
        ('--seed 3', dict(randomness=dict(seed=5))),
        ('--deterministic', dict(randomness=dict(deterministic=False))),
        ('--diff-rank-seed', dict(randomness=dict(diff_rank_seed=False))),
        ('--resume', dict(resume=False)),
        ('--resume a.pth', dict(load_from='b.pth')),
        ('--auto-scale-lr', dict(auto_scale_lr=dict(enable=False))),
        ('--amp', dict(optim_wrapper=dict(type='OptimWrapper'))),
        ('--amp', dict(optim_wrapper=dict(loss_scale=8))),
        ('--no-validate', dict(val_cfg=dict(type='ValLoop'))),
        ('--work-dir a', dict(work_dir='b')),
        ('--launcher mpi', dict(launcher='none')),
    ],
)
def test_cfg_options_have_the_last_word(monkeypatch, option, keys):
    def flat(tree, prefix=''):
        for key, value in tree.items():
            if isinstance(value, dict):
                yield from flat(value, f'{prefix}{key}.')
            else:
                yield f'{prefix}{key}={value}'

    def contains(cfg, tree):
        return all(
            contains(cfg[key] or {}, value)
            if isinstance(value, dict)
            else cfg.get(key) == value
            for key, value in tree.items()
        )

    argv = option.split()
    assert not contains(merged(monkeypatch, *argv), keys)
    cfg = merged(monkeypatch, *argv, '--cfg-options', *flat(keys))
    assert contains(cfg, keys)


def test_amp_that_is_overruled_builds(monkeypatch):
    """OptimWrapper has no loss_scale."""
    cfg = merged(
        monkeypatch,
        *('--amp', '--cfg-options', 'optim_wrapper.type=OptimWrapper'),
    )
    model = torch.nn.Linear(1, 1)
    assert type(build_optim_wrapper(model, cfg.optim_wrapper)) is OptimWrapper


def test_options_of_a_validation_that_is_left_out(monkeypatch):
    cfg = merged(
        monkeypatch,
        *('--no-validate', '--cfg-options', 'val_dataloader.batch_size=3'),
    )
    assert cfg.val_dataloader is cfg.val_cfg is cfg.val_evaluator is None


def test_the_batch_size_of_auto_scale_lr_from_the_command_line(
    monkeypatch, tmp_path
):
    (tmp_path / 'c.py').write_text('model = dict()')
    cfg = merged(
        monkeypatch,
        *('--auto-scale-lr', '--cfg-options'),
        'auto_scale_lr.base_batch_size=8',
        config=tmp_path / 'c.py',
    )
    assert cfg.auto_scale_lr == dict(enable=True, base_batch_size=8)


def test_no_workers_and_persistent_workers(monkeypatch, capfd):
    """PyTorch refuses the two together, and the configs set the latter."""
    assert merged(monkeypatch).train_dataloader.persistent_workers
    cfg = merged(
        monkeypatch,
        *('--cfg-options', 'train_dataloader.num_workers=0'),
        'val_dataloader.num_workers=2',
    )
    assert cfg.train_dataloader.persistent_workers is False
    assert cfg.val_dataloader.persistent_workers is True
    assert 'train_dataloader.persistent_workers=False' in ''.join(
        capfd.readouterr()
    )


def test_auto_scale_lr_needs_the_batch_size(monkeypatch, tmp_path):
    (tmp_path / 'c.py').write_text('model = dict()')
    argv = ['train.py', str(tmp_path / 'c.py'), '--auto-scale-lr']
    monkeypatch.setattr(sys, 'argv', argv)
    args = train.parse_args()
    with pytest.raises(ValueError, match='base_batch_size'):
        train.merge_args(train.load_config(args), args)


def test_no_validate_says_what_it_does_to_the_schedule(monkeypatch, capfd):
    merged(monkeypatch, '--no-validate')
    assert 'learning rate stays' in ''.join(capfd.readouterr())


def merged_for_test(monkeypatch, *argv):
    monkeypatch.setattr(sys, 'argv', ['test.py', CONFIG, 'a.pth', *argv])
    args = test.parse_args()
    cfg = test.load_config(args)
    test.merge_args(cfg, args)
    return cfg


def test_dump_is_one_more_metric(monkeypatch):
    cfg = merged_for_test(
        monkeypatch,
        *('--dump', 'a.pkl', '--cfg-options', 'test_evaluator.metric_list=()'),
    )
    metric, dump = cfg.test_evaluator
    assert metric == dict(type='AccMetric', metric_list=())
    assert dump == dict(type='DumpResults', out_file_path='a.pkl')
    assert (cfg.load_from, cfg.resume) == ('a.pth', False)


def test_cfg_options_have_the_last_word_on_the_dump(monkeypatch):
    cfg = merged_for_test(
        monkeypatch,
        *('--dump', 'a.pkl', '--cfg-options'),
        'test_evaluator.type=DumpResults',
        'test_evaluator.out_file_path=b.pkl',
    )
    assert cfg.test_evaluator == dict(
        type='DumpResults', out_file_path='b.pkl'
    )


def test_bad_data_is_an_error_before_anything_is_built(monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['train.py', CONFIG])
    monkeypatch.setattr(train, 'build_trainer', None)
    with pytest.raises(FileNotFoundError, match='train_dataloader.dataset'):
        train.main()


def test_dump_must_be_a_pickle(monkeypatch, capsys):
    argv = ['test.py', CONFIG, 'a.pth', '--dump', 'p.json']
    monkeypatch.setattr(sys, 'argv', argv)
    with pytest.raises(SystemExit):
        test.parse_args()
    assert 'must end in .pkl' in capsys.readouterr().err
