"""tools/export.py: graphs that score as torch does, and their table."""

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from mmengine.config import Config

from skdsrl_mmaction.benchmark.export import run as export_run
from skdsrl_mmaction.benchmark.export.clips import clip_dataset, samples
from skdsrl_mmaction.cli import export, main
from skdsrl_mmaction.models.export import ClipScorer
from skdsrl_mmaction.models.trained import load_trained
from tests.support.tiny import tiny_config
from tests.support.trained import skdsrl_slowonly, write_trained


@pytest.fixture(scope='module')
def trained(tiny_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp('trained')
    return [str(x) for x in write_trained(tiny_config(tiny_dataset), folder)]


def scored(trained, number=3):
    """Clips of the test set, and what torch says of them."""
    cfg = Config.fromfile(trained[0])
    model, _ = load_trained(cfg, trained[1])
    clips = [x for x, _ in samples(clip_dataset(cfg), number)]
    with torch.no_grad():
        return clips, [
            ClipScorer(model)(torch.from_numpy(x)).numpy() for x in clips
        ]


def test_onnx_and_int8(trained, tiny_dataset, tmp_path, capsys):
    calibration = str(tiny_dataset / 'train.txt')
    out = tmp_path / 'new' / 'out'
    argv = [*trained, '--calibration', calibration, '--out', str(out)]
    rows = export.main(argv)
    fp32, int8 = out / 'config_fp32.onnx', out / 'config_int8.onnx'
    printed = capsys.readouterr().out
    assert printed.splitlines()[-3:] == [
        str(fp32),
        str(int8),
        str(out / 'table.md'),
    ]
    table = (out / 'table.md').read_text()
    assert table in printed and '4 test videos' in table
    assert 'not measured: the CPU has no fast fp16' in table
    assert int8.stat().st_size < fp32.stat().st_size
    assert len(list(out.iterdir())) == 3
    torch_row, fp32_row, _, int8_row = rows
    assert fp32_row.agreement(torch_row) == 1
    assert len(int8_row.predictions) == 4
    assert int8.stat().st_size < torch_row.size < fp32.stat().st_size
    slower = int8_row.latency >= fp32_row.latency
    assert slower == ('not faster than fp32' in int8_row.note)

    session = onnxruntime.InferenceSession(fp32)
    (frames,), (scores,) = session.get_inputs(), session.get_outputs()
    assert (frames.name, frames.type) == ('frames', 'tensor(uint8)')
    assert frames.shape[1:] == [1, 3, 16, 112, 112]
    assert isinstance(frames.shape[0], str)  # any number of videos
    assert scores.name == 'scores' and scores.shape[1] == 3
    clips, wanted = scored(trained)
    assert np.abs(wanted[0] - wanted[1]).max() > 1e-3
    found = session.run(None, dict(frames=np.concatenate(clips)))[0]
    np.testing.assert_allclose(found, np.concatenate(wanted), atol=1e-5)
    kinds = {node.op_type for node in onnx.load(int8).graph.node}
    assert {'QuantizeLinear', 'DequantizeLinear'} <= kinds

    with pytest.raises(FileExistsError, match='--overwrite'):
        export.main(argv)


@pytest.mark.parametrize('name', ['torchscript', 'torch-export'])
def test_graphs_of_torch(name, trained, tmp_path, capsys):
    rows = export.main(
        [*trained, '--format', name, '--out', str(tmp_path), '--videos', '2']
    )
    assert [row.name for row in rows[1:]] == [
        f'{name} {kind}' for kind in ('fp32', 'fp16', 'int8')
    ]
    assert 'int8 is for onnx only' in capsys.readouterr().out
    suffix = dict(zip(('torchscript', 'torch-export'), ('pt', 'pt2')))[name]
    path = str(tmp_path / f'config_fp32.{suffix}')
    if name == 'torchscript':
        graph = torch.jit.load(path)
    else:
        graph = torch.export.load(path).module()
    clips, wanted = scored(trained)
    with torch.no_grad():
        found = graph(torch.from_numpy(np.concatenate(clips))).numpy()
    np.testing.assert_allclose(found, np.concatenate(wanted), atol=1e-5)


def test_a_model_that_is_not_trained(trained, tmp_path, capsys):
    argv = [trained[0], '--format', 'torchscript', '--out', str(tmp_path)]
    torch_row, fp32_row, *_ = export.main([*argv, '--videos', '2'])
    assert fp32_row.agreement(torch_row) == 1
    assert ' ms |  |  |' in capsys.readouterr().out


def test_a_graph_that_differs_is_not_written(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(export_run, 'TOLERANCE', -1.0)
    argv = ['export', *trained, '--format', 'torchscript']
    with pytest.raises(SystemExit, match='differ from those of torch by'):
        main.main([*argv, '--out', str(tmp_path)])
    assert not list(tmp_path.iterdir())


def test_a_graph_for_one_size_of_batch_is_refused():
    clips = [np.zeros((1, 4), np.uint8)] * 2

    def run(frames):
        return frames.reshape(1, 4)

    with pytest.raises(ValueError, match='one size of batch only'):
        export_run.compare(run, clips, clips)


@pytest.mark.parametrize(
    'argv, message',
    [
        (['--videos', '0'], '--videos=0 must be 1 or more'),
        (
            ['--format', 'torchscript', '--calibration', 'a.txt'],
            'int8 is for onnx, not torchscript',
        ),
    ],
)
def test_arguments(argv, message, capsys):
    with pytest.raises(SystemExit):
        export.parse_args(['config.py', 'checkpoint.pth', *argv])
    assert message in capsys.readouterr().err


@pytest.mark.slow
def test_a_stock_backbone_on_real_videos(real_videos, tmp_path, python):
    """Ten real clips, from a shell, with the settings of the config."""
    folder = real_videos / 'ut_interaction'
    config, checkpoint = skdsrl_slowonly(folder, tmp_path)
    cfg = Config.fromfile(config)
    cfg.model.cls_head.num_classes = 6
    cfg.test_dataloader.dataset.ann_file = str(folder / 'test.txt')
    config, checkpoint = write_trained(cfg, tmp_path, classes=None)
    done = python(
        *('tools/export.py', config, checkpoint, '--format', 'torchscript'),
        *('--videos', '10', '--out', tmp_path / 'out'),
    )
    assert 'at most, 10 videos' in done.stdout
    assert (tmp_path / 'out/config_fp32.pt').exists()
