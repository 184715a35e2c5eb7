"""Storing a face whole or not at all: its image, then its record, under a mark in the journal."""

from collections.abc import Callable

from fers.domain.faces import Face
from fers.domain.interfaces import ErasureStore, ImageStore, Journal, RecordStore
from fers.errors import NotFound


class Storing:
    def __init__(self, records: RecordStore, images: ImageStore, journal: Journal, erasures: ErasureStore):
        self._records = records
        self._images = images
        self._journal = journal
        self._erasures = erasures

    def store(self, face: Face, data: bytes, require_wanted: Callable[[], None] = lambda: None) -> Face:
        """Store a face, or return the one that is stored under this id already. `require_wanted` is called before
        anything of a new one is written, and keeps it out by raising.

        The image goes first: once the record is there, everything of the face is. Raises StoreUnavailable (then nothing
        of the face is left), or NotFound when its person is gone, or took this very face back: what is noted as taken
        back would be taken away again.
        """
        try:
            with self._journal.writing(face.id):
                stored = self._records.face(face.id)
                if stored is not None:
                    return stored
                if self._erasures.is_gone(face.id):
                    raise NotFound("capture.withdrawn")
                require_wanted()
                self._images.put(face.id, data)
                self._records.create_face(face)
        except Exception:
            self.recover()
            raise
        return face

    def unless_stored(self, face_id: str, act: Callable[[], object]) -> bool:
        """Act while nobody stores the face with this id, unless it is there. Returns whether it is there."""
        try:
            with self._journal.writing(face_id):
                is_there = self._records.face(face_id) is not None
                if not is_there:
                    act()
        except Exception:
            self.recover()
            raise
        return is_there

    def recover(self) -> list[str]:
        """Finish or undo what a failed or killed submission or withdrawal left behind. Returns the faces' ids."""
        return self._journal.recover(self._finish)

    def _finish(self, face_id: str) -> None:
        """Leave the face whole, or nothing of it: nothing where it was noted that it is taken back. Only a writer that
        was taken for dead, and recovered by another server, can have left a record without its image."""
        if self._records.face(face_id) is None or self._erasures.is_gone(face_id):
            self._records.delete_face(face_id)  # Whoever began to may not have come to all that belongs to it.
            self._images.delete(face_id)
            return
        try:
            self._images.get(face_id)
        except NotFound:
            self._records.delete_face(face_id)
