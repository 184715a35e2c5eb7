"""What signing in with Firebase Auth adds: mails, roles as claims, and access that can be taken back."""

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from firebase_admin import _auth_utils, auth
from google.auth import crypt, jwt
from google.auth.exceptions import TransportError
from google.oauth2 import id_token

from fers.assembly import assemble
from fers.domain.people import OPERATOR, Role
from fers.errors import InvalidInput, SignInFailed, StoreUnavailable, TooManyAttempts
from fers.storage.firebase.identity_toolkit import IdentityToolkit
from fers.storage.firebase.sign_in import FirebaseSignIn
from tests.contracts.backends import Firebase
from tests.contracts.samples import FakeClock
from tests.people import PASSWORD, OneFace, OneModel
from tests.servers.auth import PROJECT, forget_everybody, mails
from tests.waiting import LONG

EMAIL, HOUR = "ada@example.org", timedelta(hours=1)


@pytest.fixture
def project(tmp_path, firebase_servers):
    forget_everybody()
    project = Firebase(tmp_path / "project")
    yield project
    project.close()


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def sign_in(project, clock) -> FirebaseSignIn:
    return project.sign_in(clock, HOUR, 8 * HOUR)


@pytest.fixture
def platform(project, sign_in, settings, clock):
    stores = project.stores(sign_in)
    return assemble(settings, stores=stores, models=OneModel(), detector=OneFace(), now=clock)


@pytest.fixture
def accounts(platform):
    return platform.accounts


def open_link(kind: str) -> str:
    """Open the link in the newest mail of this kind. Returns its one-time code."""
    link = [mail["oobLink"] for mail in mails() if mail["requestType"] == kind][-1]
    requests.get(link, timeout=LONG).raise_for_status()
    return parse_qs(urlsplit(link).query)["oobCode"][0]


def test_an_email_is_confirmed_before_it_opens_anything(accounts):
    accounts.sign_up(EMAIL, PASSWORD)
    with pytest.raises(SignInFailed, match="confirmed"):
        accounts.sign_in(EMAIL, PASSWORD)
    with pytest.raises(SignInFailed, match="don't match"):
        accounts.sign_in(EMAIL, "another password")
    open_link("VERIFY_EMAIL")
    assert accounts.sign_in(EMAIL, PASSWORD).person.role is Role.PARTICIPANT


def test_signing_up_with_a_taken_email_writes_to_nobody(accounts):
    accounts.sign_up(EMAIL, PASSWORD)
    before = len(mails())
    accounts.sign_up(EMAIL, "somebody else's password")
    assert len(mails()) == before


def test_a_forgotten_password_is_replaced_by_a_link_and_ends_all_sessions(accounts, sign_in, clock):
    accounts.sign_up(EMAIL, PASSWORD)
    open_link("VERIFY_EMAIL")
    token = accounts.sign_in(EMAIL, PASSWORD).token
    clock_of_firebase_moves_on()
    before = len(mails())
    accounts.reset_password("nobody@example.org")
    accounts.reset_password(EMAIL.upper())
    assert [(mail["email"], mail["requestType"]) for mail in mails()[before:]] == [(EMAIL, "PASSWORD_RESET")]
    link = [mail["oobLink"] for mail in mails() if mail["requestType"] == "PASSWORD_RESET"][-1]
    requests.get(link + "&newPassword=a whole new password", timeout=LONG).raise_for_status()
    clock.advance(minutes=1)
    assert accounts.resume(token) is None
    with pytest.raises(SignInFailed):
        accounts.sign_in(EMAIL, PASSWORD)
    assert accounts.sign_in(EMAIL, "a whole new password")


def test_who_came_from_another_store_chooses_a_password_by_mail(accounts, sign_in):
    accounts.sign_up(EMAIL, PASSWORD)
    person_id = sign_in.person_by_email(EMAIL)
    keys = sign_in.keys_of(person_id)
    sign_in.forget(person_id)
    sign_in.adopt(person_id, keys)
    with pytest.raises(SignInFailed, match="don't match"):
        accounts.sign_in(EMAIL, PASSWORD)
    accounts.reset_password(EMAIL)
    link = [mail["oobLink"] for mail in mails() if mail["requestType"] == "PASSWORD_RESET"][-1]
    requests.get(link + "&newPassword=a whole new password", timeout=LONG).raise_for_status()
    assert accounts.sign_in(EMAIL, "a whole new password").person.id == person_id


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org"])
def test_nobody_is_flooded_with_mails_and_nobody_learns_who_could_be(accounts, email):
    accounts.sign_up(EMAIL, PASSWORD)
    for _ in range(5):
        accounts.reset_password(email)
    with pytest.raises(TooManyAttempts):
        accounts.reset_password(email)


@pytest.mark.parametrize("status, message", [(400, "RESET_PASSWORD_EXCEED_LIMIT"), (400, "EMAIL_NOT_FOUND")])
def test_firebases_own_limit_of_mails_tells_nothing(sign_in, monkeypatch, status, message):
    answers(monkeypatch, status, message)
    sign_in.send_password_reset(EMAIL)


def test_an_account_is_there_even_when_its_mail_could_not_be_sent(accounts, monkeypatch):
    before = len(mails())
    with monkeypatch.context() as broken:
        answers(broken, 429, "QUOTA_EXCEEDED")
        accounts.sign_up(EMAIL, PASSWORD)
    with pytest.raises(SignInFailed, match="confirmed"):
        accounts.sign_in(EMAIL, PASSWORD)
    assert [mail["requestType"] for mail in mails()[before:]] == ["VERIFY_EMAIL"]


def test_an_exceeded_quota_is_called_one(sign_in, monkeypatch):
    answers(monkeypatch, 429, "QUOTA_EXCEEDED")
    with pytest.raises(StoreUnavailable, match="quota"):
        sign_in.check_password(EMAIL, PASSWORD)


