"""A network in PyTorch answers as it does in Keras, learns, and gives Keras what it learned."""

import importlib
from dataclasses import dataclass

import keras
import numpy as np
import pytest

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


def test_a_layer_that_is_not_known_is_named():
    inputs = keras.Input((8, 8, 1))
    network = keras.Model(inputs, keras.layers.UpSampling2D(name="larger")(inputs))
    with pytest.raises(ValueError, match="larger is a UpSampling2D"):
        TorchNetwork(network)
