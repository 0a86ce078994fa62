"""The course's U-Net in PyTorch, with plain convolutions and with the public partial convolution.

``benchmarks.partial_conv`` measures it where PyTorch is installed. The two partial convolutions
state, with ``torch.nn.functional``, what NVIDIA/partialconv publishes: one mask channel for the
whole layer, or one for each channel of the features (its multi_channel).

Features are (N, C, H, W); a state is [features, mask], the mask None for plain convolutions.
"""

import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.models import DIVISOR, LEVELS


class Plain(nn.Module):
    """A 3 x 3 convolution with padding; no mask."""

    def __init__(self, channels, filters, activation):
        super().__init__()
        self.convolution = nn.Conv2d(channels, filters, 3, padding=1)
        self.activation = activation

    def forward(self, state):
        features, mask = state
        return [self.activation(self.convolution(features)), mask]


class ManyChannels(Plain):
    """A partial convolution whose mask is as deep as the features, and its kernel of ones too."""

    def __init__(self, channels, filters, activation):
        super().__init__(channels, filters, activation)
        self.register_buffer("ones", self.kernel_of_ones(channels, filters))

    def kernel_of_ones(self, channels, filters):
        return torch.ones(filters, channels, 3, 3)

    def forward(self, state):
        features, mask = state
        with torch.no_grad():
            count = F.conv2d(mask, self.ones, padding=1)
            new_mask = count.clamp(0, 1)
            ratio = self.ones[0].numel() / (count + 1e-8) * new_mask
        weighed = F.conv2d(features * mask, self.convolution.weight, padding=1) * ratio
        bias = self.convolution.bias.view(1, -1, 1, 1)
        return [self.activation((weighed + bias) * new_mask), new_mask]


class OneChannel(ManyChannels):
    """A partial convolution whose mask has one channel."""

    def kernel_of_ones(self, channels, filters):
        return torch.ones(1, 1, 3, 3)


class UNet(nn.Module):
    """``models.vanilla_unet``, or ``models.partial_conv_unet`` with a partial convolution."""

    def __init__(self, width, convolution):
        super().__init__()
        self.convolution = convolution
        ladder = [width * 2**level for level in range(LEVELS)]
        self.down = nn.ModuleList(
            self._twice(channels, filters)
            for channels, filters in zip([3, *ladder[:-1]], ladder, strict=True)
        )
        self.bottleneck = self._twice(ladder[-1], DIVISOR * width)
        ladder.reverse()
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * one, one, 2, stride=2) for one in ladder)
        self.decoder = nn.ModuleList(self._twice(2 * one, one) for one in ladder)
        self.output = convolution(width, 3, torch.sigmoid)

    def forward(self, damaged, mask=None):
        state, skips = [damaged, mask], []
        for twice in self.down:
            state = twice(state)
            skips.append(state)
            state = [None if one is None else F.max_pool2d(one, 2) for one in state]
        state = self.bottleneck(state)
        for up, twice in zip(self.up, self.decoder, strict=True):
            features, (skip, skip_mask) = up(state[0]), skips.pop()
            mask = self._beside(state[1], skip_mask, features.shape[1])
            state = twice([torch.cat([features, skip], 1), mask])
        return self.output(state)[0]

    def _twice(self, channels, filters):
        return nn.Sequential(
            self.convolution(channels, filters, torch.relu),
            self.convolution(filters, filters, torch.relu),
        )

    def _beside(self, mask, skip_mask, filters):
        """The mask of what comes from below and of the skip together."""
        if mask is None:
            return None
        mask = F.interpolate(mask, scale_factor=2)
        if self.convolution is OneChannel:
            return mask  # there is only one, and below all is valid that is valid in the skip
        return torch.cat([mask[:, :filters], skip_mask], 1)

    def load(self, weights):
        """Take the weights of the Keras network, in the order of its ``get_weights``."""
        steps = [*self.down, self.bottleneck]
        for pair in zip(self.up, self.decoder, strict=True):
            steps += pair
        parameters = [one for step in [*steps, self.output] for one in step.parameters()]
        with torch.no_grad():
            for parameter, array in zip(parameters, weights, strict=True):
                # Keras's kernels: (height, width, in, out), or out before in where transposed.
                ordered = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array
                parameter.copy_(torch.from_numpy(ordered.copy()))


class TorchNetwork:
    """A UNet and the batch that it is timed on; ``kind`` is one of the convolutions above."""

    def __init__(self, width, kind):
        torch.set_num_threads(os.cpu_count())
        self.mask_channels = {Plain: 0, OneChannel: 1, ManyChannels: 3}[kind]
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = UNet(width, kind).to(self.device)
        self.optimizer = torch.optim.Adam(self.model.parameters())

    def set_weights(self, weights):
        self.model.load(weights)

    def take(self, damaged, valid, images):
        arrays = [damaged]
        if self.mask_channels:
            arrays.append(np.repeat(valid, self.mask_channels, axis=-1))
        self.inputs, self.images = [_tensor(one) for one in arrays], _tensor(images)

    def train(self):
        loss = F.mse_loss(self._forward(), self.images.to(self.device))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        loss.item()  # the step is over when its loss is known here, as in Keras

    def infer(self):
        with torch.inference_mode():
            self.predicted = self._forward().permute(0, 2, 3, 1).cpu().numpy()

    def result(self):
        return self.predicted

    def _forward(self):
        return self.model(*(one.to(self.device) for one in self.inputs))


def _tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array.transpose(0, 3, 1, 2)))
