"""A Keras network as a PyTorch module with the same weights, to be trained quickly on a CPU.

The network stays described once, in Keras, which it is loaded from, saved by and converted from. PyTorch's convolutions
on a CPU, in bfloat16 and with the channels last in memory, are several times as fast as those that Keras reaches by
either of its back ends (`python -m benchmarks.training`). Every layer that `training/models/` uses is here; a network
with another one is refused by name.
"""

import sys
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

# Triton, which compiles for graphics cards, and TensorFlow can't both live in a process: the second one crashes it.
sys.modules.setdefault("triton", None)
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor, nn  # noqa: E402

Shape = tuple[int, ...]


class TorchNetwork(nn.Module):
    """The functional network `network`, whose weights it begins with and that `write_back` gives them to.

    `forward` takes batch x channels x height x width and returns the outputs by name: of those that end in a softmax
    the logits.
    """

    def __init__(self, network: keras.Model):
        """Raises ValueError for a layer that is not known here."""
        super().__init__()
        self._network = network
        self._steps: list[tuple[str, list[int], int]] = []
        """Which layer makes which tensor of which others, by their identity in the graph, in a fitting order."""
        self.layers = nn.ModuleDict()
        """By their number in the graph: Keras gives the same layer another name each time it is built."""
        outputs = {id(tensor) for tensor in keras.tree.flatten(network.outputs)}
        for key, layer in _numbered(network):
            [node] = layer._inbound_nodes
            made, needed = node.outputs[0], [id(tensor) for tensor in node.input_tensors]
            self.layers[key] = _translated(layer, node.input_tensors, id(made) in outputs)
            self._steps.append((key, needed, id(made)))
        self._input = id(network.inputs[0])
        self._outputs = dict(zip(network.output_names, map(id, keras.tree.flatten(network.outputs)), strict=True))

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        tensors = {self._input: images}
        for key, needed, made in self._steps:
            tensors[made] = self.layers[key](*(tensors[one] for one in needed))
        return {name: tensors[one] for name, one in self._outputs.items()}

    def write_back(self) -> keras.Model:
        """Give the weights, and what batch normalisation has seen, to the Keras network; returns it."""
        for key, layer in _numbered(self._network):
            if layer.weights:
                layer.set_weights(self.layers[key].keras_weights())
        return self._network

    def kernels(self) -> list[nn.Parameter]:
        """The weights that decay: neither biases nor those of a normalisation."""
        return [parameter for parameter in self.parameters() if parameter.dim() > 1]


def _numbered(network: keras.Model) -> list[tuple[str, keras.Layer]]:
    layers = (layer for layer in network.operations if not isinstance(layer, keras.layers.InputLayer))
    return [(str(number), layer) for number, layer in enumerate(layers)]


def _translated(layer: keras.Layer, inputs: list, is_output: bool) -> nn.Module:
    kind = type(layer).__name__
    if kind not in _KINDS:
        raise ValueError(f"the layer {layer.name} is a {kind}, which the PyTorch trainer doesn't know")
    made = _KINDS[kind](layer, [tuple(tensor.shape) for tensor in inputs])
    if is_output and isinstance(made, _Dense) and made.activation is _ACTIVATIONS["softmax"]:
        made.activation = _ACTIVATIONS["linear"]
    return made


class _Plain(nn.Module):
    """A layer without weights."""

    def __init__(self, function: Callable[..., Tensor]):
        super().__init__()
        self._function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self._function(*inputs)


class _Convolution(nn.Module):
    def __init__(self, layer: keras.layers.Conv2D, depthwise: bool):
        super().__init__()
        self._depthwise = depthwise
        self._stride, self._same = layer.strides[0], layer.padding == "same"
        kernel, *bias = layer.get_weights()
        # Keras: height x width x in x out; PyTorch: out x in x height x width, of which a depthwise one has one each.
        order = (2, 3, 0, 1) if depthwise else (3, 2, 0, 1)
        self.weight = nn.Parameter(torch.tensor(kernel.transpose(order)).contiguous(memory_format=torch.channels_last))
        self.bias = nn.Parameter(torch.tensor(bias[0])) if bias else None
        self._groups = kernel.shape[2] if depthwise else 1
        self._activation = _activation(layer)

    def forward(self, images: Tensor) -> Tensor:
        side, padding = self.weight.shape[-1], 0
        if side == self._stride == 1 and not self._depthwise:
            return self._activation(_pointwise(images, self.weight, self.bias))
        if self._same and self._stride == 1 and side % 2:
            padding = side // 2
        elif self._same:
            images = F.pad(images, _same_padding(images, side, self._stride))
        convolve = _depthwise if self._depthwise else F.conv2d
        return self._activation(convolve(images, self.weight, self.bias, self._stride, padding, groups=self._groups))

    def keras_weights(self) -> list[np.ndarray]:
        order = (2, 3, 0, 1) if self._depthwise else (2, 3, 1, 0)
        kernel = self.weight.detach().numpy().transpose(order)
        return [kernel] if self.bias is None else [kernel, self.bias.detach().numpy()]


def _pointwise(images: Tensor, kernel: Tensor, bias: Tensor | None) -> Tensor:
    """A convolution of one pixel, as the matrix product that it is: up to four times as quick on the way back."""
    return F.linear(images.permute(0, 2, 3, 1), kernel.flatten(1), bias).permute(0, 3, 1, 2)


