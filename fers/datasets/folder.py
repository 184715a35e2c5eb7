"""Class sub-folders: a folder that an image lies in names its class."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from fers.datasets.faces import DataError, FaceSet, Gathering, NoFaces
from fers.datasets.faults import UnknownWord
from fers.datasets.files import Files, archives, is_picture
from fers.datasets.reading import Reading
from fers.datasets.splits import SeveralSplits
from fers.datasets.words import Vocabulary
from fers.domain.emotions import LABELS, Emotion

LEVELS = ("split", "class", "person", "*")
"""What nested folders can stand for; a star for nothing."""
_NUMBERED = re.compile(r"\d+[\s._-]+(.+)")


@dataclass(frozen=True)
class _Meant:
    """What the folders above an image say."""

    emotion: Emotion | None
    """None where its word is left out."""
    split: str
    person: str


def load(path: Path, reading: Reading) -> FaceSet:
    """Read `happy/a.jpg`, `train/happy/a.jpg` with the split "train", or `happy/s01/a.jpg` of the person "s01", from
    the folder or zip `path`; of folders that are nested in another way somebody says how."""
    files, gathering = Files(path), Gathering()
    names = files.names()
    pictures = [(name, PurePosixPath(name).parent) for name in names if is_picture(name)]
    if not pictures and (packed := archives(names)):
        raise DataError("set.packed-within", source=reading.source, files=packed[:9])
    meant = _meanings(Counter(folder for _, folder in pictures), reading)
    if pictures and not meant:
        raise NoFaces("folders.no-class", source=reading.source)
    pictures = [
        (name, meant[folder])
        for name, folder in pictures
        if folder in meant and reading.split.takes(meant[folder].split)
    ]
    if meant:
        _check(reading)
    for name, shown in pictures:
        if shown.emotion is None:
            gathering.drop(f"in {PurePosixPath(name).parent}")
        else:
            gathering.add(name, shown.emotion, person=shown.person)
    return gathering.faces(reading.source, lambda index: files.image(gathering.names[index]))


def name_classes(names: Iterable[str]) -> bool:
    """Whether any of these files is a picture in a folder that names a class in usual words."""
    words = Vocabulary()
    folders = {PurePosixPath(name).parent for name in names if is_picture(name)}
    return any(_is_class(part, words) for part in {part for folder in folders for part in folder.parts})


def _is_class(name: str, words: Vocabulary) -> bool:
    try:
        return _named(name, words) is not None
    except UnknownWord:
        return False


def _check(reading: Reading) -> None:
    try:
        reading.split.check(reading.source)
    except SeveralSplits as error:
        if reading.meanings.folders:
            raise
        raise SeveralSplits("folders.splits-or-people", source=reading.source, splits=error.splits) from error


def _meanings(folders: Counter[PurePosixPath], reading: Reading) -> dict[PurePosixPath, _Meant]:
    """What the folders say that images lie in; those that say nothing are noted as faults."""
    known, layout = {}, _levels(reading.meanings.folders)
    for folder, pictures in sorted(folders.items()):
        try:
            known[folder] = _as_said(folder, layout, reading) if layout else _as_usual(folder, reading.meanings.words)
        except DataError as error:
            reading.faults.note(error, reading.source, pictures)
    return known


def _levels(folders: str) -> list[str]:
    levels = [level.strip() for level in folders.split("/") if level.strip()]
    if levels and ("class" not in levels or set(levels) - set(LEVELS)):
        raise DataError("folders.impossible", folders=folders, levels=LEVELS)
    return levels


def _as_said(folder: PurePosixPath, levels: list[str], reading: Reading) -> _Meant:
    if len(folder.parts) < len(levels):
        raise DataError("folders.not-nested", folder=folder, levels="/".join(levels))
    parts = dict(zip(reversed(levels), reversed(folder.parts), strict=False))
    emotion = _emotion(folder, parts["class"], reading.meanings.words)
    return _Meant(emotion, parts.get("split", ""), parts.get("person", ""))


def _as_usual(folder: PurePosixPath, words: Vocabulary) -> _Meant:
    """The innermost folder that names a class does so; the one above is its split, the one below its person."""
    parts = folder.parts
    for place in reversed(range(len(parts))):
        try:
            emotion = _named(parts[place], words)
        except UnknownWord:
            continue
        return _Meant(emotion, "".join(parts[:place][-1:]), "".join(parts[place + 1 :][:1]))
    return _Meant(_emotion(folder, folder.name, words), "", "")


def _emotion(folder: PurePosixPath, name: str, words: Vocabulary) -> Emotion | None:
    try:
        return _named(name, words)
    except UnknownWord as error:
        raise UnknownWord("folders.unknown-class", folder=folder, classes=LABELS).naming(error.word) from error


def _named(name: str, words: Vocabulary) -> Emotion | None:
    """The class that a folder names, perhaps after its number, as in "3_surprise". Raises UnknownWord."""
    try:
        return words.emotion(name)
    except UnknownWord:
        if numbered := _NUMBERED.fullmatch(name):
            return words.emotion(numbered[1])
        raise
