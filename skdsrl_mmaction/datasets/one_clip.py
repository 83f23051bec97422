"""The test pipeline of a config, for one clip of a video file."""

import copy
from typing import List

from mmaction.models import Recognizer3D
from mmaction.registry import MODELS
from mmengine.config import Config

from ..utils import is_a, leaf_datasets


def test_pipeline(cfg: Config) -> List[dict]:
    """Return the test pipeline of a config.

    Args:
        cfg (Config): The whole config.

    Returns:
        list[dict]: Configs of its transforms; a copy.

    Raises:
        ValueError: If the config has no test data set.
    """
    loader = cfg.get('test_dataloader')
    if not loader:
        raise ValueError(
            'test_dataloader is missing from the config, whose pipeline says '
            'how a video becomes the input of the model'
        )
    _, dataset = next(leaf_datasets('', loader.dataset))
    return [step.to_dict() for step in copy.deepcopy(dataset.pipeline)]


def one_clip(cfg: Config) -> List[dict]:
    """Return the test pipeline, reduced to one clip and one crop.

    Args:
        cfg (Config): The whole config.

    Returns:
        list[dict]: Configs of its transforms.
    """
    pipeline = test_pipeline(cfg)
    is_3d = is_a(MODELS, cfg.model.type, Recognizer3D)
    for step in pipeline:
        if is_3d and 'num_clips' in step:  # in 2D, they are segments
            step['num_clips'] = 1
        for key, value in (
            ('num_sample_positions', 1),
            ('twice_sample', False),
        ):
            if key in step:
                step[key] = value
        if _name(step) in ('ThreeCrop', 'TenCrop'):
            step['type'] = 'CenterCrop'
    return pipeline


def for_files(pipeline: List[dict]) -> List[dict]:
    """Let a pipeline of any data set begin with a video file.

    Args:
        pipeline (list[dict]): Configs of transforms.

    Returns:
        list[dict]: The same with the reader of this package.
    """
    steps = [dict(type='VideoInit')]
    for step in pipeline:
        if 'Decode' in _name(step):
            steps.append(dict(type='DecordDecode'))
        elif not _name(step).endswith('Init'):
            steps.append(step)
    return steps


def _name(step: dict) -> str:
    kind = step['type']
    return kind if isinstance(kind, str) else kind.__name__
