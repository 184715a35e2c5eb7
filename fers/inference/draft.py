"""A first description of weights that have none: what can be read off the file, and by trying it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fers.errors import InvalidInput, ModelRejected
from fers.inference.model_folder import SCHEMA, fingerprint
from fers.inference.output_kinds import judged
from fers.inference.runtimes import EMOTION, Network, author_name, open_network, tried

MOST_NUMBERS = 1000
SCALES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0))
"""Ranges of the noise that a network is tried on: what an output is should show whatever it is fed."""


@dataclass(frozen=True)
class Output:
    """One of a network's outputs."""

    name: str
    samples: list[list[float]]
    """What it says of noise: n x numbers."""

    @property
    def numbers(self) -> int:
        return len(self.samples[0])

    def kind(self, classes: list[str] | None = None) -> str:
        return judged(np.asarray(self.samples), classes)


@dataclass(frozen=True)
class ModelDraft:
    """What a network tells about itself."""

    width: int
    height: int
    channels: int
    layout: str
    outputs: tuple[Output, ...]
    """Those that could be classes: a row of numbers a face."""
    others: int
    """How many outputs it has beside them, such as the number of the likeliest class."""
    parameters: int | None

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "ModelDraft":
        return cls(**document | {"outputs": tuple(Output(**each) for each in document["outputs"])})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def output(self, wanted: str | None, classes: list[str]) -> Output:
        """The output called `wanted` or, where that is None, the only one with as many numbers as `classes`, or the one
        called EMOTION. Raises ModelRejected, or InvalidInput where somebody has to say which."""
        candidates: Sequence[Output] = self.outputs
        if wanted:
            found = [each for each in self.outputs if each.name == wanted]
            found = found or [each for each in self.outputs if author_name(each.name) == wanted]
            if not found:
                raise ModelRejected(
                    "network.no-such-output", output=wanted, outputs=[each.name for each in self.outputs]
                )
            candidates = found
        fitting = [each for each in candidates if each.numbers == len(classes)]
        if not fitting:
            raise ModelRejected(
                "network.other-number-of-classes",
                counts=sorted({each.numbers for each in candidates}),
                classes=len(classes),
                option="--classes",
            )
        if len(fitting) > 1:
            fitting = [each for each in fitting if author_name(each.name) == EMOTION]
        if len(fitting) != 1:
            raise InvalidInput(
                "network.unclear-outputs", outputs=[each.name for each in self.outputs], option="--output"
            )
        return fitting[0]

    def description(self, weights: Path, answers: dict[str, Any]) -> dict[str, Any]:
        """The `model.json` of a folder that holds `weights`.

        `answers` has id, model_version, name, classes, output, kind, range, mean, std, order, crop_scale, licence and
        data. Raises as `output` does.
        """
        mean_and_std = {key: answers[key] for key in ("mean", "std") if answers[key]}
        output = self.output(answers["output"], answers["classes"])
        named = {"name": output.name} if len(self.outputs) + self.others > 1 else {}
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
            "output": {
                **named,
                "classes": answers["classes"],
                "kind": answers["kind"] or output.kind(answers["classes"]),
            },
            "crop": {"scale": answers["crop_scale"]},
            "licence": answers["licence"],
            "data": answers["data"],
            "metrics": {},
            "parameters": self.parameters,
        }


def read_off(weights: Path, side: int | None = None) -> ModelDraft:
    """Open weights and read what they are. `side`, in pixels, is for a network that reads faces of any size.

    Raises ModelRejected.
    """
    network = open_network(weights)
    layout, height, width, channels = _picture_shape(network, weights.name)
    height, width = height or side, width or side
    if height is None or width is None:
        raise ModelRejected("network.any-size", file=weights.name, option="--side")
    shape = (height, width, channels) if layout == "NHWC" else (channels, height, width)
    noise = np.random.default_rng(0).random((4, *shape), np.float32)
    batch = np.concatenate([noise * np.float32(high - low) + np.float32(low) for low, high in SCALES])
    outputs = _outputs(network, batch, weights.name)
    others = len(network.outputs) - len(outputs)
    return ModelDraft(width, height, channels, layout, outputs, others, network.parameters)


def _outputs(network: Network, batch: np.ndarray, file: str) -> tuple[Output, ...]:
    """Those that are rows of numbers. Raises ModelRejected when there are none."""
    outputs, refusal = [], ModelRejected("network.no-outputs", file=file)
    for index, name in enumerate(network.outputs):
        try:
            said = tried(network, batch, file, index)
            if said.shape[1] > MOST_NUMBERS:
                raise ModelRejected("network.no-classifier", file=file, numbers=said.shape[1])
            outputs.append(Output(name, said.astype(float).tolist()))
        except ModelRejected as error:
            refusal = error
    if not outputs:
        raise refusal
    return tuple(outputs)


def _picture_shape(network: Network, name: str) -> tuple[str, int | None, int | None, int]:
    """(layout, height, width, channels)"""
    first, second, third = network.input_shape[1:]
    if third in (1, 3):
        return "NHWC", first, second, third
    if first in (1, 3):
        return "NCHW", second, third, first
    raise ModelRejected("network.not-pictures", file=name, shape=network.input_shape[1:])
