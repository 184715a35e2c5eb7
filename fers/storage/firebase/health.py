"""StoreHealth on Firebase: asked anew every few seconds at most, however often somebody looks."""

import threading
import time

from fers.domain.health import Condition
from fers.errors import StoreUnavailable
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.failures import explained

_FRESH_SECONDS = 10.0
_PATIENCE_SECONDS = 3.0
_NOTHING = "health"
"""Neither Firestore nor Cloud Storage has anything of this name: that they say so is answer enough."""


class FirebaseHealth:
    def __init__(self, client: FirebaseClient):
        self._document = client.database.collection(_NOTHING).document(_NOTHING)
        self._blob = client.bucket.blob(_NOTHING)
        self._lock = threading.Lock()
        self._known: tuple[float, Condition] | None = None

    def condition(self) -> Condition:
        with self._lock:
            if self._known is None or time.monotonic() - self._known[0] > _FRESH_SECONDS:
                self._known = time.monotonic(), self._ask()
            return self._known[1]

    def require_room(self, more: int = 0) -> None:
        """There always is."""

    def _ask(self) -> Condition:
        try:
            with explained():
                self._document.get(retry=None, timeout=_PATIENCE_SECONDS)
                self._blob.exists(retry=None, timeout=_PATIENCE_SECONDS)
        except StoreUnavailable:
            return Condition.UNAVAILABLE
        return Condition.OK
