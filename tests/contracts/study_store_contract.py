"""What every StudyStore does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from fers.domain.people import Role
from fers.errors import AlreadyExists, NotFound

from .samples import NOON, a_membership, a_person, an_id, an_invitation


class StudyStoreContract:
    @pytest.fixture
    def store(self, backend):
        return backend.studies()

    @pytest.fixture(autouse=True)
    def ada_is_there(self, backend):
        backend.records().create_person(a_person())

    def test_memberships_come_with_the_study_entered_last_first(self, store, backend):
        backend.records().create_person(a_person("bob"))
        first = a_membership(study="first")
        second = a_membership(study="second", role=Role.RESEARCHER, entered_at=NOON + timedelta(microseconds=1))
        for membership in (first, second, a_membership(person="bob")):
            store.save_membership(membership)
        assert store.memberships_of(an_id("ada")) == [second, first]

    def test_saving_a_membership_again_replaces_it(self, store):
        store.save_membership(a_membership(role=Role.ANNOTATOR))
        store.save_membership(a_membership(role=Role.RESEARCHER))
        assert store.memberships_of(an_id("ada")) == [a_membership(role=Role.RESEARCHER)]

    def test_a_place_is_added_only_where_there_is_none(self, store):
        store.add_membership(a_membership(role=Role.RESEARCHER))
        with pytest.raises(AlreadyExists):
            store.add_membership(a_membership())
        with pytest.raises(NotFound):
            store.add_membership(a_membership("nobody"))
        assert store.memberships_of(an_id("ada")) == [a_membership(role=Role.RESEARCHER)]

    def test_entering_a_study_changes_no_role_and_gives_no_place(self, store):
        store.save_membership(a_membership(role=Role.ANNOTATOR))
        later = NOON + timedelta(hours=1)
        assert store.note_entry(an_id("ada"), an_id("faces"), later)
        assert not store.note_entry(an_id("ada"), an_id("other"), later)
        assert not store.note_entry(an_id("bob"), an_id("faces"), later)
        assert store.memberships_of(an_id("ada")) == [a_membership(role=Role.ANNOTATOR, entered_at=later)]
        assert [one.role for one in store.staff_of(an_id("faces"))] == [Role.ANNOTATOR]
        assert store.memberships_of(an_id("bob")) == []

    def test_nobody_who_is_gone_has_a_place(self, store, backend):
        backend.records().delete_person(an_id("ada"))
        with pytest.raises(NotFound):
            store.save_membership(a_membership())
        assert store.memberships_of(an_id("ada")) == []

    def test_a_deleted_membership_is_gone_and_deleting_it_again_harmless(self, store):
        store.save_membership(a_membership())
        store.save_membership(a_membership(study="kept"))
        for _ in range(2):
            store.delete_membership(an_id("ada"), an_id("faces"))
        assert store.memberships_of(an_id("ada")) == [a_membership(study="kept")]

    def test_staff_are_those_who_are_more_than_participants(self, store, backend):
        for name in (*map(str, Role), "else"):
            backend.records().create_person(a_person(name))
        staff = [a_membership(str(role), role=role) for role in Role if role is not Role.PARTICIPANT]
        for membership in (*staff, a_membership(), a_membership("else", study="other", role=Role.RESEARCHER)):
            store.save_membership(membership)
        assert store.staff_of(an_id("faces")) == sorted(staff, key=lambda membership: membership.person_id)

    def test_deleting_a_person_takes_their_memberships_and_nobody_elses(self, store, backend):
        records = backend.records()
        records.create_person(a_person("bob"))
        for name in ("ada", "bob"):
            store.save_membership(a_membership(name))
        records.delete_person(an_id("ada"))
        assert store.memberships_of(an_id("ada")) == []
        assert store.memberships_of(an_id("bob")) == [a_membership("bob")]

    def test_an_invitation_is_found_by_its_hash_and_its_study(self, store):
        short, long = an_invitation("short"), an_invitation("long", expires_at=NOON + timedelta(days=9))
        for invitation in (short, long, an_invitation("elsewhere", study_id=an_id("other"))):
            store.create_invitation(invitation)
        assert store.invitation(short.sha256) == short
        assert store.invitation("0" * 64) is None
        assert store.invitations_to(an_id("faces")) == [long, short]

    def test_an_invitation_is_created_once(self, store):
        store.create_invitation(an_invitation())
        with pytest.raises(AlreadyExists):
            store.create_invitation(an_invitation(role=Role.ADMINISTRATOR))
        assert store.invitation(an_invitation().sha256) == an_invitation()

    def test_an_invitation_ends_with_its_uses(self, store):
        invitation = an_invitation(uses_left=2)
        store.create_invitation(invitation)
        left = [store.use_invitation(invitation.sha256, NOON) for _ in range(3)]
        assert [used and used.uses_left for used in left] == [1, 0, None]

    def test_an_invitation_ends_at_its_time(self, store):
        invitation = an_invitation(uses_left=2)
        store.create_invitation(invitation)
        assert store.use_invitation(invitation.sha256, invitation.expires_at - timedelta(microseconds=1))
        assert store.use_invitation(invitation.sha256, invitation.expires_at) is None

    def test_a_revoked_invitation_is_used_by_nobody(self, store):
        invitation = an_invitation(uses_left=5)
        store.create_invitation(invitation)
        store.revoke_invitation(invitation.id)
        store.revoke_invitation(an_id("unknown"))
        assert store.use_invitation(invitation.sha256, NOON) is None

    def test_a_place_comes_with_the_use_or_neither_is_there(self, store, backend):
        invitation = an_invitation(uses_left=5)
        store.create_invitation(invitation)
        annotator, researcher = (a_membership(role=role) for role in (Role.ANNOTATOR, Role.RESEARCHER))
        assert store.use_invitation(invitation.sha256, NOON, annotator).uses_left == 4
        for before in (None, Role.PARTICIPANT):
            with pytest.raises(AlreadyExists):
                store.use_invitation(invitation.sha256, NOON, researcher, before)
        with pytest.raises(NotFound):
            store.use_invitation(invitation.sha256, NOON, a_membership("nobody"))
        assert store.memberships_of(an_id("ada")) == [annotator]
        assert store.invitation(invitation.sha256).uses_left == 4
        assert store.use_invitation(invitation.sha256, NOON, researcher, Role.ANNOTATOR).uses_left == 3
        assert store.memberships_of(an_id("ada")) == [researcher]
        assert store.use_invitation("0" * 64, NOON, annotator, Role.RESEARCHER) is None
        assert store.memberships_of(an_id("ada")) == [researcher]

    def test_whoever_comes_several_times_at_once_uses_one_place(self, store):
        invitation = an_invitation(uses_left=9)
        store.create_invitation(invitation)

        def came(_: int) -> bool:
            try:
                return store.use_invitation(invitation.sha256, NOON, a_membership()) is not None
            except AlreadyExists:
                return False

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(came, range(8))) == 1
        assert store.invitation(invitation.sha256).uses_left == 8

    def test_of_many_who_come_at_once_only_as_many_as_invited_get_in(self, store):
        invitation = an_invitation(uses_left=3)
        store.create_invitation(invitation)
        with ThreadPoolExecutor(8) as threads:
            came = list(threads.map(lambda _: store.use_invitation(invitation.sha256, NOON), range(12)))
        assert sorted(used.uses_left for used in came if used) == [0, 1, 2]
