import pytest
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.folds import read_samples
from skdsrl_mmaction.benchmark.comparison.plan import (
    find_configs,
    load_configs,
    plan_comparison,
    set_fold,
)
from skdsrl_mmaction.benchmark.comparison.so_far import (
    read_so_far,
    write_plan,
)
from tests.support import other_matrix
from tests.support.paths import ROOT
from tests.support.small_models import SMALL, small_config

SKDSRL = 'configs/skdsrl_r3d18_ucf101.py'


def cross_validation(folder, tmp_path):
    return dict(
        folds=2,
        ann_files=[str(folder / f'{x}.txt') for x in ('train', 'val')],
        data_prefix=str(folder),
        group=r'\d+',
        list_dir=str(tmp_path / 'lists'),
        cfg_options={'train_dataloader.batch_size': 2},
    )


def test_runs_of_a_fold_and_seed_are_together(tiny_dataset, tmp_path):
    options = cross_validation(tiny_dataset, tmp_path)
    runs = plan_comparison(
        ['configs/baseline_r3d18_*', SKDSRL], seeds=[0, 4], **options
    )
    assert [run.seed for run in runs] == 8 * [0] + 8 * [4]
    assert [run.fold for run in runs] == 2 * (4 * [0] + 4 * [1])
    assert [run.name for run in runs[:4]] == [
        'baseline_r3d18_hmdb51',
        'baseline_r3d18_k400',
        'baseline_r3d18_ucf101',
        'skdsrl_r3d18_ucf101',
    ]
    assert len({run.id for run in runs}) == 16
    for run in runs:
        assert run.cfg.model.cls_head.num_classes == 3
        assert run.data['train'][0]['videos'].startswith('6 files, 0 absent')

    # Planned again, with the lists at another place: the same runs.
    options['list_dir'] = str(tmp_path / 'elsewhere')
    again = plan_comparison([SKDSRL], seeds=[4], **options)
    assert [run.id for run in again] == [
        run.id for run in (runs[11], runs[15])
    ]


def test_students_share_a_teacher_that_is_the_same(tiny_dataset, tmp_path):
    options = cross_validation(tiny_dataset, tmp_path)

    def plan(*methods):
        configs = [f'configs/{x}_r3d18_ucf101.py' for x in methods]
        return plan_comparison(configs, seeds=[0, 1], **options)

    runs = plan('kd', 'fitnet')
    for kd, fitnet in zip(runs[::2], runs[1::2]):
        assert kd.teacher is fitnet.teacher
        assert kd.teacher.name == 'kd_r3d18_ucf101-teacher'
    # One for each fold and seed, and the keys are those without the other.
    assert len({run.teacher.id for run in runs}) == 4
    for run, alone in zip(runs[1::2], plan('fitnet')):
        assert (run.id, run.teacher.key) == (alone.id, alone.teacher.key)
        assert alone.teacher.name == 'fitnet_r3d18_ucf101-teacher'
    write_plan(str(tmp_path), runs, ())
    assert read_so_far(str(tmp_path)).planned == 8 + 4


def test_any_stock_network(tiny_dataset, tmp_path):
    """Swin, which reads numbers while it is built."""
    swin = next(name for name in SMALL if name.startswith('swin/'))
    path = tmp_path / 'swin.py'
    small_config(swin)[0].dump(path)
    options = cross_validation(tiny_dataset, tmp_path)
    runs = plan_comparison([str(path)], apply=['skdsrl'], **options)
    assert [run.name for run in runs] == 2 * ['swin', 'swin-skdsrl']


def test_two_modalities_are_refused(tmp_path):
    path = tmp_path / 'two.py'
    name = 'skeleton/posec3d/rgbpose_conv3d/rgbpose_conv3d.py'
    other_matrix.make_small(other_matrix.load(name)).dump(path)
    message = "two: model.type='MMRecognizer3D' has an accuracy for each"
    with pytest.raises(ValueError, match=message):
        plan_comparison([str(path)], apply=['cskd'])


def test_folds_are_written_as_annotation_files(tiny_dataset, tmp_path):
    first, second = plan_comparison(
        [SKDSRL], **cross_validation(tiny_dataset, tmp_path)
    )
    for run, other in (first, second), (second, first):
        tested = read_samples([run.cfg.test_dataloader.dataset.ann_file])
        trained = read_samples([run.cfg.train_dataloader.dataset.ann_file])
        assert len(tested) == len(trained) == 6
        assert not set(tested) & set(trained)
        assert trained == read_samples(
            [other.cfg.test_dataloader.dataset.ann_file]
        )


