"""Assembly: settings → adapters → services. The only module that names a concrete adapter."""

from dataclasses import dataclass

from fers.config import Settings
from fers.domain.interfaces import FaceDetector, ImageStore, Journal, Models, RecordStore, SignIn
from fers.errors import InvalidInput
from fers.inference.faces import BlazeFaceDetector
from fers.inference.registry import ModelRegistry
from fers.services.accounts import Accounts
from fers.services.capture import Capture
from fers.services.clock import Clock, utc_now
from fers.services.consents import Consents
from fers.services.doctor import Doctor
from fers.services.export import Export
from fers.services.own_data import OwnData
from fers.services.studies import Studies
from fers.services.withdrawal import Withdrawal


@dataclass(frozen=True)
class Stores:
    """Where everything is kept."""

    records: RecordStore
    images: ImageStore
    journal: Journal
    sign_in: SignIn | None
    """None on Firebase, until it has a sign-in of its own."""


@dataclass(frozen=True)
class Platform:
    """The services of one running FERS, and the model registry for tools that need no store."""

    accounts: Accounts
    studies: Studies
    consents: Consents
    capture: Capture
    withdrawal: Withdrawal
    own_data: OwnData
    export: Export
    doctor: Doctor
    sign_in: SignIn


def assemble(
    settings: Settings,
    *,
    stores: Stores | None = None,
    models: Models | None = None,
    detector: FaceDetector | None = None,
    now: Clock = utc_now,
) -> Platform:
    """Open the store and return the services on top of it. Raises StoreUnavailable when it can't be opened.

    Whatever a killed process left half done is finished or undone, and faces past their retention date are purged.
    `stores`, `models` and `detector` stand in for the chosen store, the registered models and the face detector.
    """
    models = models or registry(settings)
    detector = detector or face_detector()
    stores = stores or open_stores(settings, now)
    records, images, journal, sign_in = stores.records, stores.images, stores.journal, stores.sign_in
    studies = Studies(records, now)
    withdrawal = Withdrawal(records, images, journal, sign_in, now)
    consents = Consents(records, studies, withdrawal, now)
    capture = Capture(records, images, journal, models, detector, consents, studies, now)
    platform = Platform(
        accounts=Accounts(records, sign_in, studies, now),
        studies=studies,
        consents=consents,
        capture=capture,
        withdrawal=withdrawal,
        own_data=OwnData(records, images, consents),
        export=Export(records, images),
        doctor=Doctor(records, images, journal, capture, withdrawal, now),
        sign_in=sign_in,
    )
    capture.settle()
    withdrawal.purge_due()
    return platform


def open_stores(settings: Settings, now: Clock = utc_now) -> Stores:
    """Open the store that the settings name; only its libraries are imported. Raises StoreUnavailable."""
    return _firebase(settings) if settings.store == "firebase" else _embedded(settings, now)


def _embedded(settings: Settings, now: Clock) -> Stores:
    from fers.storage.database import Database
    from fers.storage.embedded_images import EmbeddedImages
    from fers.storage.embedded_journal import EmbeddedJournal
    from fers.storage.embedded_records import EmbeddedRecords
    from fers.storage.embedded_sign_in import EmbeddedSignIn

    database = Database(settings.data)
    return Stores(
        EmbeddedRecords(database),
        EmbeddedImages(settings.data),
        EmbeddedJournal(database),
        EmbeddedSignIn(database, now, settings.session_idle, settings.session_lifetime),
    )


def _firebase(settings: Settings) -> Stores:
    from fers.storage.firebase_client import open_firebase
    from fers.storage.firebase_images import FirebaseImages
    from fers.storage.firebase_journal import FirebaseJournal
    from fers.storage.firebase_records import FirebaseRecords

    if not settings.firebase_project:
        raise InvalidInput("FERS_FIREBASE_PROJECT is empty.", "Set it to the id of your Firebase project.")
    client = open_firebase(settings.firebase_project, settings.firebase_bucket)
    return Stores(FirebaseRecords(client), FirebaseImages(client), FirebaseJournal(client), sign_in=None)


def registry(settings: Settings) -> ModelRegistry:
    """The registered models, without a store."""
    return ModelRegistry(settings.models, settings.default_model)


def face_detector() -> FaceDetector:
    return BlazeFaceDetector()
