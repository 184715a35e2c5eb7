"""What is withdrawn, or past its retention date, is gone: record, image, bytes."""

import json
import sqlite3
from contextlib import closing, suppress
from dataclasses import replace

import pytest

from fers.domain.faces import Source
from fers.domain.labels import Verdict
from fers.domain.people import OPERATOR, Role
from fers.domain.versions import Split
from fers.errors import FersError, NotFound, NotSignedIn, SignInFailed, StoreUnavailable
from fers.exporting.exported_version import Cut
from fers.services.people.withdrawal import Removal
from fers.storage.sqlite.database import FILE
from fers.storage.sqlite.images import SqliteImages
from fers.storage.sqlite.records import SqliteRecords
from tests.interrupting import unreachable
from tests.people import EVERYTHING, HAPPY_POSED, PASSWORD, give_face, participant, pattern


def _bytes_on_disk(settings) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(settings.data.rglob("*")) if file.is_file())


@pytest.fixture
def ada(platform):
    return participant(platform)


def test_a_withdrawn_face_is_gone_from_every_file(platform, ada, settings):
    face, other = give_face(platform, ada), give_face(platform, ada)
    assert face.image.sha256.encode() in _bytes_on_disk(settings)
    platform.withdrawal.withdraw_face(ada, face.id)
    assert platform.data_export.faces(ada) == [other]
    assert len(list((settings.data / "images").rglob("*.jpg"))) == 1
    platform.withdrawal.withdraw_face(ada, other.id)
    left = _bytes_on_disk(settings)
    assert face.image.sha256.encode() not in left
    assert b"probabilities" not in left
    assert not list((settings.data / "images").rglob("*.*"))
    assert platform.doctor.examine() == []


def test_the_crop_of_a_frozen_face_is_gone_with_it(platform, ada, settings):
    face = give_face(platform, ada)
    platform.versions.freeze(OPERATOR, face.study_id, "v1")
    exported = platform.downloads.exported(OPERATOR, face.study_id, "v1", Cut.CROP)
    crop = next(exported.image(entry) for split in Split for entry in exported.entries(split))
    pieces = [crop[start : start + 64] for start in range(1000, len(crop), 64)]
    assert sum(piece in _bytes_on_disk(settings) for piece in pieces) > len(pieces) / 2
    platform.withdrawal.withdraw_everything(ada)
    left = _bytes_on_disk(settings)
    assert not any(piece in left for piece in pieces)


def test_a_withdrawn_face_is_not_given_again_from_a_tab_that_was_left_open(platform, ada):
    draft = platform.capture.receive(ada, pattern(0), Source.UPLOAD)
    box = draft.suggestions[0]
    prediction = platform.capture.predict(ada, draft, box)
    face = platform.capture.submit(ada, draft, box, prediction, HAPPY_POSED)
    platform.withdrawal.withdraw_face(ada, face.id)
    with pytest.raises(NotFound, match="withdrawn"):
        platform.capture.submit(ada, draft, box, prediction, HAPPY_POSED)
    assert platform.data_export.faces(ada) == []
    assert platform.doctor.examine() == []


def test_nobody_withdraws_somebody_elses_face(platform, ada):
    face = give_face(platform, ada)
    bob = participant(platform, "bob@example.org")
    with pytest.raises(NotFound):
        platform.withdrawal.withdraw_face(bob, face.id)
    with pytest.raises(NotSignedIn):
        platform.withdrawal.withdraw_face(None, face.id)
    assert platform.data_export.faces(ada) == [face]


def test_whoever_runs_the_study_removes_a_face_as_wholly_as_its_person_could(platform, ada, settings):
    face, other = give_face(platform, ada), give_face(platform, ada, picture=pattern(1))
    study, boss = platform.studies.current(), participant(platform, "boss@example.org")
    boss = replace(boss, role=Role.ADMINISTRATOR)
    version = platform.versions.freeze(OPERATOR, study.id, "v1")
    platform.review.label(boss, study.id, face.id, Verdict.FLAGGED, reason="unmistakable-marker")
    platform.withdrawal.remove(boss, study.id, face.id, Removal.PICTURE)
    assert platform.data_export.faces(ada) == [other]
    assert [entry.face_id for entry in platform.versions.entries(OPERATOR, version.id)] == [other.id]
    left = _bytes_on_disk(settings)
    assert face.image.sha256.encode() not in left and b"unmistakable-marker" not in left
    [entry, *_] = platform.members.log(boss, study.id, 1)
    assert (entry.actor, entry.subject) == (boss.id, face.id)
    assert entry.action == "removed a face: something is wrong with the picture"
    assert platform.doctor.examine() == []


