"""What every ImageStore does."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from fers.errors import AlreadyExists, FersError, NotFound

from .samples import an_id

KEY = an_id("face")


class ImageStoreContract:
    @pytest.fixture
    def store(self, backend):
        return backend.images()

    @pytest.mark.parametrize("size", [0, 1, 5_000_000])
    def test_bytes_come_back_as_stored(self, store, size):
        data = os.urandom(size)
        store.put(KEY, data)
        assert store.get(KEY) == data

    def test_an_unknown_key_is_not_found(self, store):
        with pytest.raises(NotFound):
            store.get(KEY)

    def test_a_key_never_changes(self, store):
        store.put(KEY, b"first")
        with pytest.raises(AlreadyExists):
            store.put(KEY, b"second")
        assert store.get(KEY) == b"first"

    def test_the_same_bytes_can_be_put_again(self, store):
        store.put(KEY, b"first")
        store.put(KEY, b"first")
        assert list(store.keys()) == [KEY]

    def test_deleted_bytes_are_gone(self, store):
        store.put(KEY, b"first")
        store.delete(KEY)
        assert list(store.keys()) == []
        with pytest.raises(NotFound):
            store.get(KEY)

    def test_deleting_what_is_not_there_is_harmless(self, store):
        store.put(KEY, b"kept")
        store.delete(an_id("other"))
        assert store.get(KEY) == b"kept"

    def test_keys_are_those_put_and_not_deleted_in_order(self, store):
        keys = {an_id(str(number)) for number in range(300)}
        for key in keys:
            store.put(key, key.encode())
        store.delete(keys.pop())
        listed = list(store.keys())
        assert listed == sorted(keys)

    @pytest.mark.parametrize(
        "key", ["", "a", "../../etc/passwd", "ab/cd", "AB" * 16, f"{KEY}\n", "%2e%2e", "ab*", "é" * 32]
    )
    def test_what_is_no_id_names_no_file(self, store, key):
        with pytest.raises(NotFound):
            store.get(key)
        with pytest.raises(FersError):
            store.put(key, b"data")
        with pytest.raises(FersError):
            store.delete(key)
        assert list(store.keys()) == []

    def test_everything_is_there_after_reopening(self, store, backend):
        store.put(KEY, b"kept")
        assert backend.images().get(KEY) == b"kept"

    def test_threads_do_not_disturb_each_other(self, store):
        names = [str(number) for number in range(60)]
        with ThreadPoolExecutor(6) as threads:
            list(threads.map(lambda name: store.put(an_id(name), name.encode() * 1000), names))
        assert all(store.get(an_id(name)) == name.encode() * 1000 for name in names)
