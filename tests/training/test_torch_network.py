"""A network in PyTorch answers as it does in Keras, learns, and gives Keras what it learned."""

import importlib
from dataclasses import dataclass

import keras
import numpy as np
import pytest
from keras import layers

torch = pytest.importorskip("torch")

from training.torch_network import TorchNetwork  # noqa: E402 - PyTorch is for those who train on a CPU

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Form:
    model: str
    options: dict
    side: int
    channels: int = 1

    def build(self):
        keras.utils.set_random_seed(1)
        network = importlib.import_module(f"training.models.{self.model}").build(**self.options)
        chance = np.random.default_rng(1)
        for layer in network.layers:  # Weights that were never trained hide mistakes: zeros and ones are all alike.
            layer.set_weights(
                [
                    chance.uniform(0.05, 0.5, one.shape) * chance.choice([-1, 1])
                    if "norm" in layer.name and number < 2
                    else np.abs(one) + 0.1
                    if "norm" in layer.name
                    else one + chance.normal(0, 0.02, one.shape)
                    for number, one in enumerate(layer.get_weights())
                ]
            )
        return network

    def faces(self, count=4):
        return np.random.default_rng(2).random((count, self.side, self.side, self.channels), np.float32)


FORMS = [
    Form("fersnet", {}, 48),
    Form("fersnet", {"side": 33, "members": 2}, 33),
    Form("vgg", {"side": 48}, 48),
    Form("mobilenet", {"side": 48}, 48),
    Form("affectnet_cnn", {}, 48),
    Form("two_level_attention", {"side": 48}, 48),
    Form("two_level_attention", {"side": 32, "tasks": "two-stage"}, 32),
    Form("alexnet", {}, 224, 3),
]


def told(network, faces) -> dict[str, np.ndarray]:
    outputs = network(faces, training=False)
    outputs = outputs if isinstance(outputs, dict) else {network.output_names[0]: outputs}
    return {name: np.asarray(values) for name, values in outputs.items()}


def told_by_torch(module, faces) -> dict[str, np.ndarray]:
    module.eval()
    with torch.no_grad():
        outputs = module(torch.tensor(faces.transpose(0, 3, 1, 2)))
    return {name: (values.softmax(1) if values.shape[1] == 8 else values).numpy() for name, values in outputs.items()}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.model}-{form.side}")
def test_it_answers_as_keras_does(form):
    network, faces = form.build(), form.faces()
    ours, theirs = told_by_torch(TorchNetwork(network), faces), told(network, faces)
    assert set(ours) == set(theirs)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, atol=2e-5)


def test_a_depthwise_convolution_of_one_pixel_mixes_no_channels():
    inputs = keras.Input((8, 8, 3))
    network = keras.Model(inputs, keras.layers.DepthwiseConv2D(1, bias_initializer="ones")(inputs))
    faces = np.random.default_rng(0).random((2, 8, 8, 3), dtype=np.float32)
    [ours] = TorchNetwork(network)(torch.tensor(faces.transpose(0, 3, 1, 2))).values()
    np.testing.assert_allclose(ours.detach().numpy().transpose(0, 2, 3, 1), network(faces), atol=1e-6)


@pytest.mark.parametrize(
    "form", [form for form in FORMS if form.side < 224], ids=lambda form: f"{form.model}-{form.side}"
)
def test_what_it_learned_goes_back_to_keras(form):
    network, faces = form.build(), form.faces(8)
    module = TorchNetwork(network).train()
    before = [weights.copy() for weights in network.get_weights()]
    optimizer = torch.optim.SGD(module.parameters(), 0.05)
    logits = module(torch.tensor(faces.transpose(0, 3, 1, 2)))["emotion"]
    torch.nn.functional.cross_entropy(logits, torch.arange(8)).backward()
    optimizer.step()
    after = module.write_back().get_weights()
    assert sum((one != other).any() for one, other in zip(before, after, strict=True)) > len(after) / 2
    for name, values in told(network, faces).items():
        np.testing.assert_allclose(told_by_torch(module, faces)[name], values, atol=2e-5)


