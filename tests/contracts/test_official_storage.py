"""The official emulator of Cloud Storage keeps the contract of image stores, completed as the suite completes it."""

import pytest

from tests.servers.official_storage import completed, official_storage

from .backends import Firebase
from .image_store_contract import ImageStoreContract


@pytest.fixture(scope="module")
def official():
    with official_storage() as address, completed(address) as storage, pytest.MonkeyPatch.context() as environment:
        environment.setenv("STORAGE_EMULATOR_HOST", storage)
        environment.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:9")
        yield


class TestOfficialStorage(ImageStoreContract):
    @pytest.fixture
    def backend(self, official, tmp_path):
        backend = Firebase(tmp_path)
        yield backend
        backend.close()
