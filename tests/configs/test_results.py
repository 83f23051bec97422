"""Published numbers come from the records beside them."""

import json
import re
import shutil
import statistics

import pytest
import yaml
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison.plan import load_configs
from skdsrl_mmaction.benchmark.comparison.records import (
    key_form,
    read_record,
    read_records,
)
from skdsrl_mmaction.benchmark.comparison.report import (
    make_footer,
    make_table,
)
from skdsrl_mmaction.benchmark.comparison.run import Run, make_teacher
from skdsrl_mmaction.cli import benchmark
from tests.support.paths import ROOT

README = (ROOT / 'configs/README.md').read_text()
RESULTS = ROOT / 'configs/results'
TABLES = sorted(path.parent for path in RESULTS.glob('*/table.md'))
CONFIGS = ROOT / 'configs/ut_interaction'
# Short side and crop of the commands in configs/README.md, by their epochs.
SIZES = {
    **dict.fromkeys((80, 160, 240), (64, 56)),
    **dict.fromkeys((417, 834), (54, 48)),
}

# A stock config, by the command beside its table.
SLOWONLY = 'slowonly_r50_8xb16-4x16x1-256e_kinetics400-rgb'
SLOWONLY_PLAN = dict(
    apply=('two-views', 'selfkd', 'skdsrl'),
    epochs=84,
    width=16,
    num_classes=6,
    cfg_options={
        'train_dataloader.batch_size': 8,
        'optim_wrapper.optimizer.lr': 0.0125,
        'train_dataloader.dataset.pipeline.3.scale': (-1, 54),
        'train_dataloader.dataset.pipeline.5.scale': (48, 48),
        'test_dataloader.dataset.pipeline.3.scale': (-1, 54),
        'model.backbone.depth': 18,
        'model.cls_head.in_channels': 128,
    },
    transform_options={
        'DecordInit.type': 'VideoInit',
        'SampleFrames.frame_interval': 4,
        'RandomResizedCrop.area_range': (0.5, 1.0),
        'ThreeCrop.crop_size': 54,
    },
)

SMALLER_TEACHER = CONFIGS / 'kd_r3d18_ut-interaction_r3d34.py'


def cells(line):
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_there_are_results():
    assert TABLES


@pytest.mark.parametrize('folder', TABLES, ids=lambda path: path.name)
def test_table_is_made_of_the_runs(folder):
    text = (folder / 'table.md').read_text()
    table, footer = text.split('\n\n', 1)
    assert f'{table}\n' in README
    head, _, *rows = map(cells, table.splitlines())
    against = [x.split(' − ')[1] for x in head if x.startswith('top-1 −')]
    found = read_records(str(folder / 'runs'))
    assert set(found) == {row[0] for row in rows}
    records = {row[0]: found[row[0]] for row in rows}
    runs = [r for made in records.values() for r in made]
    assert all(r['commit'] and '+' not in r['commit'] for r in runs)
    assert make_table(records, against) == f'{table}\n'
    assert make_footer(records) == footer
    older = any(key_form(r) == 1 for r in runs)
    assert (f'{table}\n\nkey: older form' in README) == older


def test_the_first_page_quotes_the_table():
    text = (ROOT / 'README.md').read_text()
    rows = re.findall(r'^\|.*\| (\d+\.\d ± \d+\.\d) \|$', text, re.M)
    table = (RESULTS / 'ut_interaction_10k/table.md').read_text()
    found = [cells(line)[2] for line in table.splitlines()[2 : 2 + len(rows)]]
    assert rows and rows == found


@pytest.mark.parametrize(
    'path',
    sorted(RESULTS.glob('*/runs/*.json')),
    ids=lambda path: f'{path.parts[-3]}-{path.stem}',
)
def test_record(path):
    """It is whole, and the config of its name holds what was run."""
    record = read_record(str(path))
    assert path.stem == (
        f'{record["name"]}_fold{record["fold"]}_seed{record["seed"]}_'
        f'{record["key"]}'
    )
    planned_config = plan(record).content['config']
    assert comparable(planned_config) == comparable(record['config'])


def plan(record):
    """The run that the command of configs/README.md would make today."""
    name = record['name'].removesuffix('-teacher')
    if name.startswith(SLOWONLY):
        stock = f'mmaction::recognition/slowonly/{SLOWONLY}.py'
        return Run(
            name, load_configs([stock], **SLOWONLY_PLAN)[name], record['seed']
        )
    epochs = record['config']['train_cfg']['max_epochs']
    short_side, crop = SIZES[epochs]
    lr = record['config']['optim_wrapper']['optimizer']['lr']
    (cfg,) = load_configs(
        [str(CONFIGS / f'{name}.py')],
        epochs=epochs,
        cfg_options={'optim_wrapper.optimizer.lr': lr},
        width=16,
        num_classes=6,
        transform_options={
            'SampleFrames.clip_len': 8,
            'SampleFrames.frame_interval': 2,
            'Resize.scale': (-1, short_side),
            'RandomCrop.size': crop,
            'CenterCrop.crop_size': crop,
        },
    ).values()
    run = Run(name, cfg, record['seed'])
    return make_teacher(run) if name != record['name'] else run


