"""FER+: `label.csv` lists with ten people's votes, beside their images (Barsoum et al., ICMI 2016)."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np

from fers.datasets.faces import DataError, FaceSet, Gathering
from fers.datasets.files import Files
from fers.datasets.reading import Reading
from fers.datasets.tables import csv_rows
from fers.domain.emotions import LABELS, Emotion

COLUMNS = (
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
_OTHERS = ("unknown", "not a face")

Protocol = Callable[[np.ndarray], tuple[np.ndarray | None, str | None]]


def majority_vote(votes: np.ndarray) -> tuple[np.ndarray | None, str | None]:
    """Return (distribution over the eight classes, None), or (None, why the face is dropped).

    FER+'s majority voting (Barsoum et al., ICMI 2016): classes with a single vote are outliers and lose it; the face
    is kept when one of the eight emotions then holds more than half of the votes. `votes` is FER+'s ten counts.
    """
    kept = np.where(votes > 1, votes, 0)
    if kept.max() * 2 <= kept.sum():
        return None, "no majority"
    return _distribution(kept)


def vote_distribution(votes: np.ndarray) -> tuple[np.ndarray | None, str | None]:
    """As `majority_vote`, but a face is kept whenever one of the eight emotions has the most votes: people who
    disagree about a face teach a network something too."""
    return _distribution(np.where(votes > 1, votes, 0) if (votes > 1).any() else votes)


def load(path: Path, reading: Reading, protocol: Protocol = majority_vote) -> FaceSet:
    """Read every `label.csv` in the folder or zip `path`; the folder of each is its split."""
    files, gathering = Files(path), Gathering()
    tables = [name for name in files.names() if PurePosixPath(name).name == "label.csv"]
    if not tables:
        raise DataError("ferplus.no-list", path=path)
    tables = [table for table in tables if reading.split.takes(PurePosixPath(table).parent.name)]
    reading.split.check(reading.source)
    for table in tables:
        where = reading.at(f"{path}: {table}")
        for row in csv_rows(files.open(table), where):
            with where:
                target, reason = protocol(_votes(row))
                if target is None:
                    gathering.drop(reason)
                else:
                    gathering.add(files.existing(str(PurePosixPath(table).parent / row[0])), target, row=where.row)
    return gathering.faces(reading.source, lambda index: files.image(gathering.names[index]))


def _votes(row: list[str]) -> np.ndarray:
    try:
        votes = np.array([int(count) for count in row[2:12]], float)
    except (ValueError, OverflowError):
        votes = np.empty(0)
    if votes.shape != (10,) or (votes < 0).any() or not votes.any():
        raise DataError("ferplus.votes")
    return votes


def _distribution(votes: np.ndarray) -> tuple[np.ndarray | None, str | None]:
    winner = int(votes.argmax())
    if winner >= len(COLUMNS):
        return None, _OTHERS[winner - len(COLUMNS)]
    distribution = np.zeros(len(LABELS))
    distribution[list(COLUMNS)] = votes[:8] / votes[:8].sum()
    return distribution, None
