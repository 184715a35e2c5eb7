"""Joining, signing in and out, and roles."""

import pytest

from fers.domain.people import OPERATOR, Role
from fers.errors import (
    InvalidInput,
    NotFound,
    NotPermitted,
    NotSignedIn,
    SignInFailed,
    StoreUnavailable,
    TooManyAttempts,
)
from tests.people import PASSWORD, participant

EMAIL = "ada@example.org"


@pytest.fixture
def accounts(platform):
    platform.accounts.sign_up(EMAIL, PASSWORD)
    return platform.accounts


def test_signing_in_opens_a_session_that_signing_out_ends(accounts):
    signed_in = accounts.sign_in(EMAIL, PASSWORD)
    assert accounts.resume(signed_in.token) == signed_in.person
    assert signed_in.person.role is Role.PARTICIPANT
    accounts.sign_out(signed_in.token)
    assert accounts.resume(signed_in.token) is None


def test_a_session_times_out_when_idle_and_in_any_case(accounts, clock, settings):
    idle = accounts.sign_in(EMAIL, PASSWORD).token
    clock.advance(seconds=settings.session_idle.total_seconds() + 1)
    assert accounts.resume(idle) is None

    busy = accounts.sign_in(EMAIL, PASSWORD).token
    steps = settings.session_lifetime / (settings.session_idle / 2)
    for _ in range(int(steps)):
        assert accounts.resume(busy)
        clock.advance(seconds=settings.session_idle.total_seconds() / 2)
    clock.advance(seconds=1)
    assert accounts.resume(busy) is None


def test_a_wrong_password_and_an_unknown_email_sound_the_same(accounts):
    with pytest.raises(SignInFailed) as wrong_password:
        accounts.sign_in(EMAIL, "not her password")
    with pytest.raises(SignInFailed) as unknown_email:
        accounts.sign_in("nobody@example.org", "not her password")
    assert str(wrong_password.value) == str(unknown_email.value)


def test_signing_up_with_a_taken_email_sounds_like_success_and_changes_nothing(accounts):
    before = accounts.sign_in(EMAIL, PASSWORD).person
    assert accounts.sign_up(EMAIL.upper(), "another password") is None
    with pytest.raises(SignInFailed):
        accounts.sign_in(EMAIL, "another password")
    assert accounts.sign_in(EMAIL, PASSWORD).person == before


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_repeated_wrong_passwords_are_slowed_down_then_let_in_again(accounts, clock, email):
    with pytest.raises(TooManyAttempts) as refusal:
        for _ in range(20):
            with pytest.raises(SignInFailed):
                accounts.sign_in(email, "wrong password")
    assert "second" in refusal.value.next or "minute" in refusal.value.next
    clock.advance(hours=1)
    with pytest.raises(SignInFailed):
        accounts.sign_in(email, "wrong password")


@pytest.mark.parametrize(
    ("email", "password"), [("not an address", PASSWORD), ("a@b", PASSWORD), (EMAIL, "short"), (EMAIL, "x" * 1000)]
)
def test_unusable_emails_and_passwords_are_refused(accounts, email, password):
    with pytest.raises(InvalidInput):
        accounts.sign_up(email, password)


def test_joining_by_study_code_gives_a_personal_code_that_leads_back(platform):
    signed_in, code = platform.accounts.join(platform.studies.current().join_code.upper())
    assert platform.accounts.email_of(signed_in.person) is None
    assert platform.accounts.sign_in_with_code(code.lower()).person == signed_in.person


@pytest.mark.parametrize("code", ["", "wrong", "try-000000"])
def test_a_wrong_study_code_is_refused(platform, code):
    with pytest.raises(SignInFailed):
        platform.accounts.join(code)


def test_an_unknown_personal_code_is_refused(platform):
    with pytest.raises(SignInFailed):
        platform.accounts.sign_in_with_code("0000-0000-0000-0000")


