"""What a network knows about its own doubt, beyond the probabilities it gives: Monte Carlo dropout and a learned
confidence. Both work on its features, so that the costly part of the network runs once for each face."""

from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from fers.domain.models import ModelInfo
from fers.errors import ModelRejected
from fers.inference.prepare import to_emotions, to_input
from training.networks import FEATURES, emotion_network

BATCH_SIZE = 256


@dataclass(frozen=True)
class CutNetwork:
    """A Keras network in two parts: one up to its features, and a head from there to its outputs."""

    trunk: keras.Model
    head: keras.Model
    info: ModelInfo

    @classmethod
    def load(cls, path: Path, info: ModelInfo) -> "CutNetwork":
        """Cut the network of a `.keras` file behind its layer FEATURES or, where there is none, before its last layer.
        `info` says how faces are prepared and outputs are read. Raises ModelRejected where it can't be cut."""
        try:
            network = keras.saving.load_model(path, compile=False, safe_mode=True)
            named = [layer for layer in network.layers if layer.name == FEATURES]
            cut = named[0].output if named else network.layers[-1].input
            trunk, head = keras.Model(network.input, cut), keras.Model(cut, emotion_network(network).output)
        except ValueError as error:
            raise ModelRejected("uncertainty.cannot-be-cut", file=path, layer=FEATURES) from error
        # A frozen batch normalisation keeps to its training statistics also where the head is called as in training.
        head.trainable = False
        return cls(trunk, head, info)

    @property
    def has_dropout(self) -> bool:
        return bool(self._random_generators())

    def features(self, faces: np.ndarray) -> np.ndarray:
        """views x n x d features of n x 224 x 224 x 3 RGB faces (uint8). There are two views, the face and its mirror
        image, where the model answers for both, else one."""
        views = [faces, faces[:, :, ::-1]] if self.info.output.flip else [faces]
        return np.stack([self._run(self.trunk, to_input(view, self.info.input)) for view in views])

    def probabilities(self, features: np.ndarray, temperature: float | None = None) -> np.ndarray:
        """n x 8 probabilities at `temperature` (without one, the model's own)."""
        return self._answer(features, training=False, temperature=temperature)

    def passes(self, features: np.ndarray, count: int, seed: int) -> np.ndarray:
        """count x n x 8: what the model says when its dropout stays on, drawn anew each time."""
        for number, generator in enumerate(self._random_generators()):
            generator.state.assign([seed, number])
        return np.stack([self._answer(features, training=True) for _ in range(count)])

    def _random_generators(self):
        return [layer.seed_generator for layer in self.head.layers if hasattr(layer, "seed_generator")]

    def _answer(self, features, training, temperature=None):
        outputs = np.mean([self._run(self.head, view, training) for view in features], axis=0)
        output = self.info.output
        return to_emotions(outputs, replace(output, temperature=temperature or output.temperature))

    def _run(self, part, inputs, training=False):
        chunks = (inputs[start : start + BATCH_SIZE] for start in range(0, len(inputs), BATCH_SIZE))
        return np.concatenate([keras.ops.convert_to_numpy(part(chunk, training=training)) for chunk in chunks])


def entropy(probabilities: np.ndarray) -> np.ndarray:
    """Entropy over the last axis, in nats, 0 to ln(classes)."""
    return -(probabilities * np.log(probabilities.clip(1e-12))).sum(axis=-1)


def mutual_information(passes: np.ndarray) -> np.ndarray:
    """How much the passes (count x n x classes) of each of n faces disagree, in nats (Gal et al., ICML 2017)."""
    return entropy(passes.mean(axis=0)) - entropy(passes).mean(axis=0)


def learn_confidence(features: np.ndarray, true_class_probability: np.ndarray, seed: int):
    """A network that tells from the features (n x d) how much probability the model gives to the true class, which is
    high for right answers and low for wrong ones (Corbière et al., NeurIPS 2019). Has `predict`: n x d to n numbers.

    Their ConfidNet has five layers and a sigmoid; one hidden layer does on so few features, and only the order of its
    answers counts. A tenth of the faces is held out to stop the training.
    """
    regression = MLPRegressor(
        hidden_layer_sizes=(128,), learning_rate_init=3e-3, early_stopping=True, tol=1e-3, random_state=seed
    )
    with threadpool_limits(1):  # on such small matrices threads would only wait for one another
        return make_pipeline(StandardScaler(), regression).fit(features, true_class_probability)
