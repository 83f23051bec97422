"""Turn a stock training pipeline over skeletons or audio into two views."""

import copy
from typing import List, Sequence

from mmaction.datasets.transforms import (
    AudioFeatureSelector,
    FormatAudioShape,
    FormatGCNInput,
    FormatShape,
    GenSkeFeat,
    JointToBone,
    PackActionInputs,
    PoseDecode,
    PreNormalize2D,
    SampleFrames,
    ToMotion,
    UniformSampleFrames,
)

from .pipeline import photometric_operators, read_operators
from .steps import PipelineSteps

# What each formats, for the model to take.
_FORMATS = {
    FormatGCNInput: 'keypoint',
    FormatAudioShape: 'audios',
    FormatShape: 'imgs',
}


def needs_two_passes(pipeline: Sequence[dict]) -> bool:
    """Return whether a pipeline reads something else than frames alone.

    Args:
        pipeline (list[dict]): Configs of its transforms.

    Returns:
        bool: True for skeletons, also beside frames, and for audio.
    """
    steps = PipelineSteps(pipeline, '')
    return steps.has(PoseDecode) or steps.has(AudioFeatureSelector)


def two_pass_pipeline(
    pipeline: Sequence[dict],
    same_clip: bool = False,
    operators: bool = True,
    key: str = 'train_pipeline',
) -> List[dict]:
    """Turn a stock pipeline over skeletons or audio into two views.

    All transforms from the sampler to ``PackActionInputs`` run twice, with
    random draws of their own. ``GenSkeFeat``, which makes bones and motions of
    joints, runs twice too where it comes first, so that joints can differ.

    Args:
        pipeline (list[dict]): Configs of a pipeline for ``RecognizerGCN``,
            ``RecognizerAudio``, PoseC3D or ``MMRecognizer3D``; not modified.
        same_clip (bool): Whether both views are made of the same frames.
            Defaults to False.
        operators (bool): Whether operators are added to each view: rotation
            and jitter of joints for ``RecognizerGCN``, masks of spectrograms
            for ``RecognizerAudio``, the paper's photometric ones for RGB
            frames. Heatmaps have the stock crop and flip, and get none.
            Defaults to True.
        key (str): Key of the pipeline in the config, for messages.

    Returns:
        list[dict]: The new pipeline.

    Raises:
        ValueError: If the pipeline makes two views already, or has no
            sampler, no transform that formats the input, or no
            ``PackActionInputs``.
    """
    pipeline = copy.deepcopy(list(pipeline))
    steps = PipelineSteps(pipeline, key)
    steps.refuse_views()
    sampler = steps.find(
        'sampler (UniformSampleFrames or SampleFrames)',
        UniformSampleFrames,
        SampleFrames,
    )
    formatter = steps.find(
        'FormatGCNInput, FormatAudioShape or FormatShape', *_FORMATS
    )
    last = steps.find('PackActionInputs', PackActionInputs)
    (formats,) = (
        name for kind, name in _FORMATS.items() if steps.is_at(formatter, kind)
    )
    keys = pipeline[last].get('collect_keys') or (formats,)

    first = sampler
    place, added = formatter, []
    if formats == 'keypoint':
        for i in range(formatter - 1, -1, -1):
            if steps.is_at(i, GenSkeFeat, JointToBone, ToMotion):
                place = i
        first = min(first, place)
        added = read_operators('joint_operators')
        for step in added:
            step['dims'] = 2 if _is_flat(steps) else 3
    elif formats == 'audios':
        added = read_operators('spectrogram_masks')
    elif _has_rgb(pipeline[sampler]):
        added = photometric_operators()

    view = [
        *pipeline[first:place],
        *(added if operators else []),
        *pipeline[place:last],
    ]
    before = pipeline[:first]
    if same_clip:
        view.remove(pipeline[sampler])
        before.append(pipeline[sampler])
    two_pass = dict(type='SiameseTwoPass', transforms=view, keys=list(keys))
    return [*before, two_pass, *pipeline[last:]]


def _is_flat(steps: PipelineSteps) -> bool:
    """Return whether joints have two coordinates, and perhaps a score."""
    return steps.has(PreNormalize2D) or any(
        step.get('dataset') in ('coco', 'openpose') for step in steps.pipeline
    )


def _has_rgb(sampler: dict) -> bool:
    """Return whether a sampler samples frames beside, or not, skeletons."""
    length = sampler.get('clip_len')
    return isinstance(length, dict) and 'RGB' in length
