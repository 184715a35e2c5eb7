"""Slices: on which of the stored faces two models are right, by what their pictures are like and what
people say about themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fers.analysis import slices as analysis
from fers.analysis.slices import Reliability, Slice
from fers.domain.evaluation_sets import OWN_LABELS, EvaluationSet
from fers.domain.faces import Origin, Source
from fers.domain.groups import DIMENSIONS
from fers.domain.interfaces import RecordStore
from fers.domain.people import Person
from fers.domain.picture import BRIGHTNESS, RESOLUTION, SHARPNESS, PictureFacts
from fers.services.models.arena import Arena
from fers.services.models.pictures import Pictures
from fers.services.people.groups import Groups

SOURCE_NAMES = {Source.WEBCAM: "Camera", Source.UPLOAD: "Upload", Source.IMPORT: "Imported"}
_BY_PICTURE = {"Resolution": RESOLUTION, "Brightness": BRIGHTNESS, "Sharpness": SHARPNESS}


@dataclass(frozen=True)
class Sliced:
    """Two models on the same faces, part by part."""

    slices: list[Slice]
    reliability: tuple[Reliability, Reliability]
    unmeasured: int
    """Faces whose pictures nobody has measured yet: they are in no slice of resolution, brightness and sharpness."""


class Slices:
    def __init__(self, arena: Arena, records: RecordStore, pictures: Pictures, groups: Groups):
        self._arena = arena
        self._records = records
        self._pictures = pictures
        self._groups = groups

    def compare(self, actor: Person, one: str, other: str, on: EvaluationSet = OWN_LABELS) -> Sliced:
        """Two models on the faces that both answered, part by part: in the order of the parts, not of the scores.

        Raises NotPermitted as `Arena.pairwise` does, and InvalidInput when there is nothing to compare.
        """
        common, _ = self._arena.pairwise(actor, one, other, on)
        face_ids = common.face_ids.tolist()
        wanted = set(face_ids)
        found_faces = {face.id: face for face in self._records.origins() if face.id in wanted}
        there = np.array([face_id in found_faces for face_id in face_ids], bool)  # Else withdrawn meanwhile.
        faces = [found_faces[face_id] for face_id in face_ids if face_id in found_faces]
        labels, answers = common.labels[there], [of_model[there] for of_model in common.answers]
        right = [of_model.argmax(axis=1) == labels for of_model in answers]
        people = common.people[there]
        facts = self._pictures.measured()
        found = []
        for dimension, order, names in _dimensions(faces, facts):
            found += analysis.slices(dimension, names, order, people, right)
        for about, names in self._groups.of_faces(actor, faces).items():
            found += analysis.slices(about, names, DIMENSIONS[about], people, right)
        of_one, of_other = (analysis.reliability(of_model, labels) for of_model in answers)
        return Sliced(found, (of_one, of_other), sum(face.id not in facts for face in faces))


def _dimensions(
    faces: list[Origin], facts: dict[str, PictureFacts]
) -> Iterator[tuple[str, Sequence[str], list[str | None]]]:
    """(What faces are parted by, its parts in order, the part of each face)."""
    yield "Source", list(SOURCE_NAMES.values()), [SOURCE_NAMES[face.source] for face in faces]
    for dimension, bins in _BY_PICTURE.items():
        yield dimension, bins.names, [bins.name(facts[face.id]) if face.id in facts else None for face in faces]
