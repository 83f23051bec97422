"""Options of MMEngine and MMAction2 that a user sets beside SKD-SRL."""

import functools
import http.server
import json
import threading

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmaction.registry import DATASETS, MODELS
from mmaction.structures import ActionDataSample
from mmengine.dataset import pseudo_collate
from mmengine.hooks import Hook
from mmengine.runner import Runner

from tests.support.tiny import tiny_config


class Watch(Hook):
    """Keeps the parameters before and after training, and learning rates."""

    def before_train(self, runner):
        self.before = self.state(runner)
        self.rates = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.rates += runner.optim_wrapper.get_lr()['lr'][:1]

    def after_train(self, runner):
        self.after = self.state(runner)

    @staticmethod
    def state(runner):
        state = runner.model.state_dict()
        return {key: x.clone() for key, x in state.items()}


def run_config(folder, work_dir, **overrides):
    cfg = tiny_config(folder)
    cfg.merge_from_dict(
        {
            'work_dir': str(work_dir),
            'experiment_name': work_dir.name,
            'train_cfg.max_epochs': 1,
            'val_cfg': None,
            'val_dataloader': None,
            'val_evaluator': None,
            'param_scheduler': None,
            **overrides,
        }
    )
    return cfg


def scalars(work_dir, *keys):
    (path,) = work_dir.glob('*/vis_data/scalars.json')
    lines = map(json.loads, path.read_text().splitlines())
    return [tuple(line[key] for key in keys) for line in lines]


@pytest.fixture(scope='module')
def watched(tiny_dataset, tmp_path_factory):
    """A run with several options at once: work dir and :class:`Watch`."""
    work_dir = tmp_path_factory.mktemp('watched')
    cfg = run_config(
        tiny_dataset,
        work_dir,
        **{
            'optim_wrapper.clip_grad': dict(max_norm=0.01),
            'optim_wrapper.optimizer': dict(_delete_=True, type='SGD', lr=0.1),
            'model.backbone.frozen_stages': 1,
            'param_scheduler': [
                dict(type='LinearLR', start_factor=0.1, by_epoch=False, end=3),
                dict(
                    type='CosineAnnealingLR', by_epoch=False, begin=3, T_max=3
                ),
            ],
            'default_hooks.logger.interval': 1,
        },
    )
    videos = cfg.train_dataloader.dataset
    others = dict(videos, ann_file=str(tiny_dataset / 'val.txt'))
    cfg.train_dataloader.dataset = dict(
        type='RepeatDataset',
        times=2,
        dataset=dict(type='ConcatDataset', datasets=[videos, others]),
    )
    runner = Runner.from_cfg(cfg)
    watch = Watch()
    runner.register_hook(watch)
    runner.train()
    return work_dir, watch


def test_concatenated_and_repeated_datasets(watched):
    """Twice 8 + 4 videos in batches of 4."""
    assert len(watched[1].rates) == 6


def test_warm_up_and_cosine(watched):
    # From a tenth to all in two steps, then half a cosine of period 3.
    expected = [0.01, 0.055, 0.1, 0.1, 0.075, 0.025]
    assert watched[1].rates == pytest.approx(expected)


def test_clipped_gradients(watched):
    work_dir, watch = watched
    norms = [norm for (norm,) in scalars(work_dir, 'grad_norm')]
    assert len(norms) == 6 and min(norms) > 0.01  # all are clipped
    moved = sum(
        (watch.after[key] - x).square().sum()
        for key, x in watch.before.items()
        if x.is_floating_point() and 'running' not in key
    ).sqrt()
    assert 0 < moved <= 0.01 * sum(watch.rates) * 1.001


def test_frozen_stages(watched):
    changed = {
        key.split('.')[1]
        for key, x in watched[1].before.items()
        if key.startswith('backbone.')
        and not torch.equal(watched[1].after[key], x)
    }
    assert changed == {'layer2', 'layer3', 'layer4'}


def test_tensorboard(tiny_dataset, tmp_path):
    pytest.importorskip('tensorboard')
    from tensorboard.backend.event_processing.event_accumulator import (
        EventAccumulator,
    )

    cfg = run_config(
        tiny_dataset,
        tmp_path,
        **{
            'visualizer.vis_backends': [
                dict(type='LocalVisBackend'),
                dict(type='TensorboardVisBackend'),
            ],
            'default_hooks.logger.interval': 1,
        },
    )
    Runner.from_cfg(cfg).train()
    (events,) = tmp_path.rglob('events.out.tfevents.*')
    accumulator = EventAccumulator(str(events))
    accumulator.Reload()
    for key in ('loss_sim', 'feat_std'):
        logged = [event.value for event in accumulator.Scalars(key)]
        expected = [value for (value,) in scalars(tmp_path, key)]
        assert len(logged) == 2
        assert logged == pytest.approx(expected, abs=1e-4)


