"""Answering in the place of what was asked for."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket


async def answer(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Give `response` to a request; who wanted to open a socket, where no browser shows it, is told no."""
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).close()
    else:
        await response(scope, receive, send)
