"""The sign-in cookie, so that a page refresh finds who is signed in.

A Streamlit script can't set a cookie, and its page's scripts must never see the session token. So the script hands the
page a ticket that is good for one use within a minute, and the page exchanges it here for an HttpOnly cookie.
"""

import asyncio
import re
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from fers.domain.interfaces import DEVICE_DAYS
from fers.domain.people import Person
from fers.errors import FersError
from fers.ui.services import platform
from fers.ui.web.answering import in_words, note

COOKIE = "fers_session"
DEVICE = "fers_device"
"""Outlives sessions: a browser that somebody came in with is not taken for a stranger who guesses their password."""
_DEVICE_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


def whose(token: str | None) -> Person | None:
    """The person whose live session the cookie holds; None too while the store can't say."""
    try:
        return platform().accounts.resume(token) if token else None
    except FersError:
        return None


async def session_route(request: Request) -> Response:
    """POST with a ticket as its body sets the cookie, and the device's; DELETE clears the first. Only FERS's own pages
    may ask."""
    if not _from_own_page(request):
        return Response(status_code=403)
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    attributes = {"httponly": True, "samesite": "lax", "path": "/", "secure": request.url.scheme == "https"}
    if request.method == "DELETE":
        response.delete_cookie(COOKIE, **attributes)
        return response
    try:
        token = await asyncio.to_thread(_redeem, await _short_body(request))
    except FersError as error:
        return in_words(error)
    if token is None:
        return Response(status_code=403)
    response.set_cookie(COOKIE, token, **attributes)
    if device := await asyncio.to_thread(_known_device, token, request.cookies.get(DEVICE, "")):
        response.set_cookie(DEVICE, device, max_age=DEVICE_DAYS * 24 * 3600, **attributes)
    return response


def _redeem(ticket: str) -> str | None:
    return platform().accounts.redeem_ticket(ticket)


def _known_device(token: str, device: str) -> str | None:
    """The secret by which the browser is known from now on. A ticket is good for one use: whoever was let in with it
    stays so, also where the store fails now."""
    if not _DEVICE_SECRET.fullmatch(device):
        device = secrets.token_urlsafe(32)
    try:
        return device if platform().accounts.know_device(token, device) else None
    except FersError as error:
        note(error)
        return None


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
