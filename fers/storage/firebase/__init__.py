"""The store on Firebase: records in Firestore, images in Cloud Storage, passwords at Firebase Auth."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from fers.domain.interfaces import Stores
from fers.errors import InvalidInput
from fers.storage.firebase.access import FirebaseAccess
from fers.storage.firebase.answers import FirebaseAnswers
from fers.storage.firebase.client import FirebaseClient, open_firebase
from fers.storage.firebase.erasures import FirebaseErasures
from fers.storage.firebase.face_index import FirebaseFaceIndex
from fers.storage.firebase.field import FirebaseField
from fers.storage.firebase.groups import FirebaseGroups
from fers.storage.firebase.health import FirebaseHealth
from fers.storage.firebase.images import FirebaseImages
from fers.storage.firebase.jobs import FirebaseJobs
from fers.storage.firebase.journal import FirebaseJournal
from fers.storage.firebase.labels import FirebaseLabels
from fers.storage.firebase.participations import FirebaseParticipations
from fers.storage.firebase.promotions import FirebasePromotions
from fers.storage.firebase.records import FirebaseRecords
from fers.storage.firebase.replies import FirebaseReplies
from fers.storage.firebase.results import FirebaseResults
from fers.storage.firebase.sign_in import FirebaseSignIn
from fers.storage.firebase.sittings import FirebaseSittings
from fers.storage.firebase.studies import FirebaseStudies
from fers.storage.firebase.versions import FirebaseDatasetVersions

if TYPE_CHECKING:
    from fers.config import Settings


def open_stores(settings: "Settings", now: Callable[[], datetime]) -> Stores:
    """Open the project that the settings name. Raises InvalidInput where they don't, and StoreUnavailable."""
    if not settings.firebase_project:
        raise InvalidInput("settings.no-firebase-project")
    if not settings.firebase_api_key:
        raise InvalidInput("settings.no-firebase-api-key")
    return stores_of(open_firebase(settings.firebase_project, settings.firebase_bucket), settings, now)


def stores_of(client: FirebaseClient, settings: "Settings", now: Callable[[], datetime]) -> Stores:
    """The stores of a project that is open."""

    return Stores(
        records=FirebaseRecords(client),
        studies=FirebaseStudies(client),
        face_index=FirebaseFaceIndex(client),
        labels=FirebaseLabels(client),
        answers=FirebaseAnswers(client),
        jobs=FirebaseJobs(client),
        promotions=FirebasePromotions(client),
        versions=FirebaseDatasetVersions(client),
        images=FirebaseImages(client),
        journal=FirebaseJournal(client),
        sign_in=FirebaseSignIn(
            client, settings.firebase_api_key, now, settings.session_idle, settings.session_lifetime
        ),
        field=FirebaseField(client),
        results=FirebaseResults(client),
        groups=FirebaseGroups(client),
        access=FirebaseAccess(client),
        erasures=FirebaseErasures(client),
        health=FirebaseHealth(client),
        sittings=FirebaseSittings(client),
        replies=FirebaseReplies(client),
        participations=FirebaseParticipations(client),
    )
