"""Exploring a study's faces: counts, pages of faces, thumbnails."""

import numpy as np

from fers.domain.clock import Clock, utc_now
from fers.domain.emotions import Emotion
from fers.domain.exploring import QUARTERS, Cursor, FaceCount, FaceFilter, Found, disagreement
from fers.domain.images import glimpse
from fers.domain.interfaces import FaceIndex, ImageStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.services.faces.images import image_of
from fers.services.faces.sight import face_in_sight
from fers.services.people.groups import Groups

THUMBNAIL_PIXELS = 112


class Explore:
    def __init__(
        self, records: RecordStore, index: FaceIndex, images: ImageStore, groups: Groups, now: Clock = utc_now
    ):
        self._records = records
        self._index = index
        self._images = images
        self._groups = groups
        self._now = now

    def counts(self, actor: Person, study_id: str, wanted: FaceFilter) -> list[FaceCount]:
        """How many faces are wanted, by week and class."""
        require(actor, Action.VIEW_DATASET, study_id)
        return self._index.counts(study_id, wanted) if self._may_be_seen(actor, study_id, wanted) else []

    def agreement(self, actor: Person, study_id: str, wanted: FaceFilter) -> dict[int, int]:
        """How many of the wanted faces there are in each quarter of the annotators' agreement; those that fewer than
        two have labelled are in no quarter."""
        require(actor, Action.VIEW_DATASET, study_id)
        found = self._index.agreement(study_id, wanted) if self._may_be_seen(actor, study_id, wanted) else {}
        return {part: found.get(part, 0) for part in QUARTERS if not wanted.agreement or part in wanted.agreement}

    def newest(
        self, actor: Person, study_id: str, wanted: FaceFilter, count: int, after: Found | None = None
    ) -> list[Found]:
        """A page of the newest wanted faces; the next page comes `after` the last face of the one before."""
        require(actor, Action.VIEW_DATASET, study_id)
        place = Cursor(after.face.given_at, after.face.id) if after else None
        return self._index.newest(study_id, wanted, count, place) if self._may_be_seen(actor, study_id, wanted) else []

    def most_disputed(
        self, actor: Person, study_id: str, label: Emotion | None, count: int, after: Found | None = None
    ) -> list[Found]:
        """A page of the faces, of one class or all, where the model is surest of something else than the class."""
        require(actor, Action.VIEW_DATASET, study_id)
        place = Cursor(disagreement(after.face, after.label), after.face.id) if after else None
        return self._index.most_disputed(study_id, label, count, place)

    def least_agreed(self, actor: Person, study_id: str, count: int, after: Found | None = None) -> list[Found]:
        """A page of the faces that annotators agree least about; those that all agree about are left out."""
        require(actor, Action.VIEW_DATASET, study_id)
        return self._index.least_agreed(study_id, count, after.face.id if after else None)

    def thumbnail(self, actor: Person, face_id: str, pixels: int = THUMBNAIL_PIXELS) -> np.ndarray | None:
        """The face's crop, `pixels` x `pixels` x 3 RGB (uint8); None for a photo that its person lets nobody else look
        at, or whose retention date has come. Raises NotFound when it is gone, and ImageLost."""
        face = face_in_sight(self._records, actor, face_id)
        if not face.may_be_shown(self._now()):
            return None
        return glimpse(image_of(self._images, face), face.box, pixels)

    def _may_be_seen(self, actor: Person, study_id: str, wanted: FaceFilter) -> bool:
        """A group that is too small to be shown has no faces, as far as anybody can see."""
        if wanted.group is None:
            return True
        about, answer = wanted.group
        return answer in self._groups.sizes(actor, study_id)[about]
