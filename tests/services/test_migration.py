"""Moving to another store and back loses, doubles and changes nothing, whenever it is interrupted."""

import hashlib
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from fers.domain.audit import AuditEntry
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import StoredImage
from fers.domain.field import ShadowAnswer, ShadowChoice
from fers.domain.models import ModelRun
from fers.domain.people import OPERATOR, Role
from fers.domain.picture import FACTS_ID
from fers.domain.review import Known
from fers.domain.snapshots import Split
from fers.errors import InvalidInput, NotPermitted, StoreUnavailable
from fers.services.migration import Migration
from tests.contracts.backends import Embedded, Firebase
from tests.contracts.field_store_contract import TRIAL, a_match, a_miss
from tests.contracts.result_store_contract import PROGRESS, RESULT
from tests.contracts.samples import (
    NOON,
    SEEN_LIVE,
    a_consent,
    a_description,
    a_face,
    a_label,
    a_membership,
    a_person,
    a_snapshot,
    a_study,
    an_entry,
    an_id,
    an_invitation,
)

RUN = ModelRun("1" * 64, "fersnet", "1.0.0", 3.5, NOON)
SHADOW = "2" * 64
FACES = [str(number) for number in range(5)]
SHARED = frozenset(Purpose)


@pytest.fixture
def old(tmp_path):
    """An embedded store with everything in it."""
    backend = Embedded(tmp_path / "old")
    store = backend.stores()
    store.records.save_study(a_study("first"))
    store.records.save_study(a_study("second"))
    for name in ("ada", "bob"):
        store.records.create_person(a_person(name))
        store.records.create_consent(a_consent(f"{name}'s", name))
        store.groups.save_description(a_description(name, "first"))
    for name in FACES:
        data = f"image {name}".encode()
        image = StoredImage(hashlib.sha256(data).hexdigest(), 64, 64, len(data))
        store.images.put(an_id(name), data)
        live = SEEN_LIVE if name == "3" else None
        store.records.create_face(a_face(name, study_id=an_id("first"), purposes=SHARED, image=image, live=live))
    for number in range(3):
        store.records.append_audit(AuditEntry(NOON, "system", f"did {number}", "it"))
    store.studies.save_membership(a_membership(role=Role.ANNOTATOR))
    store.studies.create_invitation(an_invitation(study_id=an_id("first")))
    store.answers.add_answers(RUN.answers_id, {an_id(name): np.eye(8)[int(name)] for name in FACES})
    store.answers.add_answers(FACTS_ID, {an_id(name): np.array([350, 116, 55]) for name in FACES})
    store.answers.save_run(RUN)
    store.results.save_result(RESULT)
    store.results.save_progress(PROGRESS)
    keep_labels_and_a_version(store)
    keep_what_is_in_the_field(store)
    yield store
    backend.close()


def keep_labels_and_a_version(store) -> None:
    for name in ("0", "1"):
        for annotator in ("ann", "bea"):
            store.labels.add_label(a_label(name, annotator, study_id=an_id("first")), 3, NOON)
    narrowed = replace(store.records.face(an_id("1")), purposes=frozenset({Purpose.STORE}))
    store.records.update_face(narrowed)
    store.labels.set_gold(an_id("0"), Known(Emotion.SAD, NOON))
    version = a_snapshot(study_id=an_id("first"))
    store.snapshots.create_snapshot(version, [an_entry("0"), an_entry("2", split=Split.TEST)])


def keep_what_is_in_the_field(store) -> None:
    """A trial with one comparison, and a model in the background that answered for one face."""
    store.field.add_trial(TRIAL)
    store.field.end_trial(TRIAL.id, NOON)
    face = a_match("match", study_id=an_id("first"), image=StoredImage(hashlib.sha256(b"m").hexdigest(), 9, 9, 1))
    store.images.put(face.id, b"m")
    store.records.create_face(face)
    slow = a_miss("slow", study_id=an_id("first"), image=StoredImage(hashlib.sha256(b"s").hexdigest(), 9, 9, 1))
    store.images.put(slow.id, b"s")
    store.records.create_face(slow)
    store.field.choose_shadows(ShadowChoice(("fersnet",), NOON))
    store.field.note_shadow_answers(SHADOW, [ShadowAnswer(face.id, date(2026, 4, 27), 2)])
    store.field.note_reached(SHADOW, NOON)
    store.answers.add_answers(SHADOW, {face.id: np.eye(8)[3]})


@pytest.fixture
def new(tmp_path, firebase_servers):
    backend = Firebase(tmp_path / "new")
    yield backend.stores()
    backend.close()


def migration(old, new) -> Migration:
    return Migration(old, new)


