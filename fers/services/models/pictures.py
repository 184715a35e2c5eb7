"""What the pictures of stored faces are like, for comparing models on the bright and the dark ones."""

from collections.abc import Iterable

from fers.domain.images import decode_stored
from fers.domain.interfaces import AnswerStore, ImageStore, RecordStore
from fers.domain.picture import FACTS_ID, PictureFacts, measure
from fers.domain.ranges import EVERY_ID, IdRange
from fers.errors import NotFound


class Pictures:
    """What faces' pictures are like: measured once, kept beside what models said about them, and gone with the face."""

    def __init__(self, records: RecordStore, images: ImageStore, answers: AnswerStore):
        self._records = records
        self._images = images
        self._answers = answers

    def measured(self, among: IdRange = EVERY_ID) -> dict[str, PictureFacts]:
        """By face id, in a range of ids."""
        return {face_id: PictureFacts(*map(float, row)) for face_id, row in self._answers.answers(FACTS_ID, among)}

    def measure(self, face_ids: Iterable[str]) -> None:
        """Measure faces and keep it. What is withdrawn meanwhile is left out."""
        found = {}
        for face in filter(None, map(self._records.face, face_ids)):
            try:
                found[face.id] = measure(decode_stored(self._images.get(face.id)), face.box).as_array()
            except NotFound:
                continue
        if found:
            self._answers.add_answers(FACTS_ID, found)
