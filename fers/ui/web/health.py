"""GET /health: one word about the store, for whoever watches over the server. 200 only when people can use FERS."""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from fers.domain.health import Condition
from fers.errors import FersError
from fers.ui.services import platform

_PATIENCE_SECONDS = 8.0


async def health(_request: Request) -> Response:
    condition = await _condition()
    return PlainTextResponse(condition, 200 if condition is Condition.OK else 503, {"Cache-Control": "no-store"})


async def _condition() -> Condition:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            return await asyncio.to_thread(lambda: platform().health.condition())
    except (TimeoutError, FersError):
        return Condition.UNAVAILABLE
