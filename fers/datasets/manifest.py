"""Manifests: tables of one's own that say which image shows what."""

from functools import cache
from pathlib import Path

from fers.datasets import cells
from fers.datasets.faces import DataError, FaceSet, Gathering
from fers.datasets.files import Files
from fers.datasets.splits import Split
from fers.datasets.tables import Record, Where, csv_records, parquet_records
from fers.domain.boxes import Box
from fers.domain.emotions import Emotion

BOX = ("left", "top", "width", "height")
PERSON = ("person", "subject")
COLUMNS = ("image", "label", "split", "valence", "arousal", *BOX, *PERSON)


def load(path: Path, split: Split, source: str) -> FaceSet:
    """Read a CSV or Parquet table. Column `image` is a path beside the table or in a folder `images` beside it. `label`
    names the class, or a column for each emotion counts its votes; where there are both, the votes decide. Optional:
    `valence`, `arousal`, `split`, `left`, `top`, `width`, `height` of the face in the image, and `person` or `subject`:
    whom it shows. Others are ignored."""
    if not path.is_file():
        raise DataError(f"{path} does not exist or is not a file")
    files, gathering, where = Files(path.parent), Gathering(), Where(str(path))
    if path.suffix.lower() == ".parquet":
        records = parquet_records(path, where, _is_used)
    else:
        records = csv_records(files.open(path.name), where)
    for record in records:
        with where:
            if split.takes(str(record.get("split") or "")):
                image = str(_cell(record, "image"))
                name = files.existing(image, f"images/{image}")
                gathering.add(name, _target(record), _dimensions(record), _box(record), _person(record))
    split.check(source)
    return gathering.faces(source, lambda index: files.image(gathering.names[index]))


def _target(record: Record) -> Emotion | list[float]:
    votes = [0.0] * len(Emotion)
    for column, cell in record.items():
        emotion = _emotion(column)
        if emotion is not None and not cells.is_empty(cell):
            votes[emotion] += cells.number(cell)
    if min(votes) < 0:
        raise DataError("a number of votes is below zero")
    return [count / sum(votes) for count in votes] if any(votes) else cells.emotion(_cell(record, "label"))


def _dimensions(record: Record) -> tuple[float, float]:
    return cells.dimensions(record.get("valence"), record.get("arousal"))


def _box(record: Record) -> Box | None:
    corner_and_size = [record.get(column) for column in BOX]
    return None if all(map(cells.is_empty, corner_and_size)) else cells.box(*corner_and_size)


def _person(record: Record) -> str:
    named = (record.get(column) for column in PERSON)
    return next((str(cell).strip() for cell in named if not cells.is_empty(cell)), "")


def _cell(record: Record, column: str):
    if column not in record:
        raise DataError(f"no column {column}")
    if cells.is_empty(record[column]):
        raise DataError(f"no {column}")
    return record[column]


def _is_used(column: str) -> bool:
    return column in COLUMNS or _emotion(column) is not None


@cache
def _emotion(column: str) -> Emotion | None:
    """Return the emotion whose votes the column counts, None for other columns."""
    try:
        return Emotion.from_label(column)
    except ValueError:
        return None
