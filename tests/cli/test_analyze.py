"""The analysis of a checkpoint, from the command line."""

import csv
import os

import numpy as np
import pytest
import torch
from mmaction.registry import DATASETS, MODELS
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from PIL import Image

from skdsrl_mmaction.cli import analyze
from skdsrl_mmaction.mixing import add_skdsrl
from skdsrl_mmaction.models.recognizers.classifier import represent
from tests.support.tiny import tiny_config, tiny_options
from tests.support.trained import slowonly_config, write_trained

CONFIG = 'configs/skdsrl_r3d18_ucf101.py'


@pytest.fixture(scope='module')
def checkpoints(tiny_dataset, tmp_path_factory):
    """Two files with random weights; the second lacks the training heads."""
    init_default_scope('mmaction')
    folder = tmp_path_factory.mktemp('checkpoints')
    for seed, name in enumerate(['a.pth', 'b.pth']):
        torch.manual_seed(seed)
        model = MODELS.build(tiny_config(tiny_dataset).model)
        weights = {
            key: x
            for key, x in model.state_dict().items()
            if not seed or key.startswith(('backbone', 'cls_head'))
        }
        torch.save(dict(state_dict=weights), folder / name)
    return folder


@pytest.fixture
def run(tiny_dataset, checkpoints, tmp_path, monkeypatch):
    def run(*options, checkpoint='a.pth', workers=0):
        return analyze.main(
            [
                *(CONFIG, str(checkpoints / checkpoint)),
                *('--out', str(tmp_path / 'out'), *options),
                '--cfg-options',
                *tiny_options(tiny_dataset, workers=workers),
            ]
        )

    return run


def rows(path):
    with open(path) as file:
        return list(csv.DictReader(file))


def test_numbers_are_those_of_the_model(
    run, tiny_dataset, checkpoints, tmp_path, capsys
):
    (analysis,) = run('--embedding', 'pca')
    said = analysis.outputs
    assert said.scores.sum(axis=1) == pytest.approx(np.ones(4))
    assert said.clip_scores.mean(axis=1) == pytest.approx(said.scores)
    printed = capsys.readouterr().out.splitlines()
    written = {str(x) for x in (tmp_path / 'out').iterdir()}
    assert written == set(printed[-len(written) :])

    (summary,) = rows(tmp_path / 'out/summary.csv')
    assert float(summary['top1']) == said.right.mean()
    videos = rows(tmp_path / 'out/videos.csv')
    listed = (tiny_dataset / 'val.txt').read_text().split()
    assert [x['video'] for x in videos] == [
        str(tiny_dataset / path) for path in listed[::2]
    ]
    assert [int(x['label'].split()[1]) for x in videos] == list(
        map(int, listed[1::2])
    )
    matrix = rows(tmp_path / 'out/confusion_matrix.csv')
    assert sum(int(v) for row in matrix for v in list(row.values())[1:]) == 4
    for path in (tmp_path / 'out').glob('*.png'):
        assert min(Image.open(path).size) > 300
    page = (tmp_path / 'out/analysis.html').read_text()
    assert page.count('<figure><img') == 2
    assert all(os.path.basename(row['video']) in page for row in videos)


def test_r_is_what_the_classifier_sees(run, tiny_dataset, checkpoints):
    (analysis,) = run()
    cfg = tiny_config(tiny_dataset)
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(torch.load(checkpoints / 'a.pth')['state_dict'])
    sample = DATASETS.build(cfg.test_dataloader.dataset)[1]
    with torch.no_grad():
        data = model.data_preprocessor(pseudo_collate([sample]))
        feats, _ = model.extract_feat(data['inputs'], test_mode=True)
        r, p = represent(model.cls_head, feats, 10)
    assert analysis.outputs.r[1] == pytest.approx(
        r.mean(dim=0).numpy(), abs=1e-5
    )
    assert analysis.outputs.clip_scores[1] == pytest.approx(
        p.softmax(dim=1).numpy(), abs=1e-5
    )


def test_two_models_side_by_side(run, checkpoints, tmp_path):
    first, second = run('--against', str(checkpoints / 'b.pth'))
    assert (first.name, second.name) == ('a', 'b')
    # Draws of the views are the same for both; weights are not.
    assert (first.outputs.r != second.outputs.r).any()
    out = tmp_path / 'out'
    assert [x['model'] for x in rows(out / 'summary.csv')] == ['a', 'b']
    assert len(rows(out / 'against.csv')) == 4
    assert (out / 'a/videos.csv').exists() and (out / 'b/classes.csv').exists()
    assert 'McNemar' in (out / 'analysis.html').read_text()


def test_views_are_the_same_each_time(run, tmp_path):
    (first,) = run()
    (second,) = run('--overwrite', workers=2)
    assert (first.views.r1 == second.views.r1).all()
    assert (first.views.r1 != first.views.r2).any()


def test_a_stock_config_has_views_too(tiny_dataset, checkpoints, tmp_path):
    options = [
        option
        for option in tiny_options(tiny_dataset)
        if 'siamese_head' not in option
    ]
    (analysis,) = analyze.main(
        [
            'configs/baseline-aug_r3d18_ucf101.py',
            *(str(checkpoints / 'b.pth'), '--out', str(tmp_path)),
            *('--cfg-options', *options),
        ]
    )
    assert analysis.views.scores1.shape == (4, 3)


def test_wrong_input_is_refused_before_the_pass(run, checkpoints, tmp_path):
    names = tmp_path / 'names.txt'
    names.write_text('one\ntwo\n')
    with pytest.raises(ValueError, match='2 names for 3 classes'):
        run('--label-file', str(names))
    with pytest.raises(SystemExit):
        run('--against', str(checkpoints / 'a.pth'))
    (tmp_path / 'out/summary.csv').write_text('kept')
    with pytest.raises(FileExistsError, match='summary.csv exists'):
        run()


def test_names_of_checkpoints_differ():
    assert analyze._names(['x/a/1.pth', 'x/b/1.pth']) == ['a_1', 'b_1']
    assert analyze._names(['x/a.pth', 'y/b.pth']) == ['a', 'b']


@pytest.mark.slow
def test_real_videos_from_a_shell(real_videos, tmp_path, python):
    folder = real_videos / 'ut_interaction'
    names = (folder / 'classes.txt').read_text().split()
    lines = (folder / 'test.txt').read_text().splitlines()
    (tmp_path / 'test.txt').write_text('\n'.join(lines[::4]))
    cfg = add_skdsrl(slowonly_config(folder))
    cfg.model.cls_head.num_classes = len(names)
    cfg.test_dataloader.dataset.ann_file = str(tmp_path / 'test.txt')
    trained = write_trained(cfg, tmp_path, names)
    out = tmp_path / 'out'
    done = python('tools/analyze.py', *trained, '--out', out)
    assert done.stdout.splitlines()[-11] == str(out / 'analysis.html')
    assert [x['video'] for x in rows(out / 'videos.csv')] == [
        str(folder / line.split()[0]) for line in lines[::4]
    ]
    assert names[0] in (out / 'analysis.html').read_text()
