"""Facts on Firestore that an earlier FERS wrote, or that don't fit their face."""

import secrets
from collections.abc import Callable

import pytest

from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter, Found, week_of
from fers.domain.labels import only
from fers.domain.review import Progress
from fers.errors import StoreUnavailable
from fers.services.labelling.aggregation import aggregate_everything
from fers.storage.firebase.client import open_firebase
from fers.storage.firebase.face_index import FirebaseFaceIndex
from fers.storage.firebase.firestore import FirestoreDocuments
from fers.storage.firebase.labels import FirebaseLabels
from fers.storage.firebase.records import FirebaseRecords
from tests.contracts.samples import NOON, a_face, a_label, a_person, a_study, an_id

HAPPY, SAD = Emotion.HAPPY, Emotion.SAD
NEW = {"own", "perceived", "wanted", "intended"}


@pytest.fixture
def client(firebase_servers):
    project = f"demo-{secrets.token_hex(4)}"
    client = open_firebase(project, project)
    yield client
    client.close()


@pytest.fixture
def face(client):
    """A face as it was stored when its class was its person's word, whatever annotators said."""
    records, documents = FirebaseRecords(client), FirestoreDocuments(client)
    records.save_study(a_study())
    records.create_person(a_person())
    records.create_face(a_face())
    replace_only(documents, "face_facts", lambda facts: facts.keys() - NEW, {"extra": 0})
    counted = "of_1_1_0_1_none"
    replace_only(documents, "face_counts", lambda counts: counts.keys() - {f"{counted}_1_none"}, {counted: 1})
    return a_face()


def replace_only(documents: FirestoreDocuments, collection: str, kept: Callable[[dict], set[str]], added: dict) -> None:
    """Replace the one document there is; deleted first, since the test server merges what it is to replace."""
    [document] = documents.page(documents.collection(collection).limit(2))
    reference = documents.collection(collection).document(document["id"])
    documents.delete([reference])
    documents.set(reference, {field: document[field] for field in kept(document)} | added)


def test_faces_from_before_classes_are_found_counted_and_settled_by_the_doctors_pass(client, face):
    records, labels, index = FirebaseRecords(client), FirebaseLabels(client), FirebaseFaceIndex(client)
    own = {(week_of(NOON), HAPPY): 1}
    assert index.newest(an_id("faces"), FaceFilter(), 9) == [Found(face, HAPPY, reviewed=False)]
    assert index.own_labels(an_id("faces")) == own
    for annotator in ("ann", "bea"):
        labels.add_label(a_label(annotator=annotator, distribution=only(SAD)), 3, NOON)
    aggregate_everything(records, labels, index)
    assert index.newest(an_id("faces"), FaceFilter(), 9) == [Found(face, SAD, reviewed=True)]
    assert [(count.label, count.count) for count in index.counts(an_id("faces"), FaceFilter())] == [(SAD, 1)]
    assert index.own_labels(an_id("faces")) == own


def test_a_set_imported_before_leaves_its_place_to_annotators_after_the_doctors_pass(client):
    records, labels, documents = FirebaseRecords(client), FirebaseLabels(client), FirestoreDocuments(client)
    records.save_study(a_study())
    records.create_person(a_person())
    records.create_face(a_face())
    replace_only(documents, "face_facts", lambda facts: facts.keys() - {"of_sets"}, {})
    labels.add_label(a_label(annotator="the set", of_a_set=True), 1, NOON)
    assert labels.progress(an_id("faces"), 1) == Progress(open=0, done=1, labels=1)
    aggregate_everything(records, labels, FirebaseFaceIndex(client))
    assert labels.progress(an_id("faces"), 1) == Progress(open=1, done=0, labels=1)


def test_a_face_whose_facts_are_lost_is_not_looked_at_for_ever(client):
    records, documents = FirebaseRecords(client), FirestoreDocuments(client)
    records.create_person(a_person("ada"))
    records.create_face(a_face("lost", person="ada"))
    facts = documents.collection("face_facts")
    documents.delete(facts.document(known["id"]) for known in documents.page(facts))
    with pytest.raises(StoreUnavailable, match="doesn't fit together"):
        records.update_face(a_face("lost", person="ada"))
