"""Every backend keeps every contract."""

from .access_token_store_contract import AccessTokenStoreContract
from .answer_store_contract import AnswerStoreContract
from .dataset_version_store_contract import DatasetVersionStoreContract
from .erasure_store_contract import ErasureStoreContract
from .face_index_contract import FaceIndexContract
from .field_store_contract import FieldStoreContract
from .group_store_contract import GroupStoreContract
from .health_contract import StoreHealthContract
from .image_store_contract import ImageStoreContract
from .job_store_contract import JobStoreContract
from .journal_contract import JournalContract
from .label_store_contract import LabelStoreContract
from .participation_store_contract import ParticipationStoreContract
from .promotion_store_contract import PromotionStoreContract
from .record_store_contract import RecordStoreContract
from .reply_store_contract import ReplyStoreContract
from .result_store_contract import ResultStoreContract
from .sign_in_contract import SignInContract
from .sitting_store_contract import SittingStoreContract
from .study_store_contract import StudyStoreContract


class TestRecordStore(RecordStoreContract):
    pass


class TestStudyStore(StudyStoreContract):
    pass


class TestFaceIndex(FaceIndexContract):
    pass


class TestGroupStore(GroupStoreContract):
    pass


class TestFieldStore(FieldStoreContract):
    pass


class TestImageStore(ImageStoreContract):
    pass


class TestJournal(JournalContract):
    pass


class TestSignIn(SignInContract):
    pass


class TestAnswerStore(AnswerStoreContract):
    pass


class TestJobStore(JobStoreContract):
    pass


class TestLabelStore(LabelStoreContract):
    pass


class TestDatasetVersionStore(DatasetVersionStoreContract):
    pass


class TestResultStore(ResultStoreContract):
    pass


class TestPromotionStore(PromotionStoreContract):
    pass


class TestAccessTokenStore(AccessTokenStoreContract):
    pass


class TestErasureStore(ErasureStoreContract):
    pass


class TestStoreHealth(StoreHealthContract):
    pass


class TestReplyStore(ReplyStoreContract):
    pass


class TestSittingStore(SittingStoreContract):
    pass


class TestParticipationStore(ParticipationStoreContract):
    pass
