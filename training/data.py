"""Labelled faces for training and evaluation, read from what a `--data` specification names."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from fers.domain.emotions import LABELS, Emotion

FERPLUS_COLUMNS = (
    Emotion.NEUTRAL,
    Emotion.HAPPY,
    Emotion.SURPRISE,
    Emotion.SAD,
    Emotion.ANGER,
    Emotion.DISGUST,
    Emotion.FEAR,
    Emotion.CONTEMPT,
)
"""The emotions in the order of FER+'s vote columns; "unknown" and "not a face" follow them."""


class DataError(ValueError):
    """A data specification, or a row of what it names, cannot be used. The message names the file and the row."""


@dataclass(frozen=True)
class FaceSet:
    """Labelled faces whose images are read one at a time, so that a set of any size can be gone through."""

    source: str
    names: tuple[str, ...]
    targets: np.ndarray
    """n x 8, each row the distribution of the votes over the classes (one-hot where there was one label)."""
    read: Callable[[int], bytes]
    """Returns the encoded image of a face by its index."""
    dropped: Counter
    """How many faces the protocol left out, by reason."""

    def __len__(self) -> int:
        return len(self.names)

    @property
    def labels(self) -> np.ndarray:
        """n class ids: the most voted class of each face."""
        return self.targets.argmax(axis=1)


class _Files:
    """Files by name below a folder or inside a zip, whichever `path` is."""

    def __init__(self, path: Path):
        if not path.exists():
            raise DataError(f"{path} does not exist")
        self.path = path
        self._zip = None
        if path.is_file():
            if not zipfile.is_zipfile(path):
                raise DataError(f"{path} is neither a folder nor a zip file")
            # Read whole: a zip handle shared by reading threads would have to lock around its file position.
            self._zip = zipfile.ZipFile(io.BytesIO(path.read_bytes()))

    def names(self) -> list[str]:
        if self._zip:
            return self._zip.namelist()
        return [str(file.relative_to(self.path)) for file in sorted(self.path.rglob("*")) if file.is_file()]

    def read(self, name: str) -> bytes:
        return self._zip.read(name) if self._zip else (self.path / name).read_bytes()


def load(spec: str) -> FaceSet:
    """Return the faces that `spec` names.

    `ferplus:PATH`: a folder or zip in FER+ layout (`label.csv` beside its images), under the published protocol of
    majority voting. `manifest:PATH`: a CSV with the columns `image` (a path beside the CSV, or in
    a folder `images` beside it) and `label`.
    Raises DataError when the specification or what it names cannot be used.
    """
    kind, _, path = spec.partition(":")
    loaders = {"ferplus": _load_ferplus, "manifest": _load_manifest}
    if kind not in loaders or not path:
        raise DataError(f"{spec!r} is not a data specification: write {' or '.join(f'{k}:PATH' for k in loaders)}")
    return loaders[kind](Path(path))


def decode(data: bytes) -> Image.Image:
    """Return an encoded image as RGB, upright."""
    with Image.open(io.BytesIO(data)) as image:
        return ImageOps.exif_transpose(image).convert("RGB")


def _load_ferplus(path: Path) -> FaceSet:
    files = _Files(path)
    lists = [name for name in files.names() if Path(name).name == "label.csv"]
    if not lists:
        raise DataError(f"{path} holds no label.csv, so it is not in FER+ layout")
    names, targets, dropped = [], [], Counter()
    for list_name in lists:
        rows = csv.reader(io.StringIO(files.read(list_name).decode()))
        for number, row in enumerate(rows, start=1):
            try:
                votes = np.array([int(count) for count in row[2:12]])
                target, reason = majority_vote(votes)
            except ValueError as error:
                raise DataError(f"{path}: {list_name}, row {number}: ten vote counts expected") from error
            if target is None:
                dropped[reason] += 1
            else:
                names.append(str(Path(list_name).parent / row[0]))
                targets.append(target)
    return FaceSet(f"ferplus:{path.name}", tuple(names), np.array(targets), lambda i: files.read(names[i]), dropped)


def majority_vote(votes: np.ndarray) -> tuple[np.ndarray | None, str | None]:
    """Return (distribution over the eight classes, None), or (None, why the face is dropped).

    FER+'s majority voting (Barsoum et al., ICMI 2016): classes with a single vote are outliers and lose it; the face
    is kept when one of the eight emotions then holds more than half of the votes. `votes` is FER+'s ten counts.
    """
    if votes.shape != (10,) or (votes < 0).any():
        raise ValueError("ten vote counts expected")
    kept = np.where(votes > 1, votes, 0)
    winner = int(kept.argmax())
    if kept[winner] * 2 <= kept.sum():
        return None, "no majority"
    if winner >= len(FERPLUS_COLUMNS):
        return None, ("unknown", "not a face")[winner - len(FERPLUS_COLUMNS)]
    distribution = np.zeros(len(LABELS))
    distribution[list(FERPLUS_COLUMNS)] = kept[:8] / kept[:8].sum()
    return distribution, None


def _load_manifest(path: Path) -> FaceSet:
    if not path.is_file():
        raise DataError(f"{path} does not exist or is not a file")
    names, ids = [], []
    with path.open(newline="") as file:
        rows = csv.DictReader(file)
        missing = {"image", "label"} - set(rows.fieldnames or ())
        if missing:
            raise DataError(f"{path}, row 1: no column {' or '.join(sorted(missing))}")
        for number, row in enumerate(rows, start=2):
            try:
                ids.append(Emotion.from_label(row["label"]))
            except ValueError as error:
                raise DataError(f"{path}, row {number}: {error}") from error
            if (path.parent / row["image"]).is_file():
                names.append(row["image"])
            elif (path.parent / "images" / row["image"]).is_file():
                names.append(f"images/{row['image']}")
            else:
                raise DataError(f"{path}, row {number}: no image {row['image']}")
    if not names:
        raise DataError(f"{path} lists no faces")
    return FaceSet(
        f"manifest:{path.name}",
        tuple(names),
        np.eye(len(LABELS))[ids],
        lambda i: (path.parent / names[i]).read_bytes(),
        Counter(),
    )
