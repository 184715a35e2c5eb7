"""What Google's libraries say when a call fails, in words for whoever can do something about it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import requests
from firebase_admin.auth import InvalidIdTokenError
from firebase_admin.exceptions import FirebaseError
from google.api_core import exceptions as google
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.cloud.storage.exceptions import DataCorruption
from urllib3.exceptions import MaxRetryError, TimeoutError

from fers.errors import OutOfOrder, StoreUnavailable

_Failure = Callable[[], StoreUnavailable]

# What goes by itself, everybody is told; the rest only whoever runs FERS can mend.
_DOWN = partial(StoreUnavailable, "store.unreachable")
_SLOW = partial(StoreUnavailable, "store.slow")
_DAMAGED = partial(StoreUnavailable, "store.garbled")
_QUOTA = partial(OutOfOrder, "firebase.quota")
_CREDENTIALS = partial(OutOfOrder, "firebase.credentials")
_NO_INDEX = partial(OutOfOrder, "firebase.no-index")
_NOT_THERE = partial(OutOfOrder, "firebase.not-there")
_NO_SIGN_IN = partial(OutOfOrder, "firebase.no-sign-in")
_UNVERIFIED = partial(OutOfOrder, "firebase.unverified")
_OTHER = partial(OutOfOrder, "store.unusable")

_BY_KIND: tuple[tuple[tuple[type[Exception], ...], _Failure], ...] = (
    ((google.ServiceUnavailable, google.BadGateway, TransportError, requests.ConnectionError), _DOWN),
    ((google.DeadlineExceeded, google.GatewayTimeout, google.Aborted, requests.Timeout), _SLOW),
    ((google.TooManyRequests,), _QUOTA),
    ((google.Unauthorized, google.Forbidden, GoogleAuthError), _CREDENTIALS),
    ((google.FailedPrecondition,), _NO_INDEX),
    ((google.NotFound,), _NOT_THERE),
    ((DataCorruption,), _DAMAGED),
)
_BY_CODE: dict[str, _Failure] = {
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
    return _failure(error)()


def _failure(error: Exception) -> _Failure:
    if isinstance(error, FirebaseError):
        return _of_auth(error)
    if isinstance(error, google.RetryError) and error.cause is not None:
        error = error.cause
    if isinstance(error, requests.ConnectTimeout):  # Both a timeout and a connection error.
        return _SLOW
    if _lacks_token(error):
        return _CREDENTIALS if credentials_refused(error) else _DOWN
    return next((failure for kinds, failure in _BY_KIND if isinstance(error, kinds)), _OTHER)


def _of_auth(error: FirebaseError) -> _Failure:
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
