"""On a disk that is full to the last byte, people still sign in and take back what they gave."""

from dataclasses import replace

import pytest

from fers.assembly import Platform, assemble
from fers.config import Settings
from fers.errors import StoreUnavailable
from fers.storage.sqlite import disk
from tests.people import HAPPY_POSED, PASSWORD, OneFace, OneModel, draft, give_face, participant, photo

from .full_disk import fill, make_room, small_disk

ADVICE = ("disk", "space", "doctor", "python", "MB", "folder")
"""What only whoever runs FERS can do something about."""


@pytest.fixture
def settings(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "RESERVE_BYTES", 16 << 20)
    with small_disk(tmp_path / "small") as folder:
        yield replace(settings, data=folder / "data")


def opened(settings: Settings) -> Platform:
    return assemble(settings, models=OneModel(), detector=OneFace())


def test_people_sign_in_and_withdraw_and_the_doctor_finds_the_store_sound(settings):
    platform, small = opened(settings), settings.data.parent
    ada, bob = participant(platform), participant(platform, "bob@example.org")
    faces = [give_face(platform, ada) for _ in range(10)]
    kept = give_face(platform, bob)
    for face in faces:
        fill(small)  # And again: whatever was given back is taken by somebody else.
        signed_in = platform.accounts.sign_in("ada@example.org", PASSWORD)
        assert platform.accounts.resume(signed_in.token).id == ada.id
        platform.withdrawal.withdraw_face(signed_in.person, face.id)
    fill(small)
    anew = opened(settings)
    assert anew.doctor.examine() == []
    fill(small)
    anew.withdrawal.withdraw_everything(ada)
    with pytest.raises(StoreUnavailable):
        participant(anew, "new@example.org")
    assert anew.data_export.faces(bob) == [kept]
    assert anew.doctor.examine() == []


def test_photos_are_refused_before_the_disk_is_full_in_words_for_their_people(settings):
    platform, small = opened(settings), settings.data.parent
    ada = participant(platform)
    started = draft(platform, ada)
    prediction = platform.capture.predict(ada, started, started.suggestions[0])
    submit = (ada, started, started.suggestions[0], prediction, HAPPY_POSED)
    fill(small)
    for refused in (
        lambda: platform.capture.prepare(ada),
        lambda: draft(platform, ada),
        lambda: platform.capture.submit(*submit),
        lambda: platform.accounts.sign_up("new@example.org", PASSWORD),
    ):
        with pytest.raises(StoreUnavailable) as told:
            refused()
        read = f"{told.value.what} {told.value.next}"
        assert "later" in read and not [word for word in ADVICE if word in read]
        assert "Free some space" in str(told.value)
    assert [*(settings.data / "images").rglob("*.part"), *(settings.data / "images").rglob("*.jpg")] == []
    make_room(small)
    assert platform.capture.submit(*submit).id == started.id
    assert platform.doctor.examine() == []


def test_the_reserve_is_put_by_again_once_there_is_room(settings):
    platform, small = opened(settings), settings.data.parent
    reserve = settings.data / disk.FILE
    ada = participant(platform)
    assert reserve.stat().st_size == disk.RESERVE_BYTES
    fill(small)
    platform.accounts.sign_in("ada@example.org", PASSWORD)
    assert reserve.stat().st_size < disk.RESERVE_BYTES
    make_room(small)
    platform.capture.receive(ada, photo(), "upload")
    assert reserve.stat().st_size == disk.RESERVE_BYTES
    assert reserve.stat().st_mode & 0o777 == 0o600


def test_a_note_of_what_was_taken_back_is_whole_or_refused(settings):
    """Without a reserve a full disk takes a part of a line, and says so only by how much."""
    platform, small = opened(settings), settings.data.parent
    ada = participant(platform)
    given = [give_face(platform, ada) for _ in range(3)]
    (settings.data / disk.FILE).unlink()
    fill(small)
    withdrawn = []
    for face in given:
        try:
            platform.withdrawal.withdraw_face(ada, face.id)
        except StoreUnavailable:
            continue
        withdrawn.append(face)
    make_room(small)
    left = {face.id for face in platform.data_export.faces(ada)}
    assert not left & {face.id for face in withdrawn}
    assert opened(settings).doctor.examine() == []
