"""Turn a stock training pipeline into one that makes two views."""

import copy
from typing import List, Sequence

from mmaction.datasets.transforms import (
    FormatShape,
    SampleFrames,
    UniformSample,
)
from mmaction.datasets.transforms.processing import RandomErasing
from mmaction.registry import TRANSFORMS

from ..utils import is_a, read_config
from .steps import PipelineSteps


def two_view_pipeline(
    pipeline: Sequence[dict],
    same_clip: bool = False,
    photometric: bool = True,
    key: str = 'train_pipeline',
) -> List[dict]:
    """Turn a stock training pipeline into one that makes two views.

    The sampler keeps its place and runs once for each view. The video is
    opened and decoded once. The transforms between the decoder and
    ``FormatShape`` run on each view with random draws of their own.

    Args:
        pipeline (list[dict]): Configs of a pipeline for an RGB recognizer;
            not modified.
        same_clip (bool): Whether both views are made of the same frames.
            Defaults to False.
        photometric (bool): Whether the paper's operators are added to each
            view, after its other transforms but before ``RandomErasing``,
            whose patch they would recolour. Defaults to True.
        key (str): Key of the pipeline in the config, for messages.

    Returns:
        list[dict]: The new pipeline.

    Raises:
        ValueError: If the pipeline makes two views already, or has no
            sampler, decoder or ``FormatShape``.
    """

    pipeline = copy.deepcopy(list(pipeline))
    steps = PipelineSteps(pipeline, key)
    steps.refuse_views()
    sampler = steps.find(
        'sampler (SampleFrames, UniformSample or a subclass of them)',
        SampleFrames,
        UniformSample,
    )
    first = 1 + steps.find_decoder(after=sampler)
    last = steps.find('FormatShape', FormatShape, after=first)

    view = pipeline[first:last]
    if photometric:
        erases = [is_a(TRANSFORMS, x['type'], RandomErasing) for x in view]
        at = [*erases, True].index(True)
        view[at:at] = photometric_operators()
    two_view = dict(type='SiameseTwoView', transforms=view)
    if same_clip:
        two_view['same_clip'] = True
    else:
        pipeline[sampler] = dict(
            type='SampleTwoClips', sampler=pipeline[sampler]
        )
    return [*pipeline[:first], two_view, *pipeline[last:]]


def photometric_operators() -> List[dict]:
    """Read the paper's photometric operators from the config of the zoo.

    Returns:
        list[dict]: Configs of the operators of section III-B.
    """
    return read_operators('photometric')


def read_operators(name: str) -> List[dict]:
    """Read operators from the configs of the zoo.

    Args:
        name (str): 'photometric', 'joint_operators' or 'spectrogram_masks'.

    Returns:
        list[dict]: Their configs.
    """
    cfg = read_config(f'skdsrl_mmaction::_base_/methods/{name}.py')
    return cfg.to_dict()[name]
