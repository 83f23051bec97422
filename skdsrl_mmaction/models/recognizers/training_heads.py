"""A stock recognizer with any training heads."""

from typing import Dict, List, Optional, Sequence, Tuple

import torch
from mmaction.models import Recognizer2D, Recognizer3D
from mmaction.utils import ConfigType, OptConfigType, SampleList
from mmengine.model import ModuleList
from torch import Tensor, nn

from ..heads import TrainingHead, build_head, views_of_heads
from ..losses import at_least_float32
from ..monitors import feat_std, view_agreement
from ..numbers import check_numbers
from ..teacher import load_teacher
from ..views import Views, capture_stages
from .classifier import represent, representation_width

Losses = Dict[str, Tensor]


class TrainingHeadsMixin:
    """Train a stock recognizer with training heads; its test path is stock.

    Every view goes through one encoder and classifier, whose cross-entropy is
    a loss; the heads add theirs. Without a classifier, as for feature
    extraction, no head is built and ``loss()`` raises.

    Args:
        train_heads (list[dict]): Configs of :class:`~..heads.TrainingHead`
            modules. Defaults to None.
        teacher (dict, optional): Config of a recognizer over the same input,
            which heads with ``needs_teacher`` learn from. It is not a
            submodule: it is in no checkpoint, optimizer or process group, and
            only ``init_weights()``, which training calls, builds it.
        teacher_checkpoint (str, optional): Its weights. Defaults to None,
            with which the model can be tested and not trained.
        **kwargs: The stock recognizer's own arguments.

    Raises:
        ValueError: If a head does not fit this recognizer, heads work on
            different numbers of views, a teacher is missing, or the weight of
            a loss or ``data_preprocessor.std`` is out of range.
    """

    # Heads with a key of their own in the config, and their defaults.
    own_heads: Dict[str, ConfigType] = {}

    def __init__(
        self,
        *args,
        train_heads: Optional[Sequence[ConfigType]] = None,
        teacher: OptConfigType = None,
        teacher_checkpoint: Optional[str] = None,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        check_numbers(self)
        train_heads = train_heads or ()
        self.num_views = self.count_views(train_heads)
        self.teacher_cfg = teacher
        self.teacher_checkpoint = teacher_checkpoint
        # In a list, where nn.Module does not look for submodules.
        self._teacher: List[nn.Module] = []
        heads = [self._build_head(head) for head in train_heads]
        self.train_heads = ModuleList(filter(None, heads)) if heads else None

    @classmethod
    def count_views(cls, train_heads: Sequence[ConfigType]) -> int:
        """Return the number of views that a model with some heads takes.

        Args:
            train_heads (list[dict]): Configs of the heads.

        Returns:
            int: 1 where the heads take any number.

        Raises:
            ValueError: If they take different numbers.
        """
        return views_of_heads(train_heads)

    def _build_head(self, cfg: OptConfigType) -> Optional[TrainingHead]:
        cls_head = getattr(self, 'cls_head', None)
        width = representation_width(cls_head)
        if cfg is None or width is None:
            return None
        return build_head(
            cfg,
            in_channels=width,
            num_classes=cls_head.num_classes,
            backbone=self.backbone,
            dims=3 if isinstance(self, Recognizer3D) else 2,
            teacher=self.teacher_cfg,
            recognizer=self,
        )

    def heads(self) -> List[TrainingHead]:
        """Return the training heads, in the order of their losses."""
        return list(self.train_heads or ())

    def init_weights(self) -> None:
        """Initialise the model and load its teacher, if it has one.

        Raises:
            ValueError: If ``teacher_checkpoint`` does not fit ``teacher``,
                see :func:`~..teacher.load_teacher`.
            FileNotFoundError: If there is no such file.
        """
        super().init_weights()
        if self.teacher_cfg is not None:
            self._teacher = [
                load_teacher(self.teacher_cfg, self.teacher_checkpoint)
            ]

    def set_teacher(self, teacher: nn.Module) -> None:
        """Learn from a network of this run, where the config names none.

        Args:
            teacher (nn.Module): A frozen recognizer in evaluation mode.

        Raises:
            ValueError: If the config names one.
        """
        if self.teacher_cfg is not None:
            raise ValueError(
                f'model.teacher={self.teacher_cfg["type"]!r} is the teacher '
                'of this model, which cannot have another; set it to None'
            )
        self._teacher = [teacher]

    def loss(
        self, inputs: Tensor, data_samples: SampleList, **kwargs
    ) -> Losses:
        """Encode every view and add up what the heads say (Algorithm 1).

        Args:
            inputs (Tensor): The V views of each video, one after the other on
                the clip axis: (N, V, C, T, H, W) for a 3D recognizer, and
                (N, V * segments, C, H, W) for a 2D one.
            data_samples (list[:obj:`ActionDataSample`]): N labels.

        Returns:
            dict: The cross-entropy, ``loss_cls``, and a neck's auxiliary
            losses, of two views each with ``_view1`` or ``_view2`` behind
            its name; the losses of the heads, weighted; the accuracy, mean of
            the views; and the monitors, of two views ``view_agreement`` and,
            from 2 videos on, ``feat_std``, of z or, without a projector, of
            r.

        Raises:
            ValueError: If ``inputs`` does not hold so many views.
            RuntimeError: If there is no linear classifier, or
                ``init_weights()`` has not loaded the teacher.
        """
        views, of_views = self._encode(inputs, data_samples)
        losses = self._loss_of_views(of_views)
        for head in self.heads():
            losses.update(head(views))
        return {**losses, **self._monitors(views)}

    def _encode(
        self,
        inputs: Tensor,
        data_samples: SampleList,
        for_teacher: Optional[Tensor] = None,
    ) -> Tuple[Views, Tuple[Losses, ...]]:
        """Lines 4 to 6: the views, and the losses of each.

        A teacher sees the same inputs, unless there are others for it.
        """
        x = self._split_views(inputs)
        stages = sorted({name for h in self.heads() for name in h.stages})
        encoded = [self.encode_view(each, data_samples, stages) for each in x]
        r, p, features, losses = zip(*encoded)
        views = Views(x, r, p, features, data_samples)
        if self._teacher or self.teacher_cfg is not None:
            seen = x if for_teacher is None else self._split_views(for_teacher)
            views.teacher = self._encode_by_teacher(seen, data_samples)
        return views, losses

    def _split_views(self, inputs: Tensor) -> Tuple[Tensor, ...]:
        clips, number = inputs.shape[1], self.num_views
        if clips % number or (
            not isinstance(self, Recognizer2D) and clips != number
        ):
            advice = (
                'add SiameseTwoView, or SiameseTwoPass for skeletons, to'
                if number == 2
                else 'see the clips of'
            )
            raise ValueError(
                f'{type(self).__name__} trains on '
                f'{("one view", "two views")[number - 1]} of each video, '
                f'but got inputs of shape {tuple(inputs.shape)} with '
                f'{clips} clips on axis 1; {advice} '
                'train_dataloader.dataset.pipeline'
            )
        # Stock extract_feat() flattens the clip axis with view().
        return tuple(x.contiguous() for x in inputs.chunk(number, dim=1))

    def encode_view(
        self, x: Tensor, data_samples: SampleList, stages: Sequence[str] = ()
    ) -> Tuple[Tensor, Tensor, Dict[str, Tensor], Losses]:
        """Encode one view and classify it.

        Args:
            x (Tensor): The view; see :class:`~..views.Views`.
            data_samples (list[:obj:`ActionDataSample`]): N.
            stages (Sequence[str]): Modules of the backbone. Defaults to ().

        Returns:
            tuple: r, (N, D); p, (N, K); outputs of the stages by name; and
            stock losses and accuracies by name.
        """
        r, p, features, head_kwargs = self._classify(
            self, x, data_samples, stages
        )
        losses = self.cls_head.loss_by_feat(p, data_samples)
        for key, loss in head_kwargs.get('loss_aux', {}).items():
            losses[key] = at_least_float32(loss)
        return r, p, features, losses

    @staticmethod
    def _classify(
        network: nn.Module,
        x: Tensor,
        data_samples: SampleList,
        stages: Sequence[str],
    ) -> Tuple[Tensor, Tensor, Dict[str, Tensor], dict]:
        """Compute r, p, the stages and what the losses of p take besides."""
        with capture_stages(network.backbone, stages) as features:
            feats, kwargs = network.extract_feat(x, data_samples=data_samples)
        cls_head = getattr(network, 'cls_head', None)
        r, p = represent(cls_head, feats, len(x), **kwargs)
        return r, p, features, kwargs

    def _encode_by_teacher(
        self, x: Sequence[Tensor], data_samples: SampleList
    ) -> Views:
        if not self._teacher:
            raise RuntimeError(
                f'{type(self).__name__}.loss() needs init_weights() to load '
                'model.teacher_checkpoint first'
            )
        teacher = self._teacher[0].to(next(self.parameters()).device)
        names = sorted({n for h in self.heads() for n in h.teacher_stages})
        with torch.no_grad():
            encoded = [
                self._classify(teacher, each, data_samples, names)
                for each in x
            ]
        r, p, features, _ = zip(*encoded)
        return Views(tuple(x), r, p, features, data_samples)

    def _monitors(self, views: Views) -> Losses:
        """Spread of the projections, and agreement of the predictions."""
        if len(views.p) != 2:
            return {}
        monitors = dict(view_agreement=view_agreement(*views.p))
        if len(views.samples) > 1:
            projectors = [
                head.projector
                for head in self.heads()
                if hasattr(head, 'projector')
            ]
            with torch.no_grad():
                z1, z2 = (
                    projectors[0](r) if projectors else r for r in views.r
                )
            monitors['feat_std'] = (feat_std(z1) + feat_std(z2)) / 2
        return monitors

    @staticmethod
    def _loss_of_views(of_views: Sequence[Losses]) -> Losses:
        """Keep losses apart by view and average the accuracies."""
        if len(of_views) == 1:
            return dict(of_views[0])
        view1, view2 = of_views
        merged = {}
        for key in view1:
            if 'loss' in key:
                merged[f'{key}_view1'] = view1[key]
                merged[f'{key}_view2'] = view2[key]
            else:
                merged[key] = (view1[key] + view2[key]) / 2
        return merged
