"""A first description of weights that have none: what can be read off the file, and by trying it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fers.errors import ModelRejected
from fers.inference.model_folder import DESCRIPTION, SCHEMA, fingerprint
from fers.inference.runtimes import KINDS, SUFFIXES, Network, open_network, tried


@dataclass(frozen=True)
class Draft:
    """What a network tells about itself."""

    width: int
    height: int
    channels: int
    layout: str
    outputs: int
    kind: str
    parameters: int | None

    def description(self, weights: Path, answers: dict) -> dict:
        """The `model.json` of a folder that holds `weights`.

        `answers` has id, model_version, name, classes, range, mean, std, order, crop_scale, licence and data.
        """
        mean_and_std = {key: answers[key] for key in ("mean", "std") if answers[key]}
        return {
            "schema": SCHEMA,
            "id": answers["id"],
            "version": answers["model_version"],
            "name": answers["name"],
            "weights": weights.name,
            "sha256": fingerprint(weights),
            "input": {
                "width": self.width,
                "height": self.height,
                "channels": self.channels,
                "range": answers["range"],
                **mean_and_std,
                "order": answers["order"],
                "layout": self.layout,
            },
            "output": {"classes": answers["classes"], "kind": self.kind},
            "crop": {"scale": answers["crop_scale"]},
            "licence": answers["licence"],
            "data": answers["data"],
            "metrics": {},
            "parameters": self.parameters,
        }


def weights_at(path: Path) -> Path:
    """The weights that `path` is or, a folder without a description, holds. Raises ModelRejected."""
    if not path.exists():
        raise ModelRejected(f"There is no {path}.", "Check the path.")
    if path.is_file() or (path / "saved_model.pb").is_file():
        return path
    found = [file for file in sorted(path.iterdir()) if file.suffix in SUFFIXES or (file / "saved_model.pb").is_file()]
    if len(found) != 1:
        what = "no weights" if not found else f"several ({', '.join(file.name for file in found)})"
        raise ModelRejected(f"{path} holds neither a {DESCRIPTION} nor one {KINDS}, but {what}.", "Name the weights.")
    return found[0]


def read_off(weights: Path, side: int | None = None) -> Draft:
    """Open weights and read what they are. `side`, in pixels, is for a network that reads faces of any size.

    Raises ModelRejected.
    """
    network = open_network(weights)
    layout, height, width, channels = _picture_shape(network, weights.name)
    height, width = height or side, width or side
    if height is None or width is None:
        raise ModelRejected(f"{weights.name} reads faces of any size.", "Say which size is best with --side.")
    shape = (height, width, channels) if layout == "NHWC" else (channels, height, width)
    noise = np.random.default_rng(0).random((4, *shape), np.float32)
    outputs = tried(network, noise, weights.name)
    sums_to_one = (outputs >= 0).all() and np.abs(outputs.sum(axis=1) - 1).max() < 0.01
    kind = "probabilities" if sums_to_one else "logits"
    return Draft(width, height, channels, layout, outputs.shape[1], kind, network.parameters)


def _picture_shape(network: Network, name: str) -> tuple[str, int | None, int | None, int]:
    """(layout, height, width, channels)"""
    first, second, third = network.input_shape[1:]
    if third in (1, 3):
        return "NHWC", first, second, third
    if first in (1, 3):
        return "NCHW", second, third, first
    raise ModelRejected(
        f"{name} reads inputs of shape {network.input_shape[1:]}, which are neither gray nor RGB pictures.",
        "FERS runs networks that read one face at a time, with 1 or 3 channels first or last.",
    )
