"""Assembly: settings → adapters → services. The only module that names a concrete adapter."""

from dataclasses import dataclass

from fers.config import Settings
from fers.domain.interfaces import FaceDetector, Models, SignIn
from fers.inference.browser import BrowserNetworks
from fers.inference.faces import BlazeFaceDetector
from fers.inference.registry import ModelRegistry
from fers.services.accounts import Accounts
from fers.services.capture import Capture
from fers.services.clock import Clock, utc_now
from fers.services.consents import Consents
from fers.services.doctor import Doctor
from fers.services.export import Export
from fers.services.live import Live
from fers.services.own_data import OwnData
from fers.services.studies import Studies
from fers.services.withdrawal import Withdrawal
from fers.storage.database import Database
from fers.storage.embedded_images import EmbeddedImages
from fers.storage.embedded_journal import EmbeddedJournal
from fers.storage.embedded_records import EmbeddedRecords
from fers.storage.embedded_sign_in import EmbeddedSignIn


@dataclass(frozen=True)
class Platform:
    """The services of one running FERS, and the model registry for tools that need no store."""

    accounts: Accounts
    studies: Studies
    consents: Consents
    capture: Capture
    live: Live
    withdrawal: Withdrawal
    own_data: OwnData
    export: Export
    doctor: Doctor
    sign_in: SignIn


def assemble(
    settings: Settings,
    *,
    models: Models | None = None,
    detector: FaceDetector | None = None,
    now: Clock = utc_now,
) -> Platform:
    """Open the store and return the services on top of it. Raises StoreUnavailable when it can't be opened.

    Whatever a killed process left half done is finished or undone, and faces past their retention date are purged.
    `models` and `detector` stand in for the registered models and the face detector.
    """
    models = models or registry(settings)
    detector = detector or face_detector()
    database = Database(settings.data)
    records = EmbeddedRecords(database)
    images = EmbeddedImages(settings.data)
    journal = EmbeddedJournal(database)
    sign_in = EmbeddedSignIn(database, now, settings.session_idle, settings.session_lifetime)
    studies = Studies(records, now)
    withdrawal = Withdrawal(records, images, journal, sign_in, now)
    consents = Consents(records, studies, withdrawal, now)
    capture = Capture(records, images, journal, models, detector, consents, studies, now)
    platform = Platform(
        accounts=Accounts(records, sign_in, studies, now),
        studies=studies,
        consents=consents,
        capture=capture,
        live=Live(BrowserNetworks(registry(settings))),
        withdrawal=withdrawal,
        own_data=OwnData(records, images, consents),
        export=Export(records, images),
        doctor=Doctor(records, images, journal, capture, withdrawal, now),
        sign_in=sign_in,
    )
    capture.settle()
    withdrawal.purge_due()
    return platform


def registry(settings: Settings) -> ModelRegistry:
    """The registered models, without a store."""
    return ModelRegistry(settings.models, settings.default_model)


def face_detector() -> FaceDetector:
    return BlazeFaceDetector()
