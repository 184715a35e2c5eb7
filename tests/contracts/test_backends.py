"""Every backend keeps every contract."""

from .answer_store_contract import AnswerStoreContract
from .image_store_contract import ImageStoreContract
from .journal_contract import JournalContract
from .record_store_contract import RecordStoreContract
from .sign_in_contract import SignInContract


class TestRecordStore(RecordStoreContract):
    pass


class TestImageStore(ImageStoreContract):
    pass


class TestJournal(JournalContract):
    pass


class TestSignIn(SignInContract):
    pass


class TestAnswerStore(AnswerStoreContract):
    pass