@pytest.mark.parametrize("store", [SqliteRecords, SqliteImages])
def test_a_removal_that_breaks_off_is_in_the_log(platform, ada, monkeypatch, store):
    face, done = give_face(platform, ada), f"delete{'_face' * (store is SqliteRecords)}"
    with monkeypatch.context() as broken, pytest.raises(StoreUnavailable):
        broken.setattr(store, done, unreachable)
        platform.withdrawal.remove(OPERATOR, face.study_id, face.id, Removal.TERMS)
    platform.doctor.recover()
    assert platform.data_export.faces(ada) == []
    [entry] = [entry for entry in platform.members.log(OPERATOR, face.study_id, 9) if entry.subject == face.id]
    assert (entry.actor, entry.action) == (OPERATOR.id, f"removed a face: {Removal.TERMS}")


def test_a_face_of_another_study_is_not_there_to_be_removed(platform, ada):
    face, other = give_face(platform, ada), platform.studies.create(OPERATOR, "Another")
    with pytest.raises(NotFound):
        platform.withdrawal.remove(OPERATOR, other.id, face.id, Removal.ASKED)
    assert platform.data_export.faces(ada) == [face]


def test_withdrawing_everything_leaves_no_personal_data(platform, ada, settings):
    give_face(platform, ada)
    token = platform.accounts.sign_in("ada@example.org", PASSWORD).token
    platform.withdrawal.withdraw_everything(ada)
    assert platform.accounts.resume(token) is None
    with pytest.raises(SignInFailed):
        platform.accounts.sign_in("ada@example.org", PASSWORD)
    left = _bytes_on_disk(settings)
    assert b"ada@example.org" not in left
    assert b"argon2" not in left
    assert b"withdrew everything" in left
    assert platform.doctor.examine() == []


def test_whoever_withdrew_everything_is_named_by_the_log_alone(platform, ada, settings, clock):
    bob = participant(platform, "bob@example.org")
    face, other = give_face(platform, ada), give_face(platform, bob)
    platform.versions.freeze(OPERATOR, face.study_id, "v1")
    platform.invitations.accept(ada, platform.invitations.invite(OPERATOR, face.study_id, Role.ANNOTATOR, 1, 1))
    token = platform.accounts.sign_in("ada@example.org", PASSWORD).token
    ada = platform.accounts.resume(token)
    platform.review.next_faces(ada, face.study_id, 1)
    platform.review.label(ada, face.study_id, other.id, Verdict.UNKNOWN)
    secret = platform.accounts.issue_download_token(token, "fetch v1")
    assert {"people", "faces", "labels", "memberships", "sessions"} <= _tables_that_name(settings, ada.id)
    platform.withdrawal.withdraw_everything(ada)
    assert _tables_that_name(settings, ada.id) == {"audit"}
    assert _tables_that_name(settings, face.id) == {"audit"}
    assert platform.accounts.resume(platform.accounts.redeem_download_token(secret)[0]) is None
    assert platform.data_export.faces(bob) == [other]


