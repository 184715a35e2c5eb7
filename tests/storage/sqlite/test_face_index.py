"""What is particular to the face index in SQLite: no question goes through the faces."""

import pytest

from fers.domain.emotions import Emotion
from fers.domain.exploring import Cursor, FaceFilter
from fers.domain.faces import Source
from fers.storage.sqlite.face_index import SqliteFaceIndex
from tests.contracts.samples import NOON, a_face, a_person, an_id

STUDY = an_id("faces")
NARROW = FaceFilter(
    labels=frozenset({Emotion.HAPPY}), sources=frozenset({Source.WEBCAM}), confidence=frozenset({1}), disputed=True
)
QUESTIONS = {
    "counts": lambda index: index.counts(STUDY, NARROW),
    "newest": lambda index: index.newest(STUDY, FaceFilter(), 1),
    "newest of few": lambda index: index.newest(STUDY, NARROW, 5),
    "next page": lambda index: index.newest(STUDY, NARROW, 5, Cursor(NOON, "ff")),
    "most disputed": lambda index: index.most_disputed(STUDY, None, 5),
    "most disputed of a class": lambda index: index.most_disputed(STUDY, Emotion.HAPPY, 5, Cursor(0.5, "")),
}


class Watched:
    """A database that notes how SQLite goes about each question."""

    def __init__(self, database):
        self._database = database
        self.plans: list[str] = []

    def rows(self, query, parameters=()):
        plan = self._database.rows(f"EXPLAIN QUERY PLAN {query}", parameters)
        self.plans += [row["detail"] for row in plan]
        return self._database.rows(query, parameters)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_answered_from_an_index(database, records, question):
    records.create_person(a_person("ada"))
    for number in range(30):
        records.create_face(a_face(str(number)))
    watched = Watched(database)
    assert QUESTIONS[question](SqliteFaceIndex(watched))
    looked_up = [step for step in watched.plans if step.startswith(("SEARCH", "SCAN"))]
    assert looked_up and not any(step.startswith("SCAN") for step in looked_up), watched.plans
    for step in looked_up:
        if "face_facts" in step:
            assert "COVERING INDEX" in step or "PRIMARY KEY (face_id=?)" in step, step


def test_the_newest_are_read_in_order_and_not_sorted(database, records):
    records.create_person(a_person("ada"))
    for number in range(30):
        records.create_face(a_face(str(number)))
    watched = Watched(database)
    SqliteFaceIndex(watched).newest(STUDY, FaceFilter(), 1)
    assert not any("TEMP B-TREE" in step for step in watched.plans), watched.plans