@pytest.mark.parametrize("model", ["fersnet", "mobilenet", "two_level_attention"])
def test_a_step_is_the_same_in_both(model, monkeypatch):
    monkeypatch.setattr(importlib.import_module(f"training.models.{model}"), "DROPOUT", 0.0)
    form = Form(model, {"side": 32}, 32)
    network, faces, targets = form.build(), form.faces(16), np.eye(8, dtype=np.float32)[np.arange(16) % 8]
    module = TorchNetwork(network).train()
    optimizer = torch.optim.SGD(module.parameters(), 0.01)
    logits = module(torch.tensor(faces.transpose(0, 3, 1, 2)))["emotion"]
    (-(torch.tensor(targets) * logits.log_softmax(1)).sum(1).mean()).backward()
    optimizer.step()
    network.compile(keras.optimizers.SGD(0.01), "categorical_crossentropy")
    before = [variable.numpy() for variable in network.trainable_variables]
    network.train_on_batch(faces, targets)
    theirs = [variable.numpy() for variable in network.trainable_variables]
    module.write_back()
    ours = [variable.numpy() for variable in network.trainable_variables]
    for was, one, other in zip(before, ours, theirs, strict=True):
        step = np.abs(other - was).max()
        close = np.isclose(one, other, rtol=0, atol=max(1e-6, 0.02 * step))
        assert close.mean() > 0.99, "all but what feeds a unit that rounding turned on or off"


def network_of(*layers, shape=(9, 8, 3)):
    """These layers one after another, with weights like those of nothing new."""
    inputs = tensor = keras.Input(shape)
    for layer in layers:
        tensor = layer(tensor)
    network = keras.Model(inputs, tensor)
    chance = np.random.default_rng(1)
    network.set_weights([chance.uniform(0.2, 1, weights.shape) for weights in network.get_weights()])
    return network


def differently(shape, count=5):
    """Inputs on both sides of zero, some of them large."""
    return np.random.default_rng(0).uniform(-9, 9, (count, *shape)).astype(np.float32)


def in_torchs_order(values):
    return torch.tensor(np.moveaxis(values, -1, 1) if values.ndim == 4 else values)


def several(layer):
    """What `layer` makes of three convolutions of a picture."""
    inputs = keras.Input((9, 8, 3))
    parts = [layers.Conv2D(4, 3, name=name)(inputs) for name in "abc"]
    return keras.Model(inputs, layer(parts))


TRANSLATED = {
    "relu-with-a-ceiling": lambda: network_of(layers.ReLU(max_value=6)),
    "leaky-relu": lambda: network_of(layers.ReLU(negative_slope=0.2)),
    "leaky-relu-with-a-ceiling": lambda: network_of(layers.ReLU(max_value=6, negative_slope=0.2)),
    "dilated": lambda: network_of(layers.Conv2D(4, 3, dilation_rate=2)),
    "dilated-same": lambda: network_of(layers.Conv2D(4, 3, dilation_rate=2, padding="same")),
    "dilated-depthwise": lambda: network_of(layers.DepthwiseConv2D(2, dilation_rate=(2, 2), padding="same")),
    "groups": lambda: network_of(layers.Conv2D(6, 3, groups=3, padding="same")),
    "groups-of-one-pixel": lambda: network_of(layers.Conv2D(6, 1, groups=3)),
    "oblong": lambda: network_of(layers.Conv2D(4, (3, 5), padding="same")),
    "oblong-strides": lambda: network_of(layers.Conv2D(4, (2, 3), strides=(2, 1), padding="same")),
    "pixel-strides": lambda: network_of(layers.Conv2D(4, 1, strides=(1, 2))),
    "oblong-pool": lambda: network_of(layers.MaxPooling2D((2, 3), strides=(1, 2), padding="same")),
    "softmax-of-channels": lambda: network_of(layers.Conv2D(4, 3, activation="softmax")),
    "softmax-of-rows": lambda: network_of(layers.Softmax(axis=1), layers.ReLU()),
    "pooled-to-a-pixel": lambda: network_of(layers.GlobalAveragePooling2D(keepdims=True)),
    "reshaped-pictures": lambda: network_of(layers.Reshape((12, 2, 9)), layers.Reshape((6, 36))),
    "normalised-vectors": lambda: network_of(layers.Flatten(), layers.Dense(4), layers.BatchNormalization()),
    "normalised-without-scale": lambda: network_of(layers.BatchNormalization(scale=False)),
    "normalised-without-centre": lambda: network_of(layers.BatchNormalization(center=False)),
    "sum-of-three": lambda: several(layers.Add()),
    "product-of-three": lambda: several(layers.Multiply()),
}


