import copy
from typing import Callable, Dict, Sequence, Union

import numpy as np
from mmaction.registry import TRANSFORMS
from mmcv.transforms import BaseTransform

from .views import check_shapes, compose, drawn_for


@TRANSFORMS.register_module()
class SiameseTwoPass(BaseTransform):
    """Make two views by running all transforms twice: line 4 of Algorithm 1.

    For skeletons and spectrograms, which cost little to decode, and for
    several modalities at once. The sampler may be one of the transforms; each
    view has its own clip then. Frames of a video alone are decoded in one pass
    by ``SampleTwoClips`` and ``SiameseTwoView``.

    Required Keys: those of the transforms.

    Added Keys: those of the transforms, as view 1 has them, and

        - views: for each view, what was drawn for it

    Modified Keys:

        - those of ``keys``: both views, one after the other on the first
          axis, which is that of the clips
        - num_clips: of both views
        - frame_inds: of both views, where there are any

    Args:
        transforms (list[dict | callable]): Transforms of each view, up to the
            one that formats the input of the model.
        keys (Sequence[str]): What the model takes: ``imgs``,
            ``heatmap_imgs``, ``keypoint`` or ``audios``.

    Raises:
        ValueError: If a transform cannot be built, with its place in the
            list; in use, if the transforms do not make one of ``keys``, or
            the views differ in shape.
    """

    def __init__(
        self,
        transforms: Sequence[Union[dict, Callable]],
        keys: Sequence[str],
    ) -> None:
        self.transforms = compose(self, transforms)
        self.keys = tuple(keys)

    def transform(self, results: Dict) -> Dict:
        """Run the transforms for each view.

        Args:
            results (dict): The result dict.

        Returns:
            dict: The result dict.
        """
        # Stock transforms write into their arrays.
        view1 = self.transforms(copy.deepcopy(results))
        view2 = self.transforms(copy.deepcopy(results))
        results.update(view1)
        for key in self.keys:
            if key not in view1:
                raise ValueError(
                    f'SiameseTwoPass.keys={self.keys}, but its transforms '
                    f'make only {", ".join(sorted(view1))}'
                )
            check_shapes(self, view1[key], view2[key])
            results[key] = np.concatenate([view1[key], view2[key]])
        if 'frame_inds' in view1:
            results['frame_inds'] = np.concatenate(
                [view1['frame_inds'], view2['frame_inds']]
            )
        results['num_clips'] = view1['num_clips'] + view2['num_clips']
        results['views'] = [drawn_for(view) for view in (view1, view2)]
        return results

    def __repr__(self) -> str:
        return (
            f'{self.__class__.__name__}('
            f'transforms={self.transforms.transforms}, keys={self.keys})'
        )