def test_folds_need_a_plain_list():
    cfg = Config.fromfile(ROOT / SKDSRL)
    cfg.train_dataloader.dataset.data_root = 'old'
    lists = dict(train='train.txt', test='test.txt')
    set_fold('mine', cfg, lists, 'videos')
    for split in 'train', 'test':
        dataset = cfg[f'{split}_dataloader'].dataset
        assert dataset.ann_file == f'{split}.txt'
        assert dataset.data_prefix == dict(video='videos')
        assert 'data_root' not in dataset
    cfg.train_dataloader.dataset.type = 'RawframeDataset'
    with pytest.raises(ValueError, match="mine: .*'RawframeDataset' must be"):
        set_fold('mine', cfg, lists, 'videos')


def test_bad_data_stop_before_the_first_run(tiny_dataset, tmp_path):
    bad = tmp_path / 'bad.txt'
    bad.write_text('nowhere.mp4 7\n')
    with pytest.raises(FileNotFoundError, match='nowhere.mp4'):
        plan_comparison(
            [SKDSRL],
            cfg_options={
                'train_dataloader.dataset.ann_file': str(bad),
                'train_dataloader.batch_size': 1,
            },
        )


def test_find_configs(tmp_path):
    zoo = find_configs(['configs/kd_*_ucf101.py', 'configs/kd_*'])
    assert list(zoo) == [f'kd_r3d18_{x}' for x in ('ucf101', 'hmdb51', 'k400')]
    name = 'recognition/tsm/tsm_r50.py'
    assert find_configs([f'mmaction::{name}']) == (
        dict(tsm_r50=f'mmaction::{name}')
    )
    for found in find_configs(['mmaction::recognition/tsm/*r101*']).items():
        assert found[0].startswith('tsm_') and 'r101' in found[1]
    with pytest.raises(FileNotFoundError, match="no config .*nothing'"):
        find_configs(['configs/nothing'])
    other = tmp_path / 'kd_r3d18_k400.py'
    other.write_text('model = dict()')
    with pytest.raises(ValueError, match='a config named'):
        find_configs(['configs/kd_*', str(other)])


def test_batch_sizes_must_agree():
    paths = ['configs/skdsrl_r3d18_demo.py', SKDSRL]
    with pytest.raises(
        ValueError, match='train_dataloader.batch_size differs'
    ):
        load_configs(paths)
    load_configs(paths, cfg_options={'train_dataloader.batch_size': 2})


def test_options_against_the_protocol_are_refused():
    with pytest.raises(ValueError, match='param_scheduler'):
        load_configs([SKDSRL], cfg_options={'param_scheduler': None})


def test_validation_of_each_fold(tiny_dataset, tmp_path):
    options = cross_validation(tiny_dataset, tmp_path)
    runs = plan_comparison([SKDSRL], val=0.3, processes=2, **options)
    for run in runs:
        parts = [
            set(read_samples([run.cfg[f'{x}_dataloader'].dataset.ann_file]))
            for x in ('train', 'val', 'test')
        ]
        assert [len(x) for x in parts] == [4, 2, 6]
        assert len(set.union(*parts)) == 12
        assert run.data['val'][0]['videos'].startswith('2 files, 0 absent')
        assert run.processes == 2


BASELINE = 'configs/baseline_r3d18_ucf101.py'


def test_a_mechanism_that_learns_from_validations(tiny_dataset, tmp_path):
    options = cross_validation(tiny_dataset, tmp_path)
    options['apply'] = ['selfkd-best']
    with pytest.raises(
        ValueError, match='BestTeacherHead.*val_cfg=None.*--val'
    ):
        plan_comparison([BASELINE], **options)
    _, best, *_ = plan_comparison([BASELINE], val=0.3, **options)
    assert best.name == 'baseline_r3d18_ucf101-selfkd-best'
    assert best.cfg.custom_hooks == [dict(type='BestTeacherHook')]
    assert best.content['config']['custom_hooks'] == best.cfg.custom_hooks
    assert best.cfg.val_cfg is not None
