"""Turn a stock training pipeline into one that makes two views."""

import copy
from typing import Callable, List, Sequence

from mmaction.datasets.transforms import (
    FormatShape,
    SampleFrames,
    UniformSample,
)
from mmaction.datasets.transforms.processing import RandomErasing
from mmaction.registry import TRANSFORMS
from mmaction.utils import get_str_type

from ..datasets.transforms import SampleTwoClips, SiameseTwoView
from ..utils import is_a, read_config


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

    def find(start: int, what: str, wanted: Callable[[object], bool]) -> int:
        for i, step in enumerate(pipeline[start:], start):
            if wanted(step['type']):
                return i
        kinds = [get_str_type(step['type']) for step in pipeline]
        raise ValueError(
            f'{key} has no {what} to make the views of SKD-SRL from: {kinds}'
        )

    def instance_of(*parents: type) -> Callable[[object], bool]:
        return lambda kind: any(is_a(TRANSFORMS, kind, p) for p in parents)

    for i, step in enumerate(pipeline):
        if instance_of(SampleTwoClips, SiameseTwoView)(step['type']):
            raise ValueError(
                f'{key}[{i}] is {get_str_type(step["type"])}: this pipeline '
                'makes two views already'
            )
    pipeline = copy.deepcopy(list(pipeline))
    sampler = find(
        0,
        'sampler (SampleFrames, UniformSample or a subclass of them)',
        instance_of(SampleFrames, UniformSample),
    )
    # The name of every decoder of MMAction2 ends in Decode.
    first = 1 + find(
        sampler, 'decoder', lambda kind: get_str_type(kind).endswith('Decode')
    )
    last = find(first, 'FormatShape', instance_of(FormatShape))

    view = pipeline[first:last]
    if photometric:
        erases = instance_of(RandomErasing)
        at = [*(erases(step['type']) for step in view), True].index(True)
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
    cfg = read_config('skdsrl_mmaction::_base_/methods/photometric.py')
    return cfg.to_dict()['photometric']
