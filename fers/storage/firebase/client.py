"""The way to a Firebase project: opened once, and no call waits for long."""

import os
from dataclasses import dataclass
from typing import Any

import firebase_admin
from firebase_admin import credentials, firestore, storage
from google.api_core.exceptions import Aborted, ServiceUnavailable
from google.api_core.retry import Retry
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import Client
from google.cloud.storage import Bucket
from google.cloud.storage.retry import DEFAULT_RETRY

from fers.storage.firebase.failures import credentials_refused, explained
from fers.storage.firebase.key_file import check_key_file

PATIENCE_SECONDS = 5.0
"""How long a call that fails is tried again; the libraries' own patience lasts minutes. An answer may take twice as
long, the transfer of an image four times."""
_EMULATORS = ("FIRESTORE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST")


@dataclass(frozen=True)
class FirebaseClient:
    """An open project. Safe to share between threads."""

    app: firebase_admin.App
    database: Client
    bucket: Bucket
    calls: dict[str, Any]
    """Bounds for every call to Firestore: `reference.get(**client.calls)`."""
    transfers: dict[str, Any]
    """Bounds for every call to Cloud Storage."""

    def close(self) -> None:
        self.database.close()
        firebase_admin.delete_app(self.app)


def open_firebase(project: str, bucket: str, patience_seconds: float = PATIENCE_SECONDS) -> FirebaseClient:
    """Open `project` with the machine's own credentials (GOOGLE_APPLICATION_CREDENTIALS or those of its service
    account), or with none where an emulator is named in the environment. Raises StoreUnavailable."""
    with explained():
        app = open_app(project, 2 * patience_seconds)
        database = firestore.client(app)
        opened_bucket = storage.bucket(bucket, app)
    again = Retry(_may_pass, initial=0.1, maximum=1.0, timeout=patience_seconds)
    return FirebaseClient(
        app,
        database,
        opened_bucket,
        calls={"retry": again, "timeout": 2 * patience_seconds},
        transfers={
            "retry": DEFAULT_RETRY.with_delay(0.1, 1.0).with_timeout(patience_seconds),
            "timeout": 4 * patience_seconds,
        },
    )


def open_app(project: str, timeout: float) -> firebase_admin.App:
    """The libraries' own idea of a project. `timeout`: seconds that calls to Firebase Auth may take. Raises
    StoreUnavailable."""
    try:
        return firebase_admin.get_app(project)
    except ValueError:
        nobody = any(os.environ.get(emulator) for emulator in _EMULATORS)
        if not nobody:
            check_key_file()
        options = {"projectId": project, "httpTimeout": timeout}
        return firebase_admin.initialize_app(_Nobody() if nobody else None, options, name=project)


def _may_pass(error: Exception) -> bool:
    """Whether a call to Firestore that failed is tried again. Aborted: two writers met at one document, and this one
    was not written."""
    return isinstance(error, ServiceUnavailable | Aborted) and not credentials_refused(error)


class _Nobody(credentials.Base):  # type: ignore[misc] # firebase_admin comes without types.
    """An emulator asks for no credentials."""

    def get_credential(self) -> AnonymousCredentials:
        return AnonymousCredentials()
