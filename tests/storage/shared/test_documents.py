"""Domain objects survive the way into JSON and back."""

import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fers.domain.field import VersionSums
from fers.storage.shared.documents import face_from_document, face_to_document, time_from_text, time_to_text
from fers.storage.shared.version_documents import sums_from_document, sums_to_document
from tests.contracts.samples import a_face, any_face, fixed_zones

times = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=fixed_zones)


@settings(deadline=None)
@given(face=any_face)
def test_a_face_comes_back_from_json_as_it_was(face):
    assert face_from_document(json.loads(json.dumps(face_to_document(face)))) == face


def test_faces_stored_before_models_could_be_unsure_are_read():
    document = face_to_document(a_face())
    del document["prediction"]["least_confidence"]
    assert face_from_document(document).prediction.sure


def test_sums_of_a_version_from_before_imported_faces_were_left_out_are_none():
    sums = VersionSums("v", 9, 8, (1, 2, 3, 0, 0, 0, 0, 1), 6.5, 4.5, 5, 3, 2)
    document = json.loads(json.dumps(sums_to_document(sums)))
    assert sums_from_document(document) == sums
    del document["given"]
    assert sums_from_document(document) is None


@settings(deadline=None)
@given(times)
def test_a_time_comes_back_as_the_same_moment(time):
    assert time_from_text(time_to_text(time)) == time


@settings(deadline=None)
@given(times, times)
def test_texts_sort_like_the_times_they_stand_for(one, other):
    assert (time_to_text(one) < time_to_text(other)) == (one < other)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        time_to_text(datetime(2026, 5, 1))
