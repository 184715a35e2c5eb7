"""The backends that every contract runs on. A new one is a class like `Embedded` and a line in `BACKENDS`."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from fers.domain.interfaces import (
    AccessTokenStore,
    AnswerStore,
    DatasetVersionStore,
    ErasureStore,
    FaceIndex,
    FieldStore,
    GroupStore,
    ImageStore,
    JobStore,
    Journal,
    LabelStore,
    ParticipationStore,
    PromotionStore,
    RecordStore,
    ReplyStore,
    ResultStore,
    SignIn,
    SittingStore,
    StoreHealth,
    Stores,
    StudyStore,
)
from fers.storage.sqlite.access import SqliteAccess
from fers.storage.sqlite.answers import SqliteAnswers
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.erasures import SqliteErasures
from fers.storage.sqlite.face_index import SqliteFaceIndex
from fers.storage.sqlite.field import SqliteField
from fers.storage.sqlite.groups import SqliteGroups
from fers.storage.sqlite.health import SqliteHealth
from fers.storage.sqlite.images import SqliteImages
from fers.storage.sqlite.jobs import SqliteJobs
from fers.storage.sqlite.journal import SqliteJournal
from fers.storage.sqlite.labels import SqliteLabels
from fers.storage.sqlite.participations import SqliteParticipations
from fers.storage.sqlite.promotions import SqlitePromotions
from fers.storage.sqlite.records import SqliteRecords
from fers.storage.sqlite.replies import SqliteReplies
from fers.storage.sqlite.results import SqliteResults
from fers.storage.sqlite.sign_in import SqliteSignIn
from fers.storage.sqlite.sittings import SqliteSittings
from fers.storage.sqlite.studies import SqliteStudies
from fers.storage.sqlite.versions import SqliteDatasetVersions


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
            self.versions(),
            self.images(),
            self.journal(),
            sign_in,
            self.field(),
            self.results(),
            self.groups(),
            self.access(),
            self.erasures(),
            self.health(),
            self.sittings(),
            self.replies(),
            self.participations(),
        )


class Embedded(Backend):
    def __init__(self, folder: Path):
        self._folder = folder
        self._opened: list[Database] = []

    def records(self) -> RecordStore:
        return SqliteRecords(self._database())

    def access(self) -> AccessTokenStore:
        return SqliteAccess(self._database())

    def erasures(self) -> ErasureStore:
        return SqliteErasures(self._folder)

    def health(self) -> StoreHealth:
        return SqliteHealth(self._database())

    def answers(self) -> AnswerStore:
        return SqliteAnswers(self._database())

    def jobs(self) -> JobStore:
        return SqliteJobs(self._database())

    def promotions(self) -> PromotionStore:
        return SqlitePromotions(self._database())

    def field(self) -> FieldStore:
        return SqliteField(self._database())

    def studies(self) -> StudyStore:
        return SqliteStudies(self._database())

    def face_index(self) -> FaceIndex:
        return SqliteFaceIndex(self._database())

    def groups(self) -> GroupStore:
        return SqliteGroups(self._database())

    def labels(self) -> LabelStore:
        return SqliteLabels(self._database())

    def versions(self) -> DatasetVersionStore:
        return SqliteDatasetVersions(self._database())

    def results(self) -> ResultStore:
        return SqliteResults(self._database())

    def sittings(self) -> SittingStore:
        return SqliteSittings(self._database())

    def replies(self) -> ReplyStore:
        return SqliteReplies(self._database())

    def participations(self) -> ParticipationStore:
        return SqliteParticipations(self._database())

    def images(self) -> ImageStore:
        return SqliteImages(self._folder)

    def journal(self) -> Journal:
        return SqliteJournal(self._database())

    def sign_in(self, now: Callable[[], datetime], idle: timedelta, lifetime: timedelta) -> SignIn:
        return SqliteSignIn(self._database(), now, idle, lifetime)

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
        from fers.storage.firebase.client import open_app, open_firebase
        from tests.servers.auth import PROJECT
        from tests.servers.storage import ensure_bucket

        name = f"demo-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"
        self._client = open_firebase(name, name)
        self._auth_app = open_app(PROJECT, 10)
        ensure_bucket(self._client)

    def records(self) -> RecordStore:
        from fers.storage.firebase.records import FirebaseRecords

        return FirebaseRecords(self._client)

    def access(self) -> AccessTokenStore:
        from fers.storage.firebase.access import FirebaseAccess

        return FirebaseAccess(self._client)

    def erasures(self) -> ErasureStore:
        from fers.storage.firebase.erasures import FirebaseErasures

        return FirebaseErasures(self._client)

    def health(self) -> StoreHealth:
        from fers.storage.firebase.health import FirebaseHealth

        return FirebaseHealth(self._client)

    def jobs(self) -> JobStore:
        from fers.storage.firebase.jobs import FirebaseJobs

        return FirebaseJobs(self._client)

    def promotions(self) -> PromotionStore:
        from fers.storage.firebase.promotions import FirebasePromotions

        return FirebasePromotions(self._client)

    def field(self) -> FieldStore:
        from fers.storage.firebase.field import FirebaseField

        return FirebaseField(self._client)

    def studies(self) -> StudyStore:
        from fers.storage.firebase.studies import FirebaseStudies

        return FirebaseStudies(self._client)

    def face_index(self) -> FaceIndex:
        from fers.storage.firebase.face_index import FirebaseFaceIndex

        return FirebaseFaceIndex(self._client)

    def groups(self) -> GroupStore:
        from fers.storage.firebase.groups import FirebaseGroups

        return FirebaseGroups(self._client)

    def labels(self) -> LabelStore:
        from fers.storage.firebase.labels import FirebaseLabels

        return FirebaseLabels(self._client)

    def answers(self) -> AnswerStore:
        from fers.storage.firebase.answers import FirebaseAnswers

        return FirebaseAnswers(self._client)

    def versions(self) -> DatasetVersionStore:
        from fers.storage.firebase.versions import FirebaseDatasetVersions

        return FirebaseDatasetVersions(self._client)

    def results(self) -> ResultStore:
        from fers.storage.firebase.results import FirebaseResults

        return FirebaseResults(self._client)

    def sittings(self) -> SittingStore:
        from fers.storage.firebase.sittings import FirebaseSittings

        return FirebaseSittings(self._client)

    def replies(self) -> ReplyStore:
        from fers.storage.firebase.replies import FirebaseReplies

        return FirebaseReplies(self._client)

    def participations(self) -> ParticipationStore:
        from fers.storage.firebase.participations import FirebaseParticipations

        return FirebaseParticipations(self._client)

    def images(self) -> ImageStore:
        from fers.storage.firebase.images import FirebaseImages

        return FirebaseImages(self._client)

    def journal(self) -> Journal:
        from fers.storage.firebase.journal import FirebaseJournal

        return FirebaseJournal(self._client, self.lease)

    def sign_in(self, now: Callable[[], datetime], idle: timedelta, lifetime: timedelta) -> SignIn:
        from fers.storage.firebase.sign_in import FirebaseSignIn

        return FirebaseSignIn(replace(self._client, app=self._auth_app), "any key", now, idle, lifetime)

    def close(self) -> None:
        self._client.close()


BACKENDS = {"embedded": Embedded, "firebase": Firebase}
