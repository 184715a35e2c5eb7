"""One image that is lost or damaged takes nothing else down: it is named, left out, and can be removed."""

import io
import json
import zipfile

import pytest

from fers.domain.exploring import FaceFilter
from fers.domain.people import OPERATOR
from fers.errors import ImageLost, StoreUnavailable
from fers.exporting.exported_version import Cut
from fers.services.people.withdrawal import Removal
from tests.exporting.versions import described, download
from tests.people import give_face, participant, pattern


@pytest.fixture
def person(platform):
    return participant(platform)


@pytest.fixture
def sound(platform, person):
    return give_face(platform, person)


def lose(path) -> None:
    path.unlink()


def truncate(path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def overwrite(path) -> None:
    path.write_bytes(b"\0" * 4096)


@pytest.fixture(params=[lose, truncate, overwrite])
def hurt(request, platform, person, sound, settings):
    """A face whose image was hurt in one of these ways, after a version was frozen with it."""
    face = give_face(platform, person, picture=pattern(1))
    platform.versions.freeze(OPERATOR, face.study_id, "v1")
    request.param(settings.data / "images" / face.id[:2] / f"{face.id}.jpg")
    return face


def test_it_is_said_in_its_place_and_everything_else_is_shown(platform, person, sound, hurt):
    found = platform.explore.newest(OPERATOR, hurt.study_id, FaceFilter(), 9)
    assert {one.face.id for one in found} == {sound.id, hurt.id}
    assert platform.explore.thumbnail(OPERATOR, sound.id).shape
    for look in (platform.explore.thumbnail, lambda _, face_id: platform.data_export.crop(person, face_id)):
        with pytest.raises(ImageLost, match="lost"):
            look(OPERATOR, hurt.id)


def test_its_person_downloads_everything_else_and_withdraws_it(platform, person, sound, hurt):
    with zipfile.ZipFile(io.BytesIO(platform.data_export.download(person))) as archive:
        told = {face["id"]: face for face in json.loads(archive.read("faces.json"))}
    assert told[sound.id]["image"] == f"images/{sound.id}.jpg"
    assert told[hurt.id]["image"] is None or told[hurt.id]["image"] in archive.namelist()
    platform.withdrawal.withdraw_face(person, hurt.id)
    assert platform.data_export.faces(person) == [sound]


def test_annotators_are_handed_the_others(platform, sound, hurt):
    handed_out = platform.review.next_faces(OPERATOR, hurt.study_id, 5)
    assert [assignment.face_id for assignment in handed_out] == [sound.id]


def test_models_are_asked_about_the_others(platform, sound, hurt):
    assert platform.arena.evaluate(OPERATOR, "always-happy")
    answered = dict(platform.arena._answers.answers(platform.live_model.models()[0].fingerprint))
    assert set(answered) == {sound.id}


def test_faces_of_a_version_come_as_they_were_cut_out_and_a_new_version_is_frozen(platform, person, sound, hurt):
    assert {record["id"] for record in described(download(platform, "parquet"))} == {sound.id, hurt.id}
    late = give_face(platform, person, picture=pattern(2))
    platform.versions.freeze(OPERATOR, hurt.study_id, "v2")
    assert late.id in {record["id"] for record in described(download(platform, "parquet", version="v2"))}


def test_whole_photos_name_the_face_that_stands_in_their_way(platform, hurt):
    with pytest.raises(StoreUnavailable, match=hurt.id):
        download(platform, "imagefolder", Cut.WHOLE)
    platform.withdrawal.remove(OPERATOR, hurt.study_id, hurt.id, Removal.PICTURE)
    assert hurt.id not in {record["id"] for record in described(download(platform, "imagefolder", Cut.WHOLE))}


def test_the_doctor_names_it_and_removes_it_when_asked(platform, sound, hurt):
    [named] = platform.doctor.examine()
    assert hurt.id in named.problem and not named.repaired
    [removed] = platform.doctor.examine(remove_lost=True)
    assert hurt.id in removed.problem and removed.repaired
    assert platform.doctor.examine() == []
    assert [face.id for face in platform.doctor._records.faces()] == [sound.id]
