import json
import shutil
from pathlib import Path

import keras
import pytest

from fers.domain.emotions import LABELS
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


@pytest.fixture
def write_model(tmp_path, tiny_network):
    """Write a model folder and return its path; keyword arguments replace keys of its description."""

    def write(model_id="tiny", network=None, weights="model.keras", **changes):
        folder = tmp_path / "models" / model_id
        folder.mkdir(parents=True)
        if isinstance(network, Path):
            (shutil.copytree if network.is_dir() else shutil.copy)(network, folder / weights)
        else:
            (folder / "model.keras").write_bytes(tiny_network.read_bytes() if network is None else network)
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
