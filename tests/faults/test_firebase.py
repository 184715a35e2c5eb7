"""Whatever Firebase does, people get a clear sentence and can try again; nothing is lost, doubled or orphaned."""

import itertools
import multiprocessing
import os
import secrets
import signal
import time

import numpy as np
import pytest

from fers.domain.consent import Purpose
from fers.domain.health import Condition
from fers.domain.people import OPERATOR
from fers.errors import StoreUnavailable
from fers.exporting.exported_version import ENCODER
from fers.services.operations.doctor import Finding
from fers.storage.firebase import health
from fers.storage.firebase.client import open_firebase
from fers.storage.firebase.firestore import FirestoreDocuments
from fers.storage.firebase.sessions import FirebaseSetup
from tests.people import EVERYTHING, draft, participant
from tests.servers.firestore import firestore
from tests.servers.storage import storage
from tests.waiting import LONG

from .firebase_house import LEASE, PATIENCE_SECONDS, house
from .leaving import check_gone, finish_leaving, somebody_leaving

CALLS = 13
"""Of a guess and the submission that follows it."""
UNAVAILABLE, QUOTA, UNAUTHENTICATED = 14, 8, 16
"""Statuses of gRPC."""


@pytest.fixture(scope="module")
def servers():
    """Servers of their own, whatever the environment names: others can't be told to misbehave."""
    with firestore() as records, storage() as images, pytest.MonkeyPatch.context() as environment:
        environment.setenv("FIRESTORE_EMULATOR_HOST", records.address)
        environment.setenv("STORAGE_EMULATOR_HOST", images.address)
        yield {"firestore": records, "storage": images}


@pytest.fixture
def project(servers):
    return servers["storage"].bucket(f"demo-{secrets.token_hex(8)}")


@pytest.fixture
def home(servers, project, settings):
    home = house(project, settings)
    home.person = participant(home.platform)
    home.started = draft(home.platform, home.person)
    yield home
    for server in servers.values():
        server.misbehave()


