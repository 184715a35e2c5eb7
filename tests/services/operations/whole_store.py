"""A store with everything in it, and everything in a store."""

import hashlib
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from fers.domain.audit import AuditEntry
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import PEOPLE
from fers.domain.faces import StoredImage
from fers.domain.field import ShadowAnswer, ShadowChoice
from fers.domain.interfaces import Stores
from fers.domain.models import ModelRun, Promotion
from fers.domain.people import Role
from fers.domain.picture import FACTS_ID
from fers.domain.protocols import Protocol, Quota, Task, without_place
from fers.domain.review import GoldStandard
from fers.domain.versions import Split
from fers.services.labelling.aggregation import aggregate
from tests.contracts.access_token_store_contract import a_token
from tests.contracts.erasure_store_contract import EVERY_KIND
from tests.contracts.field_store_contract import TRIAL, a_match, a_miss
from tests.contracts.participation_store_contract import a_participation
from tests.contracts.reply_store_contract import A_QUESTION, a_reply
from tests.contracts.result_store_contract import PROGRESS, RESULT
from tests.contracts.samples import (
    NOON,
    SEEN_LIVE,
    FakeClock,
    a_consent,
    a_description,
    a_face,
    a_label,
    a_membership,
    a_person,
    a_study,
    a_version,
    an_entry,
    an_id,
    an_invitation,
)
from tests.contracts.sign_in_contract import EMAIL, IDENTITY, PASSWORD
from tests.contracts.sitting_store_contract import YOUNG, a_sitting, save

HOUR = timedelta(hours=1)
RUN = ModelRun("1" * 64, "fersnet", "1.0.0", 3.5, NOON)
SHADOW = "2" * 64
FACES = [str(number) for number in range(5)]
SHARED = frozenset(Purpose)


def opened(backend) -> Stores:
    return backend.stores(backend.sign_in(FakeClock(), HOUR, HOUR))


def fill(store: Stores) -> None:
    """Put everything in that there can be."""
    store.records.save_study(a_study("first"))
    protocol = Protocol((Task(Emotion.FEAR, "A dog — 犬 — barks."),), quotas=(Quota(Emotion.FEAR, 9, YOUNG),))
    store.records.save_study(a_study("second", protocol=protocol, questions=(A_QUESTION,)))
    store.records.keep_out(an_id("first"), an_id("removed"))
    for name in ("ada", "bob"):
        store.records.create_person(a_person(name))
        store.records.create_consent(a_consent(f"{name}'s", name))
        store.groups.save_description(a_description(name, "first"))
        save(store.sittings, without_place(a_sitting(name)))
    for name in FACES:
        data = f"image {name}".encode()
        image = StoredImage(hashlib.sha256(data).hexdigest(), 64, 64, len(data))
        store.images.put(an_id(name), data)
        more = {"live": SEEN_LIVE if name == "3" else None, "intended": Emotion.FEAR if name == "4" else None}
        store.records.create_face(a_face(name, study_id=an_id("first"), purposes=SHARED, image=image, **more))
    store.replies.save_replies([a_reply(), a_reply(value=2, face_id=an_id("0"))])
    store.sittings.count(an_id("first"), "skipped_1", 3)
    store.participations.add(a_participation(study_id=an_id("first")))
    store.participations.add(a_participation("gone", person_id=None, study_id=an_id("first")))
    for number in range(3):
        store.records.append_audit(AuditEntry(NOON, "system", f"did {number}", "it"))
    store.sign_in.register(an_id("ada"), EMAIL, PASSWORD)
    store.access.create(a_token())
    store.access.note_use(a_token().id, NOON)
    for erasure in EVERY_KIND:
        store.erasures.note(replace(erasure, subject=an_id("gone")))
    store.sign_in.register_identity(an_id("bob"), IDENTITY)
    store.studies.save_membership(a_membership(role=Role.ANNOTATOR))
    store.studies.create_invitation(an_invitation(study_id=an_id("first")))
    store.answers.add_answers(RUN.fingerprint, {an_id(name): np.eye(8)[int(name)] for name in FACES})
    store.answers.add_answers(FACTS_ID, {an_id(name): np.array([350, 116, 55]) for name in FACES})
    store.answers.save_run(RUN)
    for result in (RESULT, replace(RESULT, who=PEOPLE, milliseconds=float("nan"))):
        store.results.save_result(result)
    store.results.save_progress(PROGRESS)
    store.promotions.promote(Promotion("fersnet", NOON))
    keep_labels_and_a_version(store)
    keep_what_is_in_the_field(store)


def keep_labels_and_a_version(store) -> None:
    for name in ("0", "1"):
        for annotator in ("ann", "bea"):
            store.labels.add_label(a_label(name, annotator, study_id=an_id("first")), 3, NOON)
        aggregate(store.labels, store.face_index, an_id(name))
    narrowed = replace(store.records.face(an_id("1")), purposes=frozenset({Purpose.STORE}))
    store.records.update_face(narrowed)
    store.labels.set_gold_standard(an_id("0"), GoldStandard(Emotion.SAD, NOON))
    store.labels.resolve_flags(an_id("0"), NOON)
    version = a_version(study_id=an_id("first"), study_file="# A study\n", questions=(A_QUESTION,))
    store.versions.create_version(version, [an_entry("0"), an_entry("2", split=Split.TEST)])


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


def everything(store) -> tuple:
    records = store.records
    consents = [records.consents_of(person.id) for person in records.people()]
    images = {key: store.images.get(key) for key in list(store.images.keys())}
    memberships = [store.studies.memberships_of(person.id) for person in records.people()]
    invitations = {invitation for study in records.studies() for invitation in store.studies.invitations_to(study.id)}
    keys = [FACTS_ID, *(run.fingerprint for run in store.answers.runs())]
    replies = [store.replies.all_replies_of(person.id) for person in records.people()]
    tokens = [store.access.tokens_of(person.id) for person in records.people()]
    said = [
        (store.groups.descriptions_of(person.id), store.sittings.sittings_of(person.id)) for person in records.people()
    ]
    answers = {(key, face_id): row.tolist() for key in keys for face_id, row in store.answers.answers(key)}
    review = [
        (
            records.kept_out(study.id),
            list(store.labels.labels(study.id)),
            store.labels.gold_standard(study.id),
            store.labels.resolved_flags(study.id),
            store.labels.progress(study.id, 2),
            list(store.participations.participations_in(study.id)),
            (store.sittings.given(study.id), store.sittings.counted(study.id)),
            [(version, list(store.versions.entries(version.id))) for version in store.versions.of_study(study.id)],
        )
        for study in records.studies()
    ]
    field = (
        store.field.trials(9),
        store.field.matches(TRIAL.id),
        store.field.unscored(TRIAL.id),
        store.field.guesses(an_id("first")),
        store.field.shadow_choices(9),
        store.field.reached(),
        store.field.ranks(SHADOW),
        [(face_id, row.tolist()) for face_id, row in store.answers.answers(SHADOW)],
    )
    kept = (field, list(records.people()), records.studies(), consents, list(records.faces()), list(records.audit()))
    results = (str(store.results.results()), store.results.progress(), store.promotions.promotions(9))
    keys = [store.sign_in.keys_of(person.id) for person in records.people()]
    taken_back = set(store.erasures.erasures())
    return (
        *kept,
        taken_back,
        tokens,
        said,
        replies,
        review,
        images,
        memberships,
        invitations,
        store.answers.runs(),
        answers,
        results,
        keys,
    )
