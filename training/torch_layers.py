"""Keras's layers as modules of PyTorch with the same weights, pictures as batch x channels x height x width.

Every layer that `training/models/` uses is here. Another one, or a setting that is not translated, is refused by name:
Keras would get back weights that were learned for another network.
"""

import inspect
import operator
import sys
from collections.abc import Callable, Sequence
from functools import partial, reduce
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


def translated(layer: keras.Layer, shapes: list[Shape]) -> nn.Module:
    """The module of a layer, which reads tensors of these `shapes`, in Keras's order. Raises ValueError."""
    kind = type(layer).__name__
    if kind not in _KINDS:
        raise refused(layer, f"is a {kind}")
    translate, settings = _KINDS[kind]
    _refuse_other_settings(layer, settings)
    made = translate(layer, shapes)
    return made if layer.trainable else made.requires_grad_(False)


def _refuse_other_settings(layer: keras.Layer, known: Sequence[str]) -> None:
    """Raise ValueError where a setting besides the `known` ones is not what Keras takes where none is named."""
    chosen = layer.get_config()
    for name, parameter in inspect.signature(type(layer).__init__).parameters.items():
        if parameter.default is inspect.Parameter.empty or name in (*known, *_OF_NO_ACCOUNT) or name not in chosen:
            continue
        if chosen[name] not in (parameter.default, "channels_last") and not name.endswith("_initializer"):
            raise refused(layer, f"has {name} {chosen[name]}")


def refused(layer: keras.Layer, what: str) -> ValueError:
    return ValueError(f"the layer {layer.name} {what}, which the PyTorch trainer doesn't know: take --engine keras")


def ends_in_softmax(layer: keras.Layer) -> bool:
    dense = isinstance(layer, keras.layers.Dense) and layer.activation is keras.activations.softmax
    return dense or isinstance(layer, keras.layers.Softmax)


def without_softmax(made: nn.Module) -> nn.Module:
    """What tells the logits, of the module of a layer that ends in a softmax."""
    if not isinstance(made, _Dense):
        return nn.Identity()
    made.activation = _ACTIVATIONS[keras.activations.linear]
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
            images = F.pad(images, _same_padding(images, reach, self._stride))
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


