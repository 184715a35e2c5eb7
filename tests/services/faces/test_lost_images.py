"""One image that is lost or damaged takes nothing else down: it is named, left out, and can be removed."""

import hashlib
import io
import json
import sqlite3
import zipfile

import pytest

from fers.domain.exploring import FaceFilter
from fers.domain.people import OPERATOR
from fers.errors import ImageLost
from fers.exporting.archive import FORMATS, SUMS, zipped_size
from fers.exporting.documents import LOST
from fers.exporting.exported_version import Cut
from fers.services.people.withdrawal import Removal
from fers.storage.sqlite.database import FILE
from tests.exporting.versions import described, download
from tests.people import draft, give_face, participant, pattern


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
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(person)))) as archive:
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


def speaking_of(face_id: str, archive: zipfile.ZipFile) -> set[str]:
    """The files of a download that name a face, by their names or in them."""
    return {name for name in archive.namelist() if face_id in name or face_id.encode() in archive.read(name)}


def check_sums(archive: zipfile.ZipFile) -> None:
    """Every file but the list itself is in it, and is what it says."""
    sums = dict(line.split("  ")[::-1] for line in archive.read(SUMS).decode().splitlines())
    read = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist() if name != SUMS}
    assert read == sums


@pytest.mark.parametrize("format", FORMATS)
def test_whole_photos_go_on_without_it_and_name_it(platform, sound, hurt, format):
    """So does the download in which it is found, and each one after that, which is the same byte by byte."""
    finding, later = (download(platform, format, Cut.WHOLE) for _ in range(2))
    for archive in (finding, later):
        assert speaking_of(hurt.id, archive) == {LOST}
        assert {record["id"] for record in described(archive)} == {sound.id}
        check_sums(archive)
    assert finding.namelist() == later.namelist()
    opened = platform.downloads.open(OPERATOR, hurt.study_id, "v1", format, Cut.WHOLE)
    again = b"".join(opened.zip())
    assert opened.size() == len(again)
    assert again == b"".join(opened.part(0, 999)) + b"".join(opened.part(999))
    assert again == b"".join(platform.downloads.open(OPERATOR, hurt.study_id, "v1", format, Cut.WHOLE).zip())


@pytest.mark.parametrize("format", FORMATS)
def test_a_download_that_was_promised_to_be_larger_is_as_large_and_sound(platform, sound, hurt, format):
    opened = platform.downloads.open(OPERATOR, hurt.study_id, "v1", format, Cut.WHOLE)
    size, tag = zipped_size(opened.exported, opened.format), opened.tag  # Which read no image.
    data = b"".join(opened.zip(size))
    assert len(data) == size
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert speaking_of(hurt.id, archive) == {LOST}
        check_sums(archive)
    after = platform.downloads.open(OPERATOR, hurt.study_id, "v1", format, Cut.WHOLE)
    assert after.tag != tag, "nobody goes on in it with what is made from now on"
    assert after.size() < size


def test_an_export_into_a_folder_goes_on_without_it(platform, sound, hurt, tmp_path):
    platform.downloads.write(OPERATOR, hurt.study_id, "v1", "imagefolder", Cut.WHOLE, tmp_path / "v1")
    names = [path.name for path in (tmp_path / "v1").rglob("*") if path.is_file()]
    assert f"{sound.id}.jpg" in names and f"{hurt.id}.jpg" not in names
    assert hurt.id in (tmp_path / "v1" / LOST).read_text()
    for line in (tmp_path / "v1" / SUMS).read_text().splitlines():
        sha256, name = line.split("  ")
        assert hashlib.sha256((tmp_path / "v1" / name).read_bytes()).hexdigest() == sha256


def test_once_the_photo_is_restored_its_face_is_handed_out_again(platform, sound, hurt, settings):
    assert LOST in download(platform, "imagefolder", Cut.WHOLE).namelist()
    image = settings.data / "images" / hurt.id[:2] / f"{hurt.id}.jpg"
    image.write_bytes(draft(platform, participant(platform, "else@example.org"), pattern(1)).photo.data)
    archive = download(platform, "imagefolder", Cut.WHOLE)
    assert LOST not in archive.namelist()
    assert hurt.id in {record["id"] for record in described(archive)}


def test_a_face_that_is_removed_is_named_no_more(platform, sound, hurt):
    assert LOST in download(platform, "imagefolder", Cut.WHOLE).namelist()
    platform.withdrawal.remove(OPERATOR, hurt.study_id, hurt.id, Removal.PICTURE)
    assert speaking_of(hurt.id, download(platform, "imagefolder", Cut.WHOLE)) == set()


def test_crops_that_have_to_be_cut_out_anew_go_on_without_it(platform, sound, hurt, settings):
    """As in a store that was moved, where none are kept."""
    with sqlite3.connect(settings.data / FILE) as database:
        database.execute("DELETE FROM crops")
    database.close()
    for _ in range(2):
        assert speaking_of(hurt.id, download(platform, "imagefolder")) == {LOST}


def test_the_doctor_names_it_and_removes_it_when_asked(platform, sound, hurt):
    [named] = platform.doctor.examine()
    assert hurt.id in named.problem and not named.repaired
    [removed] = platform.doctor.examine(remove_lost=True)
    assert hurt.id in removed.problem and removed.repaired
    assert platform.doctor.examine() == []
    assert [face.id for face in platform.doctor._records.faces()] == [sound.id]
