"""Labelled faces for training and evaluation, read from what `--data` names. One module a format."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from fers.datasets import affectnet, exported, fer2013, ferplus, folder, manifest
from fers.datasets.faces import DataError, FaceSet, NoFaces, join
from fers.datasets.faults import Faults
from fers.datasets.files import is_there
from fers.datasets.reading import Meanings, Reading
from fers.datasets.splits import SplitChoice

FORMATS = {
    "ferplus": ferplus.load,
    "ferplus-votes": partial(ferplus.load, protocol=ferplus.vote_distribution),
    "affectnet": affectnet.load,
    "fer2013": fer2013.load,
    "folder": folder.load,
    "manifest": manifest.load,
    "fers": exported.load,
}
"""What a specification begins with. `docs/researchers/data.md` describes each."""

__all__ = [
    "FORMATS",
    "DataError",
    "FaceSet",
    "Faults",
    "Meanings",
    "join",
    "load",
    "load_all",
    "load_to_measure",
    "parsed",
]


def load(spec: str, meanings: Meanings = Meanings(), faults: Faults | None = None) -> FaceSet:  # noqa: B008 - frozen
    """Return the faces that `spec` names: FORMAT:PATH, or FORMAT:PATH#SPLIT for one part of a set that has several.

    What can't be used is noted in `faults` and left out; without them, it is refused. Raises DataError when that is so,
    and when the specification or what it names can't be read at all.
    """
    kind, path, split = parsed(spec)
    source = f"{kind}:{path.name}" + (f"#{split}" if split else "")
    noted = Faults() if faults is None else faults
    try:
        faces = FORMATS[kind](path, Reading(source, SplitChoice(split or None), meanings, noted))
    except NoFaces as error:
        error.with_details(noted.told())
        raise
    if faults is None and noted.count:
        raise DataError("set.faulty", source=source).with_details(noted.told())
    return faces


def parsed(spec: str) -> tuple[str, Path, str]:
    """The format, the path and the split (empty where none is named) in a specification. Raises DataError."""
    kind, _, place = spec.partition(":")
    if kind not in FORMATS or not place:
        raise DataError("set.unknown-format", spec=spec, formats=[f"{kind}:PATH" for kind in FORMATS])
    path, _, split = (place, "", "") if is_there(Path(place)) else place.rpartition("#")
    return kind, Path(path or place), split


def load_all(specs: Sequence[str]) -> FaceSet:
    """Return the faces that all of `specs` name, as one set."""
    return join([load(spec) for spec in specs])


def load_to_measure(specs: Sequence[str]) -> FaceSet:
    """`load_all` without faces whose votes tie: whatever a model said of them would be wrong, or right by chance."""
    return load_all(specs).settled()