def _depthwise(images: Tensor, *how: Any, **more: Any) -> Tensor:
    """In float32, as in bfloat16 the way back through a stride takes about a hundred times as long."""
    with torch.autocast("cpu", enabled=False):
        return F.conv2d(images.float(), *how, **more).to(images.dtype)


class _BatchNormalization(nn.BatchNorm2d):
    def __init__(self, layer: keras.layers.BatchNormalization):
        gamma, beta, mean, variance = map(torch.tensor, layer.get_weights())
        super().__init__(len(gamma), eps=layer.epsilon, momentum=1 - layer.momentum)
        with torch.no_grad():
            self.weight.copy_(gamma), self.bias.copy_(beta)
            self.running_mean.copy_(mean), self.running_var.copy_(variance)
        self._frozen = not layer.trainable
        self.weight.requires_grad_(layer.trainable), self.bias.requires_grad_(layer.trainable)

    def train(self, mode: bool = True) -> nn.Module:
        return super().train(mode and not self._frozen)

    def keras_weights(self) -> list[np.ndarray]:
        return [one.detach().numpy() for one in (self.weight, self.bias, self.running_mean, self.running_var)]


class _Dense(nn.Linear):
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


class _BothWays(nn.GRU):
    """A bidirectional GRU, whose gates Keras keeps in another order: update, reset, new."""

    def __init__(self, layer: keras.layers.Bidirectional):
        gru = layer.forward_layer
        if not isinstance(gru, keras.layers.GRU) or not gru.return_sequences or layer.merge_mode != "concat":
            raise ValueError(f"the layer {layer.name} is no bidirectional GRU that returns its sequences side by side")
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


def _standardise(layer: keras.layers.LayerNormalization, _shapes: list[Shape]) -> nn.Module:
    """Over all of a face, in full precision: half of it would lose dark faces."""
    if layer.scale or layer.center or list(layer.axis) != [1, 2, 3]:
        raise ValueError(f"the layer {layer.name} normalises otherwise than over a whole face, without weights")

    def standardise(images: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            variance, mean = torch.var_mean(images.float(), (1, 2, 3), correction=0, keepdim=True)
            return (images - mean) * torch.rsqrt(variance + layer.epsilon)

    return _Plain(standardise)


def _pool(layer: keras.layers.MaxPooling2D, _shapes: list[Shape]) -> nn.Module:
    side, stride, same = layer.pool_size[0], layer.strides[0], layer.padding == "same"

    def pool(images: Tensor) -> Tensor:
        if same:
            images = F.pad(images, _same_padding(images, side, stride), value=-torch.inf)
        return F.max_pool2d(images, side, stride)

    return _Plain(pool)


def _same_padding(images: Tensor, side: int, stride: int) -> tuple[int, int, int, int]:
    """As TensorFlow pads: what is odd goes to the right and below."""
    height, width = (max((-(-n // stride) - 1) * stride + side - n, 0) for n in images.shape[-2:])
    return width // 2, width - width // 2, height // 2, height - height // 2


def _flatten(_layer: keras.Layer, shapes: list[Shape]) -> nn.Module:
    """Pictures in Keras's order, channels last."""
    is_picture = len(shapes[0]) == 4
    return _Plain(lambda one: (one.permute(0, 2, 3, 1) if is_picture else one).flatten(1))


def _reshape(layer: keras.layers.Reshape, shapes: list[Shape]) -> nn.Module:
    if len(shapes[0]) == 4:
        raise ValueError(f"the layer {layer.name} reshapes pictures, which the PyTorch trainer doesn't")
    return _Plain(lambda one: one.reshape(len(one), *layer.target_shape))


def _joined(layer: keras.layers.Concatenate, shapes: list[Shape]) -> nn.Module:
    axis = layer.axis % len(shapes[0])
    if len(shapes[0]) == 4:
        axis = (0, 2, 3, 1)[axis]
    return _Plain(lambda *parts: torch.cat(parts, axis))


def _activation(layer: keras.Layer) -> Callable[[Tensor], Tensor]:
    name = layer.activation.__name__
    if name not in _ACTIVATIONS:
        raise ValueError(f"the layer {layer.name} has the activation {name}, which the PyTorch trainer doesn't know")
    return _ACTIVATIONS[name]


_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "linear": lambda one: one,
    "relu": F.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda one: F.softmax(one, -1),
}
_KINDS: dict[str, Callable[[keras.Layer, list[Shape]], nn.Module]] = {
    "Add": lambda *_: _Plain(lambda one, other: one + other),
    "BatchNormalization": lambda layer, _: _BatchNormalization(layer),
    "Bidirectional": lambda layer, _: _BothWays(layer),
    "Concatenate": _joined,
    "Conv2D": lambda layer, _: _Convolution(layer, depthwise=False),
    "Dense": lambda layer, _: _Dense(layer),
    "DepthwiseConv2D": lambda layer, _: _Convolution(layer, depthwise=True),
    "Dot": lambda *_: _Plain(lambda one, other: one.transpose(1, 2) @ other),
    "Dropout": lambda layer, _: nn.Dropout(layer.rate),
    "Flatten": _flatten,
    "GlobalAveragePooling2D": lambda *_: _Plain(lambda images: images.mean((2, 3))),
    "LayerNormalization": _standardise,
    "MaxPooling2D": _pool,
    "Multiply": lambda *_: _Plain(lambda one, other: one * other),
    "ReLU": lambda *_: _Plain(F.relu),
    "Reshape": _reshape,
    "Softmax": lambda layer, _: _Plain(lambda one: F.softmax(one, layer.axis)),
}
