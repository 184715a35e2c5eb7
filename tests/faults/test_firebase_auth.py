"""Whatever Firebase Auth does, people get a clear sentence after a bounded wait, and trying again works."""

import os
import secrets
from dataclasses import replace
from datetime import timedelta

import firebase_admin
import pytest

from fers.assembly import assemble
from fers.domain.people import OPERATOR, Role
from fers.errors import StoreUnavailable
from fers.storage.firebase.sign_in import FirebaseSignIn
from tests.contracts.backends import Firebase
from tests.people import PASSWORD, OneFace, OneModel, SettableClock
from tests.servers.auth import PROJECT, forget_everybody, mails
from tests.servers.faulty import Fault, faulty

EMAIL, NEW_EMAIL = "ada@example.org", "bob@example.org"
PATIENCE_SECONDS = 0.5
"""How long one call may take. So that these tests don't wait as long as people would."""
TRIES = 3
"""How often a call may be made: once more when it gets no answer, and twice when credentials are to be renewed."""
HOUR = timedelta(hours=1)

FAULTS = {
    "down": (Fault(cut=True), "can't be reached"),
    "slow": (Fault(delay=5, cut=True), "too long"),
    "quota": (Fault(429, "QUOTA_EXCEEDED : Exceeded quota."), "quota"),
    "quota, told otherwise": (Fault(400, "QUOTA_EXCEEDED : Exceeded quota for verifying passwords."), "quota"),
    "credentials": (Fault(401, "Request had invalid authentication credentials."), "credentials have expired"),
    "credentials without a right": (Fault(403, "PERMISSION_DENIED"), "credentials have expired"),
    "misconfigured": (Fault(400, "CONFIGURATION_NOT_FOUND"), "not set up"),
}


class Home:
    """FERS on Firebase, with somebody signed in."""

    def __init__(self, project: Firebase, app, settings, clock):
        client = replace(project._client, app=app, calls=project._client.calls | {"timeout": PATIENCE_SECONDS})
        self.clock = clock
        self.sign_in = FirebaseSignIn(client, "any key", clock, HOUR, 8 * HOUR)
        stores = project.stores(self.sign_in)
        self.platform = assemble(settings, stores=stores, models=OneModel(), detector=OneFace(), now=clock)
        self.accounts = self.platform.accounts
        person = self.accounts.set_up(self.sign_in.issue_setup_token(), EMAIL, PASSWORD).person
        firebase_admin.auth.update_user(person.id, email_verified=True, app=app)
        self.token = self.accounts.sign_in(EMAIL, PASSWORD).token

    def sign_up(self) -> bool:
        self.accounts.sign_up(NEW_EMAIL, PASSWORD)
        return self.sign_in.person_by_email(NEW_EMAIL) is not None

    def come_in(self) -> bool:
        return self.accounts.sign_in(EMAIL, PASSWORD).person.role is not None

    def reset(self) -> bool:
        self.accounts.reset_password(EMAIL)
        return EMAIL in [mail["email"] for mail in mails() if mail["requestType"] == "PASSWORD_RESET"]

    def check_session(self) -> bool:
        self.clock.advance(minutes=2)  # Within the first minute nobody asks.
        return self.accounts.resume(self.token) is not None

    def change_role(self) -> bool:
        self.platform.help_desk.grant(OPERATOR, EMAIL, Role.RESEARCHER)
        return self.accounts.resume(self.token).role is Role.RESEARCHER


STEPS = [Home.sign_up, Home.come_in, Home.reset, Home.check_session, Home.change_role]


@pytest.fixture(scope="module")
def server(firebase_servers):
    with faulty(os.environ["FIREBASE_AUTH_EMULATOR_HOST"]) as server:
        yield server


@pytest.fixture
def home(tmp_path, server, settings, monkeypatch):
    forget_everybody()
    project = Firebase(tmp_path / "project")
    with monkeypatch.context() as environment:
        environment.setenv("FIREBASE_AUTH_EMULATOR_HOST", server.address)
        options = {"projectId": PROJECT, "httpTimeout": PATIENCE_SECONDS}
        app = firebase_admin.initialize_app(options=options, name=secrets.token_hex(8))
        home = Home(project, app, settings, SettableClock())
    yield home
    server.misbehave()
    firebase_admin.delete_app(app)
    project.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_every_step_says_what_is_wrong_and_works_again_afterwards(server, home, fault):
    happens, words = FAULTS[fault]
    for step in STEPS:
        server.misbehave(happens)
        with pytest.raises(StoreUnavailable) as failure:
            step(home)
        assert words in str(failure.value), step.__name__
        assert failure.value.next
        assert server.requests <= TRIES, "nobody waits much longer than for one answer"
        server.misbehave()
        assert step(home), f"trying to {step.__name__} again works"


def test_when_every_third_call_fails_nobody_notices(server, home):
    for fault in (Fault(503, "UNAVAILABLE", every=3), Fault(cut=True, every=3)):
        server.misbehave(fault)
        for step in STEPS * 2:
            assert step(home), step.__name__


def test_when_the_answer_to_a_sign_up_gets_lost_the_account_is_its_owners(server, home):
    server.misbehave(Fault(503, "UNAVAILABLE", done=True, every=2))
    server.requests = 1
    assert home.sign_in.register("bob", NEW_EMAIL, PASSWORD)
    server.misbehave()
    assert home.sign_in.person_by_email(NEW_EMAIL) == "bob"


def test_a_slow_answer_is_waited_for(server, home):
    server.misbehave(Fault(delay=PATIENCE_SECONDS / 5))
    assert all(step(home) for step in STEPS)
