"""A clock that is wrong costs nobody their photos; one that is right removes them at their date."""

from dataclasses import replace

import pytest

from fers.domain.people import OPERATOR
from fers.domain.questions import Number, Question, Words
from fers.errors import StoreUnavailable
from fers.exporting.exported_version import Cut
from fers.storage.sqlite import records
from tests.people import give_face, participant, pattern


@pytest.fixture
def faces(platform):
    return [give_face(platform, participant(platform, f"{n}@example.org"), picture=pattern(n)) for n in range(5)]


def passing(platform, clock, days: int) -> None:
    """Days on which the server runs, looking after what is due."""
    for _ in range(days):
        clock.advance(days=1)
        platform.retention.purge_due()


def test_days_that_pass_one_by_one_purge_everything_at_its_date(platform, clock, faces):
    passing(platform, clock, platform.studies.current().retention_days)
    assert list(platform.doctor._records.faces()) == []
    assert platform.retention.held() is None


def test_a_clock_far_ahead_purges_nothing_and_is_told_of(platform, clock, faces):
    platform.retention.purge_due()
    clock.advance(days=400)
    assert platform.retention.purge_due() == 0
    assert len(list(platform.doctor._records.faces())) == len(faces)
    [finding] = [finding for finding in platform.doctor.examine() if "the clock went" in finding.problem]
    assert not finding.repaired
    assert "python -m fers purge" in finding.problem


def test_it_purges_nothing_of_a_large_store_either(platform, clock, faces, monkeypatch):
    monkeypatch.setattr(records, "_PAGE", 2)  # So few faces are purged at once; it says nothing of how many are due.
    platform.retention.purge_due()
    clock.advance(days=400)
    assert platform.retention.purge_due() == 0
    assert platform.retention.held().faces == len(faces)


def test_it_purges_no_answers_either_where_many_people_gave_no_photo(platform, clock):
    """Those whom a study was not meant for, say."""
    study = replace(platform.studies.current(), questions=(Question("age", Words("How old are you?"), Number()),))
    platform.studies.update(OPERATOR, study)
    people = [participant(platform, f"{number}@example.org") for number in range(5)]
    for person in people:
        platform.questions.answer(person, platform.questions.due(person), {"age": 30})
    give_face(platform, people[0])
    platform.retention.purge_due()
    clock.advance(days=400)
    assert platform.retention.purge_due() == 0
    assert (platform.retention.held().faces, platform.retention.held().answers) == (1, 5)
    assert [len(platform.questions.mine(person)) for person in people] == [1] * 5
    assert platform.retention.purge(OPERATOR) == 1
    assert [len(platform.questions.mine(person)) for person in people] == [0] * 5


def test_meanwhile_nothing_is_handed_out(platform, clock, faces):
    study = platform.studies.current().id
    platform.versions.freeze(OPERATOR, study, "v1")
    platform.retention.purge_due()
    clock.advance(days=400)
    with pytest.raises(StoreUnavailable, match="clock"):
        platform.downloads.exported(OPERATOR, study, "v1", Cut.CROP)


def test_a_clock_that_is_put_right_again_leaves_everything_as_it_was(platform, clock, faces):
    platform.retention.purge_due()
    clock.advance(days=400)
    platform.retention.purge_due()
    clock.advance(days=-400)
    platform.retention.purge_due()
    assert platform.retention.held() is None
    assert len(list(platform.doctor._records.faces())) == len(faces)


def test_whoever_has_looked_at_the_clock_purges(platform, clock, faces):
    platform.retention.purge_due()
    clock.advance(days=400)
    assert platform.retention.purge(OPERATOR) == len(faces)
    assert platform.retention.held() is None


def test_what_little_is_due_after_a_holiday_goes_by_itself(platform, clock, faces):
    days = platform.studies.current().retention_days
    passing(platform, clock, 20)
    later = [give_face(platform, participant(platform, f"{n}@later.org"), picture=pattern(50 + n)) for n in range(60)]
    passing(platform, clock, days - 30)
    clock.advance(days=12)
    assert platform.retention.purge_due() == len(faces)
    assert len(list(platform.doctor._records.faces())) == len(later)
