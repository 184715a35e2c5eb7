"""The doctor finds what is lost, changed, orphaned or overdue, and repairs what is safe."""

import sqlite3
from dataclasses import replace
from datetime import timedelta

import pytest

from fers.domain.audit import roles_given
from fers.domain.consent import Purpose
from fers.domain.faces import Source
from fers.domain.people import OPERATOR, Role
from fers.errors import StoreUnavailable
from fers.storage.sqlite.database import FILE
from tests.interrupting import unreachable
from tests.people import PASSWORD, give_face, grant, participant


@pytest.fixture
def face(platform):
    return give_face(platform, participant(platform))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ("DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)", "are missing at its end"),
        ("DELETE FROM audit", "are missing at its end"),
    ],
)
def test_a_log_whose_end_was_cut_off_is_found(platform, face, settings, change, problem):
    with sqlite3.connect(settings.data / FILE) as database:
        database.execute(change)
    [found] = _problems(platform)
    assert found.startswith("audit log: entries") and found.endswith(problem)


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
    assert _problems(platform) == [f"image {'ab' * 16}: it has no record"]
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
    grant(platform, "ada@example.org", Role.ANNOTATOR)
    with sqlite3.connect(settings.data / FILE) as connection:
        connection.execute(change)
    connection.close()
    assert _problems(platform) == [f"audit log: {problem}"]


@pytest.fixture
def staff(platform):
    """People who came by their roles in every way there is: the first by the one-time link, then by a grant, by an
    invitation, by two of which the second brings less, by a role that was given again, and one whose place is gone."""
    platform.accounts.set_up(platform.accounts.issue_setup_token(), "boss@example.org", PASSWORD)
    study = platform.studies.current()
    people = {}
    for name in ("granted", "invited", "twice", "given", "gone"):
        people[name] = participant(platform, f"{name}@example.org")
    grant(platform, "granted@example.org", Role.RESEARCHER)
    for name, *roles in (
        ("invited", Role.ANNOTATOR),
        ("twice", Role.RESEARCHER, Role.ANNOTATOR),
        ("given", Role.ANNOTATOR),
        ("gone", Role.ANNOTATOR),
    ):
        for role in roles:
            platform.invitations.accept(people[name], platform.invitations.invite(OPERATOR, study.id, role, 7, 1))
    platform.members.assign(OPERATOR, study.id, people["given"].id, Role.ADMINISTRATOR)
    platform.members.remove(OPERATOR, study.id, people["gone"].id)
    return {name: person.id for name, person in people.items()}


def test_roles_that_were_given_are_those_of_the_log(platform, staff):
    assert platform.doctor.examine() == []
    platform.withdrawal.withdraw_everything(platform.doctor._records.person(staff["granted"]))
    assert platform.doctor.examine() == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            "UPDATE people SET role = 'administrator' WHERE id = '{invited}'",
            "{invited}: they have the role administrator, and the log gave them participant",
        ),
        (
            "UPDATE people SET role = 'participant' WHERE id = '{granted}'",
            "{granted}: they have the role participant, and the log gave them researcher",
        ),
        (
            "UPDATE memberships SET role = 'administrator' WHERE person_id = '{invited}'",
            "{invited}: they have the role administrator in study {study}, and the log gave them annotator",
        ),
        (
            "DELETE FROM memberships WHERE person_id = '{twice}'",
            "{twice}: they have the role participant in study {study}, and the log gave them researcher",
        ),
        (
            "INSERT INTO memberships SELECT '{gone}', study_id, role, entered_at FROM memberships"
            " WHERE person_id = '{invited}'",
            "{gone}: they have the role annotator in study {study}, and the log gave them participant",
        ),
    ],
    ids=["made administrator", "lost", "larger in a study", "place lost", "place made up"],
)
def test_a_role_that_was_changed_in_the_database_is_found(platform, staff, settings, change, problem):
    with sqlite3.connect(settings.data / FILE) as connection:
        connection.execute(change.format(**staff))
    connection.close()
    assert _problems(platform) == [f"person {problem.format(**staff, study=platform.studies.current().id)}"]


def test_roles_are_followed_through_entries_of_older_versions(platform, staff, settings):
    """Those said in words alone which role it was, as these seals hold."""
    log = [replace(entry, role="") for entry in platform.doctor._records.audit()]
    assert roles_given(log) == roles_given(platform.doctor._records.audit())
    assert Role.RESEARCHER in roles_given(log).values()


def test_an_administrator_who_stands_down_is_one_no_more_in_the_log(platform, staff, settings):
    boss = platform.accounts.sign_in("boss@example.org", PASSWORD).person
    grant(platform, "granted@example.org", Role.ADMINISTRATOR)
    platform.doctor._withdrawal._administrators.stand_down(boss, boss.created_at)
    assert platform.doctor.examine() == []


def test_what_a_broken_off_sign_up_left_is_removed_after_a_while(platform, face, clock, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(platform.sign_in, "register", unreachable)
        with pytest.raises(StoreUnavailable):
            platform.accounts.sign_up("bob@example.org", PASSWORD)
    assert platform.doctor.examine() == [], "it may still go on"
    clock.advance(hours=2)
    [finding] = platform.doctor.examine()
    assert finding.repaired
    assert "nothing opened their account" in finding.problem
    assert [person.id for person in platform.doctor._records.people()] == [face.person_id]


def test_somebody_who_can_no_longer_sign_in_to_what_they_gave_is_reported_and_left_alone(platform, face, clock):
    platform.sign_in.forget(face.person_id)
    clock.advance(hours=2)
    problem = f"person {face.person_id}: nothing opens their account, so they can't withdraw what they gave"
    assert _problems(platform) == _problems(platform) == [problem]


@pytest.mark.parametrize("choices", [frozenset(), frozenset({Purpose.STORE, Purpose.REVIEW})])
def test_choices_that_did_not_reach_the_faces_given_before_do_so(platform, face, settings, choices):
    records = platform.doctor._records
    [consent] = records.consents_of(face.person_id)
    later = replace(consent, id="1" * 32, purposes=choices, given_at=face.given_at + timedelta(hours=1))
    records.create_consent(later)
    records.create_consent(replace(consent, id="2" * 32, given_at=face.given_at + timedelta(hours=2)))
    records.create_consent(replace(consent, id="3" * 32, study_id="another", purposes=frozenset()))
    [finding] = platform.doctor.examine()
    assert finding.repaired and finding.problem.startswith(f"face {face.id}: its person has chosen less")
    assert [face.purposes for face in records.faces()] == ([choices] if choices else [])
    assert bool(list((settings.data / "images").rglob("*.jpg"))) == bool(choices)
    assert platform.doctor.examine() == []


def test_nobody_has_to_sign_in_as_the_person_of_an_imported_face(platform, face, clock):
    platform.sign_in.forget(face.person_id)
    platform.doctor._records.update_face(replace(face, source=Source.IMPORT))
    clock.advance(hours=2)
    assert platform.doctor.examine() == []


def test_counts_that_differ_from_the_faces_are_found(platform, face, settings):
    with sqlite3.connect(settings.data / FILE) as connection:
        connection.execute("DELETE FROM face_counts")
    connection.close()
    assert _problems(platform) == [f"study {face.study_id}: it has 1 faces, and 0 are counted"]
