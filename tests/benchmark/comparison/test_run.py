import copy
import json

from mmaction.registry import MODELS
from mmengine.config import Config

from skdsrl_mmaction.benchmark.comparison import run as module
from skdsrl_mmaction.benchmark.comparison.run import Run, make_teacher
from tests.support.paths import ROOT

DATA = dict(train=[dict(ann_file='1', videos='2')], test=[])


def load(method):
    return Config.fromfile(ROOT / f'configs/{method}_r3d18_ucf101.py')


def make(seed=0, data=DATA, teacher_lr=None, **options):
    cfg = load('kd')
    cfg.merge_from_dict(options)
    run = Run('a', cfg, seed, 0, data)
    run.teacher = make_teacher(run)
    if teacher_lr:
        run.teacher.cfg.optim_wrapper.optimizer.lr = teacher_lr
    return run


def test_key_stands_for_the_content():
    """Config, seed, data and teacher decide; places and logs do not."""
    key = make().key
    dataset = 'train_dataloader.dataset'
    for same in (
        {f'{dataset}.data_prefix.video': 'elsewhere'},
        {f'{dataset}.ann_file': 'elsewhere.txt'},
        {f'{dataset}.data_root': 'elsewhere'},
        dict(log_level='ERROR', work_dir='w', resume=True),
    ):
        assert make(**same).key == key
    different = [
        make(seed=1),
        make(data=dict(DATA, test=[1])),
        make(teacher_lr=1.0),
        make(**{'model.tau': 1.0}),
        make(**{'train_dataloader.batch_size': 2}),
        make(**{'train_cfg.max_epochs': 3}),
        make(**{'custom_imports.imports': ['skdsrl_mmaction', 'mine']}),
        make(**{'randomness.deterministic': True}),
    ]
    assert len({key, *(run.key for run in different)}) == 9


def test_versions_are_in_the_key(monkeypatch):
    key = make().key
    installed = module.versions()
    keys = {key}
    for name in 'skdsrl_mmaction', 'torch', 'mmengine':
        changed = dict(installed, **{name: '99'})
        monkeypatch.setattr(module, 'versions', lambda x=changed: x)
        keys.add(make().key)
    assert len(keys) == 4
    monkeypatch.setattr(module, 'versions', lambda: dict(installed, cv2='9'))
    assert make().key == key


def test_weights_that_a_run_starts_from(tmp_path):
    for option in (
        'load_from',
        'model.teacher_checkpoint',
        'model.backbone.pretrained',
    ):
        keys = {make().key}
        for name, text in ('a', '1'), ('a', '22'), ('b', '22'):
            path = tmp_path / f'{name}.pth'
            path.write_text(text)
            keys.add(make(**{option: str(path)}).key)
        assert len(keys) == 4


def test_no_place_is_in_the_content():
    run = make(
        **{'train_dataloader.dataset.data_prefix.video': '/home/me'},
        val_dataloader=None,
    )
    text = json.dumps(run.content)
    assert '/home/me' not in text and '_videos.txt' not in text
    assert run.content['config']['randomness'] == dict(seed=0)
    assert run.content['data'] == DATA


def test_a_run_has_a_config_of_its_own():
    cfg = load('skdsrl')
    runs = [Run('a', cfg, seed) for seed in (3, 0)]
    assert [run.cfg.randomness.seed for run in runs] == [3, 0]
    assert 'randomness' not in cfg


def test_teacher_is_trained_on_the_same_data():
    run = Run('kd', load('kd'), 5, 2, DATA)
    teacher = make_teacher(run)
    assert (teacher.seed, teacher.fold, teacher.data) == (5, 2, DATA)
    for key in ('train_dataloader', 'test_dataloader', 'optim_wrapper'):
        assert teacher.cfg[key] == run.cfg[key]
    model = MODELS.build(copy.deepcopy(teacher.cfg.model))
    assert model.backbone.depth == 50
    assert type(model).__name__ == 'Recognizer3D'
    assert model.data_preprocessor.mean.flatten().tolist() == [127.5] * 3
    assert make_teacher(teacher) is None

    run.cfg.model.teacher_checkpoint = 'mine.pth'
    assert make_teacher(run) is None
