"""How much a browser may upload: a photo's worth, and a model or a set of faces where its person may add these.

Streamlit has one limit for everybody (`server.maxUploadSize`), and keeps what comes in in memory.
"""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.errors import FersError
from fers.ui.services import platform
from fers.ui.session_cookie import COOKIE

MEGABYTE = 1 << 20
PHOTO_BYTES = 21 * MEGABYTE
"""A little over what FERS accepts, so that its own words meet a photo that is too large."""
LARGEST_MEGABYTES = 1000
"""Of one file, as `.streamlit/config.toml` has it."""
LARGEST_BYTES = (LARGEST_MEGABYTES + 1) * MEGABYTE
"""The request is a little longer than the file."""
_ROUTE = "/_stcore/upload_file/"


class UploadLimits:
    """ASGI middleware that ends longer uploads, before they are read where their length is said."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _ROUTE not in scope["path"] or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        most = PHOTO_BYTES
        if _said_length(request) > PHOTO_BYTES:
            most = await asyncio.to_thread(_most, request.cookies.get(COOKIE))
        if _said_length(request) > most:
            await PlainTextResponse("This file is too large.", 413)(scope, receive, send)
            return
        await self._app(scope, _at_most(receive, most), send)


def _said_length(request: Request) -> int:
    said = request.headers.get("content-length", "")
    return int(said) if said.isdecimal() else 0


def _most(token: str | None) -> int:
    try:
        person = platform().accounts.resume(token) if token else None
    except FersError:
        person = None
    return LARGEST_BYTES if person and _may_bring_more(person) else PHOTO_BYTES


def _may_bring_more(person: Person) -> bool:
    """A model, or faces into some study."""
    studies = (None, *(seat.study_id for seat in person.memberships))
    return allowed(person, Action.MANAGE_MODELS) or any(allowed(person, Action.MANAGE_STUDY, at) for at in studies)


def _at_most(receive: Receive, most: int) -> Receive:
    """For uploads that say no length, or a wrong one: to the server they break off."""
    left = most

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return limited
