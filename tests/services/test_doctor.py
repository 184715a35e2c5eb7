"""The doctor finds what is lost, changed, orphaned or overdue, and repairs what is safe."""

import sqlite3

import pytest

from fers.domain.people import OPERATOR, Role
from fers.storage.database import FILE
from tests.people import give_face, participant


@pytest.fixture
def face(platform):
    return give_face(platform, participant(platform))


def _problems(platform):
    return [finding.problem for finding in platform.doctor.examine() if not finding.repaired]


def _image(settings):
    return next((settings.data / "images").rglob("*.jpg"))


def test_a_sound_store_has_no_findings(platform, face):
    assert platform.doctor.examine() == []


def test_a_lost_image_is_found(platform, face, settings):
    _image(settings).unlink()
    assert _problems(platform) == [f"face {face.id}: its image is lost"]


def test_a_changed_image_is_found(platform, face, settings):
    path = _image(settings)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert _problems(platform) == [f"face {face.id}: its image is not the one that was given"]


def test_an_image_without_a_record_is_found_and_left_alone(platform, face, settings):
    stray = settings.data / "images" / "ab" / f"{'ab' * 16}.jpg"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"somebody's photo")
    assert _problems(platform) == [f"image {'ab' * 16}: no record speaks of it"]
    assert stray.exists()


def test_a_face_whose_person_is_gone_is_found(platform, face):
    platform.doctor._records.delete_person(face.person_id)
    assert any("its person is gone" in problem for problem in _problems(platform))
    assert any("its consent is gone" in problem for problem in _problems(platform))


def test_interrupted_work_is_undone(platform, face):
    journal, images = platform.doctor._journal, platform.doctor._images
    half_done = "cd" * 16

    class Killed(BaseException):
        pass

    with pytest.raises(Killed), journal.writing(half_done):
        images.put(half_done, b"a photo whose record never came")
        raise Killed
    findings = platform.doctor.examine()
    assert [finding.repaired for finding in findings] == [True]
    assert platform.doctor.examine() == []


def test_overdue_faces_are_purged(platform, face, clock):
    clock.advance(days=1000)
    assert [finding.repaired for finding in platform.doctor.examine()] == [True]
    assert platform.doctor.examine() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("UPDATE audit SET action = 'did nothing' WHERE number = 1", "entry 1 is not what was written"),
        ("UPDATE audit SET actor = 'somebody else' WHERE number = 2", "entry 2 is not what was written"),
        ("DELETE FROM audit WHERE number = 2", "entries 2 to 2 are missing"),
    ],
)
def test_a_changed_audit_log_is_found(platform, face, settings, change, problem):
    platform.withdrawal.withdraw_face(platform.doctor._records.person(face.person_id), face.id)
    platform.accounts.grant(OPERATOR, "ada@example.org", Role.ANNOTATOR)
    with sqlite3.connect(settings.data / FILE) as connection:
        connection.execute(change)
    connection.close()
    assert _problems(platform) == [f"audit log: {problem}"]
