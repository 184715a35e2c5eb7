"""Dataset versions for scripts, which come with an access token in place of a browser's cookie.

    GET /api/versions                           what there is, as JSON
    GET /api/versions/NAME/FORMAT.zip           a version in one file, as the page's links lead to it
    GET /api/versions/NAME/FORMAT               the files of a format that comes in shards, as JSON
    GET /api/versions/NAME/FORMAT/FILE          one of them, or a document beside them

`?cut=whole` asks for whole photos. A version that somebody left has another ETag: what was begun before starts anew.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from fers.domain.people import Person
from fers.errors import FersError, InvalidInput, NotFound, NotPermitted, NotSignedIn, StoreUnavailable
from fers.exporting import participants, shards
from fers.exporting.archive import FORMATS
from fers.exporting.documents import documents, lost
from fers.exporting.exported_version import Cut, Member
from fers.services.datasets.access_tokens import Bearer
from fers.services.datasets.downloads import Download
from fers.ui.services import platform
from fers.ui.web.answering import note
from fers.ui.web.downloads import Sent, Unsatisfiable, archive, asked_part, by_condition, is_taken, sending, sent_as
from fers.ui.web.made_file import MadeFile

_FILES_AT_HAND = 2
"""Readers of Parquet ask for a file in many ranges; shards of crops are some 20 MB, of whole photos gigabytes."""
_AT_HAND_SECONDS = 600
_PARTS_REMEMBERED = 200
_STATUS = {InvalidInput: 400, NotSignedIn: 401, NotPermitted: 403, NotFound: 404, StoreUnavailable: 503}


def _for_bearers(answer: Callable[[Request, Bearer], Response]):
    """A route for whoever comes with a live token, in a thread of its own; failures are answered in words."""

    def answered(request: Request) -> Response:
        kind, _, secret = request.headers.get("authorization", "").partition(" ")
        try:
            bearer = platform().access.bearer(secret.strip()) if kind.lower() == "bearer" else None
            if bearer is None:
                return _failed(NotSignedIn("access-token.missing"))
            return answer(request, bearer)
        except FersError as error:
            note(error)
            return _failed(error)

    async def route(request: Request) -> Response:
        return await run_in_threadpool(answered, request)

    return route


def _status_of(error: FersError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)


def _failed(error: FersError) -> Response:
    status = _status_of(error)
    headers = {"Cache-Control": "no-store"} | ({"WWW-Authenticate": "Bearer"} if status == 401 else {})
    fields = {} if error.operator else error.fields  # Those may be of our machine.
    said = {"code": error.code, "fields": fields, "what": error.what, "next": error.next}
    return JSONResponse(said, status, headers)


def _versions(_request: Request, bearer: Bearer) -> Response:
    versions = platform().versions.of_study(bearer.person, bearer.study_id)
    described = [
        {
            "name": version.dataset_version.name,
            "id": version.dataset_version.id,
            "created_at": version.dataset_version.created_at.isoformat(),
            "frozen": version.dataset_version.faces,
            "faces": version.faces,
            "people": version.dataset_version.people,
            "study_sha256": version.dataset_version.study_sha256,
            "formats": list(FORMATS),
        }
        for version in versions
    ]
    return JSONResponse({"versions": described}, headers={"Cache-Control": "no-store"})


def _zip(request: Request, bearer: Bearer) -> Response:
    progress = Sent()
    download = _looked_up(request, bearer, progress)
    answer = archive(request, download, download.tag, progress)
    if is_taken(request, answer):
        platform().downloads.note(bearer.person, download)
    return answer


def _files(request: Request, bearer: Bearer) -> Response:
    download = _in_shards(request, bearer)
    names = [member.name for member in _beside_shards(download)]
    return JSONResponse(
        {"files": names + shards.names(download.exported, request.path_params["format"])},
        headers={"Cache-Control": "no-store"},
    )


def _file(request: Request, bearer: Bearer) -> Response:
    download, name = _in_shards(request, bearer), request.path_params["file"]
    file = _File(download, request.path_params["format"], name, download.tag)
    made = _made(file)
    if made is None:
        raise NotFound("version.no-such-file", file=name)
    answer = _answer(request, download, name, made)
    if answer.status_code == 206:
        _note_part(bearer.person, file, datetime.now(UTC).date())
    elif is_taken(request, answer):
        platform().downloads.note(bearer.person, download)
    return answer


def _answer(request: Request, download: Download, name: str, made: MadeFile) -> Response:
    tag = f"{download.tag}-{made.size}"
    if settled := by_condition(request, tag):
        return settled
    try:
        part = asked_part(request, f'"{tag}"', f'"{tag}"', made.size)
    except Unsatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{made.size}"})
    headers = sent_as(name.rsplit("/", 1)[-1], tag, part, made.size)
    if request.method == "HEAD":
        return Response(headers=headers, media_type="application/octet-stream")
    download.require_still()
    pieces = sending(_while_still(download, made.read(part or range(made.size))), name)
    return StreamingResponse(pieces, 206 if part else 200, headers, "application/octet-stream")


def _while_still(download: Download, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Nobody is sent what was withdrawn a moment ago."""
    for piece in pieces:
        download.require_still()
        yield piece


