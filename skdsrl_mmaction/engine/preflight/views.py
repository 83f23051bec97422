"""Views that a model takes, and that its training pipeline makes."""

from typing import Any, Optional, Sequence, Tuple

from mmaction.datasets.transforms import SampleFrames, UniformSample
from mmaction.models import Recognizer2D
from mmaction.registry import MODELS, TRANSFORMS
from mmengine.config import Config

from ...datasets.transforms import (
    AddFlow,
    SampleTwoClips,
    SiameseTwoPass,
    SiameseTwoView,
)
from ...models.recognizers import MARSMixin, count_views
from ...utils import is_a


def trains_on_two_views(cfg: Config) -> bool:
    """Return whether the config's model takes two views of every video.

    Args:
        cfg (Config): The whole config.

    Returns:
        bool: False where the model trains on one view, as stock ones do.
    """
    return count_views(cfg.model) == 2


def check_views(key: str, dataset: dict, cfg: Config) -> None:
    """Check that a model takes the views that its pipeline makes.

    Args:
        key (str): Key of the dataset in the config.
        dataset (dict): Config of a training dataset with a pipeline.
        cfg (Config): The whole config.

    Raises:
        ValueError: If model and pipeline disagree.
    """
    pipeline = dataset['pipeline']
    place, two_view = _find_step(pipeline, SiameseTwoView)
    passes, _ = _find_step(pipeline, SiameseTwoPass)
    needed = trains_on_two_views(cfg)
    made = place is not None or passes is not None
    if needed != made:
        raise ValueError(
            f'model.type={cfg.model.type!r} trains on {1 + needed} view(s) of '
            f'a video, but {key}.pipeline makes {1 + made}: '
            + ('add' if needed else 'take out')
            + ' SiameseTwoView, or SiameseTwoPass for skeletons and audio'
        )
    _check_flow(key, pipeline, cfg)
    # A 3D recognizer takes exactly two clips, but a 2D one any even number,
    # and would train on half of its segments.
    sampler, arguments = _find_step(pipeline, SampleFrames, UniformSample)
    if (
        place is not None
        and sampler is not None
        and not two_view.get('same_clip', False)
        and _find_step(pipeline, SampleTwoClips)[0] is None
        and is_a(MODELS, cfg.model.type, Recognizer2D)
    ):
        clips = arguments.get('num_clips', 1)
        raise ValueError(
            f'{key}.pipeline[{sampler}].num_clips={clips} leaves {clips / 2:g}'
            ' segments to each view; wrap this sampler in SampleTwoClips, or '
            f'set {key}.pipeline[{place}].same_clip=True'
        )


def _check_flow(key: str, pipeline: Sequence[Any], cfg: Config) -> None:
    needed = is_a(MODELS, cfg.model.type, MARSMixin)
    if needed != (_find_step(pipeline, AddFlow)[0] is not None):
        raise ValueError(
            f'model.type={cfg.model.type!r} trains on frames '
            f'{"with" if needed else "without"} their optical flow: '
            f'{"add AddFlow to" if needed else "take AddFlow out of"} '
            f'{key}.pipeline'
        )


def _find_step(
    pipeline: Sequence[Any], *parents: type
) -> Tuple[Optional[int], dict]:
    """Return index and arguments of a pipeline's first step of some type."""
    for i, step in enumerate(pipeline):
        kind = step['type'] if isinstance(step, dict) else type(step)
        if any(is_a(TRANSFORMS, kind, parent) for parent in parents):
            return i, step if isinstance(step, dict) else vars(step)
    return None, {}
