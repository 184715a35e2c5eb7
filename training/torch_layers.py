"""Keras's layers as modules of PyTorch, pictures as batch x channels x height x width. Those that have weights stand in
`torch_weights`.

Every layer that `training/models/` uses is here. Another one, or a setting that is not translated, is refused by name:
Keras would get back weights that were learned for another network.
"""

import operator
from collections.abc import Callable, Sequence
from functools import partial, reduce

import keras

from training.torch_weights import (
    ACTIVATIONS,
    BatchNormalization,
    BothWays,
    Convolution,
    Dense,
    F,
    Shape,
    Tensor,
    nn,
    refuse_other_settings,
    refused,
    same_padding,
    torch,
)


def translated(layer: keras.Layer, shapes: list[Shape]) -> nn.Module:
    """The module of a layer, which reads tensors of these `shapes`, in Keras's order. Raises ValueError."""
    kind = type(layer).__name__
    if kind not in _KINDS:
        raise refused(layer, f"is a {kind}")
    translate, settings = _KINDS[kind]
    refuse_other_settings(layer, settings)
    made = translate(layer, shapes)
    return made if layer.trainable else made.requires_grad_(False)


def ends_in_softmax(layer: keras.Layer) -> bool:
    dense = isinstance(layer, keras.layers.Dense) and layer.activation is keras.activations.softmax
    return dense or isinstance(layer, keras.layers.Softmax)


def without_softmax(made: nn.Module) -> nn.Module:
    """What tells the logits, of the module of a layer that ends in a softmax."""
    if not isinstance(made, Dense):
        return nn.Identity()
    made.activation = ACTIVATIONS[keras.activations.linear]
    return made


class _Plain(nn.Module):
    """A layer without weights."""

    def __init__(self, function: Callable[..., Tensor]):
        super().__init__()
        self._function = function

    def forward(self, *inputs: Tensor) -> Tensor:
        return self._function(*inputs)


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
            images = F.pad(images, same_padding(images, (height - 1, width - 1), stride), value=-torch.inf)
        return F.max_pool2d(images, (height, width), stride)

    return _Plain(pool)


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
    return Dense(layer)


Translation = Callable[[keras.Layer, list[Shape]], nn.Module]
_CONVOLUTION = ("activation", "dilation_rate", "padding", "strides", "use_bias")
_KINDS: dict[str, tuple[Translation, Sequence[str]]] = {
    "Add": (_merged(operator.add), ()),
    "BatchNormalization": (
        lambda layer, shapes: BatchNormalization(layer, shapes[0]),
        ("axis", "center", "epsilon", "momentum", "scale"),
    ),
    "Bidirectional": (lambda layer, _: BothWays(layer), ("backward_layer",)),
    "Concatenate": (_joined, ("axis",)),
    "Conv2D": (lambda layer, _: Convolution(layer, depthwise=False), (*_CONVOLUTION, "groups")),
    "Dense": (_dense, ("activation", "use_bias")),
    "DepthwiseConv2D": (lambda layer, _: Convolution(layer, depthwise=True), _CONVOLUTION),
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
