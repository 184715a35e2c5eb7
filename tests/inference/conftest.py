import json
import shutil
from pathlib import Path

import keras
import pytest

from fers.domain.emotions import LABELS
from fers.inference.conversion import litert
from fers.inference.model_folder import fingerprint

SIDE = 32


@pytest.fixture(scope="session")
def tiny_network(tmp_path_factory):
    """A small network that reads 32 x 32 RGB in [0, 1], saved as .keras."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((SIDE, SIDE, 3))
    features = keras.layers.Conv2D(4, 5, strides=4, activation="relu")(inputs)
    outputs = keras.layers.Dense(len(LABELS), activation="softmax")(keras.layers.Flatten()(features))
    path = tmp_path_factory.mktemp("network") / "model.keras"
    keras.Model(inputs, outputs).save(path)
    return path


@pytest.fixture(scope="session")
def tiny_served(tiny_network):
    """The same in the form that is served."""
    path = tiny_network.with_name("model.tflite")
    path.write_bytes(litert(keras.saving.load_model(tiny_network)))
    return path


@pytest.fixture
def write_model(tmp_path, tiny_served):
    """Write a model folder and return its path; keyword arguments replace keys of its description. `network`: its
    weights, the bytes of a Keras file for example."""

    def write(model_id="tiny", network=None, weights=None, **changes):
        folder = tmp_path / "models" / model_id
        folder.mkdir(parents=True)
        if network is None:
            shutil.copy(tiny_served, folder)
            weights = weights or tiny_served.name
        elif isinstance(network, Path):
            weights = weights or f"model{network.suffix}"
            (shutil.copytree if network.is_dir() else shutil.copy)(network, folder / weights)
        else:
            weights = weights or "model.keras"
            (folder / weights).write_bytes(network)
        description = {
            "schema": 1,
            "id": model_id,
            "version": "1.0.0",
            "name": "Tiny",
            "weights": weights,
            "sha256": fingerprint(folder / weights) if (folder / weights).exists() else "none",
            "input": {"width": SIDE, "height": SIDE, "channels": 3, "range": [0, 1]},
            "output": {"classes": list(LABELS)},
            "crop": {"scale": 1.2},
            "licence": "Apache-2.0",
            "data": "none",
            "metrics": {},
        }
        (folder / "model.json").write_text(json.dumps(description | changes))
        return folder

    return write
