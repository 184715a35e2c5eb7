"""Answering in the place of what was asked for."""

import logging

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from fers.errors import FersError, StoreUnavailable

log = logging.getLogger(__name__)


async def answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Give `response` to a request; who wanted to open a socket, where no browser shows it, is told no."""
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).close()
    else:
        await response(scope, receive, send)


def in_words(error: FersError) -> Response:
    """What happened and what to do next, in the place of what was asked for."""
    note(error)
    status = 503 if isinstance(error, StoreUnavailable) else 403
    return PlainTextResponse(f"{error.what} {error.next}".strip(), status, {"Cache-Control": "no-store"})


def note(error: FersError) -> None:
    """Log what whoever runs FERS should know of a failure that people are told about."""
    if error.operator:
        log.error("%s", error.operator)
