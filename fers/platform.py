"""Assembly: settings → adapters → services. The only module that names a concrete adapter."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fers.config import Settings
from fers.domain.interfaces import FaceDetector, Models, SignIn, StoreHealth, Stores
from fers.errors import InvalidInput
from fers.inference.browser import BrowserNetworks
from fers.inference.faces import BlazeFaceDetector
from fers.inference.registry import ModelRegistry
from fers.services.access import Access
from fers.services.accounts import Accounts
from fers.services.administrators import Administrators
from fers.services.agreement import Agreement
from fers.services.arena import Arena
from fers.services.capture import Capture
from fers.services.clock import Clock, utc_now
from fers.services.consents import Consents
from fers.services.doctor import Doctor
from fers.services.downloads import Downloads
from fers.services.drafts import Drafts
from fers.services.drift import DriftReports
from fers.services.explore import Explore
from fers.services.faces import Faces
from fers.services.groups import Groups
from fers.services.help_desk import HelpDesk
from fers.services.importing import Importing
from fers.services.invitations import Invitations
from fers.services.jobs import Jobs
from fers.services.live import Live
from fers.services.live_model import LiveModel
from fers.services.members import Members
from fers.services.model_runs import ModelRuns
from fers.services.own_data import OwnData
from fers.services.pictures import Pictures
from fers.services.retention import Retention
from fers.services.review import Review
from fers.services.rivals import Rivals
from fers.services.shadows import Shadows
from fers.services.slices import Slices
from fers.services.snapshots import Snapshots
from fers.services.storing import Storing
from fers.services.studies import Studies
from fers.services.trials import Trials
from fers.services.uploads import Uploads
from fers.services.why import Why
from fers.services.withdrawal import Withdrawal
from fers.services.yardsticks import Yardsticks

if TYPE_CHECKING:
    from fers.storage.firebase_client import FirebaseClient


@dataclass(frozen=True)
class Platform:
    """The services of one running FERS."""

    accounts: Accounts
    help_desk: HelpDesk
    access: Access
    studies: Studies
    invitations: Invitations
    members: Members
    consents: Consents
    capture: Capture
    drafts: Drafts
    live: Live
    withdrawal: Withdrawal
    retention: Retention
    own_data: OwnData
    groups: Groups
    arena: Arena
    slices: Slices
    jobs: Jobs
    model_runs: ModelRuns
    live_model: LiveModel
    trials: Trials
    shadows: Shadows
    drift: DriftReports
    why: Why
    explore: Explore
    faces: Faces
    review: Review
    agreement: Agreement
    snapshots: Snapshots
    downloads: Downloads
    importing: Importing
    uploads: Uploads
    doctor: Doctor
    sign_in: SignIn
    health: StoreHealth


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
    registered = models or registry(settings)
    detector = detector or face_detector()
    stores = stores or open_stores(settings, now)
    records, images, journal, sign_in = stores.records, stores.images, stores.journal, stores.sign_in
    models = LiveModel(registered, stores.promotions, records, now)
    studies = Studies(records, stores.studies, now)
    invitations = Invitations(records, stores.studies, sign_in, studies, now)
    administrators = Administrators(records, sign_in)
    withdrawal = Withdrawal(
        records,
        images,
        journal,
        sign_in,
        stores.labels,
        stores.face_index,
        administrators,
        stores.groups,
        stores.erasures,
        now,
    )
    retention = Retention(records, stores.face_index, withdrawal, now)
    consents = Consents(records, studies, withdrawal, stores.groups, stores.erasures, now)
    groups = Groups(records, stores.groups, studies, consents, stores.erasures, now)
    storing = Storing(records, images, journal, stores.erasures)
    trials = Trials(stores.field, models, records, now)
    capture = Capture(storing, models, detector, consents, studies, Rivals(trials, models, now), stores.health, now)
    snapshots = Snapshots(records, images, stores.labels, stores.snapshots, now)
    yardsticks = Yardsticks(records, stores.face_index, stores.labels, stores.snapshots)
    pictures = Pictures(records, images, stores.answers)
    arena = Arena(records, images, stores.answers, stores.results, models, yardsticks, pictures, now)
    jobs = Jobs(stores.jobs, settings.job_lease, now)
    importing = Importing(
        records, storing, stores.labels, stores.face_index, models, detector, studies, stores.erasures, now
    )
    platform = Platform(
        accounts=Accounts(records, stores.studies, sign_in, studies, invitations, administrators, now),
        help_desk=HelpDesk(records, sign_in, administrators, now),
        access=Access(stores.access, records, stores.studies, now),
        studies=studies,
        invitations=invitations,
        members=Members(records, stores.studies, sign_in, studies, now),
        consents=consents,
        capture=capture,
        drafts=Drafts(now),
        live=Live(BrowserNetworks(registry(settings)), models),
        withdrawal=withdrawal,
        retention=retention,
        own_data=OwnData(records, images, consents, stores.labels, stores.groups),
        groups=groups,
        arena=arena,
        slices=Slices(arena, records, pictures, groups),
        jobs=jobs,
        model_runs=ModelRuns(jobs, yardsticks),
        live_model=models,
        trials=trials,
        shadows=Shadows(stores.field, records, stores.face_index, images, stores.answers, stores.jobs, models, now),
        drift=DriftReports(stores.field, stores.face_index, records, stores.snapshots),
        why=Why(records, images, models, now),
        explore=Explore(records, stores.face_index, images, groups, now),
        faces=Faces(records, stores.labels, stores.answers, stores.snapshots, now),
        review=Review(records, stores.labels, stores.face_index, images, now),
        agreement=Agreement(records, stores.labels, now),
        snapshots=snapshots,
        downloads=Downloads(records, images, stores.snapshots, snapshots, retention, now),
        importing=importing,
        uploads=Uploads(settings.data / "uploads", importing, jobs, records, stores.studies, stores.health, now),
        doctor=Doctor(
            records, images, journal, sign_in, stores.labels, stores.face_index, storing, withdrawal, retention, now
        ),
        sign_in=sign_in,
        health=stores.health,
    )
    storing.settle()
    retention.purge_due()
    return platform


def open_stores(settings: Settings, now: Clock = utc_now) -> Stores:
    """Open the store that the settings name; only its libraries are imported. Raises StoreUnavailable."""
    return _firebase(settings, now) if settings.store == "firebase" else _embedded(settings, now)


def _embedded(settings: Settings, now: Clock) -> Stores:
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

    database = Database(settings.data)
    return Stores(
        EmbeddedRecords(database),
        EmbeddedStudies(database),
        EmbeddedFaceIndex(database),
        EmbeddedLabels(database),
        EmbeddedAnswers(database),
        EmbeddedJobs(database),
        EmbeddedPromotions(database),
        EmbeddedSnapshots(database),
        EmbeddedImages(settings.data, database.disk),
        EmbeddedJournal(database),
        EmbeddedSignIn(database, now, settings.session_idle, settings.session_lifetime),
        EmbeddedField(database),
        EmbeddedResults(database),
        EmbeddedGroups(database),
        EmbeddedAccess(database),
        EmbeddedErasures(settings.data, database.disk),
        EmbeddedHealth(database),
    )


def _firebase(settings: Settings, now: Clock) -> Stores:
    from fers.storage.firebase_client import open_firebase

    if not settings.firebase_project:
        raise InvalidInput("FERS_FIREBASE_PROJECT is empty.", "Set it to the id of your Firebase project.")
    if not settings.firebase_api_key:
        raise InvalidInput("FERS_FIREBASE_API_KEY is empty.", "Set it to the project's Web API key.")
    client = open_firebase(settings.firebase_project, settings.firebase_bucket)
    return firebase_stores(client, settings, now)


def firebase_stores(client: "FirebaseClient", settings: Settings, now: Clock) -> Stores:
    from fers.storage.firebase_access import FirebaseAccess
    from fers.storage.firebase_answers import FirebaseAnswers
    from fers.storage.firebase_erasures import FirebaseErasures
    from fers.storage.firebase_face_index import FirebaseFaceIndex
    from fers.storage.firebase_field import FirebaseField
    from fers.storage.firebase_groups import FirebaseGroups
    from fers.storage.firebase_health import FirebaseHealth
    from fers.storage.firebase_images import FirebaseImages
    from fers.storage.firebase_jobs import FirebaseJobs
    from fers.storage.firebase_journal import FirebaseJournal
    from fers.storage.firebase_labels import FirebaseLabels
    from fers.storage.firebase_promotions import FirebasePromotions
    from fers.storage.firebase_records import FirebaseRecords
    from fers.storage.firebase_results import FirebaseResults
    from fers.storage.firebase_sign_in import FirebaseSignIn
    from fers.storage.firebase_snapshots import FirebaseSnapshots
    from fers.storage.firebase_studies import FirebaseStudies

    return Stores(
        FirebaseRecords(client),
        FirebaseStudies(client),
        FirebaseFaceIndex(client),
        FirebaseLabels(client),
        FirebaseAnswers(client),
        FirebaseJobs(client),
        FirebasePromotions(client),
        FirebaseSnapshots(client),
        FirebaseImages(client),
        FirebaseJournal(client),
        FirebaseSignIn(client, settings.firebase_api_key, now, settings.session_idle, settings.session_lifetime),
        FirebaseField(client),
        FirebaseResults(client),
        FirebaseGroups(client),
        FirebaseAccess(client),
        FirebaseErasures(client),
        FirebaseHealth(client),
    )


def registry(settings: Settings) -> ModelRegistry:
    """The registered models, without a store."""
    return ModelRegistry(settings.models, settings.default_model)


def face_detector() -> FaceDetector:
    return BlazeFaceDetector()
