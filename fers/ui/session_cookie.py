"""The sign-in cookie, so that a page refresh finds who is signed in.

A Streamlit script can't set a cookie, and its page's scripts must never see the session token. So the script hands the
page a ticket that is good for one use within a minute, and the page exchanges it here for an HttpOnly cookie.
"""

import asyncio
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from fers.ui.services import platform

COOKIE = "fers_session"


async def session_route(request: Request) -> Response:
    """POST with a ticket as its body sets the cookie; DELETE clears it. Only FERS's own pages may ask."""
    if not _from_own_page(request):
        return Response(status_code=403)
    response = Response(status_code=204, headers={"Cache-Control": "no-store"})
    attributes = {"httponly": True, "samesite": "lax", "path": "/", "secure": request.url.scheme == "https"}
    if request.method == "DELETE":
        response.delete_cookie(COOKIE, **attributes)
        return response
    ticket = await _short_body(request)
    token = await asyncio.to_thread(platform().accounts.collect, ticket)
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
