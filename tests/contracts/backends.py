"""The backends that every contract runs on. A new one is a class like `Embedded` and a line in `BACKENDS`."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from fers.domain.interfaces import (
    AnswerStore,
    FaceIndex,
    ImageStore,
    Journal,
    LabelStore,
    RecordStore,
    SignIn,
    SnapshotStore,
    StudyStore,
)
from fers.storage.database import Database
from fers.storage.embedded_answers import EmbeddedAnswers
from fers.storage.embedded_face_index import EmbeddedFaceIndex
from fers.storage.embedded_images import EmbeddedImages
from fers.storage.embedded_journal import EmbeddedJournal
from fers.storage.embedded_labels import EmbeddedLabels
from fers.storage.embedded_records import EmbeddedRecords
from fers.storage.embedded_sign_in import EmbeddedSignIn
from fers.storage.embedded_snapshots import EmbeddedSnapshots
from fers.storage.embedded_studies import EmbeddedStudies


class Embedded:
    """Each call opens the store anew, as a restart or another process would."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._opened: list[Database] = []

    def records(self) -> RecordStore:
        return EmbeddedRecords(self._database())

    def answers(self) -> AnswerStore:
        return EmbeddedAnswers(self._database())

    def studies(self) -> StudyStore:
        return EmbeddedStudies(self._database())

    def face_index(self) -> FaceIndex:
        return EmbeddedFaceIndex(self._database())

    def labels(self) -> LabelStore:
        return EmbeddedLabels(self._database())

    def snapshots(self) -> SnapshotStore:
        return EmbeddedSnapshots(self._database())

    def images(self) -> ImageStore:
        return EmbeddedImages(self._folder)

    def journal(self) -> Journal:
        return EmbeddedJournal(self._database())

    def sign_in(self, now: Callable[[], datetime], idle: timedelta, lifetime: timedelta) -> SignIn:
        return EmbeddedSignIn(self._database(), now, idle, lifetime)

    def close(self) -> None:
        for database in self._opened:
            database.close()

    def _database(self) -> Database:
        self._opened.append(Database(self._folder))
        return self._opened[-1]


BACKENDS = {"embedded": Embedded}
