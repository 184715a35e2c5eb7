"""Joining, signing in and out, and roles."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from fers.domain.people import OPERATOR, Role
from fers.errors import (
    InvalidInput,
    NotFound,
    SignInFailed,
    TooManyAttempts,
)
from tests.people import PASSWORD, grant, participant

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
    "password",
    [
        " " * 10,
        "\t\n \u3000" * 4,
        "aaaaaaaaaaaaaaa",
        "ababababababab",
        "0000000001",
        "Password 123",
        "ｑｗｅｒｔｙｕｉｏｐ",
        "Correct Horse Battery Staple",
        "Ada.Lovelace@example.org",
        "ada.lovelace",
    ],
)
def test_what_anybody_would_try_first_is_no_password(accounts, password):
    email = "ada.lovelace@example.org"
    with pytest.raises(InvalidInput):
        accounts.sign_up(email, password)
    with pytest.raises(SignInFailed):
        accounts.sign_in(email, password)


@pytest.mark.parametrize(
    "password", ["ten spaces and words", "ガソリンスタンド1軒目", "ada.lovelace was here", "x7#" * 2 + "Kp q"]
)
def test_what_people_choose_otherwise_is(accounts, password):
    accounts.sign_up("ada.lovelace@example.org", password)
    assert accounts.sign_in("ada.lovelace@example.org", password)


NEW = "nine purple elephants"


@pytest.fixture
def ada(accounts):
    return accounts.sign_in(EMAIL, PASSWORD)


def test_a_new_password_ends_every_other_session_and_the_old_password(accounts, ada):
    elsewhere = accounts.sign_in(EMAIL, PASSWORD)
    here = accounts.change_password(ada.person, PASSWORD, NEW)
    assert accounts.resume(here.token) == ada.person
    assert accounts.resume(elsewhere.token) is accounts.resume(ada.token) is None
    with pytest.raises(SignInFailed):
        accounts.sign_in(EMAIL, PASSWORD)
    assert accounts.sign_in(EMAIL, NEW).person == ada.person


def test_a_link_to_a_download_ends_with_its_session(accounts, ada):
    secret = accounts.issue_download_token(ada.token, "fetch")
    accounts.change_password(ada.person, PASSWORD, NEW)
    assert accounts.resume(accounts.redeem_download_token(secret)[0]) is None


def test_whoever_finds_a_tab_open_does_not_choose_its_password(accounts, ada):
    for _ in range(5):
        with pytest.raises(SignInFailed):
            accounts.change_password(ada.person, "guess", NEW)
    with pytest.raises(TooManyAttempts):
        accounts.change_password(ada.person, "guess", NEW)
    assert accounts.resume(ada.token)


@pytest.mark.parametrize("new", ["short", " " * 10, EMAIL])
def test_a_bad_new_password_changes_nothing(accounts, ada, new):
    with pytest.raises(InvalidInput):
        accounts.change_password(ada.person, PASSWORD, new)
    assert accounts.resume(ada.token)
    assert accounts.sign_in(EMAIL, PASSWORD)


def test_who_came_by_code_has_no_password_to_change(platform):
    signed_in, _ = platform.accounts.join(platform.studies.current().join_code)
    with pytest.raises(InvalidInput):
        platform.accounts.change_password(signed_in.person, "", NEW)
    assert platform.accounts.resume(signed_in.token)


def test_other_sessions_end_and_this_one_goes_on(accounts, ada):
    elsewhere, bob = accounts.sign_in(EMAIL, PASSWORD), "bob@example.org"
    accounts.sign_up(bob, PASSWORD)
    somebody = accounts.sign_in(bob, PASSWORD)
    accounts.end_other_sessions(ada.person, ada.token)
    assert accounts.resume(elsewhere.token) is None
    assert accounts.resume(ada.token) and accounts.resume(somebody.token)


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


def test_guessing_study_codes_is_slowed_down_and_a_class_comes_in_meanwhile(platform, clock):
    right, guesser, school = platform.studies.current().join_code, "192.0.2.1/32", "198.51.100.7/32"
    with pytest.raises(TooManyAttempts):
        for number in range(1000):
            with pytest.raises(SignInFailed):
                platform.accounts.join(f"try-{number:06x}", guesser)
    assert number < 100
    with pytest.raises(TooManyAttempts):
        platform.accounts.join(right, guesser)
    with pytest.raises(TooManyAttempts):
        platform.invitations.offer(right, guesser)
    with ThreadPoolExecutor(8) as children:
        came = list(children.map(lambda _: platform.accounts.join(right, school)[0].person.id, range(40)))
    assert len(set(came)) == 40
    clock.advance(hours=1)
    assert platform.accounts.join(right, guesser)


def test_who_is_signed_in_guesses_no_faster(platform):
    ada = participant(platform)
    with pytest.raises(TooManyAttempts):
        for number in range(1000):
            with pytest.raises(NotFound):
                platform.invitations.accept(ada, f"try-{number:06x}")
    assert number < 100


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
    grant(platform, EMAIL, Role.ADMINISTRATOR)
    assert accounts.issue_setup_token() is None
    with pytest.raises(SignInFailed):
        accounts.set_up(printed, "late@example.org", PASSWORD)
    grant(platform, EMAIL, Role.PARTICIPANT)
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


@pytest.mark.parametrize(("share", "expected"), [(0.0, False), (1.0, True)])
def test_the_study_decides_who_is_asked_first(platform, share, expected):
    from dataclasses import replace

    platform.studies.update(OPERATOR, replace(platform.studies.current(), ask_first_share=share))
    assert participant(platform).asked_first is expected
