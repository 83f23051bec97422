from typing import Callable, Dict, List, Sequence, Tuple, Union

import cv2
import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from .views import check_shapes, compose, drawn_for


def _stack(*views: Sequence[np.ndarray]) -> np.ndarray:
    """Stack frames, with each colour channel contiguous in memory.

    ``FormatShape`` then moves nothing, and the batch is copied in whole
    blocks instead of single bytes.

    Args:
        *views (Sequence[np.ndarray]): T frames each, of shape (H, W, C),
            uint8; others are only stacked.

    Returns:
        np.ndarray: (M, H, W, C), a view of (C, M, H, W), for the M frames
        of all views.
    """
    clips = [np.ascontiguousarray(view) for view in views]
    shape = clips[0].shape
    if len(shape) != 4 or any(clip.dtype != np.uint8 for clip in clips):
        return np.concatenate(clips)
    frames, height, width, channels = shape
    planes = np.empty((channels, len(clips), frames * height, width), np.uint8)
    for i, clip in enumerate(clips):  # all frames below each other
        cv2.split(clip.reshape(-1, width, channels), list(planes[:, i]))
    planes = planes.reshape(channels, -1, height, width)
    return planes.transpose(1, 2, 3, 0)


@TRANSFORMS.register_module()
class SiameseTwoView(BaseTransform):
    """Make two views of a video: T(x) of Algorithm 1, line 4.

    It splits decoded frames into two views, runs the same list of transforms
    on each, with its own random draws, and stacks the results on the clip
    axis, view 1 first. The list may hold any stock transform.

    Required Keys:

        - imgs
        - num_clips
        - num_views (optional): 2 where ``SampleTwoClips`` has run

    Modified Keys:

        - imgs
        - num_clips: of both views
        - what the transforms modify, as view 1 has it

    Added Keys:

        - views: for each view, what was drawn for it

    Args:
        transforms (list[dict | callable]): Transforms of each view. Both
            views must end with the same shape.
        same_clip (bool): Whether both views are made of the same frames; a
            plain sampler in place of ``SampleTwoClips`` then saves decoding
            the second clip. If not, the first half of the clips is view 1
            and the second half view 2. Defaults to False.

    Raises:
        ValueError: If a transform cannot be built, with its place in the
            list; in use, if the clips do not halve or the views differ in
            shape.
    """

    def __init__(
        self,
        transforms: Sequence[Union[dict, Callable]],
        same_clip: bool = False,
    ) -> None:
        self.transforms = compose(self, transforms)
        if not isinstance(same_clip, bool):
            raise ValueError(
                'SiameseTwoView.same_clip must be True or False, '
                f'but is {same_clip!r}'
            )
        self.same_clip = same_clip

    def transform(self, results: Dict) -> Dict:
        """Make both views.

        Args:
            results (dict): The result dict.

        Returns:
            dict: The result dict.
        """
        frames1, frames2, clips = self._split(results)
        frames1, frames2 = self._unshare(frames1, frames2)
        view1 = self.transforms(dict(results, imgs=frames1, num_clips=clips))
        view2 = self.transforms(dict(results, imgs=frames2, num_clips=clips))
        check_shapes(self, view1['imgs'], view2['imgs'])
        results.update(view1)
        # Frames, or clips once FormatShape has run: view 1 first.
        results['imgs'] = _stack(view1['imgs'], view2['imgs'])
        results['num_clips'] = view1['num_clips'] + view2['num_clips']
        results['views'] = [drawn_for(view) for view in (view1, view2)]
        return results

    def _split(self, results: Dict) -> Tuple[list, list, int]:
        """Frames of view 1 and of view 2, and the clips of each."""
        imgs, clips = list(results['imgs']), results['num_clips']
        if self.same_clip and 'num_views' not in results:
            return imgs, imgs, clips
        if clips % 2:
            raise ValueError(
                f'SiameseTwoView got num_clips={clips}, which are not two '
                'views: wrap the sampler of the pipeline in SampleTwoClips, '
                'or set same_clip=True'
            )
        half = len(imgs) // 2
        view1 = imgs[:half]
        return view1, view1 if self.same_clip else imgs[half:], clips // 2

    @staticmethod
    def _unshare(*views: List[np.ndarray]) -> List[List[np.ndarray]]:
        """Copy frames that occur more than once.

        A decoder may return one array for the same index twice (clips
        overlap, short videos loop), and stock transforms such as ``Flip``
        write into their frames.
        """
        seen = set()

        def own(frame: np.ndarray) -> np.ndarray:
            if id(frame) in seen:
                return frame.copy()
            seen.add(id(frame))
            return frame

        return [[own(frame) for frame in view] for view in views]

    def __repr__(self) -> str:
        return (
            f'{self.__class__.__name__}('
            f'transforms={self.transforms.transforms}, '
            f'same_clip={self.same_clip})'
        )
