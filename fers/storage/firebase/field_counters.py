"""What the stored faces say about models, counted on Firestore: counters that are only ever added to.

An addition stands in the same batch as the change that it counts, and the counters are spread over several documents,
as in `counters`.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from google.cloud.firestore import CollectionReference, Increment, WriteBatch

from fers.domain.faces import Face, Source
from fers.domain.field import unscored_of
from fers.storage.firebase.firestore import FirestoreDocuments, where
from fers.storage.shared.credentials import sha256
from fers.storage.shared.field_facts import guess_facts, match_facts

SUMS = ("faces", "millionths", "squares", "unsure", "labelled", "agreed")
_SHARDS = 8


def field_facts_of(face: Face) -> dict[str, dict[str, Any] | None]:
    """What has to be known of a face to take it off the counters again. Imported ones are on none."""
    if face.source is Source.IMPORT:
        return {"guessed": None, "match": None, "missed": None}
    guess, match, unscored = guess_facts(face), match_facts(face), unscored_of(face)
    return {
        "guessed": guess | {"faces": 1},
        "match": match if match["trial_id"] else None,
        "missed": None
        if unscored is None
        else {"trial_id": unscored.trial_id, "model_id": unscored.model_id, "why": unscored.why.value},
    }


class FieldCounters:
    def __init__(self, documents: FirestoreDocuments):
        self._documents = documents
        self._guesses = documents.collection("guess_sums")
        self._matches = documents.collection("match_counts")
        self._unscored = documents.collection("missed_counts")
        self._shadows = documents.collection("shadow_counts")

    def move(self, batch: WriteBatch, old: dict[str, Any] | None, new: dict[str, Any] | None) -> None:
        """Count a face by what its facts say now, and no longer by what they said; None: not at all."""
        for facts, step in ((old, -1), (new, 1)):
            for name, add in (("guessed", self._add_guess), ("match", self._add_match), ("missed", self._add_unscored)):
                if facts and not (old and new and old.get(name) == new.get(name)):
                    add(batch, facts.get(name), facts["face_id"], step)

    def add_shadow(self, batch: WriteBatch, fingerprint: str, face_id: str, week: str, rank: int, step: int) -> None:
        place = {"answers_id": fingerprint, "week": week}
        self._add(batch, self._shadows, place, face_id, {f"of_{rank}": step})

    def guesses(self, study_id: str) -> dict[tuple[str, str], Counter[str]]:
        """Sums by week and model."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for document in self._documents.all(where(self._guesses, "study_id", "==", study_id)):
            sums = found.setdefault((document["week"], document["model"]), Counter())
            sums.update({name: document.get(name, 0) for name in SUMS})
        return dict(sorted(found.items()))

    def matches(self, trial_id: str) -> Iterator[tuple[dict[str, Any], int]]:
        """(What the faces say, how many), several times for some."""
        for document in self._documents.all(where(self._matches, "trial_id", "==", trial_id)):
            yield json.loads(document["says"]), document["faces"]

    def unscored(self, trial_id: str) -> Iterator[tuple[dict[str, Any], int]]:
        """(Which comparison was not made, on how many faces), several times for some."""
        for document in self._documents.all(where(self._unscored, "trial_id", "==", trial_id)):
            yield {name: document[name] for name in ("trial_id", "model_id", "why")}, document["faces"]

    def shadows(self, fingerprint: str) -> Counter[tuple[str, int]]:
        """How many faces, by week and rank."""
        found: Counter[tuple[str, int]] = Counter()
        for document in self._documents.all(where(self._shadows, "answers_id", "==", fingerprint)):
            for field, faces in document.items():
                if field.startswith("of_"):
                    found[document["week"], int(field.removeprefix("of_"))] += faces
        return found

    def _add_guess(self, batch: WriteBatch, guess: dict[str, Any] | None, face_id: str, step: int) -> None:
        if guess:
            place = {name: guess[name] for name in ("study_id", "week", "model")}
            self._add(batch, self._guesses, place, face_id, {name: step * guess[name] for name in SUMS})

    def _add_match(self, batch: WriteBatch, match: dict[str, Any] | None, face_id: str, step: int) -> None:
        if match:
            place = {"trial_id": match["trial_id"], "says": json.dumps(match, sort_keys=True)}
            self._add(batch, self._matches, place, face_id, {"faces": step})

    def _add_unscored(self, batch: WriteBatch, unscored: dict[str, Any] | None, face_id: str, step: int) -> None:
        if unscored:
            self._add(batch, self._unscored, unscored, face_id, {"faces": step})

    def _add(
        self,
        batch: WriteBatch,
        counters: CollectionReference,
        place: dict[str, Any],
        face_id: str,
        steps: dict[str, int],
    ) -> None:
        name = f"{sha256(json.dumps(place, sort_keys=True))[:32]}-{crc32(face_id.encode()) % _SHARDS}"
        counted = {field: Increment(step) for field, step in steps.items() if step}
        batch.set(counters.document(name), {"id": name} | place | counted, merge=True)
