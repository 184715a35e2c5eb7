"""Keras's layers that have weights, as modules of PyTorch with the same ones; pictures are batch x channels x height x
width. `torch_layers` says which layer becomes which."""

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np

# Triton, which compiles for graphics cards, and TensorFlow can't both live in a process: the second one crashes it.
sys.modules.setdefault("triton", None)
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

Shape = tuple[int, ...]
Pair = tuple[int, int]
"""Of height and width."""
_OF_NO_ACCOUNT = ("name", "seed")
"""Settings that make no other network."""


def refuse_other_settings(layer: keras.Layer, known: Sequence[str]) -> None:
    """Raise ValueError where a setting besides the `known` ones is not what Keras takes where none is named."""
    chosen = layer.get_config()
    for name, parameter in inspect.signature(type(layer).__init__).parameters.items():
        if parameter.default is inspect.Parameter.empty or name in (*known, *_OF_NO_ACCOUNT) or name not in chosen:
            continue
        if chosen[name] not in (parameter.default, "channels_last") and not name.endswith("_initializer"):
            raise refused(layer, f"has {name} {chosen[name]}")


def refused(layer: keras.Layer, what: str) -> ValueError:
    return ValueError(f"the layer {layer.name} {what}, which the PyTorch trainer doesn't know: take --engine keras")


