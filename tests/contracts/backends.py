"""The backends that every contract runs on. A new one is a class like `Embedded` and a line in `BACKENDS`."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from fers.domain.interfaces import (
    AccessTokenStore,
    AnswerStore,
    ErasureStore,
    FaceIndex,
    FieldStore,
    GroupStore,
    ImageStore,
    JobStore,
    Journal,
    LabelStore,
    PromotionStore,
    RecordStore,
    ResultStore,
    SignIn,
    SnapshotStore,
    StoreHealth,
    Stores,
    StudyStore,
)
from fers.storage.database import Database
from fers.storage.embedded_access import EmbeddedAccess
from fers.storage.embedded_answers import EmbeddedAnswers
from fers.storage.embedded_erasures import EmbeddedErasures
from fers.storage.embedded_face_index import EmbeddedFaceIndex
from fers.storage.embedded_field import EmbeddedField
from fers.storage.embedded_groups import EmbeddedGroups
from fers.storage.embedded_health import EmbeddedHealth
from fers.storage.embedded_images import EmbeddedImages
from fers.storage.embedded_jobs import EmbeddedJobs
from fers.storage.embedded_journal import EmbeddedJournal
from fers.storage.embedded_labels import EmbeddedLabels
from fers.storage.embedded_promotions import EmbeddedPromotions
from fers.storage.embedded_records import EmbeddedRecords
from fers.storage.embedded_results import EmbeddedResults
from fers.storage.embedded_sign_in import EmbeddedSignIn
from fers.storage.embedded_snapshots import EmbeddedSnapshots
from fers.storage.embedded_studies import EmbeddedStudies


class Backend:
    """Each call opens the store anew, as a restart or another process would."""

    def stores(self, sign_in: SignIn | None = None) -> Stores:
        return Stores(
            self.records(),
            self.studies(),
            self.face_index(),
            self.labels(),
            self.answers(),
            self.jobs(),
            self.promotions(),
            self.snapshots(),
            self.images(),
            self.journal(),
            sign_in,
            self.field(),
            self.results(),
            self.groups(),
            self.access(),
            self.erasures(),
            self.health(),
        )


class Embedded(Backend):
    def __init__(self, folder: Path):
        self._folder = folder
        self._opened: list[Database] = []

    def records(self) -> RecordStore:
        return EmbeddedRecords(self._database())

    def access(self) -> AccessTokenStore:
        return EmbeddedAccess(self._database())

    def erasures(self) -> ErasureStore:
        return EmbeddedErasures(self._folder)

    def health(self) -> StoreHealth:
        return EmbeddedHealth(self._database())

    def answers(self) -> AnswerStore:
        return EmbeddedAnswers(self._database())

    def jobs(self) -> JobStore:
        return EmbeddedJobs(self._database())

    def promotions(self) -> PromotionStore:
        return EmbeddedPromotions(self._database())

    def field(self) -> FieldStore:
        return EmbeddedField(self._database())

    def studies(self) -> StudyStore:
        return EmbeddedStudies(self._database())

    def face_index(self) -> FaceIndex:
        return EmbeddedFaceIndex(self._database())

    def groups(self) -> GroupStore:
        return EmbeddedGroups(self._database())

    def labels(self) -> LabelStore:
        return EmbeddedLabels(self._database())

    def snapshots(self) -> SnapshotStore:
        return EmbeddedSnapshots(self._database())

    def results(self) -> ResultStore:
        return EmbeddedResults(self._database())

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


class Firebase(Backend):
    """A project of its own on the test servers, which the environment names."""

    lease = timedelta(seconds=2)
    """Long enough for every living writer of the contracts, and soon over for dead ones."""

    def __init__(self, folder: Path):
        from fers.storage.firebase_client import open_app, open_firebase
        from tests.servers.auth import PROJECT
        from tests.servers.storage import ensure_bucket

        name = f"demo-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
        self._client = open_firebase(name, name)
        self._auth_app = open_app(PROJECT, 10)
        ensure_bucket(self._client)

    def records(self) -> RecordStore:
        from fers.storage.firebase_records import FirebaseRecords

        return FirebaseRecords(self._client)

    def access(self) -> AccessTokenStore:
        from fers.storage.firebase_access import FirebaseAccess

        return FirebaseAccess(self._client)

    def erasures(self) -> ErasureStore:
        from fers.storage.firebase_erasures import FirebaseErasures

        return FirebaseErasures(self._client)

    def health(self) -> StoreHealth:
        from fers.storage.firebase_health import FirebaseHealth

        return FirebaseHealth(self._client)

    def jobs(self) -> JobStore:
        from fers.storage.firebase_jobs import FirebaseJobs

        return FirebaseJobs(self._client)

    def promotions(self) -> PromotionStore:
        from fers.storage.firebase_promotions import FirebasePromotions

        return FirebasePromotions(self._client)

    def field(self) -> FieldStore:
        from fers.storage.firebase_field import FirebaseField

        return FirebaseField(self._client)

    def studies(self) -> StudyStore:
        from fers.storage.firebase_studies import FirebaseStudies

        return FirebaseStudies(self._client)

    def face_index(self) -> FaceIndex:
        from fers.storage.firebase_face_index import FirebaseFaceIndex

        return FirebaseFaceIndex(self._client)

    def groups(self) -> GroupStore:
        from fers.storage.firebase_groups import FirebaseGroups

        return FirebaseGroups(self._client)

    def labels(self) -> LabelStore:
        from fers.storage.firebase_labels import FirebaseLabels

        return FirebaseLabels(self._client)

    def answers(self) -> AnswerStore:
        from fers.storage.firebase_answers import FirebaseAnswers

        return FirebaseAnswers(self._client)

    def snapshots(self) -> SnapshotStore:
        from fers.storage.firebase_snapshots import FirebaseSnapshots

        return FirebaseSnapshots(self._client)

    def results(self) -> ResultStore:
        from fers.storage.firebase_results import FirebaseResults

        return FirebaseResults(self._client)

    def images(self) -> ImageStore:
        from fers.storage.firebase_images import FirebaseImages

        return FirebaseImages(self._client)

    def journal(self) -> Journal:
        from fers.storage.firebase_journal import FirebaseJournal

        return FirebaseJournal(self._client, self.lease)

    def sign_in(self, now: Callable[[], datetime], idle: timedelta, lifetime: timedelta) -> SignIn:
        from fers.storage.firebase_sign_in import FirebaseSignIn

        return FirebaseSignIn(replace(self._client, app=self._auth_app), "any key", now, idle, lifetime)

    def close(self) -> None:
        self._client.close()


BACKENDS = {"embedded": Embedded, "firebase": Firebase}
