"""Every backend keeps every contract."""

from .answer_store_contract import AnswerStoreContract
from .face_index_contract import FaceIndexContract
from .image_store_contract import ImageStoreContract
from .journal_contract import JournalContract
from .record_store_contract import RecordStoreContract
from .sign_in_contract import SignInContract
from .study_store_contract import StudyStoreContract


class TestRecordStore(RecordStoreContract):
    pass


class TestStudyStore(StudyStoreContract):
    pass


class TestFaceIndex(FaceIndexContract):
    pass


class TestImageStore(ImageStoreContract):
    pass


class TestJournal(JournalContract):
    pass


class TestSignIn(SignInContract):
    pass


class TestAnswerStore(AnswerStoreContract):
    pass
