"""A model that trains in microseconds, and metrics written down beforehand."""

import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset
from mmengine.evaluator import BaseMetric, Evaluator
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.runner import Runner

CONFIGS = 'configs/_base_'


class ToyModel(BaseModel):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, inputs, sample_idx=None, mode='loss'):
        if mode == 'loss':
            return dict(loss=(self.weight * torch.stack(inputs)).mean())
        return [dict() for _ in inputs]


class ToyDataset(BaseDataset):
    def load_data_list(self):
        return [dict(inputs=torch.ones(1)) for _ in range(2)]


class Scripted(BaseMetric):
    """``acc/top1`` of validation N is script[N - 1]."""

    def __init__(self, script):
        super().__init__(prefix='acc')
        self.script = script
        self.runner = None

    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return dict(top1=self.script[self.runner.epoch - 1])


class Recorder(Hook):
    """What a resumed run must have in common with an unbroken one."""

    priority = 'LOWEST'

    def __init__(self):
        self.states = {}

    @staticmethod
    def state(runner):
        scheduler = runner.param_schedulers[0]
        return dict(
            lr=runner.optim_wrapper.get_lr()['lr'],
            best=scheduler.best,
            bad=scheduler.num_bad_epochs,
            steps=scheduler._global_step,
            best_score=runner.message_hub.get_info('best_score'),
            best_ckpt=runner.message_hub.get_info('best_ckpt'),
        )

    def before_train(self, runner):
        if runner.epoch:
            self.resumed = self.state(runner)

    def after_val_epoch(self, runner, metrics=None):
        self.states[runner.epoch] = self.state(runner)


def run(work_dir, script, max_epochs=None, resume_from=None, **checkpoint):
    """Train over ``script`` with the schedule and hooks of the configs."""
    schedule = Config.fromfile(f'{CONFIGS}/schedules/sgd_200e_plateau.py')
    runtime = Config.fromfile(f'{CONFIGS}/default_runtime.py')
    hooks = runtime.default_hooks
    del hooks['draw']  # takes longer than the run
    hooks.checkpoint.max_keep_ckpts = -1
    hooks.checkpoint.update(checkpoint)
    loader = dict(
        batch_size=2,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=False),
        dataset=ToyDataset(),
    )
    metric, recorder = Scripted(script), Recorder()
    train_cfg = dict(schedule.train_cfg, max_epochs=max_epochs or len(script))
    runner = Runner(
        ToyModel(),
        str(work_dir),
        train_dataloader=dict(loader),
        train_cfg=train_cfg,
        optim_wrapper=schedule.optim_wrapper,
        param_scheduler=schedule.param_scheduler,
        val_dataloader=dict(loader),
        val_cfg=schedule.val_cfg,
        val_evaluator=Evaluator(metric),
        default_hooks=hooks,
        custom_hooks=[recorder],
        default_scope='mmaction',
        load_from=resume_from and str(resume_from),
        resume=resume_from is not None,
        experiment_name=f'toy_{work_dir.name}_{id(recorder)}',
    )
    metric.runner = runner
    runner.train()
    return recorder
