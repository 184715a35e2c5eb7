"""What every RecordStore does."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings

from fers.domain.audit import AuditEntry, broken_seals
from fers.domain.consent import ConsentText, Purpose
from fers.domain.faces import Origin, Source
from fers.domain.people import Role, ids_of_number
from fers.domain.ranges import EVERY_ID, IdRange, divided
from fers.domain.studies import Translated, Translation
from fers.errors import AlreadyExists, NotFound

from .samples import (
    NOON,
    a_consent,
    a_description,
    a_face,
    a_membership,
    a_person,
    a_study,
    an_id,
    any_face,
)


def create_face_if_first(backend, barrier, winners) -> None:
    """What each of several processes does with the same face."""
    store = backend.records()
    barrier.wait()
    try:
        store.create_face(a_face("contested"))
    except AlreadyExists:
        return
    with winners.get_lock():
        winners.value += 1


class RecordStoreContract:
    @pytest.fixture
    def store(self, backend):
        store = backend.records()
        store.create_person(a_person("ada"))
        return store

    def test_the_clock_is_remembered(self, backend):
        assert backend.records().clock_seen() is None
        for moment in (NOON, NOON + timedelta(days=1), NOON):
            backend.records().note_clock(moment)
            assert backend.records().clock_seen() == moment

    def test_a_person_comes_back_as_stored(self, store):
        person = a_person("bob", role=Role.RESEARCHER, asked_first=False)
        store.create_person(person)
        assert store.person(person.id) == person

    def test_people_are_found_by_how_their_id_begins(self, store):
        for name in ("bob", "cyd"):
            store.create_person(a_person(name))
        for name in ("ada", "bob", "cyd"):
            person = a_person(name)
            assert list(store.people(ids_of_number(person.number))) == [person]
            assert list(store.people(IdRange.only(person.id))) == [person]

    def test_an_unknown_person_is_none(self, store):
        assert store.person(an_id("nobody")) is None

    def test_what_is_kept_out_of_a_study_stays_noted(self, store):
        store.keep_out(an_id("faces"), an_id("one"))
        store.keep_out(an_id("faces"), an_id("one"))
        store.keep_out(an_id("faces"), an_id("other"))
        store.keep_out(an_id("elsewhere"), an_id("third"))
        assert store.kept_out(an_id("faces")) == {an_id("one"), an_id("other")}
        assert store.kept_out(an_id("nowhere")) == set()

    def test_administrators_are_found_among_everybody(self, store):
        people = [a_person(name, role=role) for name in "bc" for role in Role if role is not Role.PARTICIPANT]
        people = [replace(person, id=an_id(f"{person.id} {person.role}")) for person in people]
        for person in people:
            store.create_person(person)
        chosen = [person for person in people if person.role is Role.ADMINISTRATOR]
        assert store.administrators() == sorted(chosen, key=lambda person: person.id)
        store.update_person(replace(chosen[0], role=Role.PARTICIPANT))
        assert store.administrators() == chosen[1:]

    def test_a_person_is_created_once(self, store):
        with pytest.raises(AlreadyExists):
            store.create_person(a_person("ada", role=Role.ADMINISTRATOR))
        assert store.person(an_id("ada")).role is Role.PARTICIPANT

    def test_updating_a_person_replaces_the_record(self, store):
        promoted = a_person("ada", role=Role.ANNOTATOR)
        store.update_person(promoted)
        assert store.person(promoted.id) == promoted

    def test_updating_an_unknown_person_fails(self, store):
        with pytest.raises(NotFound):
            store.update_person(a_person("nobody"))
        assert store.person(an_id("nobody")) is None

    def test_deleting_a_person_takes_their_consents_and_nobody_elses(self, store):
        store.create_person(a_person("bob"))
        store.create_consent(a_consent("hers", "ada"))
        store.create_consent(a_consent("his", "bob"))
        store.delete_person(an_id("ada"))
        assert store.person(an_id("ada")) is None
        assert store.consents_of(an_id("ada")) == []
        assert store.latest_consent(an_id("ada"), an_id("faces")) is None
        assert store.person(an_id("bob")) == a_person("bob")
        assert store.consents_of(an_id("bob")) == [a_consent("his", "bob")]

    def test_deleting_a_persons_belongings_leaves_the_bare_person_and_everybody_else(self, store, backend):
        memberships, groups = backend.studies(), backend.groups()
        store.create_person(a_person("bob"))
        for name in ("ada", "bob"):
            store.create_consent(a_consent(f"{name}'s", name))
            memberships.save_membership(a_membership(name))
            groups.save_description(a_description(name))
        for _ in range(2):
            store.delete_belongings(an_id("ada"))
        assert store.consents_of(an_id("ada")) == memberships.memberships_of(an_id("ada")) == []
        assert list(groups.descriptions_in(an_id("faces"))) == [a_description("bob")]
        assert memberships.memberships_of(an_id("bob")) == [a_membership("bob")]
        assert store.consents_of(an_id("bob")) == [a_consent("bob's", "bob")]
        assert store.person(an_id("ada")) == a_person("ada")

    def test_all_people_come_by_id(self, store):
        people = [a_person(str(number)) for number in range(205)]
        for person in people:
            store.create_person(person)
        assert list(store.people()) == sorted([*people, a_person("ada")], key=lambda person: person.id)

    def test_deleting_a_person_twice_is_harmless(self, store):
        store.delete_person(an_id("ada"))
        store.delete_person(an_id("ada"))

    def test_studies_come_in_the_order_they_were_added(self, store):
        studies = [a_study(name) for name in ("zebra", "ant", "moose")]
        for study in studies:
            store.save_study(study)
        assert store.studies() == studies

    def test_saving_a_study_again_replaces_it_in_its_place(self, store):
        store.save_study(a_study("first"))
        store.save_study(a_study("second"))
        words = "**Ethics board**: 12/345.\n\n- 顔"
        for guide in (words, "", None):
            changed = a_study(
                "first", open=False, retention_days=7, crop_only=True, consent_words=words, labelling_guide=guide
            )
            store.save_study(changed)
            assert store.studies() == [changed, a_study("second")]

    def test_a_study_is_changed_only_as_long_as_it_is_as_it_was_seen(self, store):
        seen, other = a_study("first"), a_study("second")
        for study in (seen, other):
            store.save_study(study)
        changed = replace(seen, purpose="To learn.")
        assert store.change_study(seen, changed)
        assert not store.change_study(seen, replace(seen, purpose="Something else."))
        assert not store.change_study(a_study("third"), a_study("third"))
        assert store.change_study(changed, replace(changed, overlap=5))
        assert store.studies() == [replace(changed, overlap=5), other]

    def test_of_those_who_change_a_study_at_once_one_does(self, store):
        seen = a_study()
        store.save_study(seen)
        with ThreadPoolExecutor(8) as threads:
            done = list(threads.map(lambda n: store.change_study(seen, replace(seen, overlap=n)), range(10, 18)))
        assert done.count(True) == 1
        assert store.studies() == [replace(seen, overlap=10 + done.index(True))]

    def test_a_study_keeps_its_words_in_other_languages(self, store):
        texts = (Translated("faces", "Gesichter"), Translated("Look *twice*.\n\n- 顔", "Zweimal.\n\n- وجه"))
        study = a_study(language="fr", translations=(Translation("de", texts), Translation("ar")))
        store.save_study(study)
        assert store.studies() == [study]

    def test_a_consent_keeps_the_exact_words(self, store):
        consent = a_consent()
        store.create_consent(consent)
        kept = store.latest_consent(consent.person_id, consent.study_id)
        assert kept == consent
        assert kept.text.sha256 == consent.text.sha256

    def test_a_consent_of_somebody_who_is_gone_is_not_kept(self, store):
        store.delete_person(an_id("ada"))
        with pytest.raises(NotFound):
            store.create_consent(a_consent())
        assert store.consents_of(an_id("ada")) == []

    def test_a_consent_is_created_once(self, store):
        store.create_consent(a_consent())
        with pytest.raises(AlreadyExists):
            store.create_consent(a_consent(purposes=frozenset(Purpose)))
        assert store.consents_of(an_id("ada")) == [a_consent()]

    def test_consents_come_oldest_first_and_the_latest_of_a_study_is_the_newest(self, store):
        new_text = ConsentText("2026-06", "Other words.")
        newest = a_consent("c", given_at=NOON + timedelta(days=2), text=new_text, purposes=frozenset())
        oldest, middle = a_consent("a"), a_consent("b", given_at=NOON + timedelta(days=1))
        for consent in (newest, oldest, middle):
            store.create_consent(consent)
        elsewhere = a_consent("d", study="other", given_at=NOON + timedelta(days=3))
        store.create_consent(elsewhere)
        assert store.consents_of(an_id("ada")) == [oldest, middle, newest, elsewhere]
        assert store.latest_consent(an_id("ada"), an_id("faces")) == newest

    def test_those_whose_latest_consent_in_a_study_is_to_these_words_are_counted(self, store):
        later, other = NOON + timedelta(days=1), ConsentText("2026-06", "Other words.")
        words = a_consent().text.sha256
        assert store.count_agreed(an_id("faces"), [words]) == 0
        for name in ("bob", "cyd"):
            store.create_person(a_person(name))
        store.create_consent(a_consent("a"))
        store.create_consent(a_consent("a again", given_at=later, purposes=frozenset()))
        store.create_consent(a_consent("b", "bob"))
        store.create_consent(a_consent("b elsewhere", "bob", study="other", given_at=later, text=other))
        store.create_consent(a_consent("c", "cyd"))
        store.create_consent(a_consent("c again", "cyd", given_at=later, text=other))
        assert store.count_agreed(an_id("faces"), [words]) == 2
        assert store.count_agreed(an_id("faces"), [other.sha256]) == 1
        assert store.count_agreed(an_id("faces"), {words, other.sha256}) == 3

    def test_the_same_words_under_another_version_stay_apart(self, store):
        first = a_consent("a", text=ConsentText("1", "Words."))
        second = a_consent("b", text=ConsentText("2", "Words."), given_at=NOON + timedelta(1))
        store.create_consent(first)
        store.create_consent(second)
        assert store.consents_of(an_id("ada")) == [first, second]

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(face=any_face)
    def test_a_face_comes_back_as_stored(self, store, face):
        store.create_face(face)
        kept = store.face(face.id)
        assert kept == face
        assert kept.given_at.tzinfo is not None
        store.delete_face(face.id)

    def test_an_unknown_face_is_none(self, store):
        assert store.face(an_id("nothing")) is None

    def test_a_face_is_created_once(self, store):
        store.create_face(a_face())
        with pytest.raises(AlreadyExists):
            store.create_face(a_face(source=Source.UPLOAD))
        assert store.face(an_id("face")) == a_face()

    def test_updating_a_face_replaces_everything_it_is_found_by(self, store):
        store.create_face(a_face())
        narrowed = a_face(purposes=frozenset({Purpose.STORE}), purge_at=NOON)
        store.update_face(narrowed)
        assert store.face(narrowed.id) == narrowed
        assert store.faces_due(NOON) == [narrowed]

    def test_updating_an_unknown_face_fails(self, store):
        with pytest.raises(NotFound):
            store.update_face(a_face())
        assert list(store.faces()) == []

    def test_a_deleted_face_is_nowhere(self, store):
        store.create_face(a_face(purge_at=NOON))
        store.delete_face(an_id("face"))
        assert store.face(an_id("face")) is None
        assert store.faces_of(an_id("ada")) == list(store.faces()) == store.faces_due(NOON) == []

    def test_deleting_a_face_twice_is_harmless(self, store):
        store.create_face(a_face("kept"))
        store.delete_face(an_id("gone"))
        assert [face.id for face in store.faces()] == [an_id("kept")]

    def test_a_persons_faces_come_newest_first_whatever_their_time_zones(self, store):
        store.create_person(a_person("bob"))
        in_tokyo = timezone(timedelta(hours=9))
        early, late = NOON.astimezone(in_tokyo), NOON + timedelta(microseconds=1)
        faces = [a_face("early", given_at=early), a_face("late", given_at=late), a_face("bobs", "bob")]
        for face in faces:
            store.create_face(face)
        assert store.faces_of(an_id("ada")) == [faces[1], faces[0]]

    def test_all_faces_come_by_id(self, store):
        faces = [a_face(str(number)) for number in range(450)]
        for face in faces:
            store.create_face(face)
        assert list(store.faces()) == sorted(faces, key=lambda face: face.id)

    def test_every_face_is_in_one_range_of_ids(self, store):
        faces = [a_face(str(number)) for number in range(40)]
        for face in faces:
            store.create_face(face)
        by_range = [list(store.faces(among)) for among in divided(7)]
        assert sum(by_range, []) == list(store.faces())
        assert sum(map(bool, by_range)) > 3
        edge = sorted(face.id for face in faces)[3]
        assert [face.id for face in store.faces(IdRange(to=edge))][-1] == edge
        assert edge not in [face.id for face in store.faces(IdRange(after=edge))]

    def test_origins_are_those_of_the_faces(self, store):
        store.create_person(a_person("bob"))
        for number in range(12):
            person, source = ("ada", Source.UPLOAD) if number % 2 else ("bob", Source.WEBCAM)
            store.create_face(a_face(str(number), person, source=source, study_id=an_id(f"study {number % 3}")))
        for among in (EVERY_ID, *divided(3)):
            expected = [Origin(face.id, face.person_id, face.study_id, face.source) for face in store.faces(among)]
            assert list(store.origins(among)) == expected
        assert len(list(store.origins())) == 12

    def test_faces_can_be_deleted_while_they_are_gone_through(self, store):
        for number in range(20):
            store.create_face(a_face(str(number)))
        for face in store.faces():
            store.delete_face(face.id)
        assert list(store.faces()) == []

    def test_a_face_is_due_from_its_date_on(self, store):
        store.create_face(a_face("due", purge_at=NOON))
        store.create_face(a_face("later", purge_at=NOON + timedelta(microseconds=1)))
        assert [face.id for face in store.faces_due(NOON)] == [an_id("due")]
        assert store.faces_due(NOON - timedelta(microseconds=1)) == []
        assert [store.count_due(NOON + timedelta(microseconds=n)) for n in (-1, 0, 1)] == [0, 1, 2]

    def test_the_audit_log_keeps_its_order(self, store):
        entries = [AuditEntry(NOON - timedelta(hours=n), "system", f"did {n}", an_id(str(n))) for n in range(250)]
        for entry in entries:
            store.append_audit(entry)
        assert list(store.audit()) == entries

    def test_the_audit_log_is_sealed_and_holds(self, store):
        for number in range(5):
            store.append_audit(AuditEntry(NOON, "annotator", f"did {number}", "it", an_id("ada"), an_id("faces")))
        with_role = AuditEntry(NOON, "system", "gave", an_id("bob"), role=Role.RESEARCHER)
        store.append_audit(with_role)
        assert store.latest_audit(1) == [with_role]
        sealed = list(store.sealed_audit())
        assert [entry.entry for entry in sealed] == list(store.audit())
        assert broken_seals(sealed) == []
        assert broken_seals(sealed[:2] + sealed[3:]), "the seals must depend on each other"

    def test_the_latest_of_the_audit_log_come_newest_first_of_one_study_or_all(self, store):
        entries = [AuditEntry(NOON, "system", f"did {n}", "it", study_id=an_id(str(n % 2))) for n in range(6)]
        for entry in entries:
            store.append_audit(entry)
        assert store.latest_audit(2) == [entries[5], entries[4]]
        assert store.latest_audit(9, an_id("0")) == [entries[4], entries[2], entries[0]]

    def test_a_sound_store_has_no_problems(self, store):
        store.create_face(a_face())
        assert store.problems() == []

    def test_everything_is_there_after_reopening(self, store, backend):
        store.save_study(a_study())
        store.create_consent(a_consent())
        store.create_face(a_face())
        store.append_audit(AuditEntry(NOON, "system", "did", "it"))
        reopened = backend.records()
        assert reopened.person(an_id("ada")) == a_person("ada")
        assert reopened.studies() == [a_study()]
        assert reopened.consents_of(an_id("ada")) == [a_consent()]
        assert list(reopened.faces()) == [a_face()]
        assert list(reopened.audit()) == [AuditEntry(NOON, "system", "did", "it")]

    def test_of_many_threads_exactly_one_creates_a_face(self, store):
        def create(_) -> bool:
            try:
                store.create_face(a_face("contested"))
            except AlreadyExists:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(create, range(8))) == 1

    def test_of_several_processes_exactly_one_creates_a_face(self, store, in_another_process):
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        barrier, winners = context.Barrier(2), context.Value("i", 0)
        processes = [in_another_process(create_face_if_first, barrier, winners) for _ in range(2)]
        for process in processes:
            process.join(60)
        assert [process.exitcode for process in processes] == [0, 0]
        assert winners.value == 1
        assert store.face(an_id("contested")) == a_face("contested")

    def test_threads_see_what_others_wrote(self, store):
        names = [str(number) for number in range(40)]
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda name: store.create_face(a_face(name)), names))
            found = list(threads.map(lambda name: store.face(an_id(name)), names))
        assert found == [replace(a_face(), id=an_id(name)) for name in names]
