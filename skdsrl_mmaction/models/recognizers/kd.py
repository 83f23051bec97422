from typing import Dict, List, Optional

import torch
from mmaction.models import Recognizer3D
from mmaction.registry import MODELS
from mmaction.utils import ConfigType, SampleList
from mmengine.runner import CheckpointLoader
from torch import Tensor, nn

from ..losses import at_least_float32, teacher_kl
from ..numbers import check_numbers, is_not_negative, is_positive
from ..weights import describe_network, load_weights
from .skdsrl import TRAINING_HEADS


@MODELS.register_module()
class KDRecognizer3D(Recognizer3D):
    """Conventional distillation from a frozen teacher (Table II, "KD").

    The loss is cross-entropy plus ``loss_weight`` times the KL divergence to
    the teacher's softened logits, on one view. Source: "Distilling the
    Knowledge in a Neural Network", https://arxiv.org/abs/1503.02531. The
    teacher is not a submodule: it is in no checkpoint, optimizer or process
    group, and only ``init_weights()``, which training calls, builds it. The
    student's checkpoint is that of a stock recognizer.

    Args:
        teacher (dict): Config of the teacher, a recognizer over the same
            classes and the same input.
        teacher_checkpoint (str, optional): Its weights. Defaults to None,
            with which the student can be tested and not trained.
        tau (float): Temperature, > 0. Defaults to 4.
        loss_weight (float): Weight of the divergence, >= 0. Defaults to 16,
            which is ``tau ** 2``: the gradient of softened logits is smaller
            by that factor.
        **kwargs: The stock recognizer's own arguments.

    Raises:
        ValueError: If ``tau``, ``loss_weight``, the weight of another loss
            or ``data_preprocessor.std`` is out of range.
    """

    def __init__(
        self,
        *args,
        teacher: ConfigType,
        teacher_checkpoint: Optional[str] = None,
        tau: float = 4,
        loss_weight: float = 16,
        **kwargs,
    ) -> None:
        super().__init__(*args, **kwargs)
        check_numbers(self)
        if not is_positive(tau):
            raise ValueError(
                f'model.tau must be finite and > 0, but is {tau!r}'
            )
        if not is_not_negative(loss_weight):
            raise ValueError(
                'model.loss_weight must be finite and >= 0, but is '
                f'{loss_weight!r}'
            )
        self.teacher_cfg = teacher
        self.teacher_checkpoint = teacher_checkpoint
        self.tau = tau
        self.loss_weight = loss_weight
        # In a list, where nn.Module does not look for submodules.
        self._teacher: List[nn.Module] = []

    def init_weights(self) -> None:
        """Initialise the student and load the teacher.

        Raises:
            ValueError: If ``teacher_checkpoint`` is missing, is not a
                checkpoint or does not fit ``teacher``: every weight must be
                there, of the same shape, finite and used.
            FileNotFoundError: If there is no such file.
        """
        super().init_weights()
        self._teacher = [self._load_teacher()]

    def _load_teacher(self) -> nn.Module:
        path = self.teacher_checkpoint
        if path is None:
            raise ValueError(
                'model.teacher_checkpoint must be the weights of the teacher, '
                'but is None; train the teacher first'
            )
        checkpoint = CheckpointLoader.load_checkpoint(path, 'cpu')
        weights = checkpoint.get('state_dict', checkpoint)
        teacher = MODELS.build(self.teacher_cfg)
        # A teacher trained with SKD-SRL has training heads, perhaps in its
        # file alone.
        misfits = load_weights(teacher, weights).without(
            [f'{head}.*' for head in TRAINING_HEADS]
        )
        if misfits:
            network = describe_network(weights)
            raise ValueError(
                f'model.teacher_checkpoint={path!r} does not fit '
                f'model.teacher: {misfits}'
                + (f'; {network}' if network else '')
            )
        teacher.requires_grad_(False).train(False)
        return teacher

    def loss(
        self, inputs: Tensor, data_samples: SampleList, **kwargs
    ) -> Dict[str, Tensor]:
        """Cross-entropy of the student and its distance to the teacher.

        Args:
            inputs (Tensor): One clip of each video, (N, 1, C, T, H, W).
            data_samples (list[:obj:`ActionDataSample`]): N labels.

        Returns:
            dict: ``loss_cls``, the neck's auxiliary losses, the accuracies
            and ``loss_kd``, weighted.

        Raises:
            RuntimeError: If ``init_weights()`` has not loaded the teacher.
        """
        if not self._teacher:
            raise RuntimeError(
                'KDRecognizer3D.loss() needs init_weights() to load '
                'model.teacher_checkpoint first'
            )
        feats, head_kwargs = self.extract_feat(
            inputs, data_samples=data_samples
        )
        p = at_least_float32(self.cls_head(feats, **head_kwargs))  # N x K
        teacher = self._teacher[0].to(inputs.device)
        with torch.no_grad():
            p_teacher, _ = teacher.extract_feat(inputs, stage='head')  # N x K
        return {
            **self.cls_head.loss_by_feat(p, data_samples),
            **head_kwargs.get('loss_aux', {}),
            'loss_kd': self.loss_weight * teacher_kl(p, p_teacher, self.tau),
        }
