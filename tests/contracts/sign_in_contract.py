"""What every SignIn does."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from fers.domain.interfaces import DEVICE_DAYS, DOWNLOAD_TOKEN_SECONDS, TICKET_SECONDS
from fers.domain.people import Identity, Keys
from fers.errors import TooManyAttempts
from fers.storage.shared import guesses

IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=8)
EMAIL, PASSWORD = "ada@example.org", "correct horse battery"
DEVICE = "d" * 43
IDENTITY = Identity("https://accounts.example.org", "1234")
WAITS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
"""Seconds that have to pass after the fifth failure in a row, after the sixth, and so on."""


def _noted(work, calls: list):
    def noted(*arguments, **more):
        calls.append(work)
        return work(*arguments, **more)

    return noted


class SignInContract:
    @pytest.fixture
    def sign_in(self, backend, clock):
        sign_in = backend.sign_in(clock, IDLE, LIFETIME)
        assert sign_in.register("ada", EMAIL, PASSWORD)
        return sign_in

    def test_the_right_password_opens_the_account(self, sign_in):
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"

    def test_an_email_is_the_same_in_any_case_and_between_spaces(self, sign_in):
        assert sign_in.check_password("  ADA@Example.ORG ", PASSWORD) == "ada"
        assert sign_in.person_by_email("Ada@example.org\n") == "ada"
        assert not sign_in.register("eve", " ADA@example.org", "another password")

    @pytest.mark.parametrize("password", ["", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "x" * 100_000])
    def test_any_other_password_does_not(self, sign_in, password):
        assert sign_in.check_password(EMAIL, password) is None

    def test_an_unknown_email_opens_nothing(self, sign_in):
        assert sign_in.check_password("nobody@example.org", PASSWORD) is None

    def test_a_taken_email_stays_with_its_owner(self, sign_in):
        assert not sign_in.register("eve", EMAIL, "eves password")
        assert sign_in.check_password(EMAIL, "eves password") is None
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"
        assert sign_in.email_of("eve") is None

    def test_nobody_learns_from_the_time_it_takes_which_emails_exist(self, backend, backend_name, clock, monkeypatch):
        if backend_name == "firebase":
            pytest.skip("Google compares the passwords; its emulator doesn't hash them")
        work = []
        for name in ("hash", "verify"):
            monkeypatch.setattr(PasswordHasher, name, _noted(getattr(PasswordHasher, name), work))
        sign_in = backend.sign_in(clock, IDLE, LIFETIME)
        assert sign_in.register("ada", EMAIL, PASSWORD)
        sign_in.check_password("nobody@example.org", "wrong")  # Once a server's life, a hash of nothing is made.

        def hashes(attempt) -> int:
            """What takes long, beside which nothing else counts."""
            work.clear()
            assert not attempt()
            return len(work)

        assert hashes(lambda: sign_in.check_password(EMAIL, "wrong")) == 1
        assert hashes(lambda: sign_in.check_password("nobody@example.org", "wrong")) == 1
        assert hashes(lambda: sign_in.register("eve", EMAIL, "wrong")) == 1

    def test_people_and_emails_are_found_from_each_other(self, sign_in):
        assert sign_in.person_by_email(EMAIL) == "ada"
        assert sign_in.email_of("ada") == EMAIL
        assert sign_in.person_by_email("nobody@example.org") is None
        assert sign_in.email_of("nobody") is None

    def test_a_personal_code_opens_its_account_however_it_is_typed(self, sign_in):
        code = sign_in.register_code("bob")
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}", code)
        misread = code.replace("0", "o").replace("1", "l")
        for typed in (code, code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} ", misread):
            assert sign_in.check_code(typed) == "bob"

    def test_codes_differ(self, sign_in):
        codes = {sign_in.register_code(f"person {number}") for number in range(50)}
        assert len({code[:9] for code in codes}) == 50

    @pytest.mark.parametrize("code", ["", "-", "0000-0000-0000-0000", "é" * 16])
    def test_an_unknown_code_opens_nothing(self, sign_in, code):
        sign_in.register_code("bob")
        assert sign_in.check_code(code) is None

    def test_a_forgotten_person_is_gone(self, sign_in):
        code, token = sign_in.register_code("ada"), sign_in.open_session("ada")
        sign_in.forget("ada")
        assert sign_in.check_password(EMAIL, PASSWORD) is None
        assert sign_in.check_code(code) is None
        assert sign_in.resume(token) is None
        assert sign_in.person_by_email(EMAIL) is None
        assert sign_in.email_of("ada") is None
        assert sign_in.register("eve", EMAIL, "eves password")

    def test_forgetting_leaves_others_alone(self, sign_in):
        token = sign_in.open_session("ada")
        sign_in.forget("bob")
        assert sign_in.resume(token) == "ada"
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"

    @pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
    def test_guessing_is_slowed_down_alike_for_every_email(self, sign_in, clock, email):
        for _ in range(5):
            assert sign_in.check_password(email, "wrong") is None
        for wait in WAITS:
            clock.advance(seconds=wait - 0.01)
            with pytest.raises(TooManyAttempts):
                sign_in.check_password(email, "wrong")
            clock.advance(seconds=0.01)
            assert sign_in.check_password(email, "wrong") is None

    def test_the_right_password_waits_too_and_then_makes_up_for_everything(self, sign_in, clock):
        for _ in range(5):
            sign_in.check_password(EMAIL, "wrong")
        with pytest.raises(TooManyAttempts) as refused:
            sign_in.check_password(EMAIL, PASSWORD)
        assert "1 second" in refused.value.next
        clock.advance(seconds=1)
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"
        for _ in range(5):
            assert sign_in.check_password(EMAIL, "wrong") is None

    def test_a_stranger_who_guesses_makes_nobody_wait_at_a_browser_they_came_in_with_before(self, sign_in, clock):
        sign_in.know_device("ada", DEVICE)
        for _ in range(12):
            clock.advance(seconds=900)
            sign_in.check_password(EMAIL, "wrong")
        with pytest.raises(TooManyAttempts):
            sign_in.check_password(EMAIL, "wrong")
        for _ in range(4):
            assert sign_in.check_password(EMAIL, "mistyped", DEVICE) is None
        assert sign_in.check_password(EMAIL, PASSWORD, DEVICE) == "ada"
        with pytest.raises(TooManyAttempts):  # What she does says nothing of the stranger.
            sign_in.check_password(EMAIL, "wrong")

    def test_who_guesses_at_somebodys_own_browser_waits_too(self, sign_in, clock):
        sign_in.know_device("ada", DEVICE)
        for _ in range(5):
            assert sign_in.check_password(EMAIL, "wrong", DEVICE) is None
        with pytest.raises(TooManyAttempts):
            sign_in.check_password(EMAIL, PASSWORD, DEVICE)
        clock.advance(seconds=1)
        assert sign_in.check_password(EMAIL, PASSWORD, DEVICE) == "ada"

    def test_a_browser_is_known_to_be_its_own_persons_alone(self, sign_in):
        sign_in.know_device("ada", DEVICE)
        assert sign_in.knows_device("ada", DEVICE)
        assert not sign_in.knows_device("bob", DEVICE)
        assert not sign_in.knows_device("ada", "")
        sign_in.forget("ada")
        assert not sign_in.knows_device("ada", DEVICE)

    @pytest.mark.parametrize("device", ["", "made up", f"{DEVICE}x"])
    def test_a_browser_that_nobody_came_in_with_counts_as_any_other(self, sign_in, device):
        sign_in.know_device("ada", DEVICE)
        sign_in.know_device("bob", device)
        for attempt in range(5):
            assert sign_in.check_password(EMAIL, "wrong", f"{device}{attempt}" if attempt % 2 else device) is None
        with pytest.raises(TooManyAttempts):
            sign_in.check_password(EMAIL, PASSWORD, device)

    @pytest.mark.parametrize("forget", ["change_password", "drop_password", "forget", "time"])
    def test_a_browser_is_forgotten(self, sign_in, clock, forget):
        sign_in.know_device("ada", DEVICE)
        if forget == "time":
            clock.advance(days=DEVICE_DAYS)
        else:
            getattr(sign_in, forget)("ada", *[PASSWORD] * (forget == "change_password"))
        for _ in range(5):
            sign_in.check_password(EMAIL, "wrong")
        with pytest.raises(TooManyAttempts):
            sign_in.check_password(EMAIL, PASSWORD, DEVICE)

    def test_a_browser_that_is_used_is_remembered(self, sign_in, clock, backend):
        for _ in range(3):
            sign_in.know_device("ada", DEVICE)
            clock.advance(days=DEVICE_DAYS - 1)
        for _ in range(5):
            sign_in.check_password(EMAIL, "wrong")
        assert backend.sign_in(clock, IDLE, LIFETIME).check_password(EMAIL, PASSWORD, DEVICE) == "ada"

    def test_nobody_is_kept_from_their_code_by_who_guesses_others_like_it(self, sign_in):
        code = sign_in.register_code("bob")
        sign_in.know_device("bob", DEVICE)
        for _ in range(5):
            sign_in.check_code(f"{code[:4]}-0000-0000-0000")
        with pytest.raises(TooManyAttempts):
            sign_in.check_code(code)
        with pytest.raises(TooManyAttempts):
            sign_in.check_code(f"{code[:4]}-0000-0000-0000", DEVICE)
        assert sign_in.check_code(code, DEVICE) == "bob"

    def test_waiting_is_not_shortened_by_a_restart(self, sign_in, clock, backend):
        for _ in range(5):
            sign_in.check_password(EMAIL, "wrong")
        with pytest.raises(TooManyAttempts):
            backend.sign_in(clock, IDLE, LIFETIME).check_password(EMAIL, PASSWORD)

    def test_a_clock_that_was_set_back_locks_nobody_out(self, sign_in, clock):
        for _ in range(9):
            clock.advance(seconds=900)
            sign_in.check_password(EMAIL, "wrong")
        clock.advance(days=-10)
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"

    def test_one_guesser_does_not_slow_others_down(self, sign_in):
        for _ in range(5):
            sign_in.check_password("nobody@example.org", "wrong")
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"

    def test_guesses_at_the_same_moment_gain_nothing(self, sign_in):
        def guess(number) -> bool:
            try:
                sign_in.check_password(EMAIL, f"guess {number}")
            except TooManyAttempts:
                return False
            return True

        with ThreadPoolExecutor(8) as threads:
            assert sum(threads.map(guess, range(12))) == 5

    def test_guessing_codes_is_slowed_down(self, sign_in, clock):
        code = sign_in.register_code("bob")
        wrong = f"{code[:4]}-0000-0000-0000"
        for _ in range(5):
            assert sign_in.check_code(wrong) is None
        with pytest.raises(TooManyAttempts):
            sign_in.check_code(code.lower())
        other = sign_in.register_code("cyd")
        assert sign_in.check_code(other) == "cyd"
        clock.advance(seconds=1)
        assert sign_in.check_code(code) == "bob"

    def test_codes_of_studies_are_guessed_slower_and_slower(self, sign_in, clock):
        for _ in range(guesses.FREE):
            sign_in.check_caller("192.0.2.1/32")
            sign_in.count_miss("192.0.2.1/32")
        for wait in WAITS[:3]:
            for attempt in (sign_in.check_caller, sign_in.count_miss):
                with pytest.raises(TooManyAttempts):
                    attempt("192.0.2.1/32")
            clock.advance(seconds=wait)
            sign_in.check_caller("192.0.2.1/32")
            sign_in.count_miss("192.0.2.1/32")
        sign_in.check_caller("192.0.2.2/32")
        clock.advance(days=1)
        sign_in.check_caller("192.0.2.1/32")

    def test_whoever_guesses_from_many_places_has_less_to_try_at_each(self, sign_in, monkeypatch):
        monkeypatch.setattr(guesses, "MANY", 12)
        for number in range(guesses.MANY):
            sign_in.count_miss(f"somewhere {number}")
        for _ in range(200):
            sign_in.check_caller("a class with the right code")
        for _ in range(guesses.FREE_AMONG_MANY):
            sign_in.count_miss("another place")
        with pytest.raises(TooManyAttempts):
            sign_in.check_caller("another place")

    def test_a_session_is_resumed_until_it_is_closed(self, sign_in):
        token, other = sign_in.open_session("ada"), sign_in.open_session("ada")
        assert token != other
        assert sign_in.resume(token) == "ada"
        sign_in.close_session(token)
        sign_in.close_session(token)
        assert sign_in.resume(token) is None
        assert sign_in.resume(other) == "ada"

    @pytest.mark.parametrize("token", ["", "x", "é", "0" * 43])
    def test_no_other_token_is_resumed(self, sign_in, token):
        sign_in.open_session("ada")
        assert sign_in.resume(token) is None

    def test_all_of_somebodys_sessions_end_but_one(self, sign_in):
        here, there, somebody = (sign_in.open_session(name) for name in ("ada", "ada", "bob"))
        sign_in.close_sessions("ada", but=here)
        assert [sign_in.resume(token) for token in (here, there, somebody)] == ["ada", None, "bob"]
        sign_in.close_sessions("ada")
        assert [sign_in.resume(token) for token in (here, somebody)] == [None, "bob"]
        sign_in.close_sessions("nobody")

    def test_a_changed_password_opens_the_account_and_ends_its_sessions(self, sign_in):
        tokens = [sign_in.open_session(name) for name in ("ada", "ada", "bob")]
        sign_in.change_password("ada", "nine purple elephants")
        assert [sign_in.resume(token) for token in tokens] == [None, None, "bob"]
        assert sign_in.check_password(EMAIL, PASSWORD) is None
        assert sign_in.check_password(EMAIL, "nine purple elephants") == "ada"
        assert sign_in.resume(sign_in.open_session("ada")) == "ada"
        assert sign_in.has_password("ada")

    def test_a_dropped_password_opens_nothing_until_another_is_chosen(self, sign_in):
        token = sign_in.open_session("ada")
        sign_in.drop_password("ada")
        assert sign_in.resume(token) is None
        assert sign_in.check_password(EMAIL, PASSWORD) is None
        assert sign_in.check_password(EMAIL, "") is None
        assert sign_in.person_by_email(EMAIL) == "ada"
        sign_in.change_password("ada", PASSWORD)
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"

    def test_who_has_no_email_gets_no_password(self, sign_in):
        code = sign_in.register_code("bob")
        for change in (lambda: sign_in.change_password("bob", PASSWORD), lambda: sign_in.drop_password("bob")):
            token = sign_in.open_session("bob")
            change()
            assert sign_in.resume(token) is None
        assert sign_in.check_code(code) == "bob"
        assert sign_in.keys_of("bob").email is None

    def test_an_idle_session_ends(self, sign_in, clock):
        token = sign_in.open_session("ada")
        clock.advance(minutes=29)
        assert sign_in.resume(token) == "ada"
        clock.advance(minutes=29)
        assert sign_in.resume(token) == "ada"
        clock.advance(minutes=30)
        assert sign_in.resume(token) is None
        clock.advance(minutes=-30)
        assert sign_in.resume(token) is None

    def test_frequent_use_keeps_a_session_as_well_as_rare_use(self, sign_in, clock):
        token = sign_in.open_session("ada")
        for _ in range(90):
            clock.advance(seconds=40)
            assert sign_in.resume(token) == "ada"

    def test_a_session_ends_in_any_case(self, sign_in, clock):
        token = sign_in.open_session("ada")
        for _ in range(8 * 4 - 1):
            clock.advance(minutes=15)
            assert sign_in.resume(token) == "ada"
        clock.advance(minutes=15)
        assert sign_in.resume(token) is None

    def test_everything_is_there_after_reopening(self, sign_in, backend, clock):
        token, code = sign_in.open_session("ada"), sign_in.register_code("bob")
        reopened = backend.sign_in(clock, IDLE, LIFETIME)
        assert reopened.resume(token) == "ada"
        assert reopened.check_code(code) == "bob"
        assert reopened.check_password(EMAIL, PASSWORD) == "ada"

    def test_a_ticket_stands_for_its_token_once(self, sign_in, backend, clock):
        token = sign_in.open_session("ada")
        ticket = sign_in.issue_ticket(token)
        assert ticket != token
        with ThreadPoolExecutor(4) as threads:
            collected = list(threads.map(backend.sign_in(clock, IDLE, LIFETIME).redeem_ticket, [ticket] * 4))
        assert sorted(collected, key=bool) == [None, None, None, token]

    @pytest.mark.parametrize("ticket", ["", "x", "é", "0" * 43])
    def test_no_other_ticket_stands_for_anything(self, sign_in, ticket):
        sign_in.issue_ticket("token")
        assert sign_in.redeem_ticket(ticket) is None

    def test_a_ticket_grows_old(self, sign_in, clock):
        tickets = [sign_in.issue_ticket("token") for _ in range(2)]
        clock.advance(seconds=TICKET_SECONDS - 0.1)
        assert sign_in.redeem_ticket(tickets[0]) == "token"
        clock.advance(seconds=0.1)
        assert sign_in.redeem_ticket(tickets[1]) is None

    def test_an_errand_is_done_on_any_server_as_often_as_wanted_for_an_hour(self, sign_in, backend, clock):
        token = sign_in.open_session("ada")
        secret = sign_in.issue_download_token(token, "fetch")
        other = backend.sign_in(clock, IDLE, LIFETIME)
        assert other.redeem_download_token(secret) == sign_in.redeem_download_token(secret) == (token, "fetch")
        clock.advance(seconds=DOWNLOAD_TOKEN_SECONDS - 0.1)
        assert other.redeem_download_token(secret) == (token, "fetch")
        clock.advance(seconds=0.1)
        assert other.redeem_download_token(secret) is None

    def test_whoever_has_an_errand_or_a_ticket_can_do_nothing_else_with_it(self, sign_in):
        assert sign_in.redeem_ticket(sign_in.issue_download_token("token", "fetch")) is None
        assert sign_in.redeem_download_token(sign_in.issue_ticket("token")) is None
        assert sign_in.issue_download_token("token", "fetch") != sign_in.issue_download_token("token", "fetch")
        assert sign_in.redeem_download_token("guess") is None

    def test_an_identity_belongs_to_the_first_who_was_bound_to_it(self, sign_in):
        assert sign_in.register_identity("bob", IDENTITY)
        assert not sign_in.register_identity("eve", IDENTITY)
        assert sign_in.person_by_identity(IDENTITY) == "bob"
        assert sign_in.person_by_identity(replace(IDENTITY, issuer="https://elsewhere.example")) is None
        assert sign_in.resume(sign_in.open_session("bob")) == "bob"

    def test_a_forgotten_person_has_no_identity(self, sign_in):
        sign_in.register_identity("bob", IDENTITY)
        sign_in.forget("bob")
        assert sign_in.person_by_identity(IDENTITY) is None
        assert sign_in.register_identity("cyd", IDENTITY)

    def test_a_new_code_takes_the_place_of_the_one_before(self, sign_in):
        lost, code = sign_in.register_code("bob"), sign_in.register_code("bob")
        assert sign_in.check_code(lost) is None
        assert sign_in.check_code(code) == "bob"
        assert len(sign_in.keys_of("bob").codes) == 1

    def test_who_has_no_key_has_none(self, sign_in):
        assert sign_in.keys_of("nobody") == Keys()
        assert sign_in.keys_of("ada") == Keys(EMAIL)
        sign_in.register_code("bob")
        sign_in.forget("bob")
        assert sign_in.keys_of("bob") == Keys()

    def test_keys_that_are_adopted_open_the_account(self, sign_in):
        code = sign_in.register_code("bob")
        sign_in.register_identity("bob", IDENTITY)
        keys = sign_in.keys_of("bob")
        sign_in.forget("bob")
        for _ in range(2):
            sign_in.adopt("bob", replace(keys, email="bob@example.org"))
        assert sign_in.check_code(code) == "bob"
        assert sign_in.person_by_identity(IDENTITY) == "bob"
        assert sign_in.person_by_email("bob@example.org") == "bob"
        assert sign_in.keys_of("bob") == replace(keys, email="bob@example.org")

    @pytest.mark.parametrize("password", ["", "password", PASSWORD])
    def test_an_adopted_email_has_no_password(self, sign_in, password):
        sign_in.adopt("bob", Keys("bob@example.org"))
        assert sign_in.check_password("bob@example.org", password) is None
        assert not sign_in.register("eve", "bob@example.org", PASSWORD)

    def test_adopting_keeps_the_password_and_drops_codes_and_identities_that_are_not_named(self, sign_in):
        lost = sign_in.register_code("ada")
        sign_in.register_identity("ada", IDENTITY)
        sign_in.adopt("ada", Keys(EMAIL))
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"
        assert sign_in.check_code(lost) is None
        assert sign_in.person_by_identity(IDENTITY) is None

    def test_what_is_somebody_elses_is_not_adopted(self, sign_in):
        sign_in.register_code("bob")
        sign_in.register_identity("bob", IDENTITY)
        bobs = sign_in.keys_of("bob")
        sign_in.adopt("eve", replace(bobs, email=EMAIL))
        assert sign_in.keys_of("eve") == Keys()
        assert sign_in.keys_of("bob") == bobs
        assert sign_in.check_password(EMAIL, PASSWORD) == "ada"

    def test_the_setup_token_works_exactly_once(self, sign_in):
        token = sign_in.issue_setup_token()
        assert not sign_in.redeem_setup_token("something else")
        with ThreadPoolExecutor(4) as threads:
            assert sum(threads.map(sign_in.redeem_setup_token, [token] * 4)) == 1
        assert not sign_in.redeem_setup_token(token)

    def test_a_new_setup_token_replaces_the_one_before(self, sign_in, backend, clock):
        old, new = sign_in.issue_setup_token(), backend.sign_in(clock, IDLE, LIFETIME).issue_setup_token()
        assert not sign_in.redeem_setup_token(old)
        assert sign_in.redeem_setup_token(new)

    def test_of_setup_tokens_issued_at_once_one_works(self, sign_in, backend, clock):
        servers = [sign_in, *(backend.sign_in(clock, IDLE, LIFETIME) for _ in range(3))]
        with ThreadPoolExecutor(4) as threads:
            tokens = list(threads.map(lambda server: server.issue_setup_token(), servers))
        assert sum(map(sign_in.redeem_setup_token, tokens)) == 1

    def test_after_a_setup_token_was_used_another_can_be_issued_and_works_once(self, sign_in, backend, clock):
        used = sign_in.issue_setup_token()
        assert sign_in.redeem_setup_token(used)
        assert not sign_in.redeem_setup_token("")
        another = backend.sign_in(clock, IDLE, LIFETIME).issue_setup_token()
        assert not sign_in.redeem_setup_token(used)
        assert sign_in.redeem_setup_token(another)
        assert not sign_in.redeem_setup_token(another)
