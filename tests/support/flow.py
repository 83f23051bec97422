"""Optical flow of the videos of tests."""

from functools import partial
from pathlib import Path

from skdsrl_mmaction.datasets.preparation.cache import cache_video
from skdsrl_mmaction.datasets.preparation.flow import flow_images

FARNEBACK = partial(flow_images, algorithm='farneback', bound=20)


def write_flow(
    video, folder, short_side=128, convert=FARNEBACK, content='f flow'
):
    """Write the flow of one video into a folder, under its name alone."""
    folder.mkdir(exist_ok=True)
    file = folder / f'{Path(video).name}.npy'
    cache_video(
        (str(video), str(file)), str(folder), short_side, convert, content
    )
    return str(folder)
