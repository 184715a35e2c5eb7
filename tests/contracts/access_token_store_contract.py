"""What every AccessTokenStore does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fers.domain.access import AccessToken
from fers.errors import AlreadyExists, InvalidInput, NotFound

from .samples import an_id
from .two_people import TwoPeople

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def a_token(name="cluster", person="ada", **changes) -> AccessToken:
    made = AccessToken(an_id(name), an_id(person), an_id("faces"), name, name * 8, NOW, NOW + timedelta(days=9))
    return replace(made, **changes)


class AccessTokenStoreContract(TwoPeople):
    @pytest.fixture
    def store(self, backend, records):
        return backend.access()

    def test_a_token_is_found_by_its_secrets_hash(self, store):
        store.create(a_token())
        assert store.by_sha256("cluster" * 8) == a_token()
        assert store.by_sha256("another") is None

    def test_everybody_has_their_own_the_latest_first(self, store):
        later = a_token("laptop", created_at=NOW + timedelta(hours=1))
        for token in (a_token(), later, a_token("theirs", "bob")):
            store.create(token)
        assert store.tokens_of(an_id("ada")) == [later, a_token()]

    def test_use_is_noted(self, store):
        store.create(a_token())
        store.note_use(an_id("cluster"), NOW)
        assert store.by_sha256("cluster" * 8) == a_token(last_used_at=NOW)

    def test_one_that_is_deleted_opens_nothing_and_comes_back_by_no_use(self, store):
        store.create(a_token())
        for _ in range(2):
            store.delete(an_id("cluster"))
        store.note_use(an_id("cluster"), NOW)
        assert store.by_sha256("cluster" * 8) is None
        assert store.tokens_of(an_id("ada")) == []

    def test_nobody_elses_is_overwritten(self, store):
        store.create(a_token())
        with pytest.raises(AlreadyExists):
            store.create(a_token(person="bob"))
        assert store.by_sha256("cluster" * 8) == a_token()

    def test_nobody_has_more_live_ones_than_they_may(self, store):
        store.create(a_token("over", expires_at=NOW), 2)
        for name in ("one", "two"):
            store.create(a_token(name), 2)
        with pytest.raises(InvalidInput, match="You have 2 access tokens"):
            store.create(a_token("three"), 2)
        store.create(a_token("theirs", "bob"), 2)
        store.delete(an_id("one"))
        store.create(a_token("three"), 2)
        store.create(a_token("moved here from another store"))

    def test_of_many_that_are_made_at_once_as_many_are_there_as_may_be(self, store):
        def made(number: int) -> bool:
            try:
                store.create(a_token(f"token {number}"), 3)
            except InvalidInput:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(made, range(12))) == 3
        assert len(store.tokens_of(an_id("ada"))) == 3

    def test_tokens_go_with_their_person(self, store, records):
        store.create(a_token())
        store.create(a_token("theirs", "bob"))
        records.delete_person(an_id("ada"))
        assert store.by_sha256("cluster" * 8) is None
        assert [token.name for token in store.tokens_of(an_id("bob"))] == ["theirs"]
        with pytest.raises(NotFound):
            store.create(a_token())

    def test_tokens_are_belongings(self, store, records):
        store.create(a_token())
        records.delete_belongings(an_id("ada"))
        assert store.tokens_of(an_id("ada")) == []
