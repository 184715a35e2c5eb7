"""The files with which a browser runs networks by itself, all served from here: nothing comes from elsewhere."""

import asyncio
import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from fers.errors import FersError
from fers.ui.services import platform

FOLDER = Path(__file__).parents[1] / "browser"
FOR_GOOD = {"Cache-Control": "private, max-age=31536000, immutable"}

mimetypes.add_type("text/javascript", ".js")  # Some systems say otherwise, and browsers then refuse a module.


async def network(request: Request) -> Response:
    """A network, by the name that a plan gives it."""
    try:
        content = await asyncio.to_thread(platform().live.network, request.path_params["name"])
    except FersError:
        return Response(status_code=503)
    if content is None:
        return Response(status_code=404)
    return Response(content, media_type="application/octet-stream", headers=FOR_GOOD)


async def wasm(request: Request) -> Response:
    """The runtime, which is kept packed: a third of the size."""
    file = FOLDER / "litert" / f"{Path(request.path_params['name']).name}.wasm.gz"
    if not file.is_file():
        return Response(status_code=404)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-cache"}
    return FileResponse(file, media_type="application/wasm", headers=headers)