def test_what_a_page_still_does_for_somebody_who_withdrew_everything_leaves_nothing_of_them(platform, ada, settings):
    """They did so in another tab, while a run of this one went on with whom it had found signed in."""
    face = give_face(platform, ada)
    signed_in, _ = platform.accounts.join(platform.invitations.invite(OPERATOR, face.study_id, Role.ANNOTATOR, 1, 1))
    bob, study, text = signed_in.person, platform.studies.current(), platform.consents.text().sha256
    platform.consents.give(bob, text, EVERYTHING, adult=True)
    invitation = platform.invitations.invite(OPERATOR, study.id, Role.RESEARCHER, 1, 1)
    calls = {
        "agree": lambda: platform.consents.give(bob, text, EVERYTHING, adult=True),
        "come by an invitation": lambda: platform.invitations.accept(bob, invitation),
        "enter a study": lambda: platform.studies.enter(bob, study.id),
        "take part": lambda: platform.studies.take_part(bob, study.id),
        "get another role": lambda: platform.members.assign(OPERATOR, study.id, bob.id, Role.RESEARCHER),
        "label": lambda: platform.review.label(bob, study.id, face.id, Verdict.UNKNOWN),
        "make a code": lambda: platform.accounts.new_code(bob),
        "make a token": lambda: platform.access.make(replace(bob, role=Role.RESEARCHER), study.id, "cluster"),
    }
    platform.withdrawal.withdraw_everything(bob)
    for what, call in calls.items():
        with suppress(FersError):
            call()
        assert _tables_that_name(settings, bob.id) == {"audit"}, what
    assert platform.doctor.examine() == []


def test_labels_that_come_while_their_annotator_withdraws_everything_do_not_stay(platform, ada, settings, monkeypatch):
    face = give_face(platform, ada)
    signed_in, _ = platform.accounts.join(platform.invitations.invite(OPERATOR, face.study_id, Role.ANNOTATOR, 1, 1))
    bob, labels = signed_in.person, platform.review._labels
    add = labels.add_label

    def meanwhile(*label) -> None:
        platform.withdrawal.withdraw_everything(bob)
        add(*label)

    monkeypatch.setattr(labels, "add_label", meanwhile)
    with pytest.raises(NotFound, match="account"):
        platform.review.label(bob, face.study_id, face.id, Verdict.FLAGGED, reason="unmistakable-marker")
    assert labels.labels_of(face.id) == []
    assert b"unmistakable-marker" not in _bytes_on_disk(settings)
    assert not platform.faces.about(OPERATOR, face.id).found.reviewed


def _tables_that_name(settings, id: str) -> set[str]:
    with closing(sqlite3.connect(settings.data / FILE)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table for table in tables if id in str(connection.execute(f"SELECT * FROM {table}").fetchall())}


def test_faces_are_purged_at_their_retention_date(platform, ada, clock):
    days = platform.studies.current().retention_days
    first = give_face(platform, ada)
    clock.advance(days=1)
    second = give_face(platform, ada)
    clock.advance(days=days - 1)
    assert platform.withdrawal.purge_due() == 1
    assert platform.data_export.faces(ada) == [second]
    assert first != second
    assert platform.doctor.examine() == []


def test_of_two_servers_that_purge_at_once_each_face_is_purged_and_logged_by_one(platform, ada, clock, monkeypatch):
    face = give_face(platform, ada)
    clock.advance(days=platform.studies.current().retention_days)
    records, due = platform.doctor._records, [[face], []]
    assert platform.withdrawal.purge_due() == 1
    monkeypatch.setattr(records, "faces_due", lambda now: due.pop(0))  # As the other server saw it, a moment ago.
    assert platform.withdrawal.purge_due() == 0
    assert [entry.action for entry in records.audit() if entry.subject == face.id] == [
        "purged a face at its retention date"
    ]


def test_the_download_holds_everything_and_names_nobody(platform, ada):
    import io
    import zipfile

    face = give_face(platform, ada)
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as archive:
        described = json.loads(archive.read("faces.json"))
        assert [entry["id"] for entry in described] == [face.id]
        assert described[0]["label"] == "happy"
        assert described[0]["probabilities"]["happy"] == pytest.approx(0.9)
        assert archive.read(described[0]["image"])[:2] == b"\xff\xd8"
        assert "What you chose" in archive.read("consent.md").decode()


def test_nobody_sees_somebody_elses_photo(platform, ada):
    face = give_face(platform, ada)
    bob = participant(platform, "bob@example.org")
    with pytest.raises(NotFound):
        platform.data_export.crop(bob, face.id)
    assert platform.data_export.crop(ada, face.id).shape == (224, 224, 3)