def comparable(config):
    """Without data, teachers and workers.

    Both loaders give equal frames, and both loops train alike.
    """
    text = json.dumps(config).replace('VideoInit', 'DecordInit')
    config = json.loads(text.replace('"Resumable', '"'))
    config.pop('custom_imports', None)
    config['model'].pop('teacher_checkpoint', None)
    for split in 'train', 'test':
        loader = config[f'{split}_dataloader']
        loader['dataset'].pop('ann_file', None)
        for key in 'num_workers', 'persistent_workers':
            loader.pop(key)
    return config


def content(path):
    config = Config.fromfile(path).to_dict()
    for key in ('num_classes', 'data_root', 'split', 'flow'):
        config.pop(key, None)
    pipelines = config['train_dataloader']['dataset']['pipeline']
    for step in [*pipelines, *config.get('train_pipeline', [])]:
        step.pop('flow_dir', None)
    return config


def test_a_table_with_mechanisms_is_made_anew(tmp_path):
    folder = RESULTS / 'ut_interaction_slowonly'
    shutil.copytree(folder / 'runs', tmp_path / 'runs')
    benchmark.main(
        [f'mmaction::recognition/slowonly/{SLOWONLY}.py', '--apply']
        + [*SLOWONLY_PLAN['apply'], '--from-records', '--out', str(tmp_path)]
    )
    made = (tmp_path / 'table.md').read_text()
    assert made == (folder / 'table.md').read_text()


def test_the_smaller_teacher_is_all_that_differs():
    name = 'kd_r3d18_ut-interaction'
    kd, smaller = content(CONFIGS / f'{name}.py'), content(SMALLER_TEACHER)
    assert kd['model'].pop('teacher') == dict(
        type='Recognizer3D',
        backbone=dict(type='R3D', depth=50),
        cls_head=dict(
            type='I3DHead',
            num_classes=6,
            in_channels=2048,
            dropout_ratio=0,
            average_clips='prob',
        ),
    )
    teacher = smaller['model'].pop('teacher')
    assert teacher['backbone'] == dict(type='R3D', depth=34)
    assert teacher['cls_head']['in_channels'] == 512
    assert kd == smaller


@pytest.mark.parametrize(
    'path',
    sorted({*CONFIGS.glob('*.py')} - {SMALLER_TEACHER}),
    ids=lambda path: path.stem,
)
def test_configs_differ_from_those_of_ucf101_in_their_data(path):
    name = path.name.replace('ut-interaction', 'ucf101')
    twin = ROOT / 'configs' / name
    if not twin.exists():
        twin = ROOT / 'configs/ablations' / name
    ours, theirs = content(path), content(twin)
    assert ours['model']['cls_head']['num_classes'] == 6
    assert ours['train_dataloader']['batch_size'] == 8
    assert ours['test_dataloader']['dataset']['ann_file'].endswith('test.txt')
    for config in ours, theirs:
        if path.stem == 'fitnet_r3d18_ut-interaction':  # the smaller teacher
            del config['model']['teacher']
        for model in config['model'], config['model'].get('teacher') or {}:
            model.get('cls_head', {}).pop('num_classes', None)
        config['train_dataloader'].pop('batch_size')
        for split in 'train', 'val', 'test':
            dataset = config[f'{split}_dataloader']['dataset']
            del dataset['ann_file'], dataset['data_prefix']
        for key in ('ann_file_train', 'ann_file_val', 'ann_file_test'):
            config.pop(key, None)
    assert ours == theirs


def test_metafile():
    """Everything in it was run here: numbers are means over the runs."""
    index = yaml.safe_load((ROOT / 'model-index.yml').read_text())
    (path,) = index['Import']
    meta = yaml.safe_load((ROOT / path).read_text())
    collections = {c['Name']: c for c in meta['Collections']}
    records = read_records(str(RESULTS / 'ut_interaction/runs'))
    names = set()
    for model in meta['Models']:
        config = ROOT / model['Config']
        assert config.is_file() and config.stem == model['Name']
        assert model['In Collection'] in collections
        names.add(model['Name'])
        runs = records[model['Name']]
        data = model['Metadata']
        assert data['Parameters'] == runs[0]['parameters']
        assert data['FLOPs'] == runs[0]['flops']
        (result,) = model['Results']
        for key, metric in (
            ('top1', 'Top 1 Accuracy'),
            ('top5', 'Top 5 Accuracy'),
        ):
            mean = statistics.mean(100 * r[key] for r in runs)
            assert result['Metrics'][metric] == pytest.approx(mean, abs=0.05)
    assert len(names) == len(meta['Models']) == 5
    for collection in collections.values():
        assert (ROOT / collection['README']).is_file()
