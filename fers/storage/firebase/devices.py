"""The browsers that people came in with before, on Firestore; of their secrets only hashes are kept."""

from collections.abc import Callable
from datetime import datetime, timedelta

from fers.domain.interfaces import DEVICE_DAYS
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.shared.credentials import device_key


class FirebaseDevices:
    def __init__(self, documents: FirestoreDocuments, now: Callable[[], datetime]):
        self._documents = documents
        self._devices = documents.collection("devices")
        self._now = now

    def know(self, person_id: str, device: str) -> None:
        key = device_key(person_id, device)
        # Firestore deletes it some time after it ended (a TTL policy on this field).
        ends_at = self._now() + timedelta(days=DEVICE_DAYS)
        self._documents.set(self._devices.document(key), {"id": key, "person_id": person_id, "ends_at": ends_at})

    def knows(self, person_id: str, device: str) -> bool:
        known = self._documents.read(self._devices.document(device_key(person_id, device)))
        return known is not None and known["ends_at"] > self._now()

    def forget(self, person_id: str) -> list[str]:
        """By what their attempts were counted."""
        keys = [device["id"] for device in self._documents.page(where(self._devices, "person_id", "==", person_id))]
        self._documents.delete(self._devices.document(key) for key in keys)
        return keys
