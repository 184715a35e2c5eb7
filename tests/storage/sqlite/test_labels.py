"""What is particular to labels in SQLite: queues are read from indexes, and what was said is erased."""

import pytest

from fers.domain.emotions import Emotion
from fers.domain.labels import Opinion
from fers.domain.ranges import IdRange
from fers.domain.review import GoldStandard, QueueOrder
from fers.storage.sqlite.face_index import SqliteFaceIndex
from fers.storage.sqlite.labels import SqliteLabels
from tests.contracts.samples import NOON, a_face, a_label, a_person, an_id
from tests.storage.sqlite.test_face_index import Watched

STUDY = an_id("faces")
QUESTIONS = {
    **{
        f"next faces, {order}": lambda labels, order=order: labels.next_faces(STUDY, an_id("bea"), order, 3, NOON, 5)
        for order in QueueOrder
    },
    "progress": lambda labels: labels.progress(STUDY, 3),
    "labels of a study": lambda labels: list(labels.labels(STUDY)),
    "labels of a range": lambda labels: list(labels.labels(STUDY, IdRange("1", "e"))),
    "labels by an annotator": lambda labels: list(labels.labels_by(an_id("ann"))),
    "an annotator's last labels": lambda labels: labels.latest_by(an_id("ann"), STUDY, 3),
    "faces that wait for an annotator": lambda labels: labels.count_waiting(an_id("bea"), STUDY, 3),
    "labels of a face": lambda labels: labels.labels_of(an_id("1")),
    "number of labels": lambda labels: labels.count_by(an_id("ann"), STUDY),
    "known": lambda labels: labels.known(an_id("1")),
    "gold": lambda labels: labels.gold_standard(STUDY),
    "settled flags": lambda labels: labels.resolved_flags(STUDY),
}


@pytest.fixture
def labels(database, records):
    records.create_person(a_person("ada"))
    labels = SqliteLabels(database)
    for number in range(9):
        records.create_face(a_face(str(number)))
        labels.add_label(a_label(str(number)), 3, NOON)
    labels.set_gold_standard(an_id("1"), GoldStandard(Emotion.SAD, NOON))
    labels.resolve_flags(an_id("1"), NOON)
    return labels


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_from_an_index(database, labels, question):
    watched = Watched(database)
    assert QUESTIONS[question](SqliteLabels(watched))
    assert not any(step.startswith("SCAN") for step in watched.plans), watched.plans
    if "rare" not in question:  # Classes, of which there are eight, are sorted there.
        assert not any("TEMP B-TREE" in step for step in watched.plans), watched.plans


def test_the_least_agreed_are_read_in_order(database, labels):
    index = SqliteFaceIndex(database)
    for number in range(9):
        index.note_opinion(an_id(str(number)), Opinion(None, number / 8))
    watched = Watched(database)
    assert len(SqliteFaceIndex(watched).least_agreed(STUDY, 20, an_id("1"))) == 6
    assert not any(step.startswith("SCAN") or "TEMP B-TREE" in step for step in watched.plans), watched.plans


def test_labels_are_read_page_by_page(labels, monkeypatch):
    monkeypatch.setattr("fers.storage.sqlite.labels._PAGE", 4)
    assert len({label.face_id for label in labels.labels(STUDY)}) == 9
    assert len({label.face_id for label in labels.labels_by(an_id("ann"))}) == 9


@pytest.mark.parametrize("leave", ["the face", "the annotator"])
def test_what_was_said_leaves_no_byte(labels, records, bytes_on_disk, leave):
    reason = "unmistakable-marker"
    flag = a_label("1", "bea", reason=reason)
    labels.add_label(flag, 3, NOON)
    assert reason.encode() in bytes_on_disk()
    if leave == "the face":
        records.delete_face(an_id("1"))
    else:
        labels.forget_annotator(an_id("bea"))
        assert an_id("bea").encode() not in bytes_on_disk()
    assert reason.encode() not in bytes_on_disk()
