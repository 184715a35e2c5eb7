"""The sign-in cookie, so that a page refresh finds who is signed in.

A Streamlit script can't set a cookie, and its page's scripts must never see the session token. So the script hands the
page a ticket that is good for one use within a minute, and the page exchanges it here for an HttpOnly cookie.
"""

import secrets
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "fers_session"
TICKET_SECONDS = 60


class Tickets:
    """One-time tickets that stand for session tokens, kept in this process's memory."""

    def __init__(self, now: Callable[[], float] = time.monotonic):
        self._now = now
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, float]] = {}

    def issue(self, token: str) -> str:
        """Return a new ticket for `token`."""
        ticket = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens = {old: entry for old, entry in self._tokens.items() if entry[1] > self._now()}
            self._tokens[ticket] = (token, self._now() + TICKET_SECONDS)
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """Use `ticket` up. Returns its token, or None when it is unknown, used or too old."""
        with self._lock:
            token, expires = self._tokens.pop(ticket, (None, 0.0))
        return token if expires > self._now() else None


tickets = Tickets()
"""Shared by the script runs that issue tickets and the route that redeems them."""


async def session_route(request: Request) -> Response:
    """POST with a ticket as its body sets the cookie; DELETE clears it. Only FERS's own pages may ask."""
    if not _from_own_page(request):
        return Response(status_code=403)
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    attributes = {"httponly": True, "samesite": "lax", "path": "/", "secure": request.url.scheme == "https"}
    if request.method == "DELETE":
        response.delete_cookie(COOKIE, **attributes)
        return response
    token = tickets.redeem(await _short_body(request))
    if token is None:
        return Response(status_code=403)
    response.set_cookie(COOKIE, token, **attributes)
    return response


def _from_own_page(request: Request) -> bool:
    """Browsers name the page that asks in `Origin`, and other sites' pages can't forge it."""
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host")


async def _short_body(request: Request, longest: int = 256) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            return ""
    return body.decode("ascii", errors="replace")
