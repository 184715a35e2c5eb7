"""FieldStore on Firestore. What faces say about models is counted with every change of their facts, and what models
answer in the background with the document that notes it, which is created once."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from google.api_core.exceptions import AlreadyExists as Taken
from google.api_core.exceptions import NotFound as Missing
from google.cloud.firestore import Query

from fers.domain.consent import Purpose
from fers.domain.faces import Unscored, UnscoredReason
from fers.domain.field import Entrant, GuessSums, Match, RankCount, ShadowAnswer, ShadowChoice, Trial, VersionSums
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.field_counters import FieldCounters
from fers.storage.firebase.firestore import FirestoreDocuments, TextSequence
from fers.storage.firebase.shadow_answers import ShadowAnswers
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.field_facts import MILLION
from fers.storage.shared.stored_names import as_named, as_stored
from fers.storage.shared.version_documents import sums_from_document, sums_to_document


class FirebaseField:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._counters = FieldCounters(self._documents)
        self._shadow_answers = ShadowAnswers(self._documents)
        self._faces = self._documents.collection("faces")
        self._trials = self._documents.collection("trials")
        self._choices = self._documents.collection("shadow_choices")
        self._reached = self._documents.collection("shadow_reached")
        self._version_sums = self._documents.collection("version_sums")
        self._sequence = TextSequence()

    def add_trial(self, trial: Trial) -> None:
        document = {
            "id": trial.id,
            "place": self._sequence.next(),
            "entrants": [as_stored(asdict(entrant)) for entrant in trial.entrants],
            "started_at": time_to_text(trial.started_at),
            "ended_at": trial.ended_at and time_to_text(trial.ended_at),
        }
        self._documents.create(self._trials.document(trial.id), document)

    def end_trial(self, trial_id: str, at: datetime) -> None:
        reference = self._trials.document(trial_id)
        known = self._documents.read(reference)
        if known and known["ended_at"] is None:
            self._documents.replace(reference, {"ended_at": time_to_text(at)})

    def trials(self, count: int) -> list[Trial]:
        latest = self._documents.page(self._trials.order_by("place", direction=Query.DESCENDING).limit(count))
        return list(map(_trial, latest))

    def matches(self, trial_id: str) -> Counter[Match]:
        found: Counter[Match] = Counter()
        for says, faces in self._counters.matches(trial_id):
            found[_match(says)] += faces
        return +found

    def unscored(self, trial_id: str) -> Counter[Unscored]:
        found: Counter[Unscored] = Counter()
        for unscored, faces in self._counters.unscored(trial_id):
            found[Unscored(**unscored | {"why": UnscoredReason(unscored["why"])})] += faces
        return +found

    def guesses(self, study_id: str) -> list[GuessSums]:
        return [
            GuessSums(
                date.fromisoformat(week),
                model,
                sums["faces"],
                sums["millionths"] / MILLION,
                sums["squares"] / MILLION,
                sums["unsure"],
                sums["labelled"],
                sums["agreed"],
            )
            for (week, model), sums in self._counters.guesses(study_id).items()
            if sums["faces"] > 0
        ]

    def keep_version_sums(self, sums: VersionSums) -> None:
        document = sums_to_document(sums)
        self._documents.set(self._version_sums.document(sums.version_id), document)

    def version_sums(self, version_id: str) -> VersionSums | None:
        document = self._documents.read(self._version_sums.document(version_id))
        return sums_from_document(document) if document else None

    def choose_shadows(self, choice: ShadowChoice) -> None:
        place = self._sequence.next()
        document = {"id": place, "model_ids": list(choice.model_ids), "at": time_to_text(choice.at)}
        self._documents.create(self._choices.document(place), document)

    def shadow_choices(self, count: int) -> list[ShadowChoice]:
        latest = self._documents.page(self._choices.order_by("id", direction=Query.DESCENDING).limit(count))
        return [ShadowChoice(tuple(document["model_ids"]), time_from_text(document["at"])) for document in latest]

    def note_shadow_answers(self, fingerprint: str, answers: Iterable[ShadowAnswer]) -> None:
        answers = list(answers)
        for answer in answers:
            with suppress(Taken, Missing):  # Noted already, or the face is gone.
                self._shadow_answers.add(fingerprint, answer)
        # Whoever took their leave back meanwhile looked for answers before this one, or is seen here.
        faces = self._documents.read_all([self._faces.document(answer.face_id) for answer in answers])
        for face_id, face in faces.items():
            if Purpose.TRAIN not in face["purposes"]:
                self._shadow_answers.remove(face_id)

    def noted(self, fingerprint: str, face_ids: list[str]) -> set[str]:
        return self._shadow_answers.noted(fingerprint, face_ids)

    def shadow_answers(self, fingerprint: str) -> Iterator[ShadowAnswer]:
        return self._shadow_answers.of(fingerprint)

    def ranks(self, fingerprint: str) -> list[RankCount]:
        counted = sorted(self._counters.shadows(fingerprint).items())
        return [RankCount(date.fromisoformat(week), rank, faces) for (week, rank), faces in counted if faces > 0]

    def note_reached(self, fingerprint: str, at: datetime) -> None:
        self._documents.set(self._reached.document(fingerprint), {"id": fingerprint, "at": time_to_text(at)})

    def reached(self) -> dict[str, datetime]:
        return {document["id"]: time_from_text(document["at"]) for document in self._documents.all(self._reached)}


def _trial(document: dict[str, Any]) -> Trial:
    return Trial(
        document["id"],
        tuple(Entrant(**as_named(entrant)) for entrant in document["entrants"]),
        time_from_text(document["started_at"]),
        document["ended_at"] and time_from_text(document["ended_at"]),
    )


def _match(says: dict[str, Any]) -> Match:
    said = as_named(says)
    return Match(**said | {name: bool(said[name]) for name in ("before", "shown_right", "challenger_right")})
