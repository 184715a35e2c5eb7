"""FER-2013: one CSV with the pixels of all faces, as Kaggle distributes it (Goodfellow et al., 2013)."""

import csv
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO
from zipfile import is_zipfile

import numpy as np
from PIL import Image

from fers.datasets import cells
from fers.datasets.faces import DataError, FaceSet, Gathering
from fers.datasets.files import Files, require_there
from fers.datasets.reading import Reading
from fers.datasets.tables import Where
from fers.domain.emotions import Emotion

SIDE = 48
CLASSES = (
    Emotion.ANGER,
    Emotion.DISGUST,
    Emotion.FEAR,
    Emotion.HAPPY,
    Emotion.SAD,
    Emotion.SURPRISE,
    Emotion.NEUTRAL,
)
"""The emotions in the order of FER-2013's class ids."""
COLUMNS = ("emotion", "pixels")
_SPLIT = "usage"
"""A column that only some of Kaggle's files have: others hold a single split."""
_LONGEST_ROW = 100_000
"""In bytes; a row of the true file takes a tenth."""


def load(path: Path, reading: Reading) -> FaceSet:
    """Read `fer2013.csv`, `icml_face_data.csv` or `train.csv`; the split is the column "Usage", if there is one. Of a
    row only its place in the file is kept: as text, they take a third of a gigabyte."""
    require_there(path)
    if not path.is_file():
        raise DataError("set.no-such-table", path=path)
    if is_zipfile(path):
        raise DataError("fer2013.packed", path=path)
    gathering, places, where = Gathering(), array("q"), reading.at(str(path))
    with Files(path.parent).open(path.name) as file:
        lines = _lines(file, where)
        with where.for_all():
            columns = _columns(next(lines, (0, b""))[1])
        for place, line in lines:
            with where:
                label, pixels, usage = _cells(line, columns)
                if pixels.count(" ") != SIDE * SIDE - 1:
                    raise DataError("fer2013.pixels", count=SIDE * SIDE)
                if reading.split.takes(usage):
                    gathering.add(f"row {where.row}", _emotion(label))
                    places.append(place)
    reading.split.check(reading.source)

    def face(index: int) -> Image.Image:
        with path.open("rb") as file:
            file.seek(places[index])
            _, pixels, _ = _cells(file.readline(_LONGEST_ROW), columns)
        levels = np.fromstring(pixels, np.int16, sep=" ")
        if levels.min() < 0 or levels.max() > 255:
            raise ValueError("a pixel is not from 0 to 255")
        return Image.fromarray(levels.astype(np.uint8).reshape(SIDE, SIDE))

    return gathering.faces(reading.source, face)


def is_header(columns: Iterable[str]) -> bool:
    return set(COLUMNS) <= {column.strip().lower() for column in columns}


def _lines(file: BinaryIO, where: Where) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that aren't empty, each with its place in the file, counting all from 1 in `where`."""
    place = 0
    while line := file.readline(_LONGEST_ROW):
        where.row += 1
        if line.strip():
            yield place, line
        place += len(line)


def _columns(header: bytes) -> list[int]:
    names = [name.strip().lower() for name in _parsed(header.removeprefix(b"\xef\xbb\xbf"))]
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        raise DataError("fer2013.columns-missing", columns=missing)
    return [names.index(column) for column in (*COLUMNS, _SPLIT) if column in names]


def _cells(line: bytes, columns: list[int]) -> list[str]:
    """Return the label, the pixels and the usage in a row; "" where no column says that."""
    row = _parsed(line)
    if len(row) <= max(columns):
        raise DataError("fer2013.row")
    return [*(row[column].strip() for column in columns), ""][: len(COLUMNS) + 1]


def _parsed(line: bytes) -> list[str]:
    try:
        return next(csv.reader([line.decode()]), [])
    except (csv.Error, UnicodeDecodeError) as error:
        raise DataError("fer2013.not-csv", problem=error) from error


def _emotion(label: str) -> Emotion:
    number = cells.number(label)
    if number not in range(len(CLASSES)):
        raise DataError("fer2013.unknown-class", cell=label)
    return CLASSES[int(number)]
