"""Links to downloads: for the person who asked, where they are signed in, for a while, on any server."""

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from fers.domain.people import Person
from fers.errors import FersError
from fers.exporting.exported_version import Cut
from fers.services.datasets.downloads import Download
from fers.ui.services import platform
from fers.ui.web.answering import in_words
from fers.ui.web.session_cookie import COOKIE

_STALE = (
    "This link has expired, or whoever asked for it is not signed in here. Open it where you are signed in, or create"
    " a new one on the datasets page."
)

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
"""One range. Several are answered with everything, as RFC 9110 allows."""
_SIZED_AT_ONCE = 2000
"""Faces."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Link:
    """What a link leads to."""

    study_id: str
    version: str
    """Its id: a name could come to mean another one."""
    format: str
    cut: Cut


def issue(actor: Person, token: str, link: Link) -> str:
    """Return the secret that stands for `link` as long as the session does whose token is given, for an hour. It
    leads nowhere but where its person is signed in."""
    tag = platform().downloads.look(actor, link.study_id, link.version, link.format, link.cut).tag
    return platform().accounts.issue_download_token(token, json.dumps({"link": asdict(link), "tag": tag}))


@dataclass(frozen=True)
class Followed:
    """What a secret stands for."""

    token: str
    """Of the session of whoever asked."""
    link: Link
    tag: str
    """Of the download when the link was made."""


def followed(secret: str) -> Followed | None:
    """None when the link has run out."""
    redeem_download_token = platform().accounts.redeem_download_token(secret)
    if redeem_download_token is None:
        return None
    token, purpose = redeem_download_token[0], json.loads(redeem_download_token[1])
    return Followed(token, Link(**purpose["link"] | {"cut": Cut(purpose["link"]["cut"])}), purpose["tag"])


async def download_route(request: Request) -> Response:
    """GET /downloads/SECRET: the version as a zip, made while it is sent, or the range of it that is asked for."""
    try:
        return await run_in_threadpool(_answer, request)
    except FersError as error:
        return in_words(error)


def _answer(request: Request) -> Response:
    found = followed(request.path_params["secret"])
    person = found and _asker(found, request.cookies.get(COOKIE))
    if person is None:
        return PlainTextResponse(_STALE, 410)
    link = found.link
    progress = Sent()
    download = platform().downloads.look(person, link.study_id, link.version, link.format, link.cut, progress.note)
    answer = archive(request, download, found.tag, progress)
    if is_taken(request, answer):
        platform().downloads.note(person, download)
        _show(request.path_params["secret"], progress)
    return answer


def archive(request: Request, download: Download, tag_then: str, progress: "Sent") -> Response:
    """The zip, or the range of it that is asked for. `tag_then`: of the download that whoever asks for a range may
    have the beginning of."""
    if settled := by_condition(request, download.tag):
        return settled
    size = download.size() if _is_size_wanted(request, download) else None
    try:
        part = asked_part(request, f'"{tag_then}"', f'"{download.tag}"', size)
    except Unsatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    headers = sent_as(download.file_name, download.tag, part, size)
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/zip")
    progress.faces, progress.size, progress.bytes = download.exported.faces, size, part.start if part else 0
    made = download.part(part.start, part.stop, size) if part else download.zip(size)
    made = _watched(sending(made, download.file_name), progress, up_to_end=not part or part.stop == size)
    return StreamingResponse(made, 206 if part else 200, headers=headers, media_type="application/zip")


def sent_as(name: str, tag: str, part: range | None, size: int | None) -> dict[str, str]:
    """The headers of a file of `size` bytes, where that is known, or of a part of it."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "Content-Encoding": "identity",  # Photos don't shrink.
        "Accept-Ranges": "bytes",
        "ETag": f'"{tag}"',
    }
    if size is not None:
        headers["Content-Length"] = str(len(part or range(size)))
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return headers


def by_condition(request: Request, tag: str) -> Response | None:
    """The answer to whoever wants the file with this tag only if it is one they know, or none they know (RFC 9110, 13);
    None where they are to have it."""
    needed, known = request.headers.get("if-match"), request.headers.get("if-none-match")
    if needed is not None and not _lists(needed, tag):
        return Response(status_code=412)
    if known is not None and _lists(known.replace("W/", ""), tag):
        return Response(status_code=304, headers={"ETag": f'"{tag}"', "Cache-Control": "no-store"})
    return None


def _lists(tags: str, tag: str) -> bool:
    return tags.strip() == "*" or f'"{tag}"' in map(str.strip, tags.split(","))


def is_taken(request: Request, answer: Response) -> bool:
    """Whether any of the file goes to whoever asked."""
    return request.method == "GET" and answer.status_code in (200, 206)


def _asker(found: Followed, cookie: str | None) -> Person | None:
    """Whoever asked for the link; None when that session has ended, or when they are not signed in where it was opened:
    addresses get into histories and logs, and to whoever they are sent to."""
    accounts = platform().accounts
    asker, opener = accounts.resume(found.token), accounts.resume(cookie) if cookie else None
    return asker if asker and opener and opener.id == asker.id else None


def _is_size_wanted(request: Request, download: Download) -> bool:
    """Ranges need it. For whoever begins it must not take long."""
    return "range" in request.headers or download.exported.faces <= _SIZED_AT_ONCE


def asked_part(request: Request, tag_then: str, tag: str, size: int | None) -> range | None:
    """Which bytes to send; None: all of them, as whenever the first ones may be of another archive. Whoever names
    none (`curl -C -`) has the one that was there when the link was made. Raises Unsatisfiable."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if request.method != "GET" or size is None or asked is None or not any(asked.groups()):
        return None
    if request.headers.get("if-range", tag_then) != tag:
        return None
    first, last = (int(digits) if digits else None for digits in asked.groups())
    if first is None:
        part = range(max(0, size - last), size)
    else:
        part = range(first, size if last is None else min(last + 1, size))
    if last is not None and first is not None and last < first:
        return None  # No range at all, says RFC 9110.
    if not part:
        raise Unsatisfiable
    return part


@dataclass
class Sent:
    """How far this server has come in sending a download, from its beginning or from where it had broken off."""

    faces: int = 0
    """All that it holds."""
    read: int = 0
    """Of them, those that were read."""
    size: int | None = None
    """In bytes; None where that is not known."""
    bytes: int = 0
    """Of them, those that were sent, or had been."""
    ended: bool = False
    whole: bool = False
    """Whether it ended with the last of it sent."""

    def note(self, read: int, _of: int) -> None:
        self.read = read

    @property
    def share(self) -> float:
        """How much of it was sent, 0 to 1."""
        return self.bytes / self.size if self.size else self.read / max(1, self.faces)


_sent: dict[str, Sent] = {}
"""By secret, the latest last: for the page to show, and for nothing else. What other servers send is not known here."""
_SHOWN = 200


def sent(secret: str) -> Sent | None:
    return _sent.get(secret)


def _show(secret: str, progress: Sent) -> None:
    _sent.pop(secret, None)
    while len(_sent) >= _SHOWN:
        _sent.pop(next(iter(_sent)), None)
    _sent[secret] = progress


def _watched(chunks: Iterator[bytes], progress: Sent, up_to_end: bool) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            yield chunk
            progress.bytes += len(chunk)
        progress.whole = up_to_end
    finally:
        progress.ended = True


class Unsatisfiable(Exception):
    """The range begins behind the end."""


def sending(made: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The same, with a note where it breaks off."""
    try:
        yield from made
    except FersError as error:
        log.warning("The download of %s broke off: %s", name, type(error).__name__)
        raise
