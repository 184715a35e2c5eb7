"""What a set is like, looked at before anything of it is stored."""

from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

from PIL import Image

from fers.datasets import DataError, FaceSet, Faults, Meanings, load
from fers.datasets.columns import UnknownColumns
from fers.datasets.faces import NoFaces
from fers.datasets.splits import SeveralSplits
from fers.datasets.words import Vocabulary
from fers.domain.emotions import Emotion

FIRST_FACES = 8
THUMBNAIL_SIDE = 128


@dataclass(frozen=True)
class Manner:
    """How a set is to be read, where its looks don't tell."""

    split: str = ""
    words: tuple[str, ...] = ()
    """As `Vocabulary.parsed` reads them."""
    columns: dict[str, str] = field(default_factory=dict)
    folders: str = ""

    def meanings(self) -> Meanings:
        return Meanings(Vocabulary.parsed(self.words), self.columns, self.folders)


@dataclass(frozen=True)
class FirstFace:
    """A face of a set that isn't stored yet."""

    name: str
    emotion: Emotion
    picture: Image.Image | None
    """Small; None for one that can't be used."""


@dataclass(frozen=True)
class Preview:
    format: str
    """In `fers.datasets.FORMATS`."""
    faces: int = 0
    people: int | None = None
    """How many the set names; None where it doesn't say."""
    annotators: int = 0
    """How many it tells apart."""
    classes: Counter[Emotion] = field(default_factory=Counter)
    first: tuple[FirstFace, ...] = ()
    dropped: Counter[str] = field(default_factory=Counter)
    """Faces that name no emotion, by reason."""
    left_out: int = 0
    """Rows that can't be used."""
    told: tuple[str, ...] = ()
    """Why, for the first of them."""
    words: tuple[str, ...] = ()
    """Labels that name no class, most frequent first."""
    refused: str = ""
    """Why it can't be read like this; empty where it can."""
    splits: tuple[str, ...] = ()
    """Of which one has to be chosen."""
    columns: tuple[str, ...] = ()
    """Of which the `missing` ones have to be chosen, and the `unsaid` ones may be."""
    missing: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


def read(path: Path, format: str, manner: Manner, faults: Faults) -> FaceSet:
    """Raises DataError."""
    part = f"#{manner.split}" if manner.split else ""
    return load(f"{format}:{path}{part}", manner.meanings(), faults)


def look(path: Path, format: str, manner: Manner) -> Preview:
    """Look at a set; what can't be read says why. Raises DataError for words that map nothing."""
    manner.meanings()
    faults = Faults()
    try:
        found = _of_faces(format, read(path, format, manner, faults))
    except SeveralSplits as error:
        return Preview(format, refused=str(error), splits=tuple(error.splits))
    except UnknownColumns as error:
        return Preview(format, refused=str(error), columns=tuple(error.there), missing=tuple(error.missing))
    except NoFaces as error:
        found = Preview(format, refused=f"There is no face in it that can be used. {error.next}".strip())
    except DataError as error:
        return Preview(format, refused=str(error))
    words = tuple(word for word, _ in faults.words.most_common())
    return replace(found, left_out=faults.count, told=tuple(faults.told()), words=words)


def _of_faces(format: str, faces: FaceSet) -> Preview:
    return Preview(
        format=format,
        faces=len(faces),
        people=len(set(faces.people) - {""}) if faces.people else None,
        annotators=len({vote.annotator for votes in faces.votes.values() for vote in votes}),
        classes=Counter(map(Emotion, faces.labels.tolist())),
        first=tuple(_first(faces, index) for index in range(min(FIRST_FACES, len(faces)))),
        dropped=faces.dropped,
        columns=tuple(faces.unread.columns),
        unsaid=tuple(faces.unread.meanings) if faces.unread.columns else (),
    )


def _first(faces: FaceSet, index: int) -> FirstFace:
    try:
        picture = faces.image(index)
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    except DataError:
        picture = None
    return FirstFace(faces.names[index], Emotion(int(faces.labels[index])), picture)
