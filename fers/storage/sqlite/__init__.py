"""The embedded store: SQLite for records, marks and credentials, one file an image. It needs a folder, nothing else."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from fers.domain.interfaces import Stores
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

if TYPE_CHECKING:
    from fers.config import Settings


def open_stores(settings: "Settings", now: Callable[[], datetime]) -> Stores:
    """Open the store in the folder `settings.data`, which is made where there is none. Raises StoreUnavailable."""
    database = Database(settings.data)
    return Stores(
        records=SqliteRecords(database),
        studies=SqliteStudies(database),
        face_index=SqliteFaceIndex(database),
        labels=SqliteLabels(database),
        answers=SqliteAnswers(database),
        jobs=SqliteJobs(database),
        promotions=SqlitePromotions(database),
        versions=SqliteDatasetVersions(database),
        images=SqliteImages(settings.data, database.disk),
        journal=SqliteJournal(database),
        sign_in=SqliteSignIn(database, now, settings.session_idle, settings.session_lifetime),
        field=SqliteField(database),
        results=SqliteResults(database),
        groups=SqliteGroups(database),
        access=SqliteAccess(database),
        erasures=SqliteErasures(settings.data, database.disk),
        health=SqliteHealth(database),
        sittings=SqliteSittings(database),
        replies=SqliteReplies(database),
        participations=SqliteParticipations(database),
    )
