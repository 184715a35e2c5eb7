"""What is known about a registered model without loading it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class InputSpec:
    """How a face is prepared for a network."""

    width: int
    height: int
    channels: int
    range: tuple[float, float]
    """Values that black and white map to."""
    detail_px: int | None = None
    """Side, in pixels, that faces are reduced to first, where the training faces held no more detail than that."""


@dataclass(frozen=True)
class ModelInfo:
    """A model folder's `model.json`, checked."""

    id: str
    version: str
    name: str
    weights: str
    sha256: str
    classes: tuple[str, ...]
    """Class names in the order of the network's outputs."""
    input: InputSpec
    crop_scale: float
    """Side of the crop the model likes, relative to the longer side of a detected face's box."""
    licence: str
    data: str
    metrics: dict = field(default_factory=dict)
