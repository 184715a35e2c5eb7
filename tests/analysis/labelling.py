"""Labels for tests, written as tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fers.domain.emotions import Emotion
from fers.domain.labels import Label, Verdict, only

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CLASSES = len(Emotion)
NOTHING = -1


def label(face: str, annotator: str, said: Emotion | Verdict, **details) -> Label:
    if isinstance(said, Emotion):
        details = {"distribution": only(said)} | details
        said = Verdict.EMOTION
    return Label(face, "study", annotator, said, NOON, **details)


def said_of(face: str, *outcomes: Emotion | Verdict) -> list[Label]:
    """One label of the face from as many annotators as there are outcomes."""
    return [label(face, f"annotator {index}", said) for index, said in enumerate(outcomes)]


def from_table(table: np.ndarray) -> list[Label]:
    """The labels of a table of annotators x faces, with class ids or `NOTHING`."""
    return [
        label(f"face {face:04}", f"annotator {annotator}", Emotion(said))
        for (annotator, face), said in np.ndenumerate(table)
        if said != NOTHING
    ]


def counts_of(table: np.ndarray) -> np.ndarray:
    """faces x classes counts of the table's faces that have two labels."""
    counts = (table[:, :, None] == np.arange(CLASSES)).sum(axis=0)
    return counts[counts.sum(axis=1) > 1]


def shuffled(labels: Iterable[Label], faces: Mapping[str, str], annotators: Mapping[str, str]) -> list[Label]:
    """The labels under other names and in another order."""
    renamed = [label(faces[old.face_id], annotators[old.annotator_id], old.emotion) for old in labels]
    return sorted(renamed, key=lambda new: (new.annotator_id, new.face_id))


def truth_of(faces: int) -> np.ndarray:
    """A true class for each face."""
    return np.random.default_rng(0).integers(0, CLASSES, faces)


def seen_by(reliabilities: Sequence[float], truth: np.ndarray) -> np.ndarray:
    """A table of annotators who see the truth with the probability of their reliability, and else say anything."""
    random = np.random.default_rng(1)
    shape = len(reliabilities), len(truth)
    sees = random.random(shape) < np.array(reliabilities)[:, None]
    return np.where(sees, truth, random.integers(0, CLASSES, shape))


@st.composite
def tables(draw, least_said: int = NOTHING, least_annotators: int = 2):
    shape = draw(st.integers(least_annotators, 5)), draw(st.integers(1, 12))
    return draw(arrays(np.int64, shape, elements=st.integers(least_said, CLASSES - 1)))