def test_an_address_gets_a_role_once_it_is_confirmed(platform, accounts):
    accounts.sign_up(EMAIL, PASSWORD)
    with pytest.raises(InvalidInput, match="yet to confirm"):
        platform.help_desk.grant(OPERATOR, EMAIL, Role.RESEARCHER)
    open_link("VERIFY_EMAIL")
    platform.help_desk.grant(OPERATOR, EMAIL, Role.RESEARCHER)
    assert accounts.sign_in(EMAIL, PASSWORD).person.role is Role.RESEARCHER


def test_a_role_is_a_claim_too(platform, accounts, sign_in):
    person = accounts.set_up(sign_in.issue_setup_token(), EMAIL, PASSWORD).person
    assert auth.get_user(person.id, app=sign_in._app).custom_claims == {"role": "administrator"}
    platform.help_desk.grant(OPERATOR, person.number, Role.RESEARCHER)
    assert auth.get_user(person.id, app=sign_in._app).custom_claims == {"role": "researcher"}


@pytest.mark.parametrize("taken_back", ["disabled", "revoked", "deleted"])
def test_access_taken_back_at_firebase_ends_within_a_minute(sign_in, clock, taken_back):
    sign_in.register("ada", EMAIL, PASSWORD)
    token = sign_in.open_session("ada")
    match taken_back:
        case "disabled":
            auth.update_user("ada", disabled=True, app=sign_in._app)
        case "revoked":
            clock_of_firebase_moves_on()
            auth.revoke_refresh_tokens("ada", app=sign_in._app)
        case "deleted":
            auth.delete_user("ada", app=sign_in._app)
    clock.advance(minutes=1)
    assert sign_in.resume(token) is None


def test_a_disabled_account_opens_nothing(sign_in):
    sign_in.register("ada", EMAIL, PASSWORD)
    auth.update_user("ada", disabled=True, app=sign_in._app)
    assert sign_in.check_password(EMAIL, PASSWORD) is None


def test_when_firebase_auth_is_away_people_are_told_so(project, clock, monkeypatch):
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9")
    with pytest.raises(StoreUnavailable, match="can't be reached"):
        project.sign_in(clock, HOUR, HOUR).check_password(EMAIL, PASSWORD)


@pytest.mark.parametrize("status, message", [(400, "API key not valid."), (403, "CONFIGURATION_NOT_FOUND")])
def test_a_project_that_is_not_set_up_is_named(sign_in, monkeypatch, status, message):
    answers(monkeypatch, status, message)
    with pytest.raises(StoreUnavailable, match="FERS_FIREBASE_API_KEY"):
        sign_in.check_password(EMAIL, PASSWORD)


def answers(monkeypatch, status: int, message: str) -> None:
    """Have Identity Toolkit answer with a failure."""
    answer = requests.Response()
    answer.status_code, answer._content = status, f'{{"error": {{"message": "{message}"}}}}'.encode()
    monkeypatch.setattr("fers.storage.firebase.identity_toolkit.requests.post", lambda *_, **__: answer)


def clock_of_firebase_moves_on() -> None:
    """It notes whole seconds."""
    time.sleep(1.1)


class Google:
    """Signs ID tokens as Google does, where the emulator signs nothing and has nothing checked."""

    def __init__(self):
        key = rsa.generate_private_key(65537, 2048)
        pem, format = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        self._private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        self.keys = {"known": key.public_key().public_bytes(pem, format).decode()}

    def token(self, ahead: float = 0, project: str = PROJECT) -> str:
        """One whose clock is so many seconds ahead."""
        now = int(time.time() + ahead)
        claims = {"iss": f"https://securetoken.google.com/{project}", "aud": project, "sub": "ada"}
        signer = crypt.RSASigner.from_string(self._private, "known")
        return jwt.encode(signer, claims | {"iat": now, "exp": now + 3600}).decode()


@pytest.fixture
def google(sign_in, monkeypatch):
    google = Google()
    assert sign_in.register("ada", EMAIL, PASSWORD)
    assert sign_in.check_password(EMAIL, PASSWORD) == "ada"
    monkeypatch.setattr(_auth_utils, "is_emulated", lambda: False)
    monkeypatch.setattr(id_token, "_fetch_certs", lambda request, url: google.keys)
    monkeypatch.setattr(IdentityToolkit, "sign_in", lambda self, email, password: google.answer)
    return google


@pytest.mark.parametrize("ahead", [0, 5, 45])
def test_a_server_whose_clock_is_a_little_behind_lets_people_in(sign_in, google, ahead):
    google.answer = google.token(ahead)
    assert sign_in.check_password(EMAIL, PASSWORD) == "ada"


@pytest.mark.parametrize("answer", [{"ahead": 600}, {"ahead": -7200}, {"project": "another"}])
def test_an_answer_that_cannot_be_verified_is_no_wrong_password(sign_in, google, answer):
    google.answer = google.token(**answer)
    with pytest.raises(StoreUnavailable, match="can't be verified.*clock"):
        sign_in.check_password(EMAIL, PASSWORD)


def test_without_googles_keys_it_is_out_of_reach(sign_in, google, monkeypatch):
    def unreachable(request, url):
        raise TransportError("no way there")

    google.answer = google.token()
    monkeypatch.setattr(id_token, "_fetch_certs", unreachable)
    with pytest.raises(StoreUnavailable, match="can't be reached"):
        sign_in.check_password(EMAIL, PASSWORD)


def test_who_is_gone_by_the_time_the_password_was_checked_stays_out(sign_in, google):
    google.answer = google.token()
    sign_in.forget("ada")
    assert sign_in.check_password(EMAIL, PASSWORD) is None
