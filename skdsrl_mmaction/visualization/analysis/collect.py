"""What a model says of each video of a data set, collected in one pass."""

import copy
from dataclasses import dataclass
from typing import Any, List, Optional, Tuple

import numpy as np
import torch
from mmaction.registry import DATASETS, TRANSFORMS
from mmengine.config import Config
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.utils.data import DataLoader

from ...datasets.bad_videos import guard_dataset, video_datasets
from ...datasets.transforms import SiameseTwoPass, SiameseTwoView
from ...mixing.pipeline import two_view_pipeline
from ...mixing.two_pass import needs_two_passes, two_pass_pipeline
from ...models.recognizers.classifier import (
    capture_input,
    find_classifier,
    of_videos,
    represent,
)
from ...utils import is_a, leaf_datasets, show_progress
from ..predictions import Predictions


@dataclass
class Outputs(Predictions):
    """What a model says of N videos on the test path, and of their clips.

    Scores are probabilities, averaged over the clips as the model averages
    them.

    Attributes:
        clip_scores (np.ndarray): (N, clips, K), probabilities.
        r (np.ndarray): (N, D), representations, averaged over the clips.
    """

    clip_scores: np.ndarray
    r: np.ndarray


@dataclass
class Views:
    """What a model says of two augmented views of N videos.

    Attributes:
        scores1, scores2 (np.ndarray): (N, K), probabilities.
        r1, r2 (np.ndarray): (N, D), representations.
    """

    scores1: np.ndarray
    scores2: np.ndarray
    r1: np.ndarray
    r2: np.ndarray


@torch.no_grad()
def collect_outputs(model: nn.Module, cfg: Config) -> Outputs:
    """Run a model over its test set, without an evaluator.

    Args:
        model (nn.Module): The recognizer, in evaluation mode.
        cfg (Config): Its config, with ``test_dataloader``.

    Returns:
        Outputs: In the order of the data set.

    Raises:
        ValueError: If the model has no linear classifier, or a video no
            label.
    """
    classifier = find_classifier(getattr(model, 'cls_head', None))
    if classifier is None:
        raise ValueError(
            f'model.type={type(model).__name__} has no linear classifier, '
            'whose input the analysis is about'
        )
    loader = _build(copy.deepcopy(dict(cfg.test_dataloader)))
    scores, clip_scores, rows, labels = [], [], [], []
    for batch in show_progress(loader, 'test path'):
        heads = _Outputs(model.cls_head)
        with capture_input(classifier[0]) as seen, heads:
            samples = model.test_step(batch)
        size = len(samples)
        logits = torch.cat(heads.outputs).unflatten(0, (size, -1))
        clip_scores.append(logits.softmax(dim=2).cpu())
        rows.append(of_videos(torch.cat(seen).float(), size).cpu())
        scores.append(_average(logits, model.cls_head.average_clips).cpu())
        labels += [int(each.gt_label) for each in samples]
    if min(labels) < 0:
        raise ValueError(
            'test_dataloader.dataset: a video has no label, which the '
            'analysis compares the predictions with'
        )
    return Outputs(
        _videos(loader.dataset),
        np.array(labels),
        torch.cat(scores).numpy(),
        torch.cat(clip_scores).numpy(),
        torch.cat(rows).numpy(),
    )


@torch.no_grad()
def collect_views(model: nn.Module, cfg: Config, seed: int = 0) -> Views:
    """Run a model over two augmented views of each video of its test set.

    The views are made by the training pipeline; one that makes a single view
    is first turned into one that makes two, as ``--skdsrl`` does.

    Args:
        model (nn.Module): The recognizer, in evaluation mode.
        cfg (Config): Its config, with ``train_dataloader`` as well.
        seed (int): Of the draws, which are the same for every model.
            Defaults to 0.

    Returns:
        Views: In the order of the data set.
    """
    loader = _build(_view_loader(cfg, seed))
    views: Tuple[list, ...] = ([], [], [], [])
    for batch in show_progress(loader, 'two views'):
        data = model.data_preprocessor(batch, training=False)
        samples = data['data_samples']
        for place, x in enumerate(data['inputs'].chunk(2, dim=1)):
            feats, arguments = model.extract_feat(
                x.contiguous(), data_samples=samples
            )
            r, p = represent(model.cls_head, feats, len(x), **arguments)
            views[place].append(p.softmax(dim=1).cpu())
            views[place + 2].append(r.float().cpu())
    return Views(*(torch.cat(each).numpy() for each in views))


def _build(loader: dict) -> DataLoader:
    dataset = DATASETS.build(loader['dataset'])
    if hasattr(dataset, 'full_init'):
        dataset.full_init()
    for leaf in video_datasets(dataset):
        # A bad video is an error that names it.
        guard_dataset(leaf, None, loader.get('num_workers', 0))
    return Runner.build_dataloader(dict(loader, dataset=dataset))


def _view_loader(cfg: Config, seed: int) -> dict:
    """Test videos through the training pipeline, in order."""
    loader = copy.deepcopy(dict(cfg.test_dataloader))
    ((_, train),) = leaf_datasets('', cfg.train_dataloader.dataset)
    pipeline = copy.deepcopy(train['pipeline'])
    if not any(
        is_a(TRANSFORMS, x['type'], kind)
        for x in pipeline
        for kind in (SiameseTwoPass, SiameseTwoView)
    ):
        pipeline = (
            two_pass_pipeline(pipeline)
            if needs_two_passes(pipeline)
            else two_view_pipeline(pipeline)
        )
    for _, leaf in leaf_datasets('', loader['dataset']):
        leaf['pipeline'] = pipeline
        leaf['test_mode'] = True  # no other video in place of a bad one
    dataset = loader['dataset']
    loader['dataset'] = dict(type='SeededDataset', dataset=dataset, seed=seed)
    return loader


class _Outputs:
    """Collect the outputs of a module while the context is open."""

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.outputs: List[Tensor] = []

    def __enter__(self) -> None:
        self.handle = self.module.register_forward_hook(
            lambda module, args, output: self.outputs.append(output.float())
        )

    def __exit__(self, *_: Any) -> None:
        self.handle.remove()


def _average(logits: Tensor, how: Optional[str]) -> Tensor:
    """Average over the clips, (N, clips, K), as the head does."""
    if how == 'score':
        return logits.mean(dim=1).softmax(dim=1)
    return logits.softmax(dim=2).mean(dim=1)


def _videos(dataset: Any) -> List[str]:
    infos = [dataset.get_data_info(i) for i in range(len(dataset))]
    return [
        str(info.get('filename') or info.get('frame_dir') or place)
        for place, info in enumerate(infos)
    ]
