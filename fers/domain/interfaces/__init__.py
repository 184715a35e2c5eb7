"""What FERS needs from the outside, as Protocols. Adapters live in `storage` and `inference`; contract suites in
`tests/contracts` hold every adapter to the words written here."""

from dataclasses import dataclass

from fers.domain.interfaces.access import AccessTokenStore
from fers.domain.interfaces.field import FieldStore
from fers.domain.interfaces.models import (
    AnswerStore,
    BrowserNetworks,
    Classifier,
    FaceDetector,
    JobStore,
    Models,
    PromotionStore,
)
from fers.domain.interfaces.protocols import SittingStore
from fers.domain.interfaces.questions import ReplyStore
from fers.domain.interfaces.records import ErasureStore, ImageStore, Journal, RecordStore, StoreHealth
from fers.domain.interfaces.recruiting import ParticipationStore
from fers.domain.interfaces.results import ResultStore
from fers.domain.interfaces.sign_in import DEVICE_DAYS, DOWNLOAD_TOKEN_SECONDS, TICKET_SECONDS, SignIn
from fers.domain.interfaces.studies import DatasetVersionStore, FaceIndex, GroupStore, LabelStore, StudyStore

__all__ = [
    "AccessTokenStore",
    "AnswerStore",
    "BrowserNetworks",
    "Classifier",
    "DEVICE_DAYS",
    "DOWNLOAD_TOKEN_SECONDS",
    "ErasureStore",
    "FaceDetector",
    "FaceIndex",
    "FieldStore",
    "GroupStore",
    "ImageStore",
    "JobStore",
    "Journal",
    "LabelStore",
    "Models",
    "ParticipationStore",
    "PromotionStore",
    "RecordStore",
    "ReplyStore",
    "ResultStore",
    "SignIn",
    "SittingStore",
    "DatasetVersionStore",
    "StoreHealth",
    "Stores",
    "StudyStore",
    "TICKET_SECONDS",
]


@dataclass(frozen=True)
class Stores:
    """Where everything is kept, all of it in one backend."""

    records: RecordStore
    studies: StudyStore
    face_index: FaceIndex
    labels: LabelStore
    answers: AnswerStore
    jobs: JobStore
    promotions: PromotionStore
    versions: DatasetVersionStore
    images: ImageStore
    journal: Journal
    sign_in: SignIn
    field: FieldStore
    results: ResultStore
    groups: GroupStore
    access: AccessTokenStore
    erasures: ErasureStore
    health: StoreHealth
    sittings: SittingStore
    replies: ReplyStore
    participations: ParticipationStore
