"""Facts on Firestore that don't fit their face."""

import pytest

from fers.errors import StoreUnavailable
from fers.storage.firestore_documents import FirestoreDocuments
from tests.contracts.backends import Firebase
from tests.contracts.samples import a_face, a_person


@pytest.fixture
def project(tmp_path, firebase_servers):
    project = Firebase(tmp_path / "project")
    yield project
    project.close()


def test_a_face_whose_facts_are_lost_is_not_looked_at_for_ever(project):
    records, documents = project.records(), FirestoreDocuments(project._client)
    records.create_person(a_person("ada"))
    records.create_face(a_face("lost", person="ada"))
    facts = documents.collection("face_facts")
    documents.delete(facts.document(known["id"]) for known in documents.page(facts))
    with pytest.raises(StoreUnavailable, match="doesn't fit together"):
        records.update_face(a_face("lost", person="ada"))
