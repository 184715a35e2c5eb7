"""Links to downloads: secret, for the person who asked, for a while."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from fers.errors import FersError
from fers.exporting.release import Cut
from fers.services.downloads import Download
from fers.ui.services import platform
from fers.ui.session_cookie import COOKIE

LINK_SECONDS = 3600
_STALE = "This link has run out, or whoever asked for it has signed out. Ask for a new one on the datasets page."

log = logging.getLogger(__name__)


@dataclass
class Link:
    """What a link leads to, and how far its last download has come."""

    session: str
    """The session token of the person who asked. When they sign out, the link ends too."""
    study_id: str
    version: str
    format: str
    cut: Cut
    sent: int = 0
    """Faces."""
    faces: int = 0
    """0 until the download has begun."""
    finished: bool = False
    failed: bool = False

    def leads_like(self, other: "Link") -> bool:
        """Whether both lead the same person to the same files."""
        places = ((link.session, link.study_id, link.version, link.format, link.cut) for link in (self, other))
        return next(places) == next(places)

    def note(self, sent: int, faces: int) -> None:
        self.sent, self.faces = sent, faces


class Links:
    """The links that are good at present, in this process's memory."""

    def __init__(self, now: Callable[[], float] = time.monotonic):
        self._now = now
        self._lock = threading.Lock()
        self._links: dict[str, tuple[Link, float]] = {}

    def issue(self, link: Link) -> str:
        """Return the secret that stands for `link`."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            self._links = {old: entry for old, entry in self._links.items() if entry[1] > self._now()}
            self._links[secret] = (link, self._now() + LINK_SECONDS)
        return secret

    def get(self, secret: str) -> Link | None:
        """As often as wanted, until it has run out: an interrupted download can be fetched again."""
        link, expires = self._links.get(secret, (None, 0.0))
        return link if expires > self._now() else None


links = Links()
"""Shared by the script runs that issue links and the route that serves them."""


async def download_route(request: Request) -> Response:
    """GET /downloads/SECRET: the version as a zip, made while it is sent."""
    link = links.get(request.path_params["secret"])
    if link is None:
        return PlainTextResponse(_STALE, 410)
    try:
        download = await run_in_threadpool(_open, link, request.cookies.get(COOKIE))
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
    return StreamingResponse(_sending(download, link), media_type="application/zip", headers=headers)


def _open(link: Link, cookie: str | None) -> Download | None:
    """None when the session has ended, or when somebody else is signed in where the link was opened."""
    accounts = platform().accounts
    person = accounts.resume(link.session)
    opener = accounts.resume(cookie) if cookie else None
    if person is None or (opener and opener.id != person.id):
        return None
    return platform().downloads.open(person, link.study_id, link.version, link.format, link.cut, link.note)


def _sending(download: Download, link: Link):
    link.sent, link.faces, link.finished, link.failed = 0, download.release.faces, False, False
    try:
        yield from download.zip()
        link.finished = True
    except FersError as error:
        log.warning("A download of version %s broke off: %s", link.version, type(error).__name__)
        raise
    finally:
        link.failed = not link.finished
