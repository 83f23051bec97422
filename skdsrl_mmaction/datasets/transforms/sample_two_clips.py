from typing import Dict

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform


@TRANSFORMS.register_module()
class SampleTwoClips(BaseTransform):
    """Run a stock sampler twice: two clips at independent random positions.

    The frame indices of both clips are concatenated, so that any stock
    decoder reads them in one pass over the video. ``SiameseTwoView`` splits
    them again.

    Required Keys: those of the sampler.

    Added Keys: those of the sampler, and

        - num_views: 2

    Modified Keys:

        - frame_inds: first all of view 1, then all of view 2
        - num_clips: the clips of both views

    Args:
        sampler (dict): Config of a stock sampler, such as ``SampleFrames``,
            ``DenseSampleFrames`` or ``UniformSample``, for one view.
    """

    def __init__(self, sampler: dict) -> None:
        self.sampler = TRANSFORMS.build(sampler)

    def transform(self, results: Dict) -> Dict:
        """Sample both views' clips.

        Args:
            results (dict): The result dict.

        Returns:
            dict: The result dict.
        """
        view1 = self.sampler(dict(results))
        view2 = self.sampler(dict(results))
        results.update(view1)
        results['frame_inds'] = np.concatenate(
            [view1['frame_inds'], view2['frame_inds']]
        )
        results['num_clips'] = view1['num_clips'] + view2['num_clips']
        results['num_views'] = 2
        return results

    def __repr__(self) -> str:
        return f'{self.__class__.__name__}(sampler={self.sampler})'
