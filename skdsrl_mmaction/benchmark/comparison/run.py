"""One run of a comparison, and the key that stands for all that decides it."""

import copy
import inspect
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Dict, Optional

from mmengine.config import Config
from mmengine.runner import Runner

from ...utils import leaf_datasets
from ..machine import versions
from .data import PLACES, describe_data, describe_weights, digest
from .flow import describe_flow, flow_steps, see_flow
from .overrides import splits_of

# 1: the config alone. 2: also data, custom_imports and versions.
KEY_FORM = 2
DECISIVE_VERSIONS = ('skdsrl_mmaction', 'torch', 'mmengine')

# What the Runner reads, without what cannot change a result.
_DECISIVE = set(inspect.signature(Runner.__init__).parameters) - {
    *('self', 'cfg', 'work_dir', 'launcher', 'env_cfg', 'experiment_name'),
    *('log_processor', 'log_level', 'visualizer', 'default_scope', 'resume'),
} | {'custom_imports'}


@dataclass
class Run:
    """One training and test.

    Attributes:
        name (str): Name of the config, the row of the table.
        cfg (Config): Everything the Runner needs but its work dir; a copy,
            with the seed in ``randomness``.
        seed (int): Random seed.
        fold (int): Number of the fold, from 0.
        data (dict): What :func:`~.data.describe_data` returns for ``cfg``.
        processes (int): That train together, each on a GPU.
        teacher (Run, optional): The run that is made first, and whose
            weights this one distils.
    """

    name: str
    cfg: Config
    seed: int
    fold: int = 0
    data: Dict[str, Any] = field(default_factory=dict)
    processes: int = 1
    teacher: Optional['Run'] = None

    def __post_init__(self) -> None:
        self.cfg = copy.deepcopy(self.cfg)
        randomness = self.cfg.get('randomness') or {}
        self.cfg.randomness = dict(randomness, seed=self.seed)

    @cached_property
    def content(self) -> Dict[str, Any]:
        """All that decides the result, as JSON content.

        ``config``, in which a teacher counts by its key and other weights by
        their file; ``data``; and ``versions`` of what trains. Where data and
        results are does not count. Made once: a run does not change after
        its key was first asked for.
        """
        cfg = {
            key: copy.deepcopy(value)
            for key, value in self.cfg.to_dict().items()
            if key in _DECISIVE
        }
        for split in splits_of(self.cfg):
            dataset = cfg[f'{split}_dataloader']['dataset']
            for _, leaf in leaf_datasets(split, dataset):
                for key in PLACES:
                    leaf.pop(key, None)
        for step in flow_steps(cfg):
            step['flow_dir'] = describe_flow(step['flow_dir'])
        if self.processes > 1:
            cfg['processes'] = self.processes
        if self.teacher is not None:
            cfg['model']['teacher_checkpoint'] = self.teacher.key
        installed = versions()
        content = dict(
            config=describe_weights(cfg),
            data=self.data,
            versions={key: installed[key] for key in DECISIVE_VERSIONS},
        )
        # To JSON and back: tuples are lists from here on.
        return json.loads(json.dumps(content, default=repr))

    @cached_property
    def key(self) -> str:
        """Ten hexadecimal digits that stand for :attr:`content`."""
        return digest(self.content)

    @property
    def id(self) -> str:
        """Name of the run's files."""
        return f'{self.name}_fold{self.fold}_seed{self.seed}_{self.key}'


def make_teacher(run: Run) -> Optional[Run]:
    """Return the run that trains a distilling run's teacher, on its data.

    A teacher that sees optical flow trains and tests on that.

    Args:
        run (Run): Any run.

    Returns:
        Run, optional: None where ``run`` has no teacher or names its
        ``teacher_checkpoint``.
    """
    model = run.cfg.model
    if not model.get('teacher') or model.get('teacher_checkpoint'):
        return None
    cfg, data = copy.deepcopy(run.cfg), run.data
    cfg.model = copy.deepcopy(model.teacher)
    cfg.model.setdefault('data_preprocessor', model.data_preprocessor)
    if flow_steps(run.cfg):
        see_flow(cfg)
        data = describe_data(cfg)
    name = f'{run.name}-teacher'
    return Run(name, cfg, run.seed, run.fold, data, run.processes)
