"""Assembly: settings → adapters → services. The only module that names a concrete adapter."""

from dataclasses import dataclass

from fers.config import Settings
from fers.domain.interfaces import FaceDetector, Models, SignIn
from fers.inference.faces import BlazeFaceDetector
from fers.inference.registry import ModelRegistry
from fers.services.accounts import Accounts
from fers.services.agreement import Agreement
from fers.services.arena import Arena
from fers.services.capture import Capture
from fers.services.clock import Clock, utc_now
from fers.services.consents import Consents
from fers.services.doctor import Doctor
from fers.services.downloads import Downloads
from fers.services.explore import Explore
from fers.services.importing import Importing
from fers.services.invitations import Invitations
from fers.services.members import Members
from fers.services.own_data import OwnData
from fers.services.review import Review
from fers.services.snapshots import Snapshots
from fers.services.storing import Storing
from fers.services.studies import Studies
from fers.services.withdrawal import Withdrawal
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


@dataclass(frozen=True)
class Platform:
    """The services of one running FERS, and the model registry for tools that need no store."""

    accounts: Accounts
    studies: Studies
    invitations: Invitations
    members: Members
    consents: Consents
    capture: Capture
    withdrawal: Withdrawal
    own_data: OwnData
    arena: Arena
    explore: Explore
    review: Review
    agreement: Agreement
    snapshots: Snapshots
    downloads: Downloads
    importing: Importing
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
    seats = EmbeddedStudies(database)
    studies = Studies(records, seats, now)
    invitations = Invitations(records, seats, studies, now)
    labels = EmbeddedLabels(database)
    index = EmbeddedFaceIndex(database)
    withdrawal = Withdrawal(records, images, journal, sign_in, labels, index, now)
    consents = Consents(records, studies, withdrawal, now)
    storing = Storing(records, images, journal)
    capture = Capture(storing, models, detector, consents, studies, now)
    snapshots = Snapshots(records, images, labels, EmbeddedSnapshots(database), now)
    platform = Platform(
        accounts=Accounts(records, seats, sign_in, studies, invitations, now),
        studies=studies,
        invitations=invitations,
        members=Members(records, seats, sign_in, studies, now),
        consents=consents,
        capture=capture,
        withdrawal=withdrawal,
        own_data=OwnData(records, images, consents, labels),
        arena=Arena(records, images, EmbeddedAnswers(database), models, now),
        explore=Explore(records, index, images, now),
        review=Review(records, labels, index, images, now),
        agreement=Agreement(records, labels),
        snapshots=snapshots,
        downloads=Downloads(records, images, snapshots, now),
        importing=Importing(records, storing, labels, models, detector, studies, now),
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
