"""What Streamlit keeps for a page to fetch, such as a download of one's own data, is for people who are signed in."""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from fers.ui.web.session_cookie import COOKIE, whose

MEDIA = "/media/"
_SIGNED_OUT = PlainTextResponse("Sign in to see this.", 401)


class MediaForPeople:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_media = scope["type"] == "http" and scope["path"].startswith(MEDIA)
        if is_media and await asyncio.to_thread(whose, Request(scope).cookies.get(COOKIE)) is None:
            await _SIGNED_OUT(scope, receive, send)
            return
        await self._app(scope, receive, send)