def logits_and_losses(cfg, labels):
    """Of three random videos: both views' logits and what loss() returns."""
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    samples = [ActionDataSample().set_gt_label(label) for label in labels]
    seen = []
    model.cls_head.register_forward_hook(lambda *args: seen.append(args[-1]))
    losses = model.loss(torch.randn(3, 2, 3, 16, 32, 32), samples)
    return seen, losses


def test_class_weights(tiny_dataset):
    weights = [1.0, 2.0, 5.0]
    cfg = tiny_config(tiny_dataset)
    cfg.model.cls_head.loss_cls = dict(
        type='CrossEntropyLoss', class_weight=weights
    )
    labels = [0, 1, 2]
    logits, losses = logits_and_losses(cfg, labels)
    for view in (1, 2):
        nll = -logits[view - 1].log_softmax(dim=1).diagonal()
        expected = (torch.tensor(weights) * nll).sum() / sum(weights)
        torch.testing.assert_close(losses[f'loss_cls_view{view}'], expected)


@pytest.fixture
def multi_label(tiny_dataset, tmp_path):
    """Every video has one or two of three labels."""
    cfg = tiny_config(tiny_dataset)
    cfg.merge_from_dict(
        {
            'model.cls_head.loss_cls': dict(type='BCELossWithLogits'),
            'model.cls_head.multi_class': True,
            'val_evaluator': dict(
                type='AccMetric', metric_list=('mean_average_precision',)
            ),
            'default_hooks.checkpoint.save_best': None,
            'param_scheduler': None,
            'train_cfg.max_epochs': 1,
            'work_dir': str(tmp_path),
        }
    )
    for split, videos in (('train', range(8)), ('val', range(8, 12))):
        lines = [f'{i}.mp4 {i % 3} {(i + i // 2) % 3}\n' for i in videos]
        path = tmp_path / f'{split}.txt'
        path.write_text(''.join(lines))
        cfg[f'{split}_dataloader'].dataset.update(
            ann_file=str(path), multi_class=True, num_classes=3
        )
    return cfg


def test_multi_label_loss(multi_label):
    labels = torch.tensor([[1.0, 0, 1], [0, 1, 0], [1, 1, 1]])
    logits, losses = logits_and_losses(multi_label, labels)
    for view in (1, 2):
        p = logits[view - 1]
        expected = -(
            labels * F.logsigmoid(p) + (1 - labels) * F.logsigmoid(-p)
        ).mean()
        torch.testing.assert_close(losses[f'loss_cls_view{view}'], expected)


def test_multi_label_run(multi_label):
    runner = Runner.from_cfg(multi_label)
    runner.train()
    assert 0 < runner.val_loop.run()['acc/mean_average_precision'] <= 1


def test_views_tested_in_parts(tiny_dataset):
    """``max_testing_views`` bounds memory and changes no score."""
    scores = []
    for views in (None, 3):
        cfg = tiny_config(tiny_dataset)
        cfg.model.test_cfg = dict(max_testing_views=views)
        torch.manual_seed(0)
        model = MODELS.build(cfg.model).eval()
        parts = []
        model.backbone.register_forward_hook(
            lambda *args, parts=parts: parts.append(len(args[-1]))
        )
        inputs = torch.randn(1, 8, 3, 16, 32, 32)
        (sample,) = model.predict(inputs, [ActionDataSample()])
        scores.append(sample.pred_score)
        assert parts == ([8] if views is None else [3, 3, 2])
    torch.testing.assert_close(*scores)


def test_videos_over_http(tiny_dataset):
    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            """Print nothing."""

    server = http.server.ThreadingHTTPServer(
        ('127.0.0.1', 0),
        functools.partial(Handler, directory=str(tiny_dataset)),
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    batches = []
    try:
        for prefix, backend in (
            (str(tiny_dataset), 'disk'),
            (f'http://127.0.0.1:{server.server_port}', 'http'),
        ):
            dataset = tiny_config(tiny_dataset).train_dataloader.dataset
            dataset.data_prefix.video = prefix
            dataset.pipeline[0] = dict(type='DecordInit', io_backend=backend)
            built = DATASETS.build(dataset)
            torch.manual_seed(0)
            np.random.seed(0)
            batches.append(pseudo_collate([built[0], built[7]])['inputs'])
    finally:
        server.shutdown()
        server.server_close()
    for mine, theirs in zip(*batches):
        assert torch.equal(mine, theirs)