def test_the_one_time_link_makes_an_administrator_once(platform):
    token = platform.sign_in.issue_setup_token()
    with pytest.raises(SignInFailed):
        platform.accounts.set_up("not the token", "boss@example.org", PASSWORD)
    signed_in = platform.accounts.set_up(token, "boss@example.org", PASSWORD)
    assert signed_in.person.role is Role.ADMINISTRATOR
    assert platform.accounts.resume(signed_in.token).role is Role.ADMINISTRATOR
    with pytest.raises(SignInFailed):
        platform.accounts.set_up(token, "thief@example.org", PASSWORD)
    assert platform.accounts.issue_setup_token() is None


def test_while_somebody_administers_fers_there_is_no_link_and_none_works(accounts, platform):
    printed = accounts.issue_setup_token()
    accounts.grant(OPERATOR, EMAIL, Role.ADMINISTRATOR)
    assert accounts.issue_setup_token() is None
    with pytest.raises(SignInFailed):
        accounts.set_up(printed, "late@example.org", PASSWORD)
    accounts.grant(OPERATOR, EMAIL, Role.PARTICIPANT)
    again = accounts.issue_setup_token()
    assert accounts.set_up(again, "late@example.org", PASSWORD).person.role is Role.ADMINISTRATOR


def test_a_bad_password_does_not_use_the_link_up(platform):
    token = platform.sign_in.issue_setup_token()
    with pytest.raises(InvalidInput):
        platform.accounts.set_up(token, "boss@example.org", "short")
    assert platform.accounts.set_up(token, "boss@example.org", PASSWORD)


def test_a_mistyped_password_of_an_account_that_is_there_does_not_use_the_link_up(accounts, platform):
    token = platform.sign_in.issue_setup_token()
    with pytest.raises(SignInFailed):
        accounts.set_up(token, EMAIL, "another long password")
    assert accounts.set_up(token, EMAIL, PASSWORD).person.role is Role.ADMINISTRATOR


def test_the_operator_grants_roles(accounts):
    accounts.grant(OPERATOR, EMAIL, Role.RESEARCHER)
    assert accounts.sign_in(EMAIL, PASSWORD).person.role is Role.RESEARCHER
    with pytest.raises(NotFound):
        accounts.grant(OPERATOR, "nobody@example.org", Role.RESEARCHER)


def test_the_operator_issues_a_code_that_opens_the_account(accounts):
    person = accounts.sign_in(EMAIL, PASSWORD).person
    code = accounts.issue_code(OPERATOR, EMAIL)
    assert accounts.sign_in_with_code(code).person == person
    assert accounts.sign_in(EMAIL, PASSWORD).person == person
    with pytest.raises(NotFound):
        accounts.issue_code(OPERATOR, "nobody@example.org")


def test_a_role_whose_claim_could_not_be_set_has_left_its_trace(platform, accounts, monkeypatch):
    def down(person_id, role):
        raise StoreUnavailable("The store can't be reached.", "Try again in a moment.")

    monkeypatch.setattr(platform.sign_in, "note_role", down)
    with pytest.raises(StoreUnavailable):
        accounts.grant(OPERATOR, EMAIL, Role.RESEARCHER)
    [entry] = platform.members.whole_log(OPERATOR, 1)
    assert entry.action == "granted researcher"


def test_nobody_grants_roles_to_themselves(platform):
    ada = participant(platform)
    with pytest.raises(NotPermitted):
        platform.accounts.grant(ada, EMAIL, Role.ADMINISTRATOR)
    with pytest.raises(NotSignedIn):
        platform.accounts.grant(None, EMAIL, Role.ADMINISTRATOR)


@pytest.mark.parametrize(("share", "expected"), [(0.0, False), (1.0, True)])
def test_the_study_decides_who_is_asked_first(platform, share, expected):
    from dataclasses import replace

    platform.studies.update(OPERATOR, replace(platform.studies.current(), ask_first_share=share))
    assert participant(platform).asked_first is expected
