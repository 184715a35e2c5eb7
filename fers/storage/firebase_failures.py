"""What Google's libraries say when a call fails, in words for the person who meets it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from firebase_admin.auth import InvalidIdTokenError
from firebase_admin.exceptions import FirebaseError
from google.api_core import exceptions as google
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.cloud.storage.exceptions import DataCorruption
from urllib3.exceptions import MaxRetryError, TimeoutError

from fers.errors import StoreUnavailable

_DOWN = ("The store can't be reached.", "Try again in a moment.")
_SLOW = ("The store takes too long to answer.", "Try again in a moment.")
_QUOTA = ("The store has used up its quota for now.", "Try again later; whoever runs FERS can raise the quota.")
_CREDENTIALS = (
    "FERS is not let into its store: its credentials have expired or lack a right.",
    "Ask whoever runs FERS to renew them.",
)
_NO_INDEX = ("The store lacks an index.", "Deploy firestore.indexes.json, as docs/firebase.md says.")
_NOT_THERE = ("The store's project, database or bucket is not there.", "Check FERS_FIREBASE_PROJECT and _BUCKET.")
_NO_SIGN_IN = (
    "Signing in with an e-mail is not set up as it must be.",
    "Try again later; whoever runs FERS should check FERS_FIREBASE_PROJECT and the project's sign-in methods.",
)
_UNVERIFIED = (
    "What the sign-in service answered can't be verified.",
    "Try again later; whoever runs FERS should check this server's clock and FERS_FIREBASE_PROJECT.",
)
_DAMAGED = ("What the store sent arrived damaged.", "Try again in a moment.")
_OTHER = ("The store can't be used at the moment.", "Try again; if it stays like this, run `python -m fers doctor`.")

_BY_KIND = (
    ((google.ServiceUnavailable, google.BadGateway, TransportError, requests.ConnectionError), _DOWN),
    ((google.DeadlineExceeded, google.GatewayTimeout, google.Aborted, requests.Timeout), _SLOW),
    ((google.TooManyRequests,), _QUOTA),
    ((google.Unauthorized, google.Forbidden, GoogleAuthError), _CREDENTIALS),
    ((google.FailedPrecondition,), _NO_INDEX),
    ((google.NotFound,), _NOT_THERE),
    ((DataCorruption,), _DAMAGED),
)
_BY_CODE = {
    "UNAVAILABLE": _DOWN,
    "DEADLINE_EXCEEDED": _SLOW,
    "RESOURCE_EXHAUSTED": _QUOTA,
    "UNAUTHENTICATED": _CREDENTIALS,
    "PERMISSION_DENIED": _CREDENTIALS,
    "NOT_FOUND": _NO_SIGN_IN,
}
"""Of `FirebaseError`, by which Firebase Auth fails."""

_NO_TOKEN = "metadata from plugin failed"
"""What gRPC says, as a 503, when no access token is to be had: it has asked no server."""
_ON_THE_WAY = re.compile("Max retries exceeded|[Cc]onnection|timed out|unavailable|server_error|internal_failure")
"""In what google-auth says when whoever hands out access tokens can't be reached, not where they refuse."""


def credentials_refused(error: Exception) -> bool:
    """Whether no access token is given out for the credentials, so that trying again is of no use."""
    return _lacks_token(error) and not _ON_THE_WAY.search(str(error))


def _lacks_token(error: Exception) -> bool:
    return isinstance(error, RefreshError) or (isinstance(error, google.ServiceUnavailable) and _NO_TOKEN in str(error))


def firebase_failure(error: Exception) -> StoreUnavailable:
    if isinstance(error, FirebaseError):
        return StoreUnavailable(*_of_auth(error))
    if isinstance(error, google.RetryError) and error.cause is not None:
        error = error.cause
    if isinstance(error, requests.ConnectTimeout):  # Both a timeout and a connection error.
        return StoreUnavailable(*_SLOW)
    if _lacks_token(error):
        return StoreUnavailable(*(_CREDENTIALS if credentials_refused(error) else _DOWN))
    return StoreUnavailable(*next((words for kinds, words in _BY_KIND if isinstance(error, kinds)), _OTHER))


def _of_auth(error: FirebaseError) -> tuple[str, str]:
    if "QUOTA_EXCEEDED" in str(error):
        return _QUOTA
    if isinstance(error, InvalidIdTokenError):
        return _UNVERIFIED
    if isinstance(error.cause, TransportError):  # Google's keys, by which answers are verified, could not be fetched.
        return _DOWN
    tried = error.cause.args[0] if error.cause and error.cause.args else None
    if isinstance(tried, MaxRetryError) and isinstance(tried.reason, TimeoutError):
        return _SLOW  # firebase-admin tries again, and then speaks of the connection.
    return _BY_CODE.get(error.code, _OTHER)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a failed call into StoreUnavailable. What a precondition refuses (Conflict, NotFound, PreconditionFailed)
    is the caller's to catch, inside."""
    try:
        yield
    except (google.GoogleAPIError, GoogleAuthError, FirebaseError, requests.RequestException, DataCorruption) as error:
        raise firebase_failure(error) from error
