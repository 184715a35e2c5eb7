"""How much browsers may upload: a photo's worth, and a model or a set of faces where their person may add these.

Streamlit has one limit for everybody (`server.maxUploadSize`), and keeps in memory what comes in, of whoever has a page
open. Here it comes from people who are signed in, a few photos each, and no more in all than there is room for.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from fers.domain.people import Person
from fers.domain.permissions import Action, allowed
from fers.ui.web.session_cookie import COOKIE, whose

MEGABYTE = 1 << 20
PHOTO_BYTES = 21 * MEGABYTE
"""A little over what FERS accepts, so that its own words meet a photo that is too large."""
LARGEST_MEGABYTES = 1000
"""Of one file, as `.streamlit/config.toml` has it."""
LARGEST_BYTES = (LARGEST_MEGABYTES + 1) * MEGABYTE
"""The request is a little longer than the file."""
_ROUTE = "/_stcore/upload_file/"

# Streamlit reads uploads by Starlette's parser, which writes whatever is longer than this into a temporary file. Photos
# that are not given yet are in memory and nowhere else.
MultiPartParser.spool_max_size = PHOTO_BYTES

_SIGNED_OUT = PlainTextResponse("Sign in to upload a file.", 401)
_TOO_LARGE = PlainTextResponse("This file is too large.", 413)
_FULL = PlainTextResponse("There is no room for this file right now. Try again soon.", 503, {"Retry-After": "60"})


@dataclass(frozen=True)
class Allowance:
    """What somebody may upload, in bytes."""

    a_file: int
    a_person: int
    """Of one person's files at a time."""
    in_all: int
    """Of the files at a time of everybody with this allowance."""


PHOTOS = Allowance(PHOTO_BYTES, 3 * PHOTO_BYTES, 24 * PHOTO_BYTES)
SETS_AND_MODELS = Allowance(LARGEST_BYTES, LARGEST_BYTES, LARGEST_BYTES)
"""Apart from photos: neither leaves the other without room."""


@dataclass
class _File:
    person_id: str
    allowance: Allowance
    bytes: int
    is_coming: bool = True


class UploadLimits:
    """ASGI middleware that ends other uploads, before they are read where their length is said."""

    def __init__(self, app: ASGIApp, kept: Callable[[str, str], int] | None = None):
        """`kept`: the bytes that Streamlit keeps of a file, by the ids of its page's session and its own."""
        self._app = app
        self._kept = kept or _kept_by_streamlit
        self._files: dict[tuple[str, str], _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _ROUTE not in scope["path"] or scope["method"] != "PUT":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        person = await asyncio.to_thread(whose, request.cookies.get(COOKIE))
        if person is None:
            await _SIGNED_OUT(scope, receive, send)
            return
        key = tuple(scope["path"].rpartition(_ROUTE)[2].partition("/")[::2])
        file = _File(person.id, _allowance(person), _said_length(request))
        if refusal := self._refusal(key, file):
            await refusal(scope, receive, send)
            return
        self._files[key] = file
        try:
            await self._app(scope, _at_most(receive, file.bytes), send)
        finally:
            file.is_coming = False

    def _refusal(self, key: tuple[str, str], file: _File) -> Response | None:
        """What doesn't say its length is a photo's worth of it: room is held for as much as may come."""
        file.bytes = file.bytes or PHOTO_BYTES
        if file.bytes > file.allowance.a_file:
            return _TOO_LARGE
        self._forget_what_is_gone()
        if (before := self._files.get(key)) and before.is_coming:
            return _FULL
        others = [other for at, other in self._files.items() if at != key and other.allowance is file.allowance]
        own = [other for other in others if other.person_id == file.person_id]
        if _sum(own) + file.bytes > file.allowance.a_person or _sum(others) + file.bytes > file.allowance.in_all:
            return _FULL
        return None

    def _forget_what_is_gone(self) -> None:
        self._files = {at: file for at, file in self._files.items() if file.is_coming or self._kept(*at)}


def let_go() -> None:
    """Free what this tab uploaded, once it was taken in. To widgets that are still there, nothing was uploaded."""
    if context := get_script_run_ctx():
        context.uploaded_file_mgr.remove_session_files(context.session_id)


def _kept_by_streamlit(session_id: str, file_id: str) -> int:
    return sum(len(file.data) for file in get_instance().uploaded_file_mgr.get_files(session_id, [file_id]))


def _sum(files: list[_File]) -> int:
    return sum(file.bytes for file in files)


def _said_length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _allowance(person: Person) -> Allowance:
    """A model, or faces into some study, from whoever may add these."""
    studies = (None, *(membership.study_id for membership in person.memberships))
    more = allowed(person, Action.MANAGE_MODELS) or any(allowed(person, Action.MANAGE_STUDY, at) for at in studies)
    return SETS_AND_MODELS if more else PHOTOS


def _at_most(receive: Receive, most: int) -> Receive:
    """For uploads that say no length, or a wrong one: to the server they break off."""
    left = most

    async def limited() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return limited
