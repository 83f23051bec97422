"""Optical flow in the configs of a comparison."""

from typing import List

from mmaction.registry import TRANSFORMS
from mmengine.config import Config

from ...datasets.transforms import AddFlow
from ...datasets.transforms.clip_operators import ClipOperator
from ...datasets.video.cache_index import read_index
from ...utils import is_a, leaf_datasets
from .overrides import splits_of


def flow_steps(cfg: Config) -> List[dict]:
    """Return the steps of the training pipelines that add optical flow.

    Args:
        cfg (Config): The whole config.

    Returns:
        list[dict]: Configs of ``AddFlow``, none where there is no flow.
    """
    return [
        step
        for _, dataset in leaf_datasets('', cfg['train_dataloader']['dataset'])
        for step in dataset.get('pipeline') or ()
        if is_a(TRANSFORMS, step['type'], AddFlow)
    ]


def see_flow(cfg: Config) -> None:
    """Have a config train and test on the flow alone, in place.

    Args:
        cfg (Config): A config with one of :func:`flow_steps`; the flow of all
            its videos must be in that folder.
    """
    folder = flow_steps(cfg)[0]['flow_dir']
    for split in splits_of(cfg):
        for _, dataset in leaf_datasets(
            split, cfg[f'{split}_dataloader'].dataset
        ):
            dataset.data_prefix = dict(video=folder)
            dataset.pipeline = [
                step
                for step in dataset.pipeline
                if not is_a(TRANSFORMS, step['type'], AddFlow)
                and not is_a(TRANSFORMS, step['type'], ClipOperator)
            ]


def describe_flow(folder: str) -> str:
    """Return how the flow in a folder was computed.

    Args:
        folder (str): That ``tools/data/extract_flow.py`` has written.

    Returns:
        str: As ``farneback flow within 20 pixels``; empty without flow.
    """
    kinds = {entry.content for entry in read_index(folder).values()}
    return ', '.join(sorted(kinds))
