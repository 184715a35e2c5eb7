"""A study says what it is for, and opens only when its owner confirmed what it is not."""

from dataclasses import replace

import pytest

from fers.domain.people import OPERATOR
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
