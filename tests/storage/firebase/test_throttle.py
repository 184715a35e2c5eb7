"""What many servers that count at once must not lose."""

import pytest

from fers.errors import TooManyAttempts
from fers.storage.firebase.client import open_firebase
from fers.storage.firebase.firestore import FirestoreDocuments
from fers.storage.firebase.throttle import FirebaseThrottle
from tests.contracts.samples import FakeClock


@pytest.fixture
def client(firebase_servers, tmp_path):
    client = open_firebase("demo-throttle", "demo-throttle")
    yield client
    client.close()


def test_whoever_looked_before_others_guessed_is_counted_after_them(client, monkeypatch):
    """A server may look, be slow, and write when others have long counted on: then its look counts for nothing."""
    clock, look = FakeClock(), FirestoreDocuments.page
    throttle = FirebaseThrottle(FirestoreDocuments(client), clock)

    def look_and_dawdle(documents, query):
        found = look(documents, query)
        monkeypatch.setattr(FirestoreDocuments, "page", look)
        for _ in range(4):
            throttle.begin("ada")
        return found

    monkeypatch.setattr(FirestoreDocuments, "page", look_and_dawdle)
    throttle.begin("ada")  # The fifth, whatever it saw at first.
    with pytest.raises(TooManyAttempts):
        throttle.begin("ada")


def test_what_is_a_day_old_is_forgotten(client):
    clock = FakeClock()
    throttle = FirebaseThrottle(FirestoreDocuments(client), clock)
    for _ in range(5):
        throttle.begin("bob")
    clock.advance(days=2)
    for _ in range(5):
        throttle.begin("bob")
    with pytest.raises(TooManyAttempts):
        throttle.begin("bob")
    throttle.succeeded("bob")
    throttle.begin("bob")
