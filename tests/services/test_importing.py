"""An existing set becomes faces that are like given ones, and keeps its terms."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fers.datasets import DataError, FaceSet
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Source
from fers.domain.people import OPERATOR
from fers.domain.snapshots import LabelSource
from fers.errors import InvalidInput
from fers.services.importing import Terms
from fers.services.withdrawal import Removal
from fers.storage.database import FILE

TERMS = Terms("CC BY 4.0", "Everybody signed.")
VOTES = np.array([[0.1, 0.6, 0.3, 0, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0], [0, 0.5, 0.5, 0, 0, 0, 0, 0]], np.float32)


@pytest.fixture
def study(platform):
    return platform.studies.current()


def faces_of(open) -> FaceSet:
    names = [f"{number}.png" for number in range(len(VOTES))]
    dimensions = np.array([[0.5, -0.5], [np.nan, np.nan], [np.nan, 0]], np.float32)
    return FaceSet("folder:set", names, VOTES, open, Counter(), dimensions)


@pytest.fixture
def faces():
    small = data.lfw_subset()
    return faces_of(lambda index: Image.fromarray((small[index] * 255).astype(np.uint8)))


def test_imported_faces_are_perceived_labels_of_people_nobody_knows(platform, study, faces):
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS) == 3
    snapshot = platform.snapshots.freeze(OPERATOR, study.id, "v1")
    entries = list(platform.snapshots.entries(OPERATOR, snapshot.id))
    assert len({entry.person for entry in entries}) == 3
    assert {(entry.source, entry.own_label, entry.label_source) for entry in entries} == {
        (Source.IMPORT, None, LabelSource.ANNOTATORS)
    }
    by_share = {round(entry.votes[0].distribution[1], 3): entry for entry in entries}
    assert by_share[0.6].perceived == Emotion.HAPPY
    assert (by_share[0.6].valence, by_share[0.6].arousal) == (0.5, -0.5)
    assert (by_share[0].perceived, by_share[0].valence) == (Emotion.SAD, None)
    [words] = snapshot.consent_texts
    assert "CC BY 4.0" in words.body
    assert "Everybody signed." in words.body
    assert "folder:set" in words.body


def test_an_import_that_was_stopped_goes_on(platform, study, faces):
    def broken(index):
        if index == 1:
            raise OSError("the disk is gone")
        return faces.open(index)

    with pytest.raises(DataError):
        platform.importing.add(OPERATOR, study.id, faces_of(broken), TERMS)
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS) == 2
    assert platform.importing.add(OPERATOR, study.id, faces, TERMS) == 0
    assert platform.snapshots.freeze(OPERATOR, study.id, "v1").faces == 3


def test_in_photos_the_face_is_found(platform, study):
    photos = faces_of(lambda index: Image.fromarray(np.roll(data.astronaut(), index, axis=2)))
    platform.importing.add(OPERATOR, study.id, photos, TERMS, detect=True)
    snapshot = platform.snapshots.freeze(OPERATOR, study.id, "v1")
    boxes = {tuple(entry.box.as_list()) for entry in platform.snapshots.entries(OPERATOR, snapshot.id)}
    assert boxes == {(160, 60, 120, 120)}


@pytest.mark.parametrize("terms", [Terms("", "Everybody signed."), Terms("CC0", " ")])
def test_without_terms_nothing_is_imported(platform, study, faces, terms):
    with pytest.raises(InvalidInput, match="missing"):
        platform.importing.add(OPERATOR, study.id, faces, terms)
    with pytest.raises(InvalidInput, match="No face may be shared"):
        platform.snapshots.freeze(OPERATOR, study.id, "v1")


def test_an_imported_face_can_be_removed_with_the_person_it_stands_for(platform, study, faces, settings):
    platform.importing.add(OPERATOR, study.id, faces, TERMS)
    face, *others = (found.face for found in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9))
    assert face.person_id.encode() in _database(settings)
    platform.withdrawal.remove(OPERATOR, study.id, face.id, Removal.TERMS)
    assert [found.face for found in platform.explore.newest(OPERATOR, study.id, FaceFilter(), 9)] == others
    assert face.person_id.encode() not in _database(settings)
    assert platform.doctor.examine() == []


def _database(settings) -> bytes:
    """All that SQLite holds, its write-ahead log included."""
    return b"".join(file.read_bytes() for file in settings.data.glob(f"{FILE}*"))
