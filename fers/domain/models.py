"""What is known about a registered model without loading it."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import numpy as np

from fers.domain.emotions import LABELS

OutputKind = Literal["probabilities", "logits", "scores"]


@dataclass(frozen=True)
class InputSpec:
    """How a face is prepared for a network."""

    width: int
    height: int
    channels: int
    range: tuple[float, float] = (0.0, 1.0)
    """Values that black and white map to."""
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    """Taken off and divided by, a number a channel, once the values are in `range`; both empty for neither."""
    order: Literal["RGB", "BGR"] = "RGB"
    """Order of the channels where there are three."""
    layout: Literal["NHWC", "NCHW"] = "NHWC"
    """Order of the axes: batch, height, width and channels, or channels first."""
    detail_px: int | None = None
    """Side, in pixels, that faces are reduced to first, where the training faces held no more detail than that."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of one face, in the order of `layout`."""
        sides = (self.height, self.width)
        return (*sides, self.channels) if self.layout == "NHWC" else (self.channels, *sides)


@dataclass(frozen=True)
class OutputSpec:
    """How the eight probabilities are read from what a network says."""

    classes: tuple[str, ...] = LABELS
    """The network's class names in the order of its outputs. Names that mean none of the eight ("unknown", say) are
    dropped and the rest rescaled; an emotion that no name means gets probability 0."""
    kind: OutputKind = "probabilities"
    """Scores are independent of one another, each from 0 to 1 (sigmoids); they are rescaled to sum to 1."""
    flip: bool = False
    """Whether the answer is the mean of those for the face and for its mirror image."""
    temperature: float = 1.0
    """Divides the logits (Guo et al., ICML 2017), above 1 for a network that is too sure of itself."""
    least_confidence: float = 0.0
    """When the largest probability is below this, the answer is "not sure"."""
    name: str | None = field(default=None, repr=False)
    """Which of a network's outputs is read; None for its only one, or the one called "emotion"."""
    familiarity: str | None = field(default=None, repr=False)
    """Which output says, from 0 to 1, how much a picture is like the faces that the network learned from; None where
    none does."""
    least_familiarity: float = field(default=0.0, repr=False)
    """Below this, the answer is "can't tell"."""
    valence_arousal: str | None = field(default=None, repr=False)
    """Which output gives these two, from -1 to 1; None where none does."""

    @property
    def beside(self) -> tuple[str, ...]:
        """The outputs that are read beside the emotion, by name."""
        return tuple(filter(None, (self.familiarity, self.valence_arousal)))


@dataclass(frozen=True)
class Answers:
    """What a model says about n faces."""

    probabilities: np.ndarray
    """n x 8, in the order of `Emotion`."""
    familiarity: np.ndarray | None = None
    """n, from 0 to 1; None where the model doesn't say."""
    valence_arousal: np.ndarray | None = None
    """n x 2, from -1 to 1; None where the model doesn't say."""


@dataclass(frozen=True)
class ModelInfo:
    """A model folder's `model.json`, checked."""

    id: str
    version: str
    name: str
    weights: str
    sha256: str
    input: InputSpec
    output: OutputSpec
    crop_scale: float
    """Side of the crop the model likes, relative to the longer side of a detected face's box."""
    licence: str
    data: str
    metrics: dict[str, Any] = field(default_factory=dict)
    parameters: int | None = None
    """How many numbers were learned, where that is known."""
    weights_bytes: int | None = None
    """Size of the weights on disk, where they are on one."""

    @property
    def fingerprint(self) -> str:
        """64 hexadecimal digits that change whenever the model may answer differently: with its weights, and with how
        it is fed and read."""
        output = self.output
        # What there is not is left out, so that ids from before there was any stay what they were.
        more = filter(None, [output.name, *output.beside, output.least_familiarity])
        decisive = (self.sha256, self.input, output, self.crop_scale, *more)
        return hashlib.sha256(repr(decisive).encode()).hexdigest()


@dataclass(frozen=True)
class ModelRun:
    """A model's run over the stored faces."""

    fingerprint: str
    """`ModelInfo.fingerprint` of the model as it was."""
    model_id: str
    model_version: str
    milliseconds: float
    """Median from a decoded crop to eight probabilities, for one face; NaN where there was none."""
    finished_at: datetime
    timed: int = 0
    """How many answers the median rests on; 0 where that was not kept."""


@dataclass(frozen=True)
class Promotion:
    """A model was made the live one."""

    model_id: str
    at: datetime
