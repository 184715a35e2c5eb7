"""Roles and new ways in, by whoever runs FERS."""

import pytest

from fers.domain.people import OPERATOR, Person, Role
from fers.errors import (
    InvalidInput,
    NotFound,
    NotPermitted,
    NotSignedIn,
    SignInFailed,
    StoreUnavailable,
)
from tests.people import PASSWORD, give_face, participant

EMAIL = "ada@example.org"


@pytest.fixture
def desk(platform):
    return platform.help_desk


@pytest.fixture
def ada(platform) -> Person:
    return participant(platform, EMAIL)


@pytest.mark.parametrize("typed", ["{}", " {} ", "{}".upper()])
def test_the_number_that_somebody_reads_out_names_their_account(platform, desk, ada, typed):
    for number in (ada.number, ada.number.upper(), ada.number.replace("-", ""), ada.number.replace("-", " ")):
        desk.grant(OPERATOR, typed.format(number), Role.RESEARCHER)
        assert platform.accounts.sign_in(EMAIL, PASSWORD).person.role is Role.RESEARCHER
        desk.grant(OPERATOR, number, Role.PARTICIPANT)


def test_a_stranger_who_signed_up_with_somebodys_address_gets_no_role_by_it(platform, desk):
    """Nobody has proved here whose an address is."""
    platform.accounts.sign_up(EMAIL, "the strangers password")
    with pytest.raises(InvalidInput, match="number on their My data page"):
        desk.grant(OPERATOR, EMAIL, Role.ADMINISTRATOR)
    assert platform.accounts.sign_in(EMAIL, "the strangers password").person.role is Role.PARTICIPANT
    assert platform.accounts.issue_setup_token()


def test_where_mails_are_sent_a_confirmed_address_will_do(platform, desk, ada, monkeypatch):
    confirmed = set()
    monkeypatch.setattr(type(platform.sign_in), "sends_mail", True)
    monkeypatch.setattr(platform.sign_in, "is_verified", lambda person_id: person_id in confirmed)
    with pytest.raises(InvalidInput, match="yet to confirm"):
        desk.grant(OPERATOR, EMAIL, Role.RESEARCHER)
    confirmed.add(ada.id)
    desk.grant(OPERATOR, EMAIL, Role.RESEARCHER)
    assert desk.find(OPERATOR, EMAIL).person.role is Role.RESEARCHER


@pytest.mark.parametrize(
    ("whom", "error"),
    [
        ("", InvalidInput),
        ("ada", InvalidInput),
        ("0000-0000-000", InvalidInput),
        ("0000-0000-00000", InvalidInput),
        ("000g-0000-0000", InvalidInput),
        ("٣000-0000-0000", InvalidInput),
        ("0000-0000-0000", NotFound),
    ],
)
def test_what_names_nobody_is_refused(desk, ada, whom, error):
    with pytest.raises(error):
        desk.grant(OPERATOR, whom, Role.RESEARCHER)
    with pytest.raises(error):
        desk.issue_code(OPERATOR, whom)


def test_of_two_with_one_number_neither_is_meant(platform, desk, ada):
    platform.accounts._records.create_person(Person(ada.id[:12] + "f" * 20, Role.PARTICIPANT, ada.created_at, False))
    with pytest.raises(NotFound):
        desk.grant(OPERATOR, ada.number, Role.RESEARCHER)


@pytest.mark.parametrize("by", ["e-mail", "number"])
def test_a_code_opens_the_account_and_nothing_from_before_does(platform, desk, ada, by):
    """Whoever signed up first with somebody's address is not there beside them."""
    give_face(platform, ada)
    known = platform.accounts.sign_in(EMAIL, PASSWORD)
    whom = EMAIL if by == "e-mail" else ada.number
    found = desk.find(OPERATOR, whom)
    assert (found.person.id, found.email, found.photos) == (ada.id, EMAIL, 1)
    lost, code = desk.issue_code(OPERATOR, whom), desk.issue_code(OPERATOR, whom)
    assert platform.accounts.resume(known.token) is None
    with pytest.raises(SignInFailed):
        platform.accounts.sign_in(EMAIL, PASSWORD)
    with pytest.raises(SignInFailed):
        platform.accounts.sign_in_with_code(lost)
    back = platform.accounts.sign_in_with_code(code)
    assert back.person == known.person
    assert not platform.accounts.has_password(back.person)
    platform.accounts.change_password(back.person, "", "nine purple elephants")
    assert platform.accounts.sign_in(EMAIL, "nine purple elephants").person == known.person


def test_there_is_no_code_for_an_unknown_address(desk):
    with pytest.raises(NotFound):
        desk.issue_code(OPERATOR, "nobody@example.org")


def test_a_role_whose_claim_could_not_be_set_has_left_its_trace(platform, desk, ada, monkeypatch):
    def down(person_id, role):
        raise StoreUnavailable("store.unreachable")

    monkeypatch.setattr(platform.sign_in, "note_role", down)
    with pytest.raises(StoreUnavailable):
        desk.grant(OPERATOR, ada.number, Role.RESEARCHER)
    [entry] = platform.members.whole_log(OPERATOR, 1)
    assert entry.action == "granted researcher"


def test_nobody_grants_roles_to_themselves(desk, ada):
    with pytest.raises(NotPermitted):
        desk.grant(ada, ada.number, Role.ADMINISTRATOR)
    with pytest.raises(NotSignedIn):
        desk.grant(None, ada.number, Role.ADMINISTRATOR)
