"""3D ResNet with the parameter names of 3D-ResNets-PyTorch, for comparison.

Written from the description in Hara et al., with plain PyTorch layers only.
"""

import torch
import torch.nn.functional as F
from torch import nn

LAYERS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3)}


def conv(cin, cout, kernel, stride=1):
    return nn.Conv3d(cin, cout, kernel, stride, kernel // 2, bias=False)


class Block(nn.Module):
    """A basic block, or a bottleneck that widens by four."""

    def __init__(self, cin, width, stride, bottleneck, shortcut):
        super().__init__()
        self.cout = width * 4 if bottleneck else width
        kernels = (1, 3, 1) if bottleneck else (3, 3)
        widths = (width, width, self.cout) if bottleneck else (width, width)
        strides = (1, stride, 1) if bottleneck else (stride, 1)
        self.depth = len(kernels)
        for i, (k, c, s) in enumerate(zip(kernels, widths, strides), 1):
            self.add_module(
                f'conv{i}', conv(cin if i == 1 else width, c, k, s)
            )
            self.add_module(f'bn{i}', nn.BatchNorm3d(c))
        self.stride = stride
        self.pads = False
        if stride != 1 or cin != self.cout:
            if shortcut == 'B':
                self.downsample = nn.Sequential(
                    conv(cin, self.cout, 1, stride), nn.BatchNorm3d(self.cout)
                )
            else:
                self.pads = True

    def forward(self, x):
        y = x
        for i in range(1, self.depth + 1):
            y = getattr(self, f'bn{i}')(getattr(self, f'conv{i}')(y))
            y = y.relu() if i < self.depth else y
        if hasattr(self, 'downsample'):
            x = self.downsample(x)
        elif self.pads:
            x = F.avg_pool3d(x, kernel_size=1, stride=self.stride)
            n, c, *size = x.shape
            x = torch.cat([x, x.new_zeros(n, self.cout - c, *size)], dim=1)
        return (x + y).relu()


class ReferenceResNet3D(nn.Module):
    def __init__(self, depth, shortcut, width=64, classes=400):
        super().__init__()
        self.conv1 = nn.Conv3d(
            3, width, 7, stride=(1, 2, 2), padding=3, bias=False
        )
        self.bn1 = nn.BatchNorm3d(width)
        cin = width
        for i, blocks in enumerate(LAYERS[depth]):
            layer = []
            for j in range(blocks):
                stride = 2 if i > 0 and j == 0 else 1
                layer.append(
                    Block(cin, width * 2**i, stride, depth >= 50, shortcut)
                )
                cin = layer[-1].cout
            self.add_module(f'layer{i + 1}', nn.Sequential(*layer))
        self.fc = nn.Linear(cin, classes)

    def forward(self, x):
        x = self.bn1(self.conv1(x)).relu()
        x = F.max_pool3d(x, kernel_size=3, stride=2, padding=1)
        for i in range(1, 5):
            x = getattr(self, f'layer{i}')(x)
        return self.fc(x.mean(dim=(2, 3, 4)))
