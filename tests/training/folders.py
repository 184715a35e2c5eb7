"""Model folders for tests."""

import json

from fers.domain.emotions import LABELS
from fers.inference.conversion import litert
from fers.inference.model_folder import fingerprint


def write_model_folder(folder, network, **output):
    """Write a folder that holds a Keras network and serves it as LiteRT; `output` goes into that part of its
    description. Returns `folder`."""
    folder.mkdir(parents=True)
    network.save(folder / "model.keras")
    (folder / "model.tflite").write_bytes(litert(network))
    height, width, channels = network.input_shape[1:]
    description = {
        "schema": 1,
        "id": folder.name,
        "version": "1.0.0",
        "name": "Tiny",
        "weights": "model.tflite",
        "sha256": fingerprint(folder / "model.tflite"),
        "input": {"width": width, "height": height, "channels": channels, "range": [0, 1]},
        "output": {"classes": list(LABELS)} | output,
        "crop": {"scale": 1.2},
        "licence": "Apache-2.0",
        "data": "none",
        "metrics": {},
    }
    (folder / "model.json").write_text(json.dumps(description))
    return folder
