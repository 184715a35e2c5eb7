"""On every backend somebody can run the installation: nobody takes the last administrator away without noticing."""

from dataclasses import replace

import pytest

from fers import config
from fers.assembly import assemble
from fers.domain.people import Role
from fers.errors import NotPermitted, SignInFailed
from fers.services.people.administrators import Administrators
from tests.people import PASSWORD, OneFace, OneModel

from .samples import NOON
from .sign_in_contract import IDLE, LIFETIME


@pytest.fixture
def stores(backend, clock):
    return backend.stores(backend.sign_in(clock, IDLE, LIFETIME))


@pytest.fixture
def platform(stores, clock):
    settings = config.load({})
    return assemble(settings, stores=stores, models=OneModel(), detector=OneFace(), now=clock)


@pytest.fixture
def administrator(stores, platform):
    """Makes an administrator who has a personal code."""

    def administrator():
        signed_in, _ = platform.accounts.join(platform.studies.current().join_code)
        person = replace(signed_in.person, role=Role.ADMINISTRATOR)
        stores.records.update_person(person)
        return person

    return administrator


def test_the_only_administrator_can_not_withdraw_everything_before_handing_over(platform, administrator):
    ada = administrator()
    with pytest.raises(NotPermitted, match="Hand over first"):
        platform.withdrawal.withdraw_everything(ada)
    assert platform.accounts.issue_setup_token() is None, "she is there as before"
    administrator()
    platform.withdrawal.withdraw_everything(ada)
    assert platform.accounts.issue_setup_token() is None


def test_an_administrator_whom_nobody_can_sign_in_as_is_none(platform, stores, administrator):
    ada, bob = administrator(), administrator()
    stores.sign_in.forget(bob.id)
    with pytest.raises(NotPermitted):
        platform.withdrawal.withdraw_everything(ada)


def test_with_no_administrator_there_is_a_new_one_time_link(platform, stores, administrator):
    first = platform.accounts.issue_setup_token()
    ada = administrator()
    assert platform.accounts.issue_setup_token() is None
    with pytest.raises(SignInFailed):
        platform.accounts.set_up(first, "late@example.org", PASSWORD)
    stores.records.delete_person(ada.id)
    again = platform.accounts.issue_setup_token()
    boss = platform.accounts.set_up(again, "boss@example.org", PASSWORD).person
    assert stores.records.administrators() == [replace(boss, memberships=())]
    stores.records.delete_person(boss.id)
    assert platform.accounts.issue_setup_token() not in (None, first, again)


def test_of_two_administrators_who_leave_at_once_not_both_do(stores, administrator):
    ada, bob = administrator(), administrator()

    class Meanwhile:
        """Just before the first of them stands down, the other does."""

        def __getattr__(self, name):
            return getattr(stores.records, name)

        def update_person(self, person):
            if bob.id in {person.id for person in stores.records.administrators()}:
                Administrators(stores.records, stores.sign_in).stand_down(bob, NOON)
            stores.records.update_person(person)

    with pytest.raises(NotPermitted):
        Administrators(Meanwhile(), stores.sign_in).stand_down(ada, NOON)
    assert [person.id for person in stores.records.administrators()] == [ada.id]