class _BatchNormalization(nn.BatchNorm2d):
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
            raise refused(layer, "is no bidirectional GRU that returns its sequences side by side")
        for way, reads in ((gru, ()), (layer.backward_layer, ("go_backwards",))):
            _refuse_other_settings(way, ("return_sequences", "unroll", *reads))
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
    if layer.scale or layer.center or list(layer.axis) != [1, 2, 3] or layer.get_config().get("rms_scaling"):
        raise refused(layer, "normalises otherwise than over a whole face, without weights")

    def standardise(images: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            variance, mean = torch.var_mean(images.float(), (1, 2, 3), correction=0, keepdim=True)
            return (images - mean) * torch.rsqrt(variance + layer.epsilon)

    return _Plain(standardise)


def _pool(layer: keras.layers.MaxPooling2D, _shapes: list[Shape]) -> nn.Module:
    (height, width), stride, same = layer.pool_size, tuple(layer.strides), layer.padding == "same"

    def pool(images: Tensor) -> Tensor:
        if same:
            images = F.pad(images, _same_padding(images, (height - 1, width - 1), stride), value=-torch.inf)
        return F.max_pool2d(images, (height, width), stride)

    return _Plain(pool)


def _same_padding(images: Tensor, reach: Pair, stride: Pair) -> tuple[int, int, int, int]:
    """As TensorFlow pads, for kernels that reach so many pixels beyond their first: what is odd goes to the right and
    below."""
    height, width = (
        max((-(-side // step) - 1) * step + far + 1 - side, 0)
        for side, far, step in zip(images.shape[-2:], reach, stride, strict=True)
    )
    return width // 2, width - width // 2, height // 2, height - height // 2


def _channels_last(one: Tensor) -> Tensor:
    """In Keras's order."""
    return one.permute(0, 2, 3, 1) if one.dim() == 4 else one


def _channels_first(one: Tensor) -> Tensor:
    return one.permute(0, 3, 1, 2) if one.dim() == 4 else one


def _reshape(layer: keras.layers.Reshape, _shapes: list[Shape]) -> nn.Module:
    return _Plain(lambda one: _channels_first(_channels_last(one).reshape(len(one), *layer.target_shape)))


def _axis(layer: keras.layers.Concatenate | keras.layers.Softmax, shape: Shape) -> int:
    """In PyTorch's order."""
    if not isinstance(layer.axis, int):
        raise refused(layer, f"has axis {layer.axis}")
    axis = layer.axis % len(shape)
    return (0, 2, 3, 1)[axis] if len(shape) == 4 else axis


def _joined(layer: keras.layers.Concatenate, shapes: list[Shape]) -> nn.Module:
    axis = _axis(layer, shapes[0])
    return _Plain(lambda *parts: torch.cat(parts, axis))


def _softmax(layer: keras.layers.Softmax, shapes: list[Shape]) -> nn.Module:
    axis = _axis(layer, shapes[0])
    return _Plain(lambda one: F.softmax(one, axis))


def _merged(by: Callable[[Tensor, Tensor], Tensor]) -> "Translation":
    def merged(layer: keras.Layer, shapes: list[Shape]) -> nn.Module:
        if len(set(map(len, shapes))) > 1:
            raise refused(layer, "joins pictures with what is none")
        return _Plain(lambda *parts: reduce(by, parts))

    return merged


def _product(layer: keras.layers.Dot, shapes: list[Shape]) -> nn.Module:
    if layer.axes not in (1, [1, 1], (1, 1)) or [len(shape) for shape in shapes] != [3, 3]:
        raise refused(layer, f"is a product along {layer.axes}")
    return _Plain(lambda one, other: one.transpose(1, 2) @ other)


def _rectified(layer: keras.layers.ReLU, _shapes: list[Shape]) -> nn.Module:
    slope, most = layer.negative_slope, layer.max_value
    rectify = partial(F.leaky_relu, negative_slope=slope) if slope else F.relu
    return _Plain(rectify if most is None else lambda one: rectify(one).clamp(max=most))


def _dense(layer: keras.layers.Dense, shapes: list[Shape]) -> nn.Module:
    if len(shapes[0]) == 4:
        raise refused(layer, "reads pictures")
    return _Dense(layer)


def _activation(layer: keras.Layer) -> Callable[[Tensor], Tensor]:
    if layer.activation not in _ACTIVATIONS:
        name = getattr(layer.activation, "__name__", type(layer.activation).__name__)
        raise refused(layer, f"has the activation {name}")
    return _ACTIVATIONS[layer.activation]


_ACTIVATIONS: dict[Callable, Callable[[Tensor], Tensor]] = {
    keras.activations.linear: lambda one: one,
    keras.activations.relu: F.relu,
    keras.activations.sigmoid: torch.sigmoid,
    keras.activations.tanh: torch.tanh,
    keras.activations.softmax: lambda one: F.softmax(one, 1 if one.dim() == 4 else -1),
}
Translation = Callable[[keras.Layer, list[Shape]], nn.Module]
_CONVOLUTION = ("activation", "dilation_rate", "padding", "strides", "use_bias")
_KINDS: dict[str, tuple[Translation, Sequence[str]]] = {
    "Add": (_merged(operator.add), ()),
    "BatchNormalization": (
        lambda layer, shapes: _BatchNormalization(layer, shapes[0]),
        ("axis", "center", "epsilon", "momentum", "scale"),
    ),
    "Bidirectional": (lambda layer, _: _BothWays(layer), ("backward_layer",)),
    "Concatenate": (_joined, ("axis",)),
    "Conv2D": (lambda layer, _: _Convolution(layer, depthwise=False), (*_CONVOLUTION, "groups")),
    "Dense": (_dense, ("activation", "use_bias")),
    "DepthwiseConv2D": (lambda layer, _: _Convolution(layer, depthwise=True), _CONVOLUTION),
    "Dot": (_product, ()),
    "Dropout": (lambda layer, _: nn.Dropout(layer.rate), ()),
    "Flatten": (lambda *_: _Plain(lambda one: _channels_last(one).flatten(1)), ()),
    "GlobalAveragePooling2D": (
        lambda layer, _: _Plain(lambda images: images.mean((2, 3), keepdim=layer.keepdims)),
        ("keepdims",),
    ),
    "LayerNormalization": (_standardise, ("axis", "center", "epsilon", "scale")),
    "MaxPooling2D": (_pool, ("padding", "pool_size", "strides")),
    "Multiply": (_merged(operator.mul), ()),
    "ReLU": (_rectified, ("max_value", "negative_slope")),
    "Reshape": (_reshape, ()),
    "Softmax": (_softmax, ("axis",)),
}
"""By the kind of a layer: what makes its module, and which settings that reads. Any other one must be as Keras has it
where none is named; what has to be named is read in any case."""
