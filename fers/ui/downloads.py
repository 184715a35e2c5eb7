"""Links to downloads: secret, for the person who asked, for a while, on any server."""

import json
import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from fers.errors import FersError, StoreUnavailable
from fers.exporting.release import Cut
from fers.services.downloads import Download
from fers.ui.services import platform
from fers.ui.session_cookie import COOKIE

_STALE = "This link has run out, or whoever asked for it has signed out. Ask for a new one on the datasets page."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """What a link leads to."""

    study_id: str
    version: str
    """Its id: a name could come to mean another one."""
    format: str
    cut: Cut


def issue(token: str, link: Link) -> str:
    """Return the secret that stands for `link` as long as the session does whose token is given, for an hour."""
    return platform().accounts.entrust(token, json.dumps(asdict(link)))


def followed(secret: str) -> tuple[str, Link] | None:
    """The session's token and the link, or None when it has run out."""
    entrusted = platform().accounts.entrusted(secret)
    if entrusted is None:
        return None
    token, errand = entrusted[0], json.loads(entrusted[1])
    return token, Link(**errand | {"cut": Cut(errand["cut"])})


async def download_route(request: Request) -> Response:
    """GET /downloads/SECRET: the version as a zip, made while it is sent."""
    try:
        download = await run_in_threadpool(_open, request.path_params["secret"], request.cookies.get(COOKIE))
    except StoreUnavailable as error:
        return PlainTextResponse(str(error), 503)
    except FersError as error:
        return PlainTextResponse(str(error), 403)
    if download is None:
        return PlainTextResponse(_STALE, 410)
    headers = {
        "Content-Disposition": f'attachment; filename="{download.file_name}"',
        "Cache-Control": "no-store",
        "Accept-Ranges": "none",
        "Content-Encoding": "identity",  # Photos don't shrink.
    }
    return StreamingResponse(_sending(download), media_type="application/zip", headers=headers)


def _open(secret: str, cookie: str | None) -> Download | None:
    """None when the session has ended, or when somebody else is signed in where the link was opened."""
    accounts, found = platform().accounts, followed(secret)
    if found is None:
        return None
    token, link = found
    person = accounts.resume(token)
    opener = accounts.resume(cookie) if cookie else None
    if person is None or (opener and opener.id != person.id):
        return None
    return platform().downloads.open(person, link.study_id, link.version, link.format, link.cut)


def _sending(download: Download) -> Iterator[bytes]:
    try:
        yield from download.zip()
    except FersError as error:
        log.warning("A download of %s broke off: %s", download.file_name, type(error).__name__)
        raise