@pytest.mark.parametrize("form", TRANSLATED)
def test_what_other_networks_have_is_computed_as_keras_does_and_goes_back(form):
    network = TRANSLATED[form]()
    faces, before = differently(network.input_shape[1:]), network.get_weights()
    module = TorchNetwork(network).eval()
    with torch.no_grad():
        [ours] = module(in_torchs_order(faces)).values()
    theirs = in_torchs_order(np.asarray(network(faces, training=False)))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)
    for now, then in zip(module.write_back().get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("options", [{}, {"scale": False}, {"center": False}])
def test_normalised_vectors_learn_as_in_keras(options):
    network = network_of(layers.Dense(4), layers.BatchNormalization(momentum=0.5, **options), shape=(6,))
    faces, targets = differently((6,), 8), differently((4,), 8)
    module = TorchNetwork(network).train()
    optimizer = torch.optim.SGD([one for one in module.parameters() if one.requires_grad], 0.05)
    [ours] = module(torch.tensor(faces)).values()
    ((torch.tensor(targets) - ours) ** 2).mean().backward()
    optimizer.step()
    network.compile(keras.optimizers.SGD(0.05), "mse")
    network.train_on_batch(faces, targets)
    theirs = network.get_weights()
    for one, other in zip(module.write_back().get_weights(), theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_the_logits_of_an_output_are_told_whichever_layer_makes_its_softmax():
    for ending in (
        [layers.Dense(8), layers.Softmax(name="emotion")],
        [layers.Dense(8, activation="softmax", name="emotion")],
    ):
        network = network_of(layers.Flatten(), *ending)
        faces = differently((9, 8, 3)) / 9
        said = TorchNetwork(network)(in_torchs_order(faces))["emotion"].detach()
        assert said.abs().sum(1).max() > 1.1, "no probabilities"
        np.testing.assert_allclose(said.softmax(1), network(faces), atol=1e-5)


def test_what_does_not_learn_stays():
    network = network_of(layers.Conv2D(4, 3, trainable=False), layers.Flatten(), layers.Dense(2))
    module = TorchNetwork(network)
    assert [one.requires_grad for one in module.parameters()] == [False, False, True, True]
    assert [one.shape for one in module.kernels()] == [(2, 7 * 6 * 4)], "nor does it decay"


def shared():
    inputs, layer = keras.Input((8,)), layers.Dense(8, name="odd")
    return keras.Model(inputs, layer(layer(inputs)))


def told_before_the_end():
    inputs = keras.Input((8,))
    emotion = layers.Dense(8, activation="softmax")(inputs)
    return keras.Model(inputs, {"emotion": emotion, "valence_arousal": layers.Dense(2, name="odd")(emotion)})


def crossed():
    inputs = keras.Input((4, 4))
    return keras.Model(inputs, layers.Dot(2, name="odd")([inputs, inputs]))


def unlike(layer):
    picture = keras.Input((3, 3, 3))
    return keras.Model(picture, layer([picture, layers.GlobalAveragePooling2D()(picture)]))


REFUSED = {
    "is a UpSampling2D": lambda: network_of(layers.UpSampling2D(name="odd")),
    "has threshold 1": lambda: network_of(layers.ReLU(threshold=1.0, name="odd")),
    "has kernel_regularizer": lambda: network_of(layers.Conv2D(4, 3, kernel_regularizer="l2", name="odd")),
    "has kernel_constraint": lambda: network_of(
        layers.Flatten(), layers.Dense(4, kernel_constraint="non_neg", name="odd")
    ),
    "has depth_multiplier 2": lambda: network_of(layers.DepthwiseConv2D(3, depth_multiplier=2, name="odd")),
    "has axis 1": lambda: network_of(layers.BatchNormalization(axis=1, name="odd")),
    "has dropout 0.5": lambda: network_of(
        layers.Bidirectional(layers.GRU(2, return_sequences=True, dropout=0.5, name="odd")), shape=(4, 3)
    ),
    "has the activation relu6": lambda: network_of(layers.Conv2D(4, 3, activation="relu6", name="odd")),
    "has the activation ReLU": lambda: network_of(layers.Conv2D(4, 3, activation=layers.ReLU(6), name="odd")),
    "reads pictures": lambda: network_of(layers.Dense(4, name="odd")),
    "is used several times": shared,
    "goes on from the probabilities of an output": told_before_the_end,
    "is a product along 2": crossed,
    "joins pictures with what is none": lambda: unlike(layers.Multiply(name="odd")),
    "tells emotions without a softmax": lambda: network_of(layers.Dense(8, name="emotion_odd"), shape=(8,)),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_network_that_would_be_another_one_is_refused_by_the_name_of_its_layer(reason):
    with pytest.raises(ValueError, match=rf"^the layer \w*odd {reason}.*--engine keras"):
        TorchNetwork(REFUSED[reason]())
