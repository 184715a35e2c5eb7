"""A query without its index is noticed here, and not by the first person who needs it."""

from datetime import timedelta

import pytest

from fers.domain.clock import utc_now
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Source
from fers.domain.groups import DIMENSIONS
from fers.domain.ranges import IdRange
from fers.domain.review import QueueOrder
from fers.domain.versions import Split
from fers.storage.firebase.answers import FirebaseAnswers
from fers.storage.firebase.client import open_firebase
from fers.storage.firebase.face_index import FirebaseFaceIndex
from fers.storage.firebase.field import FirebaseField
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.firebase.groups import FirebaseGroups
from fers.storage.firebase.labels import FirebaseLabels
from fers.storage.firebase.participations import FirebaseParticipations
from fers.storage.firebase.records import FirebaseRecords
from fers.storage.firebase.replies import FirebaseReplies
from fers.storage.firebase.sign_in import FirebaseSignIn
from fers.storage.firebase.sittings import FirebaseSittings
from fers.storage.firebase.studies import FirebaseStudies
from fers.storage.firebase.throttle import FirebaseThrottle
from fers.storage.firebase.versions import FirebaseDatasetVersions
from tests.contracts.samples import NOON, a_face, a_person, a_version, an_id
from tests.servers.firestore_indexes import declared, every_query_has_its_index, missing


@pytest.fixture
def client(firebase_servers):
    client = open_firebase("demo-indexes", "demo-indexes")
    yield client
    client.close()


def test_a_query_without_its_index_fails(client, monkeypatch):
    none = {"indexes": [], "fieldOverrides": []}
    monkeypatch.setattr("tests.servers.firestore_indexes.declared", lambda: none)
    with pytest.raises(AssertionError, match="consents: no index of"), every_query_has_its_index():
        FirebaseRecords(client).latest_consent(an_id("ada"), an_id("faces"))


def test_counting_needs_the_index_of_what_is_counted(client):
    documents = FirestoreDocuments(client)
    counted = where(where(documents.collection("labels"), "weather", "==", "fine"), "seconds", ">", 1)
    with pytest.raises(AssertionError, match="labels: no index of"), every_query_has_its_index():
        documents.count(counted)


def test_no_index_is_declared_in_vain(client, monkeypatch):
    """Each costs a little at every write."""
    queries = []
    monkeypatch.setattr("tests.servers.firestore_indexes.missing", lambda query, _: queries.append(query))
    with every_query_has_its_index():
        ask_everything(client)
    for index in declared()["indexes"]:
        others = {**declared(), "indexes": [other for other in declared()["indexes"] if other != index]}
        assert any(missing(query, others) for query in queries), f"nothing needs {index}"


def ask_everything(client) -> None:
    """Make every query that needs an index."""
    records, studies, index = FirebaseRecords(client), FirebaseStudies(client), FirebaseFaceIndex(client)
    records.latest_consent(an_id("ada"), an_id("faces"))
    records.kept_out(an_id("faces"))
    records.count_agreed(an_id("faces"), ["sha256"])
    records.faces_of(an_id("ada"))
    records.delete_person(an_id("ada"))
    records.delete_face(an_id("face"))
    records.latest_audit(1, an_id("faces"))
    groups = FirebaseGroups(client)
    groups.descriptions_of(an_id("ada"))
    list(groups.descriptions_in(an_id("faces")))
    studies.staff_of(an_id("faces"))
    studies.invitations_to(an_id("faces"))
    for label in (None, Emotion.SAD):
        index.most_disputed(an_id("faces"), label, 1)
    index.least_agreed(an_id("faces"), 1)
    index.counts(an_id("faces"), FaceFilter())
    index.three_labels(an_id("faces"))
    index.newest(an_id("faces"), FaceFilter(), 1)
    everything = {
        "labels": [Emotion.SAD],
        "intended": [Emotion.SAD],
        "sources": [Source.UPLOAD],
        "confidence": [0],
        "agreement": [0],
    }
    for field, values in everything.items():
        index.newest(an_id("faces"), FaceFilter(**{field: frozenset(values)}), 1)
    index.newest(an_id("faces"), FaceFilter(disputed=True), 1)
    for about, answers in DIMENSIONS.items():
        index.newest(an_id("faces"), FaceFilter(group=(about, answers[0])), 1)
    sittings = FirebaseSittings(client)
    sittings.sittings_of(an_id("ada"))
    sittings.given(an_id("faces"))
    sittings.held(an_id("faces"), NOON)
    sittings.counted(an_id("faces"))
    replies = FirebaseReplies(client)
    replies.all_replies_of(an_id("ada"))
    list(replies.replies_in(an_id("faces")))
    replies.purge_replies(NOON)
    participations = FirebaseParticipations(client)
    participations.participations_of(an_id("ada"))
    list(participations.participations_in(an_id("faces")))
    participations.erase(an_id("faces"), [an_id("one")])
    FirebaseSignIn(client, "any key", utc_now, timedelta(1), timedelta(1)).forget("ada")
    FirebaseThrottle(FirestoreDocuments(client), utc_now).begin("ada")
    list(FirebaseAnswers(client).answers("1" * 64))
    ask_about_review(client)
    ask_about_versions(client)
    ask_about_the_field(client)


def ask_about_review(client) -> None:
    records, labels = FirebaseRecords(client), FirebaseLabels(client)
    for order in QueueOrder:
        labels.next_faces(an_id("faces"), an_id("ann"), order, 3, NOON, 1)
    records.create_person(a_person("giver"))
    records.create_face(a_face("guessed", person="giver"))  # The rarest class is looked for among those there are.
    labels.next_faces(an_id("faces"), an_id("ann"), QueueOrder.RARE, 3, NOON, 1)
    labels.labels_of(an_id("guessed"))
    list(labels.labels(an_id("faces"), IdRange("1", "e")))
    labels.latest_by(an_id("ann"), an_id("faces"), 1)
    labels.count_waiting(an_id("ann"), an_id("faces"), 3)
    labels.gold_standard(an_id("faces"))
    labels.resolved_flags(an_id("faces"))
    labels.forget_annotator(an_id("ann"))


def ask_about_versions(client) -> None:
    store, version = FirebaseDatasetVersions(client), a_version("asked")
    store.create_version(version, [])
    store.of_study(version.study_id)
    list(store.entries(version.id))
    list(store.entries(version.id, Split.TEST))


def ask_about_the_field(client) -> None:
    store = FirebaseField(client)
    store.matches(an_id("trial"))
    store.unscored(an_id("trial"))
    store.guesses(an_id("faces"))
    store.ranks("1" * 64)
    list(store.shadow_answers("1" * 64))
