"""Labels as arrays, which statistics are computed from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from fers.domain.labels import Label


@dataclass(frozen=True)
class Votes:
    """What each annotator said about each face; a pair that said nothing takes no room. `n` is the number of votes."""

    faces: tuple[str, ...]
    """The ids of the faces, sorted."""
    annotators: tuple[str, ...]
    """The ids of the annotators, sorted."""
    face: np.ndarray
    """n indices into `faces`."""
    annotator: np.ndarray
    """n indices into `annotators`."""
    value: np.ndarray
    """n class ids, or n numbers."""

    def counts(self, classes: int) -> np.ndarray:
        """faces x classes: how many votes each face has for each class. For votes whose values are class ids."""
        cells = self.face * classes + self.value
        return np.bincount(cells, minlength=len(self.faces) * classes).reshape(len(self.faces), classes)

    def of(self, annotator: int) -> tuple[np.ndarray, np.ndarray]:
        """The faces (indices) that the annotator (an index) voted on, and the values."""
        own = self.annotator == annotator
        return self.face[own], self.value[own]


def collect(labels: Iterable[Label], value: Callable[[Label], int | float | None]) -> Votes:
    """The votes that `value` reads from `labels`. Labels for which it returns None are left out, and with them the
    faces and annotators that have no other."""
    given = [(label.face_id, label.annotator_id, number) for label in labels if (number := value(label)) is not None]
    face_ids, annotator_ids, values = zip(*given, strict=True) if given else ((), (), ())
    faces, face = np.unique(np.array(face_ids, str), return_inverse=True)
    annotators, annotator = np.unique(np.array(annotator_ids, str), return_inverse=True)
    # No vote at all would come out as floats, which count nothing.
    numbers = np.array(values) if given else np.zeros(0, int)
    return Votes(tuple(faces.tolist()), tuple(annotators.tolist()), face, annotator, numbers)