def everything(store) -> tuple:
    records = store.records
    consents = [records.consents_of(person.id) for person in records.people()]
    images = {key: store.images.get(key) for key in list(store.images.keys())}
    memberships = [store.studies.memberships_of(person.id) for person in records.people()]
    invitations = [store.studies.invitations_to(study.id) for study in records.studies()]
    keys = [FACTS_ID, *(run.answers_id for run in store.answers.runs())]
    said = [store.groups.descriptions_of(person.id) for person in records.people()]
    answers = {(key, face_id): row.tolist() for key in keys for face_id, row in store.answers.answers(key)}
    review = [
        (
            list(store.labels.labels(study.id)),
            store.labels.gold(study.id),
            store.labels.progress(study.id, 2),
            [(version, list(store.snapshots.entries(version.id))) for version in store.snapshots.snapshots(study.id)],
        )
        for study in records.studies()
    ]
    field = (
        store.field.trials(9),
        store.field.matches(TRIAL.id),
        store.field.missed(TRIAL.id),
        store.field.guesses(an_id("first")),
        store.field.shadow_choices(9),
        store.field.reached(),
        store.field.ranks(SHADOW),
        [(face_id, row.tolist()) for face_id, row in store.answers.answers(SHADOW)],
    )
    kept = (field, list(records.people()), records.studies(), consents, list(records.faces()), list(records.audit()))
    results = (store.results.results(), store.results.progress())
    return (*kept, said, review, images, memberships, invitations, store.answers.runs(), answers, results)


def test_everything_moves_there_and_back(old, new, tmp_path):
    assert migration(old, new).run(OPERATOR).problems == []
    assert everything(new) == everything(old)
    home = Embedded(tmp_path / "home")
    back = home.stores()
    done = migration(new, back).run(OPERATOR)
    assert (done.people, done.faces, done.problems) == (2, len(FACES) + 2, [])
    assert everything(back) == everything(old)
    home.close()


@pytest.mark.parametrize(
    ("store", "step"),
    [
        ("records", "create_person"),
        ("records", "create_consent"),
        ("records", "create_face"),
        ("records", "append_audit"),
        ("labels", "add_label"),
    ],
)
def test_an_interrupted_run_can_be_started_again(old, new, store, step, monkeypatch):
    work, calls = getattr(getattr(new, store), step), []

    def fails_the_second_time(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise StoreUnavailable("The store can't be reached.")
        work(*arguments)

    monkeypatch.setattr(getattr(new, store), step, fails_the_second_time)
    with pytest.raises(StoreUnavailable):
        migration(old, new).run(OPERATOR)
    assert migration(old, new).run(OPERATOR).problems == []
    assert everything(new) == everything(old)


def test_what_changed_between_two_runs_is_brought_up_to_date(old, new):
    migration(old, new).run(OPERATOR)
    narrowed = replace(old.records.face(an_id("0")), purposes=frozenset())
    old.records.update_face(narrowed)
    old.records.update_person(a_person("bob", role=Role.ANNOTATOR))
    assert migration(old, new).run(OPERATOR).problems == []
    assert everything(new) == everything(old)


def test_what_somebody_erased_between_two_runs_is_erased_there_too(old, new):
    migration(old, new).run(OPERATOR)
    old.groups.delete_description(an_id("ada"), an_id("first"))
    migration(old, new).run(OPERATOR)
    assert list(new.groups.descriptions_in(an_id("first"))) == [a_description("bob", "first")]


def test_what_cannot_be_copied_as_it_was_given_is_named(old, new):
    old.images.delete(an_id("3"))
    old.images.delete(an_id("4"))
    old.images.put(an_id("4"), b"another image")
    done = migration(old, new).run(OPERATOR)
    assert sorted(done.problems) == sorted(
        [f"face {an_id('3')}: its image is lost", f"face {an_id('4')}: its image is not the one that was given"]
    )
    assert done.faces == len(FACES) + 2 - 2


def test_what_was_withdrawn_between_two_runs_is_named(old, new):
    migration(old, new).run(OPERATOR)
    old.records.delete_face(an_id("0"))
    assert migration(old, new).run(OPERATOR).problems == [f"face {an_id('0')}: is in the new store alone"]


def test_a_store_that_others_use_is_refused(old, new):
    new.records.append_audit(AuditEntry(NOON, "system", "did something else", "it"))
    with pytest.raises(InvalidInput, match="log of its own"):
        migration(old, new).run(OPERATOR)
    assert list(new.records.people()) == []


def test_only_who_manages_the_study_may_move_it(old, new):
    with pytest.raises(NotPermitted):
        migration(old, new).run(a_person("ada"))
