"""The places that are kept for people on Firestore, by study and expression.

Those of one expression stand in one document, which is changed by what it says (`keyed.py`): of two who come for the
last place one is refused, looks again, and finds it taken.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from google.cloud.firestore import WriteBatch

from fers.domain.emotions import Emotion
from fers.domain.protocols import Place
from fers.errors import NotFound
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.firebase.keyed import Document, KeyedDocuments
from fers.storage.shared.documents import time_to_text
from fers.storage.shared.facets import numbers_of, place_of

Held = Mapping[str, dict[str, Any]]
"""By person: the place, as numbers, and until when it is kept."""


class PlacesHeld:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._people = documents.collection("people")
        self._places = documents.collection("places")
        self._keyed = KeyedDocuments(documents, "place_keys")

    def at(self, study_id: str, now: datetime) -> Counter[Place]:
        """Those that are kept at present."""
        found: Counter[Place] = Counter()
        for document in self._documents.page(where(self._places, "study_id", "==", study_id)):
            found += places_in(_live(document["held"], now))
        return found

    def keep(
        self,
        study_id: str,
        person_id: str,
        place: Place,
        now: datetime,
        until: datetime,
        may: Callable[[Counter[Place]], bool],
    ) -> bool:
        """Keep a place for somebody, if it `may` be kept beside those that are kept for others. What `may` reads, it
        reads after these, so that a place that has become a face meanwhile is counted. Raises NotFound when the person
        is gone."""

        def kept(held: Held) -> Held | None:
            others = {who: kept for who, kept in _live(held, now).items() if who != person_id}
            if not may(places_in(others)):
                return None
            return others | {person_id: {"place": list(numbers_of(place)), "until": time_to_text(until)}}

        def still_there(batch: WriteBatch) -> None:
            if self._documents.read(self._people.document(person_id)) is None:
                raise NotFound("account.gone")
            batch.update(self._people.document(person_id), {"id": person_id})  # Changes nothing, and fails if they go.

        return self._change(study_id, place.intended.value, kept, still_there)

    def release(self, study_id: str, person_id: str, intended: Emotion) -> None:
        self._release(study_id, person_id, intended.value)

    def release_all(self, person_id: str) -> None:
        """Every place that is kept for somebody."""
        for document in self._documents.page(where(self._places, "held_by", "array_contains", person_id)):
            self._release(document["study_id"], person_id, document["intended"])

    def _release(self, study_id: str, person_id: str, intended: int) -> None:
        def without(held: Held) -> Held | None:
            return {who: kept for who, kept in held.items() if who != person_id} if person_id in held else None

        self._change(study_id, intended, without)

    def _change(
        self,
        study_id: str,
        intended: int,
        changed: Callable[[Held], Held | None],
        also: Callable[[WriteBatch], None] | None = None,
    ) -> bool:
        """Replace who holds which places by what `changed` makes of it. False: it made nothing, and nothing changes.
        `also` adds to the same batch."""
        reference = self._places.document(f"{study_id}-{intended}")
        about = {"id": reference.id, "study_id": study_id, "intended": intended}
        is_changed = False

        def replaced(old: Document | None) -> Document | None:
            nonlocal is_changed
            held = changed(old["held"] if old else {})
            is_changed = held is not None
            return None if held is None else about | {"held": held, "held_by": sorted(held)}

        self._keyed.change(reference, replaced, also)
        return is_changed


def places_in(held: Held) -> Counter[Place]:
    return Counter(place_of(kept["place"]) for kept in held.values())


def _live(held: Held, now: datetime) -> Held:
    return {who: kept for who, kept in held.items() if kept["until"] > time_to_text(now)}
