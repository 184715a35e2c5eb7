import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from fers.ui.session_cookie import COOKIE, TICKET_SECONDS, Tickets, session_route, tickets

app = Starlette(routes=[Route("/session", session_route, methods=["POST", "DELETE"])])


def ask(method: str, body: str = "", origin: str | None = "http://fers.test", scheme: str = "http") -> httpx.Response:
    async def go():
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://fers.test") as browser:
            headers = {"Origin": origin} if origin else {}
            return await browser.request(method, "/session", content=body, headers=headers)

    return asyncio.run(go())


def test_a_ticket_becomes_a_cookie_that_scripts_and_other_sites_cannot_use():
    answer = ask("POST", tickets.issue("secret-token"))
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 204
    assert cookie.startswith(f"{COOKIE}=secret-token;")
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "secure" not in cookie.lower()


def test_the_cookie_stays_on_https_when_it_came_by_https():
    assert "Secure" in ask("POST", tickets.issue("t"), origin="https://fers.test", scheme="https").headers["set-cookie"]


def test_a_ticket_is_good_for_one_use():
    ticket = tickets.issue("t")
    assert ask("POST", ticket).status_code == 204
    again = ask("POST", ticket)
    assert again.status_code == 403 and "set-cookie" not in again.headers


@pytest.mark.parametrize("origin", [None, "", "null", "http://evil.test", "http://fers.test.evil.test"])
def test_other_pages_get_nothing(origin):
    ticket = tickets.issue("t")
    for method in ("POST", "DELETE"):
        answer = ask(method, ticket, origin)
        assert answer.status_code == 403 and "set-cookie" not in answer.headers
    assert tickets.redeem(ticket) == "t", "a foreign request must not use a ticket up"


@pytest.mark.parametrize("body", ["", "guess", "x" * 100_000, "é"])
def test_made_up_tickets_get_nothing(body):
    assert ask("POST", body).status_code == 403


def test_delete_clears_the_cookie():
    assert f'{COOKIE}=""' in ask("DELETE").headers["set-cookie"]


def test_a_ticket_grows_old():
    clock = [0.0]
    old_tickets = Tickets(lambda: clock[0])
    ticket = old_tickets.issue("t")
    clock[0] = TICKET_SECONDS + 1
    assert old_tickets.redeem(ticket) is None