FAULTS = {
    "firestore down": ("firestore", UNAVAILABLE, "can't be reached"),
    "firestore quota": ("firestore", QUOTA, "quota"),
    "firestore credentials": ("firestore", UNAUTHENTICATED, "credentials have expired"),
    "storage down": ("storage", 503, "can't be reached"),
    "storage quota": ("storage", 429, "quota"),
    "storage credentials": ("storage", 401, "credentials have expired"),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_fails_at_any_step_of_a_submission(servers, home, fault):
    server, code, words = FAULTS[fault]
    home.submit(home.draft())  # The libraries look around once, at their first call.
    given = [face.id for face in home.stores.records.faces()]
    servers[server].misbehave()
    given += [home.submit(home.draft()).id]
    calls = servers[server].misbehave()
    for step in itertools.count():
        photo = home.draft()
        servers[server].misbehave(code=code, after=step)
        failure = home.refused(photo)
        servers[server].misbehave()
        if failure is None:
            break
        assert words in str(failure)
        assert failure.next and "FERS_" not in failure.next
        assert home.submit(photo).id == photo.id, "trying again works"
        given.append(photo.id)
    assert step >= calls > 0, "every call of a submission was tried"
    assert home.face_ids() == sorted([*given, photo.id])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_store_of_which_a_part_does_not_answer_is_not_well(servers, home, fault, monkeypatch):
    server, code, _ = FAULTS[fault]
    monkeypatch.setattr(health, "_FRESH_SECONDS", 0)
    assert home.stores.health.condition() is Condition.OK
    servers[server].misbehave(code=code)
    assert home.stores.health.condition() is Condition.UNAVAILABLE
    servers[server].misbehave()
    assert home.stores.health.condition() is Condition.OK


def test_however_often_somebody_looks_the_servers_are_asked_now_and_then(servers, home):
    servers["firestore"].misbehave()
    for _ in range(50):
        assert home.stores.health.condition() is Condition.OK
    assert servers["firestore"].misbehave() == 1


@pytest.mark.parametrize("server, code", [("firestore", UNAVAILABLE), ("storage", 503)])
def test_when_every_third_call_fails_nobody_notices(servers, home, server, code):
    photos = [home.draft() for _ in range(4)]
    servers[server].misbehave(code=code, every=3)
    for photo in photos:
        home.submit(photo)
    servers[server].misbehave()
    assert home.face_ids() == sorted(photo.id for photo in photos)


def test_when_answers_get_lost_nothing_is_done_twice(servers, home):
    photos = [home.draft() for _ in range(4)]
    servers["firestore"].misbehave(code=UNAVAILABLE, every=2, done=True)
    given = [photo.id for photo in photos if home.refused(photo) is None]
    servers["firestore"].misbehave()
    for photo in photos:
        home.submit(photo)
    assert home.face_ids() == sorted(photo.id for photo in photos)
    assert given, "a lost answer alone is no reason to refuse"


@pytest.mark.slow
def test_servers_that_need_half_of_their_time_are_waited_for(servers, home):
    """As slow as five seconds an answer are for people: each call has twice as long."""
    first = home.submit(home.draft())  # The libraries look around once, at their first call.
    photo, delay = home.draft(), PATIENCE_SECONDS
    for server in servers.values():
        server.misbehave(delay=round(1000 * delay))
    home.submit(photo)
    calls = sum(server.misbehave() for server in servers.values())
    assert home.face_ids() == sorted([first.id, photo.id])
    assert calls <= CALLS, "each is waited for, one after the other"


@pytest.mark.parametrize("server", ["firestore", "storage"])
def test_a_server_that_is_slower_still_is_not_waited_for_for_ever(servers, home, server):
    photo = home.draft()
    servers[server].misbehave(delay=2500)
    failure = home.refused(photo)
    servers[server].misbehave()
    assert "too long" in failure.what
    assert home.submit(photo).id == photo.id
    assert home.face_ids() == [photo.id]


def test_an_image_that_arrives_damaged_is_nobodys_photo(servers, home, project):
    face = home.submit(home.draft())
    servers["storage"].damage(project, f"images/{face.id}.jpg")
    with pytest.raises(StoreUnavailable, match="damaged"):
        home.stores.images.get(face.id)


@pytest.mark.slow
def test_a_withdrawal_that_breaks_off_is_finished_wherever_the_face_had_got_to(servers, home):
    records, answers, versions = home.stores.records, home.stores.answers, home.stores.versions
    withdrawn = []

    def withdraw():
        face = home.submit(home.draft())
        answers.add_answers("a" * 64, {face.id: np.full(8, 1 / 8)})
        home.version = home.platform.versions.freeze(OPERATOR, face.study_id, f"v{len(withdrawn)}")
        withdrawn.append(face.id)
        servers["firestore"].misbehave(**home.fault)
        home.platform.withdrawal.withdraw_face(home.person, face.id)

    home.fault = {}
    withdraw()
    calls = servers["firestore"].misbehave()
    for step in reversed(range(calls)):
        home.fault = {"code": UNAVAILABLE, "after": step}
        with pytest.raises(StoreUnavailable):
            withdraw()
        servers["firestore"].misbehave()
        home.platform.doctor.examine()
        if records.face(withdrawn[-1]) is not None:
            break  # It had not begun, and can be asked for again.
        assert list(answers.answers("a" * 64)) == []
        assert list(versions.entries(home.version.id)) == []
        assert versions.crop(withdrawn[-1], ENCODER) is None
    assert len(withdrawn) > 3, "it broke off behind the face's own record, too"


@pytest.mark.slow
def test_withdrawing_everything_can_break_off_anywhere_and_is_finished(servers, home, settings):
    other = home.submit(home.draft())
    broke_off = True
    for step in itertools.count():
        person = somebody_leaving(home.platform, home.stores, other)
        servers["firestore"].misbehave(code=UNAVAILABLE, after=step)
        try:
            home.platform.withdrawal.withdraw_everything(person)
        except StoreUnavailable:
            broke_off = True
        else:
            broke_off = False
        servers["firestore"].misbehave()
        if not broke_off:
            break
        finish_leaving(settings, home.stores, person)
    check_gone(home.stores, person)
    assert step > 9
    assert home.face_ids() == [other.id]


def test_when_the_answer_to_the_one_time_link_gets_lost_it_still_leads_in(servers, project):
    documents = FirestoreDocuments(open_firebase(project, project))
    setup = FirebaseSetup(documents)
    token = setup.issue()
    servers["firestore"].misbehave(code=UNAVAILABLE, every=2, done=True)
    documents.page(documents.collection("anything"))  # So that the next answer is the one that gets lost.
    assert setup.redeem(token)
    servers["firestore"].misbehave()
    assert not setup.redeem(token)


@pytest.mark.slow
def test_a_choice_that_breaks_off_takes_hold_once_it_is_made_again(servers, home):
    consents, records = home.platform.consents, home.stores.records
    words, less = consents.text(home.person).sha256, EVERYTHING - {Purpose.PUBLISH}
    servers["firestore"].misbehave()
    consents.give(home.person, words, less, adult=True)
    calls = servers["firestore"].misbehave()
    for extra in itertools.count():  # So many more are made for one face.
        consents.give(home.person, words, EVERYTHING, adult=True)
        face = home.submit(home.draft())
        version = home.platform.versions.freeze(OPERATOR, face.study_id, f"v{extra}")
        assert home.stores.versions.crop(face.id, ENCODER)
        servers["firestore"].misbehave(code=UNAVAILABLE, after=calls + extra)
        broke_off = False
        try:
            consents.give(home.person, words, less, adult=True)
        except StoreUnavailable:
            broke_off = True
        servers["firestore"].misbehave()
        consents.give(home.person, words, less, adult=True)
        assert records.face(face.id).purposes == less
        assert list(home.stores.versions.entries(version.id)) == []
        assert home.stores.versions.crop(face.id, ENCODER) is None
        if not broke_off:
            break
    assert extra > 3, "it broke off on either side of the face's own record"


def submit_and_die(project, settings, person, started) -> None:
    """The image is stored, and its record about to be."""
    home = house(project, settings)
    home.person, home.started = person, started
    home.stores.records.create_face = lambda face: os.kill(os.getpid(), signal.SIGKILL)
    home.submit(started)


@pytest.mark.slow
def test_a_process_killed_between_image_and_record_leaves_nothing(home, project, settings):
    work = (project, settings, home.person, home.started)
    process = multiprocessing.get_context("spawn").Process(target=submit_and_die, args=work)
    process.start()
    process.join(LONG)
    assert process.exitcode == -signal.SIGKILL
    assert list(home.stores.images.keys()) == [home.started.id]
    time.sleep(LEASE.total_seconds())
    assert home.platform.doctor.examine() == [Finding(f"face {home.started.id}: interrupted work, now recovered", True)]
    assert home.face_ids() == []
    assert home.submit(home.started).id == home.started.id
    assert home.face_ids() == [home.started.id]
