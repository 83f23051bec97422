"""What the transforms share that make two views."""

from typing import Any, Callable, Dict, Sequence, Union

import numpy as np
from mmengine.dataset import Compose

# Where transforms, ours and the stock ones, write what they have drawn.
_DRAWN = ('operators', 'flip', 'crop_quadruple')


def compose(
    owner: object, transforms: Sequence[Union[dict, Callable]]
) -> Compose:
    """Build the transforms of a view.

    Args:
        owner (object): The transform that they are an argument of.
        transforms (list[dict | callable]): Their configs.

    Returns:
        Compose: All of them.

    Raises:
        ValueError: If one cannot be built, with its place in the list.
    """
    built = Compose([])
    for i, transform in enumerate(transforms):
        try:
            built.transforms += Compose([transform]).transforms
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f'{type(owner).__name__}.transforms[{i}] is {transform}: '
                f'{error}'
            ) from error
    return built


def check_shapes(
    owner: object, view1: Sequence[np.ndarray], view2: Sequence[np.ndarray]
) -> None:
    """Check that two views can be stacked.

    Args:
        owner (object): The transform that has made them.
        view1 (Sequence[np.ndarray]): Frames or clips of view 1.
        view2 (Sequence[np.ndarray]): The same of view 2.

    Raises:
        ValueError: If they differ in number or shape.
    """
    shape1, shape2 = ((len(view), *view[0].shape) for view in (view1, view2))
    if shape1 != shape2:
        raise ValueError(
            f'{type(owner).__name__} made views of different shapes, {shape1} '
            f'and {shape2}; its transforms must end in a fixed size, as '
            'a crop does'
        )


def drawn_for(view: Dict[str, Any]) -> Dict[str, Any]:
    """Return what was drawn for a view.

    Args:
        view (dict): Its result dict.

    Returns:
        dict: What transforms have written that draw.
    """
    return {key: view[key] for key in _DRAWN if key in view}
