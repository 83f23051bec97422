"""What training heads see: all that a recognizer computed of a batch."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

import torch
from mmaction.utils import SampleList
from torch import Tensor, nn

# One for each view.
Tensors = Tuple[Tensor, ...]


@dataclass
class Views:
    """The views of a batch of N videos, on the way of Algorithm 1.

    Attributes:
        x (tuple[Tensor]): Each view as the stock recognizer takes it,
            normalised: (N, 1, C, T, H, W), or (N, segments, C, H, W) in 2D.
        r (tuple[Tensor]): Representations, (N, D).
        p (tuple[Tensor]): Logits, (N, K), in float32 or better.
        stages (tuple[dict[str, Tensor]]): Outputs of the backbone's modules
            that the heads name, (N, C, T, H, W), or (N * segments, C, H, W)
            in 2D.
        samples (list[:obj:`ActionDataSample`]): N, with their labels.
        teacher (Views, optional): The same of the frozen teacher, whose
            tensors are constants. Defaults to None.
    """

    x: Tensors
    r: Tensors
    p: Tensors
    stages: Tuple[Dict[str, Tensor], ...]
    samples: SampleList
    teacher: Optional['Views'] = None

    @property
    def labels(self) -> Tensor:
        """The class of each video, (N,).

        Raises:
            ValueError: If the labels are soft, as those of Mixup and CutMix.
        """
        labels = torch.stack([sample.gt_label for sample in self.samples])
        if labels.is_floating_point() or labels.numel() != len(labels):
            raise ValueError(
                f'a training head needs one class for each video, but the '
                f'labels have the shape {tuple(labels.shape)} and the type '
                f'{labels.dtype}; take Mixup and CutMix (data_preprocessor.'
                'blending) out'
            )
        return labels.flatten()


@contextmanager
def capture_stages(
    backbone: nn.Module, names: Sequence[str]
) -> Iterator[Dict[str, Tensor]]:
    """Collect the outputs of some modules while the context is open.

    Args:
        backbone (nn.Module): Of a recognizer.
        names (Sequence[str]): Of its modules, such as ``layer2``.

    Yields:
        dict[str, Tensor]: Output of each, filled by a forward pass.
    """
    outputs: Dict[str, Tensor] = {}
    handles = [
        backbone.get_submodule(name).register_forward_hook(
            lambda module, args, output, name=name: outputs.update(
                {name: output}
            )
        )
        for name in names
    ]
    try:
        yield outputs
    finally:
        for handle in handles:
            handle.remove()


def count_channels(
    backbone: nn.Module, names: Sequence[str], dims: int
) -> Dict[str, int]:
    """Count the channels of the outputs of some modules by a small forward.

    Args:
        backbone (nn.Module): A convolutional network over images or clips,
            also of heatmaps, optical flow or spectrograms; not changed.
        names (Sequence[str]): Of its modules, such as ``layer2``.
        dims (int): 3 for clips, (1, C, 8, 64, 64), or 2 for images.

    Returns:
        dict[str, int]: C of each output (N, C, ...).

    Raises:
        ValueError: If there is no such module, it makes no such tensor, or
            the network takes another input.
    """
    modules = dict(backbone.named_modules())
    for name in names:
        if name not in modules:
            stages: List[str] = [key for key in modules if key.count('.') < 1]
            raise ValueError(
                f'stage {name!r} is no module of the backbone '
                f'{type(backbone).__name__}, which has '
                f'{", ".join(stages[1:])}; set stages of the training head'
            )
    if not names:
        return {}
    reference = next(backbone.parameters())
    segments = getattr(backbone, 'num_segments', 8)  # that TSM shifts
    channels = _input_channels(backbone)
    shape = (1, channels, 8) if dims == 3 else (segments, channels)
    x = reference.new_zeros(*shape, 64, 64)
    training = backbone.training
    backbone.eval()
    try:
        with torch.no_grad(), capture_stages(backbone, names) as outputs:
            backbone(x)
    except (RuntimeError, TypeError, ValueError) as error:
        raise ValueError(
            f'stages={tuple(names)!r}: the backbone {type(backbone).__name__} '
            f'takes no inputs of shape {tuple(x.shape)}, as convolutional '
            f'networks over images and clips do ({error}); choose a training '
            'head without stages'
        ) from error
    finally:
        backbone.train(training)
    for name, output in outputs.items():
        if not isinstance(output, Tensor) or output.dim() != dims + 2:
            raise ValueError(
                f'stage {name!r} of {type(backbone).__name__} makes no '
                f'feature maps of {dims + 2} dimensions'
            )
    return {name: outputs[name].shape[1] for name in names}


def _input_channels(backbone: nn.Module) -> int:
    """Return C of a network's input, which its first convolution sees."""
    for module in backbone.modules():
        if isinstance(module, (nn.Conv2d, nn.Conv3d)):
            return module.in_channels
    return 3