class Convolution(nn.Module):
    def __init__(self, layer: keras.layers.Conv2D, depthwise: bool):
        super().__init__()
        self._depthwise = depthwise
        self._stride, self._dilation = tuple(layer.strides), tuple(layer.dilation_rate)
        self._same = layer.padding == "same"
        kernel, *bias = layer.get_weights()
        # Keras: height x width x in x out; PyTorch: out x in x height x width, of which a depthwise one has one each.
        order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
        self.weight = nn.Parameter(torch.tensor(kernel.transpose(order)).contiguous(memory_format=torch.channels_last))
        self.bias = nn.Parameter(torch.tensor(bias[0])) if bias else None
        self._groups = kernel.shape[2] if depthwise else layer.groups
        self._activation = _activation(layer)

    def forward(self, images: Tensor) -> Tensor:
        height, width = self.weight.shape[-2:]
        if height == width == self._groups == 1 and self._stride == (1, 1) and not self._depthwise:
            return self._activation(_pointwise(images, self.weight, self.bias))
        reach = ((height - 1) * self._dilation[0], (width - 1) * self._dilation[1])
        padding = (0, 0)
        if self._same and self._stride == (1, 1) and not (reach[0] % 2 or reach[1] % 2):
            padding = (reach[0] // 2, reach[1] // 2)
        elif self._same:
            images = F.pad(images, same_padding(images, reach, self._stride))
        convolve = _depthwise if self._depthwise else F.conv2d
        made = convolve(images, self.weight, self.bias, self._stride, padding, self._dilation, self._groups)
        return self._activation(made)

    def keras_weights(self) -> list[np.ndarray]:
        order = (2, 3, 0, 1) if self._depthwise else (2, 3, 1, 0)
        kernel = self.weight.detach().numpy().transpose(order)
        return [kernel] if self.bias is None else [kernel, self.bias.detach().numpy()]


def _pointwise(images: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """A convolution of one pixel, as the matrix product that it is: up to four times as quick on the way back."""
    return F.linear(images.permute(0, 2, 3, 1), kernel.flatten(1), bias).permute(0, 3, 1, 2)


def _depthwise(images: Tensor, *how: Any) -> Tensor:
    """In float32, as in bfloat16 the way back through a stride takes about a hundred times as long."""
    with torch.autocast("cpu", enabled=False):
        return F.conv2d(images.float(), *how).to(images.dtype)


class BatchNormalization(nn.BatchNorm2d):
    """Of pictures and of vectors. What Keras has no scale or centre for stays one or zero."""

    def __init__(self, layer: keras.layers.BatchNormalization, shape: Shape):
        if len(shape) not in (2, 4) or layer.axis not in (-1, len(shape) - 1):
            raise refused(layer, f"has axis {layer.axis} of {len(shape)}")
        *learned, mean, variance = map(torch.tensor, layer.get_weights())
        super().__init__(len(mean), eps=layer.epsilon, momentum=1 - layer.momentum)
        self._learned = [self.weight] * layer.scale + [self.bias] * layer.center
        self.weight.requires_grad_(layer.scale), self.bias.requires_grad_(layer.center)
        with torch.no_grad():
            for mine, theirs in zip(self._learned, learned, strict=True):
                mine.copy_(theirs)
            self.running_mean.copy_(mean), self.running_var.copy_(variance)
        self._frozen = not layer.trainable

    def _check_input_dim(self, _features: Tensor) -> None:
        """Of vectors, too."""

    def forward(self, features: Tensor) -> Tensor:
        if not self.training or features.dim() == 4:
            return super().forward(features)
        before = self.running_var * (1 - self.momentum)
        made = super().forward(features)
        # PyTorch's variance is that of n - 1, Keras's that of n; of a picture's pixels there are too many to tell.
        self.running_var = torch.lerp(self.running_var, before, 1 / len(features))
        return made

    def train(self, mode: bool = True) -> nn.Module:
        return super().train(mode and not self._frozen)

    def keras_weights(self) -> list[np.ndarray]:
        return [one.detach().numpy() for one in (*self._learned, self.running_mean, self.running_var)]


class Dense(nn.Linear):
    def __init__(self, layer: keras.layers.Dense):
        kernel, *bias = layer.get_weights()
        super().__init__(*kernel.shape, bias=bool(bias))
        with torch.no_grad():
            self.weight.copy_(torch.tensor(kernel.T))
            if bias:
                self.bias.copy_(torch.tensor(bias[0]))
        self.activation = _activation(layer)

    def forward(self, features: Tensor) -> Tensor:
        return self.activation(super().forward(features))

    def keras_weights(self) -> list[np.ndarray]:
        kernel = self.weight.detach().numpy().T
        return [kernel] if self.bias is None else [kernel, self.bias.detach().numpy()]


class BothWays(nn.GRU):
    """A bidirectional GRU, whose gates Keras keeps in another order: update, reset, new."""

    def __init__(self, layer: keras.layers.Bidirectional):
        gru = layer.forward_layer
        if not isinstance(gru, keras.layers.GRU) or not gru.return_sequences or layer.merge_mode != "concat":
            raise refused(layer, "is no bidirectional GRU that returns its sequences side by side")
        for way, reads in ((gru, ()), (layer.backward_layer, ("go_backwards",))):
            refuse_other_settings(way, ("return_sequences", "unroll", *reads))
        kernel = layer.get_weights()[0]
        super().__init__(kernel.shape[0], gru.units, batch_first=True, bidirectional=True)
        weights = layer.get_weights()
        with torch.no_grad():
            for way, (kernel, recurrent, bias) in zip(("", "_reverse"), (weights[:3], weights[3:]), strict=True):
                getattr(self, f"weight_ih_l0{way}").copy_(torch.tensor(_gates_swapped(kernel.T)))
                getattr(self, f"weight_hh_l0{way}").copy_(torch.tensor(_gates_swapped(recurrent.T)))
                getattr(self, f"bias_ih_l0{way}").copy_(torch.tensor(_gates_swapped(bias[0])))
                getattr(self, f"bias_hh_l0{way}").copy_(torch.tensor(_gates_swapped(bias[1])))

    def forward(self, sequence: Tensor) -> Tensor:
        return super().forward(sequence)[0]

    def keras_weights(self) -> list[np.ndarray]:
        weights = []
        for way in ("", "_reverse"):
            of_input, of_state, *biases = (
                _gates_swapped(getattr(self, f"{name}_l0{way}").detach().numpy())
                for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            )
            weights += [of_input.T, of_state.T, np.stack(biases)]
        return weights


def _gates_swapped(stacked: np.ndarray) -> np.ndarray:
    first, second, new = np.split(stacked, 3)
    return np.concatenate([second, first, new])


def same_padding(images: Tensor, reach: Pair, stride: Pair) -> tuple[int, int, int, int]:
    """As TensorFlow pads, for kernels that reach so many pixels beyond their first: what is odd goes to the right and
    below."""
    height, width = (
        max((-(-side // step) - 1) * step + far + 1 - side, 0)
        for side, far, step in zip(images.shape[-2:], reach, stride, strict=True)
    )
    return width // 2, width - width // 2, height // 2, height - height // 2


def _activation(layer: keras.Layer) -> Callable[[Tensor], Tensor]:
    if layer.activation not in ACTIVATIONS:
        name = getattr(layer.activation, "__name__", type(layer.activation).__name__)
        raise refused(layer, f"has the activation {name}")
    return ACTIVATIONS[layer.activation]


ACTIVATIONS: dict[Callable, Callable[[Tensor], Tensor]] = {
    keras.activations.linear: lambda one: one,
    keras.activations.relu: F.relu,
    keras.activations.sigmoid: torch.sigmoid,
    keras.activations.tanh: torch.tanh,
    keras.activations.softmax: lambda one: F.softmax(one, 1 if one.dim() == 4 else -1),
}
