"""A run on real files with a model of one weight."""

import itertools

import torch
from mmengine.evaluator import Evaluator
from mmengine.model import BaseModel
from mmengine.runner import Runner

from .toy import Scripted

_numbers = itertools.count()


class OneWeight(BaseModel):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, inputs, data_samples, mode='loss'):
        if mode == 'loss':
            videos = torch.stack(inputs).float()
            return dict(loss=(self.weight * videos).mean())
        return [dict() for _ in inputs]


def steps(loader='VideoInit'):
    """A pipeline of two frames."""
    return [
        dict(type=loader),
        dict(type='SampleFrames', clip_len=2, num_clips=1),
        dict(type=loader.replace('VideoInit', 'DecordInit')[:-4] + 'Decode'),
        dict(type='FormatShape', input_format='NCTHW'),
        dict(type='PackActionInputs'),
    ]


def small_loader(folder, name, workers=0, shuffle=True, **dataset):
    """A loader of the videos of ``folder``, by its file ``name``."""
    return dict(
        batch_size=4,
        num_workers=workers,
        persistent_workers=workers > 0,
        sampler=dict(type='DefaultSampler', shuffle=shuffle),
        dataset={
            'type': 'VideoDataset',
            'ann_file': str(folder / name),
            'data_prefix': dict(video=str(folder)),
            'pipeline': steps(),
            **dataset,
        },
    )


def small_runner(work_dir, train, val=None, hooks=(), kind=Runner, **kwargs):
    """A Runner that trains the model on the loader ``train``.

    ``val`` is the loader of a validation, if there is to be one.
    """
    if val is not None:
        kwargs.update(
            val_dataloader=val,
            val_cfg=dict(),
            val_evaluator=Evaluator(Scripted([0.0] * 10)),
        )
    kwargs.setdefault('train_cfg', dict(by_epoch=True, max_epochs=2))
    runner = kind(
        OneWeight(),
        str(work_dir),
        train_dataloader=train,
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.0)),
        custom_hooks=list(hooks),
        default_scope='mmaction',
        experiment_name=f'small_{next(_numbers)}',
        **kwargs,
    )
    if val is not None:
        runner._val_evaluator.metrics[0].runner = runner
    return runner
