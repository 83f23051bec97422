"""What of the host must work with our configs, run in this process."""

import runpy
import sys
from pathlib import Path

import mmaction
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner

from tests.support.tiny import tiny_config

HOST_TOOLS = Path(mmaction.__file__).parent / '.mim/tools'


def run_config(folder, work_dir, **overrides):
    """A tiny config for a run of one epoch in ``work_dir``."""
    cfg = tiny_config(folder)
    cfg.merge_from_dict(
        {
            'work_dir': str(work_dir),
            'train_cfg.max_epochs': 1,
            'randomness': dict(seed=0),
            'experiment_name': work_dir.name,
            **overrides,
        }
    )
    return cfg


@pytest.fixture(scope='module')
def trained(tiny_dataset, tmp_path_factory):
    """A config file and the checkpoint that came of it."""
    work_dir = tmp_path_factory.mktemp('end_to_end')
    cfg = run_config(tiny_dataset, work_dir)
    Runner.from_cfg(cfg).train()
    cfg.dump(work_dir / 'config.py')
    return work_dir / 'config.py', work_dir / 'epoch_1.pth'


def test_gradient_accumulation_and_ema(tiny_dataset, tmp_path, monkeypatch):
    cfg = run_config(
        tiny_dataset,
        tmp_path,
        **{
            'optim_wrapper.accumulative_counts': 2,
            'train_cfg.max_epochs': 2,
            'custom_hooks': [dict(type='EMAHook', momentum=0.1)],
        },
    )
    steps = []
    stock = torch.optim.SGD.step
    monkeypatch.setattr(
        torch.optim.SGD,
        'step',
        lambda self, *args: steps.append(1) or stock(self, *args),
    )
    Runner.from_cfg(cfg).train()
    # 8 videos in batches of 4 for 2 epochs: four backwards, two steps.
    assert len(steps) == 2
    checkpoint = torch.load(tmp_path / 'epoch_2.pth')
    # MMEngine saves the averaged weights as state_dict, the raw ones beside.
    key = 'siamese_head.projector.weight'
    averaged = checkpoint['state_dict'][key]
    raw = checkpoint['ema_state_dict'][f'module.{key}']
    assert averaged.isfinite().all() and not torch.equal(averaged, raw)


def test_inferencer(trained, counting_video):
    from mmaction.apis.inferencers import ActionRecogInferencer

    config, checkpoint = map(str, trained)
    infer = ActionRecogInferencer(config, checkpoint, device='cpu')
    scores = infer(str(counting_video))['predictions'][0]['pred_scores']
    assert len(scores) == 3 and sum(scores) == pytest.approx(1)


def run_host_tool(monkeypatch, name, *argv):
    monkeypatch.setattr(sys, 'argv', [name, *map(str, argv)])
    runpy.run_path(str(HOST_TOOLS / name), run_name='__main__')


def test_flops(monkeypatch, trained, capsys):
    run_host_tool(
        monkeypatch,
        'analysis_tools/get_flops.py',
        *(trained[0], '--shape', 1, 3, 16, 112, 112),
    )
    printed = capsys.readouterr().out
    assert 'Flops:' in printed and 'G' in printed.split('Flops:')[1]


def test_clip_feature_extraction(monkeypatch, trained, tiny_dataset, tmp_path):
    from mmengine import load

    run_host_tool(
        monkeypatch,
        'misc/clip_feature_extraction.py',
        *(*trained, f'{tmp_path}/', '--video-list', tiny_dataset / 'val.txt'),
        *('--video-root', tiny_dataset),
    )
    features = [load(path) for path in sorted(tmp_path.glob('*.mp4.pkl'))]
    assert len(features) == 4
    assert all(torch.as_tensor(f).shape[-1] == 32 for f in features)


def test_put_back_to_the_stock_recognizer(trained, tmp_path):
    """Bit-equal predictions of a config without a trace of SKD-SRL."""
    config, checkpoint = trained
    scores = []
    for stock in (False, True):
        cfg = Config.fromfile(config)
        cfg.load_from = str(checkpoint)
        cfg.work_dir = str(tmp_path)
        cfg.experiment_name = f'stock_{stock}'
        if stock:
            cfg.model.type = 'Recognizer3D'
            del cfg.model['distill_head'], cfg.model['siamese_head']
        out = tmp_path / f'{stock}.pkl'
        cfg.test_evaluator = [dict(type='DumpResults', out_file_path=str(out))]
        Runner.from_cfg(cfg).test()
        from mmengine import load

        scores.append([sample['pred_score'] for sample in load(out)])
    for mine, theirs in zip(*scores):
        assert torch.equal(mine, theirs)


def test_batch_of_one_at_the_end_of_an_epoch(tiny_dataset, tmp_path):
    """8 videos in batches of 7 leave one: dropped, or a clear error."""
    cfg = run_config(
        tiny_dataset,
        tmp_path,
        **{
            'train_dataloader.batch_size': 7,
            'train_dataloader.drop_last': False,
        },
    )
    with pytest.raises(ValueError, match='drop_last=True'):
        Runner.from_cfg(cfg).train()
    cfg.train_dataloader.drop_last = True
    cfg.experiment_name = 'dropped'
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 1


def test_real_videos_learn(real_videos, tmp_path):
    """XVID files train, validate and test end to end."""
    avi = real_videos / 'ut_interaction_avi'
    names = sorted(path.name for path in avi.glob('*.avi'))
    folder = tmp_path / 'lists'
    folder.mkdir()
    text = ''.join(f'{name} {i % 3}\n' for i, name in enumerate(names))
    for split in ('train', 'val'):
        (folder / f'{split}.txt').write_text(text)
    cfg = run_config(folder, tmp_path / 'work')
    for split in ('train', 'val', 'test'):
        cfg[f'{split}_dataloader'].dataset.data_prefix.video = str(avi)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 1
    assert 0 <= runner.test()['acc/top1'] <= 1
