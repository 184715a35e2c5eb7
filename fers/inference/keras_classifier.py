"""`Classifier` on a `.keras` file, run by TensorFlow."""

import numpy as np

from fers.domain.emotions import LABELS
from fers.errors import ModelRejected
from fers.inference.model_folder import ModelFolder
from fers.inference.prepare import to_emotions, to_input


class KerasClassifier:
    def __init__(self, folder: ModelFolder):
        """Load the folder's weights and try them once. Raises ModelRejected when they don't keep the folder's word."""
        folder.check_weights()
        self.info = folder.info
        self._run = _compiled(folder)
        spec = self.info.input
        self._check(self._run(np.zeros((1, spec.height, spec.width, spec.channels), np.float32)))

    def predict(self, faces: np.ndarray) -> np.ndarray:
        """`faces`: n x 224 x 224 x 3 RGB, uint8. Returns n x 8 probabilities (float) in the order of `Emotion`."""
        return to_emotions(self._run(to_input(faces, self.info.input)), self.info.classes)

    def _check(self, outputs: np.ndarray) -> None:
        if outputs.shape != (1, len(LABELS)):
            raise ModelRejected(f"{self.info.id} gives {outputs.shape[1:]} numbers a face, not eight.")
        if not np.isfinite(outputs).all() or (outputs < 0).any() or abs(outputs.sum() - 1) > 1e-3:
            raise ModelRejected(f"What {self.info.id} says of a face are not probabilities that sum to 1.")


def _compiled(folder: ModelFolder):
    """A thread-safe function from float32 inputs to outputs."""
    import keras
    import tensorflow as tf

    spec = folder.info.input
    try:
        # safe_mode refuses files that would run code of their own when loaded.
        network = keras.saving.load_model(folder.weights, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001 - Keras raises many kinds for files it can't load
        raise ModelRejected(f"The weights of {folder.info.id} can't be loaded.", "Save them anew as .keras.") from error
    if network.input_shape != (None, spec.height, spec.width, spec.channels):
        raise ModelRejected(f"{folder.info.id} reads {network.input_shape[1:]}, which is not what it is described to.")
    signature = tf.TensorSpec((None, spec.height, spec.width, spec.channels), tf.float32)
    # Without a gradient to keep, and traced once for all batch sizes, this is several times faster than `predict`.
    run = tf.function(lambda faces: network(faces, training=False), input_signature=[signature])
    return lambda faces: run(faces).numpy()
