import os.path as osp
from pathlib import Path
from typing import Dict, Optional

import numpy as np
from mmaction.datasets.transforms import Flip
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from ..preparation.flow import negate_x
from ..video import CachedReader
from ..video.cache_index import SUFFIX, find_entry
from .views import drawn_for


@TRANSFORMS.register_module()
class AddFlow(BaseTransform):
    """Put the optical flow of the same frames behind them.

    ``tools/data/extract_flow.py`` has written the flow. The frames must have
    its size already, so a ``Resize`` to its short side comes before this
    step. Crops that follow are drawn once for both; the flip must be
    :class:`FlipFlow`; operators on colours come before.

    Required Keys:

        - filename
        - total_frames
        - frame_inds
        - imgs: T frames, (H, W, 3)
        - num_clips

    Modified Keys:

        - imgs: T frames and T images of flow
        - num_clips: twice as many, those of the flow last

    Added Keys:

        - num_flow: T

    Args:
        flow_dir (str): Folder of the flow. The flow of a video is that of
            the longest end of its path that the folder has.

    Raises:
        FileNotFoundError: In use, if the folder has no flow of a video.
        ValueError: In use, if that is no flow, of another video, or of
            another size than the frames.
    """

    def __init__(self, flow_dir: str) -> None:
        self.flow_dir = flow_dir

    def transform(self, results: Dict) -> Dict:
        """Add the flow.

        Args:
            results (dict): The result dict.

        Returns:
            dict: The result dict.
        """
        path = find_flow(results['filename'], self.flow_dir)
        if path is None:
            raise FileNotFoundError(
                f'AddFlow.flow_dir={self.flow_dir!r} has no flow of '
                f'{results["filename"]!r}; run tools/data/extract_flow.py '
                '(again)'
            )
        reader = CachedReader(path)
        if find_entry(path).content == 'frames':
            raise ValueError(
                f'AddFlow.flow_dir={self.flow_dir!r} holds frames, not flow'
            )
        if len(reader) != results['total_frames']:
            raise ValueError(
                f'{path!r} holds the flow of {len(reader)} frames, but '
                f'{results["filename"]!r} has {results["total_frames"]}'
            )
        flow = reader.get_batch(np.ravel(results['frame_inds']))
        frames = list(results['imgs'])
        if flow[0].shape != frames[0].shape:
            raise ValueError(
                f'the flow in {path!r} is of shape {flow[0].shape}, but the '
                f'frames are of {frames[0].shape}; put a Resize to the short '
                'side of the flow before AddFlow'
            )
        results['imgs'] = [*frames, *flow]
        results['num_flow'] = len(flow)
        results['num_clips'] *= 2
        return results

    def __repr__(self) -> str:
        return f'{self.__class__.__name__}(flow_dir={self.flow_dir!r})'


def find_flow(filename: str, flow_dir: str) -> Optional[str]:
    """Return the file of the flow of a video.

    Args:
        filename (str): The video; '.mp4' is added where there is no
            extension. It may be a path into a cache of frames.
        flow_dir (str): Folder of the flow.

    Returns:
        str, optional: None where there is none.
    """
    if not osp.splitext(filename)[1]:
        filename += '.mp4'
    if not filename.endswith(SUFFIX):
        filename += SUFFIX
    parts = Path(osp.abspath(filename)).parts[1:]
    ends = (osp.join(flow_dir, *parts[i:]) for i in range(len(parts)))
    return next(filter(osp.exists, ends), None)


@TRANSFORMS.register_module()
class FlipFlow(Flip):
    """Flip frames left to right, and turn the flow around with them.

    All frames are flow, or those that :class:`AddFlow` has put behind the
    others.

    Required Keys: those of ``Flip``, and

        - num_flow (optional)

    Modified Keys: those of ``Flip``.

    Added Keys:

        - views (with num_flow): what was drawn for the frames, and for the
          flow, on which operators on colours did not act

    Args:
        flip_ratio (float): Probability. Defaults to 0.5.
        flip_label_map (dict, optional): See ``Flip``. Defaults to None.
    """

    def __init__(
        self, flip_ratio: float = 0.5, flip_label_map: Optional[Dict] = None
    ) -> None:
        super().__init__(flip_ratio, flip_label_map=flip_label_map)

    def transform(self, results: Dict) -> Dict:
        """Flip, or not.

        Args:
            results (dict): The result dict.

        Returns:
            dict: The result dict.
        """
        results = super().transform(results)
        frames = results['imgs']
        if results['flip']:
            for image in frames[-results.get('num_flow', len(frames)) :]:
                negate_x(image)
        if 'num_flow' in results:
            drawn = drawn_for(results)
            results['views'] = [drawn, dict(drawn, operators=())]
        return results
