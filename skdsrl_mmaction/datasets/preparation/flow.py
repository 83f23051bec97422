"""Optical flow between the frames of a video, as images."""

from typing import Callable, Dict, Iterable, Iterator

import cv2
import numpy as np

ZERO = 128  # of x and y in an image


def flow_images(
    frames: Iterable[np.ndarray], algorithm: str, bound: float
) -> Iterator[np.ndarray]:
    """Compute the flow from each frame to the next.

    Args:
        frames (Iterable[np.ndarray]): Each (H, W, 3) uint8 RGB.
        algorithm (str): Of :data:`ALGORITHMS`.
        bound (float): See :func:`as_image`.

    Yields:
        np.ndarray: For each frame an image, (H, W, 3) uint8; the last one
        repeats the one before, since it has no next frame.
    """
    compute = ALGORITHMS[algorithm]()
    before = image = None
    for frame in frames:
        gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        if before is not None:
            image = as_image(compute(before, gray), bound)
            yield image
        before = gray
    if image is None:
        image = as_image(np.zeros((*before.shape, 2), np.float32), bound)
    yield image


def as_image(flow: np.ndarray, bound: float) -> np.ndarray:
    """Write flow as an image.

    Args:
        flow (np.ndarray): (H, W, 2): x to the right and y downwards, in
            pixels from frame to frame.
        bound (float): > 0. Larger values are cut.

    Returns:
        np.ndarray: (H, W, 3) uint8. The first two channels are x and y:
        ``128 + 127 * x / bound``, in [1, 255], so that the image of -x is
        256 minus that of x. The third is the length, ``255 * length /
        bound``.
    """
    both = ZERO + flow * (127 / bound)
    length = np.linalg.norm(flow, axis=-1, keepdims=True) * (255 / bound)
    image = np.concatenate([both.clip(1, 255), length.clip(0, 255)], axis=-1)
    return np.rint(image).astype(np.uint8)


def negate_x(image: np.ndarray) -> None:
    """Turn the flow of images around, left to right, in place.

    Args:
        image (np.ndarray): (..., 3) uint8, see :func:`as_image`.
    """
    np.negative(image[..., 0], out=image[..., 0])  # modulo 256


def _farneback() -> Callable:
    # Pyramid scale and levels, window, iterations, neighbourhood and its
    # sigma, as in OpenCV's own example.
    numbers = (0.5, 3, 15, 3, 5, 1.2, 0)
    return lambda a, b: cv2.calcOpticalFlowFarneback(a, b, None, *numbers)


def _tvl1() -> Callable:
    solver = cv2.optflow.DualTVL1OpticalFlow_create()
    return lambda a, b: solver.calc(a, b, None)


# Functions that make one, from two (H, W) uint8 images to (H, W, 2) float32.
ALGORITHMS: Dict[str, Callable[[], Callable]] = dict(
    farneback=_farneback, tvl1=_tvl1
)


def check_algorithm(algorithm: str) -> None:
    """Refuse an algorithm that this OpenCV does not have.

    Args:
        algorithm (str): Of :data:`ALGORITHMS`.

    Raises:
        ValueError: If it is not there.
    """
    try:
        ALGORITHMS[algorithm]()
    except AttributeError as error:
        raise ValueError(
            f'--algorithm {algorithm}: OpenCV {cv2.__version__} has no '
            'cv2.optflow; install opencv-contrib-python, or use farneback'
        ) from error
