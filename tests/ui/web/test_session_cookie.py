import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from fers.errors import OutOfOrder, SignInFailed, TooManyAttempts
from fers.ui.web.session_cookie import COOKIE, DEVICE, session_route
from tests.people import PASSWORD

EMAIL = "ada@example.org"


@pytest.fixture
def accounts(platform, monkeypatch):
    monkeypatch.setattr("fers.ui.web.session_cookie.platform", lambda: platform)
    return platform.accounts


app = Starlette(routes=[Route("/session", session_route, methods=["POST", "DELETE"])])


def ask(
    method: str, body: str = "", origin: str | None = "http://fers.test", scheme: str = "http", **cookies: str
) -> httpx.Response:
    async def go():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://fers.test", cookies=cookies) as browser:
            headers = {"Origin": origin} if origin else {}
            return await browser.request(method, "/session", content=body, headers=headers)

    return asyncio.run(go())


def test_a_ticket_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(accounts):
    answer = ask("POST", accounts.issue_ticket("secret-token"))
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 204
    assert cookie.startswith(f"{COOKIE}=secret-token;")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "secure" not in cookie.lower()


def test_the_cookie_stays_on_https_when_it_came_by_https(accounts):
    assert (
        "Secure"
        in ask("POST", accounts.issue_ticket("t"), origin="https://fers.test", scheme="https").headers["set-cookie"]
    )


def test_a_ticket_is_good_for_one_use(accounts):
    ticket = accounts.issue_ticket("t")
    assert ask("POST", ticket).status_code == 204
    again = ask("POST", ticket)
    assert again.status_code == 403 and "set-cookie" not in again.headers


@pytest.mark.parametrize("origin", [None, "", "null", "http://evil.test", "http://fers.test.evil.test"])
def test_other_pages_get_nothing(accounts, origin):
    ticket = accounts.issue_ticket("t")
    for method in ("POST", "DELETE"):
        answer = ask(method, ticket, origin)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert accounts.redeem_ticket(ticket) == "t", "a foreign request must not use a ticket up"


@pytest.mark.parametrize("body", ["", "guess", "x" * 100_000, "é"])
def test_made_up_tickets_get_nothing(accounts, body):
    assert ask("POST", body).status_code == 403


@pytest.fixture
def ticket(accounts):
    """Of somebody who just signed in."""
    accounts.sign_up(EMAIL, PASSWORD)
    return accounts.issue_ticket(accounts.sign_in(EMAIL, PASSWORD).token)


def device_of(answer: httpx.Response) -> str:
    [cookie] = [cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith(f"{DEVICE}=")]
    parts = {part.strip().lower() for part in cookie.split(";")}
    assert {"httponly", "samesite=lax", "path=/", f"max-age={180 * 24 * 3600}"} <= parts
    return cookie.removeprefix(f"{DEVICE}=").partition(";")[0]


def test_a_browser_that_signed_in_is_not_locked_out_by_a_stranger(accounts, ticket):
    device = device_of(ask("POST", ticket))
    for _ in range(5):
        with pytest.raises(SignInFailed):
            accounts.sign_in(EMAIL, "a stranger's guess")
    with pytest.raises(TooManyAttempts):
        accounts.sign_in(EMAIL, PASSWORD, "the device of somebody else")
    assert accounts.sign_in(EMAIL, PASSWORD, device)


def test_a_browser_keeps_its_secret_and_takes_none_that_is_made_up(accounts, ticket):
    device = device_of(ask("POST", ticket))
    again = accounts.issue_ticket(accounts.sign_in(EMAIL, PASSWORD).token)
    assert device_of(ask("POST", again, fers_device=device)) == device
    another = accounts.issue_ticket(accounts.sign_in(EMAIL, PASSWORD).token)
    assert device_of(ask("POST", another, fers_device="x")) not in ("x", device)


@pytest.fixture
def failing(monkeypatch, accounts):
    """Make a call of the accounts fail as a store does that is broken."""

    def fail(call):
        def broken(*_):
            raise OutOfOrder("store.read-only")

        monkeypatch.setattr(accounts, call, broken)

    return fail


def test_while_the_store_fails_people_read_so_and_the_log_says_why(accounts, ticket, failing, caplog):
    failing("redeem_ticket")
    answer = ask("POST", ticket)
    assert (answer.status_code, answer.text) == (503, "Something is wrong on our side. Please try again later.")
    assert "set-cookie" not in answer.headers
    assert "Make its folder writable for the user that runs FERS." in caplog.text


def test_a_store_that_fails_half_way_takes_nobody_s_session(ticket, failing):
    failing("know_device")
    answer = ask("POST", ticket)
    assert answer.status_code == 204
    assert [cookie.partition("=")[0] for cookie in answer.headers.get_list("set-cookie")] == [COOKIE]


def test_signing_out_leaves_the_device_known(accounts, ticket):
    device_of(ask("POST", ticket))
    assert DEVICE not in ask("DELETE").headers["set-cookie"]


def test_delete_clears_the_cookie(accounts):
    assert f'{COOKIE}=""' in ask("DELETE").headers["set-cookie"]
