"""Assembly: the services on top of the adapters that the settings name."""

from dataclasses import dataclass

from fers import adapters
from fers.config import Settings
from fers.domain.clock import Clock, utc_now
from fers.domain.data_protection import Installation
from fers.domain.interfaces import FaceDetector, Models, SignIn, StoreHealth, Stores
from fers.inference.browser import BrowserNetworks
from fers.services.datasets.access_tokens import Access
from fers.services.datasets.downloads import Downloads
from fers.services.datasets.versions import DatasetVersions
from fers.services.faces.capture import Capture
from fers.services.faces.drafts import Drafts
from fers.services.faces.explore import Explore
from fers.services.faces.importing import Importing
from fers.services.faces.live import Live
from fers.services.faces.one_face import Faces
from fers.services.faces.progress import Progress
from fers.services.faces.rehearsals import Rehearsals
from fers.services.faces.storing import Storing
from fers.services.faces.tasks import Tasks
from fers.services.faces.uploads import Uploads
from fers.services.labelling.agreement import Agreement
from fers.services.labelling.review import Review
from fers.services.models.arena import Arena
from fers.services.models.challengers import Challengers
from fers.services.models.drift import DriftReports
from fers.services.models.evaluation_sets import EvaluationSets
from fers.services.models.jobs import Jobs
from fers.services.models.live_model import LiveModel
from fers.services.models.pictures import Pictures
from fers.services.models.runs import ModelRuns
from fers.services.models.saliency import Saliency
from fers.services.models.shadows import Shadows
from fers.services.models.slices import Slices
from fers.services.models.trials import Trials
from fers.services.operations.doctor import Doctor
from fers.services.people.accounts import Accounts
from fers.services.people.administrators import Administrators
from fers.services.people.arrivals import Arrivals
from fers.services.people.consents import Consents
from fers.services.people.data_export import DataExport
from fers.services.people.data_protection import DataProtection
from fers.services.people.groups import Groups
from fers.services.people.help_desk import HelpDesk
from fers.services.people.invitations import Invitations
from fers.services.people.members import Members
from fers.services.people.next_steps import NextSteps
from fers.services.people.participations import Participations
from fers.services.people.questions import Questions
from fers.services.people.retention import Retention
from fers.services.people.studies import Studies
from fers.services.people.study_files import StudyFiles
from fers.services.people.withdrawal import Withdrawal


