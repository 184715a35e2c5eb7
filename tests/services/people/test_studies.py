"""A study says what it is for, and opens only when its owner confirmed what it is not."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from fers.domain.people import OPERATOR
from fers.domain.studies import seen_again
from fers.errors import InvalidInput, NotPermitted
from tests.people import participant


def test_a_fresh_store_has_the_try_out_study_and_keeps_it(platform):
    study = platform.studies.current()
    assert study.open
    assert platform.studies.current() == study


def test_an_administrator_changes_it(platform):
    changed = replace(platform.studies.current(), name="Smiles", purpose="To learn about smiles.")
    platform.studies.update(OPERATOR, changed)
    assert platform.studies.current() == changed


@pytest.mark.parametrize(
    "change",
    [
        {"name": " "},
        {"purpose": ""},
        {"owner": ""},
        {"contact": ""},
        {"consent_words": "x" * 5001},
        {"labelling_guide": "x" * 10_001},
        {"retention_days": 0},
        {"retention_days": 100_000},
        {"ask_first_share": 1.5},
        {"join_code": "abc"},
        {"purpose_confirmed": False},
        {"id": "another"},
    ],
)
def test_what_cannot_be_used_is_refused(platform, change):
    with pytest.raises(InvalidInput):
        platform.studies.update(OPERATOR, replace(platform.studies.current(), **change))


def test_an_unconfirmed_study_may_be_kept_closed(platform):
    platform.studies.update(OPERATOR, replace(platform.studies.current(), purpose_confirmed=False, open=False))
    assert not platform.studies.current().open


def test_participants_change_nothing(platform):
    with pytest.raises(NotPermitted):
        platform.studies.update(participant(platform), platform.studies.current())


@pytest.fixture
def draft(platform):
    """A new study, closed, of which only the name is known."""
    platform.studies.current()
    return platform.studies.create(OPERATOR, "Smiles")


def test_a_closed_study_may_be_half_described(platform, draft):
    platform.studies.update(OPERATOR, replace(draft, purpose="To learn about smiles."))
    assert platform.studies.get(OPERATOR, draft.id).purpose == "To learn about smiles."


def test_a_study_opens_only_when_all_that_is_needed_is_there(platform, draft):
    described = replace(draft, purpose="To learn.", owner="Ada")
    with pytest.raises(InvalidInput) as refused:
        platform.studies.update(OPERATOR, replace(described, open=True))
    assert refused.value.code == "study.not-ready"
    assert "Contact, Ethics approval and What it is not" in refused.value.what
    described = replace(described, contact="ada@example.org", purpose_confirmed=True, no_ethics_because="no faces.")
    platform.studies.update(OPERATOR, replace(described, open=True))
    assert platform.studies.get(OPERATOR, draft.id).open


def test_a_study_that_is_open_from_before_may_be_changed_without_an_approval(platform):
    study = replace(platform.studies.current(), no_ethics_because="")
    platform.studies.update(OPERATOR, study)
    platform.studies.update(OPERATOR, replace(study, overlap=2))
    platform.studies.update(OPERATOR, replace(study, open=False))
    with pytest.raises(InvalidInput):
        platform.studies.update(OPERATOR, study)


def test_of_two_who_change_a_study_at_once_neither_undoes_the_other(platform):
    seen = platform.studies.current()
    platform.studies.update(OPERATOR, replace(seen, purpose="To learn about smiles."), seen)
    after = platform.studies.update(OPERATOR, replace(seen, contact="ada@example.org"), seen)
    assert after == platform.studies.current()
    assert (after.purpose, after.contact) == ("To learn about smiles.", "ada@example.org")


def test_whoever_changes_what_somebody_else_changed_meanwhile_is_told_by_whom(platform, clock):
    seen, ada, bob = platform.studies.current(), *(replace(OPERATOR, id=letter * 32) for letter in "ab")
    platform.studies.update(ada, replace(seen, purpose="To learn about smiles.", overlap=5), seen)
    mine = replace(seen, purpose="To learn about frowns.", contact="bob@example.org")
    for who, code in ((bob, "study.changed-by"), (ada, "study.changed-by-you")):
        with pytest.raises(InvalidInput) as told:
            platform.studies.update(who, mine, seen)
        assert told.value.code == code
        with pytest.raises(InvalidInput):
            platform.consents.asked_again(who, mine, seen)
    assert f"{clock():%Y-%m-%d %H:%M}" in str(told.value)
    now = platform.studies.current()
    assert (now.purpose, now.contact) == ("To learn about smiles.", seen.contact)
    after = platform.studies.update(bob, mine, seen_again(seen, mine, now))
    assert (after.purpose, after.contact, after.overlap) == (mine.purpose, mine.contact, 5)


def test_who_make_the_same_change_are_told_nothing(platform):
    seen = platform.studies.current()
    for _ in range(2):
        platform.studies.update(OPERATOR, replace(seen, open=False), seen)
    assert not platform.studies.current().open


def test_changes_at_the_same_moment_are_all_there(platform):
    seen = platform.studies.current()
    changes = [{"overlap": 5}, {"contact": "ada@example.org"}, {"retention_days": 9}, {"show_prediction": True}]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda change: platform.studies.update(OPERATOR, replace(seen, **change), seen), changes))
    now = platform.studies.current()
    assert (now.overlap, now.contact, now.retention_days, now.show_prediction) == (5, "ada@example.org", 9, True)
