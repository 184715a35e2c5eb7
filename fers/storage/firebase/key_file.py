"""The key file that GOOGLE_APPLICATION_CREDENTIALS names, looked at before Google's libraries fail on it later."""

import json
import os
from pathlib import Path
from typing import Any, NoReturn

from google.oauth2 import service_account

from fers.errors import StoreUnavailable

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
_KINDS = {"service_account", "authorized_user", "external_account", "impersonated_service_account"}
"""What Google's libraries read."""


def check_key_file() -> None:
    """Raise StoreUnavailable, with the cause, when the variable names a file that opens no project."""
    named = os.environ.get(VARIABLE)
    if not named:
        return
    try:
        document = json.loads(Path(named).read_bytes())
    except OSError as error:
        raise StoreUnavailable("key-file.unreadable", variable=VARIABLE, file=named, problem=error.strerror) from error
    except ValueError as error:
        raise StoreUnavailable("key-file.incomplete", file=named) from error
    _check(named, document if isinstance(document, dict) else {})


def _check(named: str, document: dict[str, Any]) -> None:
    if document.get("type") not in _KINDS:
        _refuse_other(named, document)
    if document["type"] != "service_account":
        return
    if "\\n" in str(document.get("private_key", "")):
        raise StoreUnavailable("key-file.written-out-line-ends", file=named)
    try:
        service_account.Credentials.from_service_account_info(document)
    except ValueError as error:
        raise StoreUnavailable("key-file.damaged", file=named) from error


def _refuse_other(named: str, document: dict[str, Any]) -> NoReturn:
    """Raise StoreUnavailable for what Firebase and Google Cloud hand out too, told by a key that it has."""
    if "installed" in document or "web" in document:
        raise StoreUnavailable("key-file.oauth-client", file=named)
    if "project_info" in document:
        raise StoreUnavailable("key-file.of-android", file=named)
    if "apiKey" in document:
        raise StoreUnavailable("key-file.of-a-web-app", file=named)
    raise StoreUnavailable("key-file.other", file=named)