@dataclass(frozen=True)
class Platform:
    """The services of one running FERS."""

    accounts: Accounts
    help_desk: HelpDesk
    access: Access
    studies: Studies
    study_files: StudyFiles
    invitations: Invitations
    members: Members
    next_steps: NextSteps
    consents: Consents
    participations: Participations
    arrivals: Arrivals
    capture: Capture
    tasks: Tasks
    progress: Progress
    rehearsals: Rehearsals
    questions: Questions
    drafts: Drafts
    live: Live
    withdrawal: Withdrawal
    retention: Retention
    data_export: DataExport
    data_protection: DataProtection
    groups: Groups
    arena: Arena
    slices: Slices
    jobs: Jobs
    model_runs: ModelRuns
    live_model: LiveModel
    trials: Trials
    shadows: Shadows
    drift: DriftReports
    saliency: Saliency
    explore: Explore
    faces: Faces
    review: Review
    agreement: Agreement
    versions: DatasetVersions
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

    Whatever a killed process left half done is finished or undone, what people took back is taken away again where a
    backup was put back, and faces past their retention date are purged.
    `stores`, `models` and `detector` stand in for the chosen store, the registered models and the face detector.
    """
    registered = models or adapters.registry(settings)
    detector = detector or adapters.face_detector()
    stores = stores or adapters.open_stores(settings, now)
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
        stores.replies,
        stores.participations,
        now,
    )
    retention = Retention(records, stores.face_index, stores.replies, withdrawal, now)
    participations = Participations(
        stores.participations, records, stores.studies, stores.sittings, studies, withdrawal, stores.erasures, now
    )
    consents = Consents(
        records, studies, withdrawal, stores.groups, stores.erasures, stores.replies, participations, now
    )
    groups = Groups(records, stores.groups, studies, consents, stores.erasures, now)
    storing = Storing(records, images, journal, stores.erasures)
    trials = Trials(stores.field, models, records, now)
    progress = Progress(stores.sittings, stores.groups, studies, now)
    tasks = Tasks(records, stores.sittings, stores.groups, studies, consents, participations, progress, now)
    questions = Questions(records, stores.replies, stores.sittings, studies, consents, participations, now)
    accounts = Accounts(records, stores.studies, sign_in, studies, invitations, administrators, now)
    challengers = Challengers(trials, models, now)
    capture = Capture(
        storing,
        models,
        detector,
        consents,
        studies,
        challengers,
        tasks,
        questions,
        participations,
        stores.health,
        now,
    )
    rehearsals = Rehearsals(records, stores.groups, studies, storing, models, detector, challengers, stores.health, now)
    versions = DatasetVersions(records, images, stores.labels, stores.versions, stores.replies, now)
    evaluation_sets = EvaluationSets(records, stores.face_index, stores.labels, stores.versions)
    pictures = Pictures(records, images, stores.answers)
    arena = Arena(records, images, stores.answers, stores.results, models, evaluation_sets, pictures, now)
    jobs = Jobs(stores.jobs, settings.job_lease, now)
    importing = Importing(
        records, storing, stores.labels, stores.face_index, models, detector, studies, stores.erasures, now
    )
    installation = Installation(adapters.store_description(settings), settings.addresses)
    platform = Platform(
        accounts=accounts,
        help_desk=HelpDesk(records, sign_in, administrators, now),
        access=Access(stores.access, records, stores.studies, now),
        studies=studies,
        study_files=StudyFiles(studies),
        invitations=invitations,
        members=Members(records, stores.studies, sign_in, studies, now),
        next_steps=NextSteps(
            records,
            stores.studies,
            stores.face_index,
            stores.labels,
            stores.versions,
            models,
            studies,
            consents,
            participations,
            now,
        ),
        consents=consents,
        participations=participations,
        arrivals=Arrivals(stores.participations, sign_in, accounts, studies, progress, withdrawal, now),
        capture=capture,
        tasks=tasks,
        progress=progress,
        rehearsals=rehearsals,
        questions=questions,
        drafts=Drafts(now),
        live=Live(BrowserNetworks(adapters.registry(settings)), models),
        withdrawal=withdrawal,
        retention=retention,
        data_export=DataExport(
            records,
            images,
            consents,
            stores.labels,
            stores.groups,
            stores.sittings,
            stores.replies,
            stores.participations,
            now,
        ),
        data_protection=DataProtection(stores.studies, studies, installation, now),
        groups=groups,
        arena=arena,
        slices=Slices(arena, records, pictures, groups),
        jobs=jobs,
        model_runs=ModelRuns(jobs, evaluation_sets),
        live_model=models,
        trials=trials,
        shadows=Shadows(stores.field, records, stores.face_index, images, stores.answers, stores.jobs, models, now),
        drift=DriftReports(stores.field, stores.face_index, records, stores.versions),
        saliency=Saliency(records, images, models, now),
        explore=Explore(records, stores.face_index, images, groups, now),
        faces=Faces(records, stores.labels, stores.answers, stores.versions, now),
        review=Review(records, stores.labels, stores.face_index, images, stores.erasures, now),
        agreement=Agreement(records, stores.labels, stores.face_index, now),
        versions=versions,
        downloads=Downloads(records, images, stores.versions, versions, retention, now),
        importing=importing,
        uploads=Uploads(settings.data / "uploads", importing, jobs, records, stores.studies, stores.health, now),
        doctor=Doctor(
            records,
            stores.studies,
            images,
            journal,
            sign_in,
            stores.labels,
            stores.face_index,
            storing,
            withdrawal,
            retention,
            now,
        ),
        sign_in=sign_in,
        health=stores.health,
    )
    withdrawal.enforce_on_restored()
    storing.recover()
    retention.purge_due()
    return platform
