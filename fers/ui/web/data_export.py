"""What somebody gave, for them to download: made while it is sent, so that nothing of it is left behind anywhere.

    GET /my-data/NUMBER/my-data.zip         everything, as `DataExport.download` has it
    GET /my-data/NUMBER/my-consent.md       the words they agreed to
    GET /my-data/NUMBER/my-consent          the same to be printed
    GET /my-data/NUMBER/consent             what participants of their study are asked to agree to, to be printed; in
                                            another language behind `?lang=de`

NUMBER is `Person.number`: a page that is open still when somebody else has signed in gets nothing of theirs.
"""

import logging
from collections.abc import Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from fers.domain.people import Person
from fers.errors import FersError
from fers.exporting.printing import Document, printed
from fers.languages import ORIGINAL
from fers.ui.services import platform
from fers.ui.web.answering import in_words
from fers.ui.web.session_cookie import COOKIE

EVERYTHING, CONSENT, PRINTED_CONSENT, PRINTED_TEXT = "my-data.zip", "my-consent.md", "my-consent", "consent"
_SOMEBODY_ELSE = "This browser is not signed in as the person who asked for this. Sign in and open My data again."

log = logging.getLogger(__name__)


def address(person: Person, file: str) -> str:
    """Where the browser that `person` is signed in with finds one of the files above."""
    return f"/my-data/{person.number}/{file}"


async def data_export_route(request: Request) -> Response:
    try:
        return await run_in_threadpool(_answer, request)
    except FersError as error:
        return in_words(error)


def _answer(request: Request) -> Response:
    token, asked = request.cookies.get(COOKIE), request.path_params
    person = platform().accounts.resume(token) if token else None
    if person is None or person.number != asked["number"]:
        return PlainTextResponse(_SOMEBODY_ELSE, 401, {"Cache-Control": "no-store"})
    headers = {"Content-Disposition": f'attachment; filename="{asked["file"]}"', "Cache-Control": "no-store"}
    if asked["file"] == EVERYTHING:
        made = _sending(platform().data_export.download(person))
        return StreamingResponse(made, headers=headers | {"Content-Encoding": "identity"}, media_type="application/zip")
    if asked["file"] == CONSENT:
        return Response(platform().consents.copy_for(person), headers=headers, media_type="text/markdown")
    if asked["file"] == PRINTED_CONSENT:
        return _to_print(platform().consents.printed_copy(person))
    if asked["file"] == PRINTED_TEXT:
        return _to_print(platform().consents.printed_text(person, request.query_params.get("lang", ORIGINAL)))
    return PlainTextResponse("There is no such file.", 404)


def _to_print(document: Document) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{document.file_name}"', "Cache-Control": "no-store"}
    return Response(printed(document), headers=headers, media_type=document.media_type)


def _sending(made: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from made
    except FersError as error:
        log.warning("A download of one's own data broke off: %s", type(error).__name__)
        raise
