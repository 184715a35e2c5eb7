"""A query without its index is noticed here, and not by the first person who needs it."""

import pytest

from fers.storage.firebase_client import open_firebase
from fers.storage.firebase_records import FirebaseRecords
from tests.contracts.samples import an_id
from tests.servers.firestore_indexes import declared, every_query_has_its_index, missing


@pytest.fixture
def records(firebase_servers):
    client = open_firebase("demo-indexes", "demo-indexes")
    yield FirebaseRecords(client)
    client.close()


def test_a_query_without_its_index_fails(records, monkeypatch):
    none = {"indexes": [], "fieldOverrides": []}
    monkeypatch.setattr("tests.servers.firestore_indexes.declared", lambda: none)
    with pytest.raises(AssertionError, match="consents: no index of"), every_query_has_its_index():
        records.latest_consent(an_id("ada"), an_id("faces"))


def test_no_index_is_declared_in_vain(records, monkeypatch):
    """Each costs a little at every write."""
    queries = []
    monkeypatch.setattr("tests.servers.firestore_indexes.missing", lambda query, _: queries.append(query))
    with every_query_has_its_index():
        records.latest_consent(an_id("ada"), an_id("faces"))
        records.consents_of(an_id("ada"))
        records.faces_of(an_id("ada"))
    for index in declared()["indexes"]:
        others = {**declared(), "indexes": [other for other in declared()["indexes"] if other != index]}
        assert any(missing(query, others) for query in queries), f"nothing needs {index}"
