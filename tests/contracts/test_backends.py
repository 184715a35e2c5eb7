"""Every backend keeps every contract."""

import pytest

from .backends import BACKENDS
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
    @pytest.fixture(params=[name for name, backend in BACKENDS.items() if hasattr(backend, "sign_in")])
    def backend_name(self, request):
        return request.param
