"""AffectNet in either layout that its authors distribute (Mollahosseini et al., 2017)."""

import io
import re
from pathlib import Path, PurePosixPath

import numpy as np

from fers.datasets import cells
from fers.datasets.faces import DataError, FaceSet, Gathering
from fers.datasets.files import Files
from fers.datasets.reading import Reading
from fers.datasets.tables import csv_rows
from fers.domain.emotions import Emotion

NO_EMOTION = {8: "none of the eight", 9: "uncertain", 10: "not a face"}
"""Class ids that name no emotion: such faces are dropped and counted. 0 to 7 are those of `Emotion`."""
_NOT_JUDGED = -2
"""Stands for unknown valence and arousal."""
_ANNOTATION = re.compile(r"(?:.*/)?annotations/[^/]+_exp\.npy")
_LISTS = ("training.csv", "validation.csv", "automatically_annotated.csv")
_LIST_FOLDERS = ("", "Manually_Annotated_file_lists", "Automatically_Annotated_file_lists")
_LIST = re.compile(f"((?:.*/)??)({'|'.join(_LIST_FOLDERS[1:])})/({'|'.join(map(re.escape, _LISTS))})")
"""A list in its own folder, which what packs a folder may have put into another one."""
_IMAGE_FOLDERS = ("", "Manually_Annotated_Images", "Automatically_Annotated_Images")
_COLUMNS = 9
"""subDirectory_filePath, face_x, face_y, face_width, face_height, facial_landmarks, expression, valence, arousal."""


def is_part(name: str) -> bool:
    """Whether a file's name shows that its set is AffectNet."""
    return bool(_LIST.fullmatch(name) or _ANNOTATION.fullmatch(name))


def load(path: Path, reading: Reading) -> FaceSet:
    """Read the folder or zip `path`: lists (`training.csv`: the split is "training") of images that faces are cut out
    of, or numbered faces (`train_set/images/N.jpg`: the split is "train_set") with their annotations."""
    files, gathering = Files(path), Gathering()
    lists = [name for folder in _LIST_FOLDERS for table in _LISTS if (name := _below(folder, table)) in files]
    if lists := lists or [name for name in files.names() if _LIST.fullmatch(name)]:
        lists = [table for table in lists if reading.split.takes(PurePosixPath(table).stem)]
        reading.split.check(reading.source)
        for table in lists:
            _gather_listed(files, table, reading, gathering)
    else:
        annotations = [name for name in files.names() if _ANNOTATION.fullmatch(name)]
        if not annotations:
            raise DataError("affectnet.no-lists", path=path, lists=_LISTS)
        annotations = [name for name in annotations if reading.split.takes(PurePosixPath(name).parent.parent.name)]
        reading.split.check(reading.source)
        for name in annotations:
            _gather_numbered(files, name, reading, gathering)
    return gathering.faces(reading.source, lambda index: files.image(gathering.names[index]))


def _gather_listed(files: Files, table: str, reading: Reading, gathering: Gathering) -> None:
    where, within = reading.at(f"{files.path}: {table}"), _LIST.fullmatch(table)
    above = within[1] if within else ""
    for row in csv_rows(files.open(table), where):
        if row[0] == "subDirectory_filePath":  # The validation list comes without a header.
            continue
        with where:
            if len(row) != _COLUMNS:
                raise DataError("affectnet.row-length", cells=len(row), columns=_COLUMNS)
            name, *box, _, expression, valence, arousal = row
            emotion = _emotion(expression, gathering)
            if emotion is not None:
                name = files.existing(*(_below(above + folder, name) for folder in _IMAGE_FOLDERS))
                gathering.add(name, emotion, _dimensions(valence, arousal), cells.box(*box), row=where.row)


def _gather_numbered(files: Files, annotation: str, reading: Reading, gathering: Gathering) -> None:
    stem = PurePosixPath(annotation.removesuffix("_exp.npy"))
    with reading.at(f"{files.path}: {annotation}"):
        emotion = _emotion(_scalar(files, annotation), gathering)
        if emotion is not None:
            image = files.existing(_below(stem.parent.parent, f"images/{stem.name}.jpg"))
            gathering.add(
                image, emotion, _dimensions(_scalar(files, f"{stem}_val.npy"), _scalar(files, f"{stem}_aro.npy"))
            )


def _emotion(cell: str | float, gathering: Gathering) -> Emotion | None:
    number = cells.number(cell)
    if number in NO_EMOTION:
        gathering.drop(NO_EMOTION[number])
        return None
    if number not in set(Emotion):
        raise DataError("affectnet.unknown-class", cell=cell)
    return Emotion(number)


def _dimensions(valence: str | float, arousal: str | float) -> tuple[float, float]:
    judged = (None if cells.number(cell) == _NOT_JUDGED else cell for cell in (valence, arousal))
    return cells.dimensions(*judged)


def _scalar(files: Files, name: str) -> str | float:
    """Return the one number in a NumPy file; the authors keep some as text."""
    try:
        return np.load(io.BytesIO(files.read(name)), allow_pickle=False).item()
    except Exception as error:  # noqa: BLE001 - NumPy raises many kinds for broken files
        raise DataError("affectnet.no-number", file=name, problem=error) from error


def _below(folder: str | PurePosixPath, name: str) -> str:
    return str(PurePosixPath(folder, name))