def _looked_up(request: Request, bearer: Bearer, progress: Sent) -> Download:
    asked, cut = request.path_params, request.query_params.get("cut", Cut.CROP)
    if cut not in list(Cut):
        raise InvalidInput("version.unknown-cut", cut=cut, cuts=Cut)
    return platform().downloads.look(
        bearer.person, bearer.study_id, asked["version"], asked["format"], Cut(cut), progress.note
    )


def _in_shards(request: Request, bearer: Bearer) -> Download:
    format = request.path_params["format"]
    if format in FORMATS and format not in shards.KINDS:
        raise InvalidInput("version.one-file-a-face", format=format)
    return _looked_up(request, bearer, Sent())


@dataclass(frozen=True)
class _File:
    """A file of an exported version, told from others by where it is and by the tag: another one once somebody
    withdrew."""

    download: Download
    format: str
    name: str
    tag: str

    def __hash__(self) -> int:
        return hash((self.tag, self.name))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _File) and (self.tag, self.name) == (other.tag, other.name)


def _beside_shards(download: Download) -> Iterator[Member]:
    """Documents, whose photos are lost, and what participants answered."""
    yield from documents(download.exported)
    if download.exported.lost:
        yield lost(download.exported)
    for table in participants.tables(download.exported):
        yield from (write(table) for write in download.format.tables)


@lru_cache(_PARTS_REMEMBERED)
def _note_part(person: Person, file: _File, day: date) -> None:
    """Once a day for all the parts of a file that somebody takes."""
    platform().downloads.note(person, file.download)


_at_hand: dict[_File, tuple[MadeFile | None, float]] = {}
"""Those asked for last, the latest last, each with when that was by the monotonic clock."""
_looking = threading.Lock()


def _made(file: _File) -> MadeFile | None:
    with _looking:
        known = _at_hand.get(file)
    made = known[0] if known else _make(file)
    with _looking:
        _at_hand.pop(file, None)
        _at_hand[file] = made, time.monotonic()
        for earlier in list(_at_hand)[:-_FILES_AT_HAND]:
            del _at_hand[earlier]
    return made


def forget_files() -> None:
    """Let go of those that somebody in them has left since, which nobody is handed any more, and of those that nobody
    asked for lately. Called now and then."""
    with _looking:
        known = dict(_at_hand)
    for file, (_, asked_at) in known.items():
        if time.monotonic() - asked_at >= _AT_HAND_SECONDS or not file.download.still():
            with _looking:
                _at_hand.pop(file, None)


def _make(file: _File) -> MadeFile | None:
    exported = file.download.exported
    document = next((member for member in _beside_shards(file.download) if member.name == file.name), None)
    member = document or shards.named(exported, file.format, file.name)
    return None if member is None else MadeFile(member.chunks)


ROUTES = [
    Route("/api/versions", _for_bearers(_versions)),
    Route("/api/versions/{version}/{format}.zip", _for_bearers(_zip)),
    Route("/api/versions/{version}/{format}", _for_bearers(_files)),
    Route("/api/versions/{version}/{format}/{file:path}", _for_bearers(_file)),
]
