"""Moving to another store and back loses, doubles and changes nothing, whenever it is interrupted."""

from contextlib import suppress
from dataclasses import replace

import pytest

from fers.domain.audit import AuditEntry
from fers.domain.erasures import Erased, Erasure
from fers.domain.people import OPERATOR, Keys, Role
from fers.errors import InvalidInput, NotPermitted, StoreUnavailable
from fers.services.labelling.aggregation import aggregate
from fers.services.operations.migration import Migration
from tests.contracts.backends import Embedded, Firebase
from tests.contracts.samples import NOON, a_description, a_person, an_id, an_invitation
from tests.contracts.sign_in_contract import EMAIL, IDENTITY, PASSWORD
from tests.interrupting import Interruption
from tests.servers.auth import forget_everybody

from .whole_store import FACES, everything, fill, opened


@pytest.fixture
def old(tmp_path):
    """An embedded store with everything in it."""
    backend = Embedded(tmp_path / "old")
    store = opened(backend)
    fill(store)
    yield store
    backend.close()


@pytest.fixture
def new(tmp_path, firebase_servers):
    forget_everybody()
    backend = Firebase(tmp_path / "new")
    yield opened(backend)
    backend.close()


@pytest.fixture
def home(tmp_path):
    """An empty embedded store."""
    backend = Embedded(tmp_path / "home")
    yield opened(backend)
    backend.close()


def migration(old, new) -> Migration:
    return Migration(old, new)


def test_everything_moves_there_and_back(old, new, home):
    assert migration(old, new).run(OPERATOR).problems == []
    assert everything(new) == everything(old)
    done = migration(new, home).run(OPERATOR)
    assert (done.people, done.faces, done.problems) == (2, len(FACES) + 2, [])
    assert everything(home) == everything(old)


def test_who_came_back_with_an_older_copy_is_not_moved(old, home):
    """As before the doctor was run there: nobody looks for them in the new store."""
    [*_, face] = old.records.faces()
    for back in (Erasure(Erased.FACE, face.id, NOON), Erasure(Erased.PERSON, face.person_id, NOON)):
        old.erasures.note(back)
        with pytest.raises(InvalidInput, match="fers doctor"):
            migration(old, home).run(OPERATOR)
    assert list(home.records.people()) == list(home.records.audit()) == []


def test_everybody_gets_in_as_who_they_were(old, new, home):
    code = old.sign_in.register_code(an_id("bob"))
    migration(old, new).run(OPERATOR)
    migration(new, home).run(OPERATOR)
    for store in (new, home):
        assert store.sign_in.check_code(code) == store.sign_in.person_by_identity(IDENTITY) == an_id("bob")
        assert store.sign_in.check_password(EMAIL, PASSWORD) is None
        assert store.sign_in.person_by_email(EMAIL) == an_id("ada")


@pytest.mark.slow
@pytest.mark.parametrize("there", [True, False], ids=["to firebase", "to embedded"])
def test_a_run_that_is_interrupted_before_any_call_goes_on_from_there(old, new, home, there):
    """Before every second one, and on the way back before the others: the same calls are made both ways."""
    if not there:
        migration(old, new).run(OPERATOR)
    source, target = (old, new) if there else (new, home)
    interruption = Interruption(again_is_free=True)
    run = migration(source, interruption.stores(target)).run
    done, runs = None, 0
    while done is None:
        interruption.left, runs = 2 if runs else 1 + there, runs + 1
        with suppress(StoreUnavailable):
            done = run(OPERATOR)
    assert runs > 50
    assert done.problems == []
    assert everything(target) == everything(source)


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
    assert {problem for problem in done.problems if problem.startswith("face")} == {
        f"face {an_id('3')}: its image is lost",
        f"face {an_id('4')}: its image is not the one that was given",
    }
    assert done.faces == len(FACES) + 2 - 2


def test_what_is_in_the_new_store_alone_though_nobody_withdrew_it_is_named_and_left(old, new):
    migration(old, new).run(OPERATOR)
    old.records.delete_face(an_id("0"))
    old.sign_in.forget(an_id("bob"))
    old.records.delete_person(an_id("bob"))
    problems = migration(old, new).run(OPERATOR).problems
    assert f"face {an_id('0')}: is in the new store alone" in problems
    assert f"person {an_id('bob')}: is in the new store alone" in problems
    assert new.records.face(an_id("0"))
    assert new.sign_in.keys_of(an_id("bob")) != Keys()


def test_what_was_taken_away_between_two_runs_is_taken_away_there_too(old, new):
    old.studies.create_invitation(an_invitation("used", study_id=an_id("first"), uses_left=5))
    old.studies.create_invitation(an_invitation("revoked", study_id=an_id("first"), uses_left=5))
    migration(old, new).run(OPERATOR)
    old.studies.delete_membership(an_id("ada"), an_id("faces"))
    for _ in range(3):
        old.studies.use_invitation(an_invitation("used").sha256, NOON)
    old.studies.revoke_invitation(an_id("revoked"))
    old.labels.set_gold_standard(an_id("0"), None)
    old.labels.resolve_flags(an_id("0"), None)
    for annotator in ("ann", "bea"):  # All of one face, and one of the other's.
        old.labels.remove_label(an_id("0"), an_id(annotator))
    old.labels.remove_label(an_id("1"), an_id("bea"))
    code = old.sign_in.register_code(an_id("bob"))
    migration(old, new).run(OPERATOR)
    assert new.sign_in.check_code(code) == an_id("bob")
    old.sign_in.register_code(an_id("bob"))
    for face_id in (an_id("0"), an_id("1")):
        aggregate(old.labels, old.face_index, face_id)
    assert migration(old, new).run(OPERATOR).problems == []
    assert everything(new) == everything(old)
    assert new.sign_in.check_code(code) is None
    assert new.studies.invitation(an_invitation("revoked").sha256).uses_left == 0


def test_whoever_withdrew_between_two_runs_and_what_was_withdrawn_is_gone_there_too(old, new):
    migration(old, new).run(OPERATOR)
    old.records.delete_face(an_id("2"))
    old.images.delete(an_id("2"))
    old.records.append_audit(AuditEntry(NOON, "participant", "withdrew a face", an_id("2")))
    old.sign_in.forget(an_id("bob"))
    old.records.delete_person(an_id("bob"))
    old.records.append_audit(AuditEntry(NOON, "participant", "withdrew everything", an_id("bob")))
    assert migration(old, new).run(OPERATOR).problems == []
    assert everything(new) == everything(old)
    assert new.sign_in.keys_of(an_id("bob")) == Keys()


def test_a_store_that_others_use_is_refused(old, new):
    new.records.append_audit(AuditEntry(NOON, "system", "did something else", "it"))
    with pytest.raises(InvalidInput, match="log of its own"):
        migration(old, new).run(OPERATOR)
    assert list(new.records.people()) == []


def test_only_who_manages_the_study_may_move_it(old, new):
    with pytest.raises(NotPermitted):
        migration(old, new).run(a_person("ada"))
