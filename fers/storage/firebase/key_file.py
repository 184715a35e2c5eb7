"""The key file that GOOGLE_APPLICATION_CREDENTIALS names, looked at before Google's libraries fail on it later."""

import json
import os
from pathlib import Path
from typing import Any

from google.oauth2 import service_account

from fers.errors import StoreUnavailable

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
_WHERE = "Get one from the Firebase console: Project settings, Service accounts, Generate new private key."
_OTHER_KINDS = {
    "installed": "the OAuth client of an installed app",
    "web": "the OAuth client of a web page",
    "project_info": "an Android app's google-services.json",
    "apiKey": "a web app's configuration",
}
"""What Firebase and Google Cloud hand out too, by a key that it has."""
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
        raise StoreUnavailable(f"{VARIABLE} names {named}, which can't be read ({error.strerror}).", _WHERE) from error
    except ValueError as error:
        raise StoreUnavailable(f"{named} is no whole key file: it is cut off, or no JSON.", _WHERE) from error
    _check(named, document if isinstance(document, dict) else {})


def _check(named: str, document: dict[str, Any]) -> None:
    if document.get("type") not in _KINDS:
        other = next((what for key, what in _OTHER_KINDS.items() if key in document), "something else")
        raise StoreUnavailable(f"{named} is not the key of a service account but {other}.", _WHERE)
    if document["type"] != "service_account":
        return
    if "\\n" in str(document.get("private_key", "")):
        raise StoreUnavailable(
            f"The private key in {named} has \\n written out where lines end, as it gets when it is copied by hand.",
            "Use the file as it was downloaded, or put line breaks in their place.",
        )
    try:
        service_account.Credentials.from_service_account_info(document)
    except ValueError as error:
        raise StoreUnavailable(
            f"The key in {named} can't be used: a part of it is missing or damaged.", _WHERE
        ) from error
