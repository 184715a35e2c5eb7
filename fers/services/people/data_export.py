"""What a person gave: see it, download it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np

from fers.domain.clock import Clock, utc_now
from fers.domain.emotions import LABELS
from fers.domain.faces import DETAILS, INTENDED, Challenger, Face
from fers.domain.groups import SelfDescription
from fers.domain.images import crop_stored
from fers.domain.interfaces import (
    GroupStore,
    ImageStore,
    LabelStore,
    ParticipationStore,
    RecordStore,
    ReplyStore,
    SittingStore,
)
from fers.domain.labels import Label
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.protocols import Sitting
from fers.domain.questions import Question, Reply, in_words
from fers.domain.recruiting import Participation
from fers.errors import ImageLost, NotFound
from fers.exporting.exported_version import Member
from fers.exporting.zipping import Zip
from fers.services.faces.images import image_of
from fers.services.people.consents import Consents
from fers.services.people.questions import wordings


class DataExport:
    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        consents: Consents,
        labels: LabelStore,
        groups: GroupStore,
        sittings: SittingStore,
        replies: ReplyStore,
        participations: ParticipationStore,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._consents = consents
        self._labels = labels
        self._groups = groups
        self._sittings = sittings
        self._replies = replies
        self._participations = participations
        self._now = now

    def faces(self, actor: Person) -> list[Face]:
        """The actor's faces, newest first."""
        return self._records.faces_of(require(actor, Action.MANAGE_OWN_DATA).id)

    def has(self, actor: Person, face_id: str) -> bool:
        """Whether this face is there, and the actor's."""
        require(actor, Action.MANAGE_OWN_DATA)
        face = self._records.face(face_id)
        return face is not None and face.person_id == actor.id

    def crop(self, actor: Person, face_id: str) -> np.ndarray:
        """The face's crop, 224 x 224 x 3 RGB (uint8). Raises NotFound when it is not the actor's, ImageLost."""
        face = self._own(actor, face_id)
        return crop_stored(image_of(self._images, face), face.box)

    def download(self, actor: Person) -> Iterator[bytes]:
        """A zip of everything the actor gave, made as it is asked for: the images, `faces.json`, what they said about
        others' faces as `labels.json`, what they said about themselves as `about-me.json`, what they were asked to show
        as `tasks.json`, what they answered to studies' own questions as `answers.json`, what is kept with a panel's id
        as `panel.json`, and the consent as `consent.md`. Raises NotFound on the way when they withdraw something
        meanwhile."""
        require(actor, Action.MANAGE_OWN_DATA)
        return Zip(self._now()).stream(self._files(actor))

    def _files(self, actor: Person) -> Iterator[Member]:
        faces, described = self.faces(actor), []
        for face in faces:
            try:
                image = self._image(face)
                yield Member(f"images/{face.id}.jpg", (image,))
                described.append(describe(face))
            except ImageLost as lost:
                described.append(describe(face) | {"image": None, "problem": lost.what, "code": lost.code})
        for face in faces:
            self._require(face)
        yield _json("faces.json", described)
        yield _json("labels.json", [describe_label(label) for label in self._labels.labels_by(actor.id)])
        yield _json("about-me.json", [describe_self(said) for said in self._groups.descriptions_of(actor.id)])
        yield _json("tasks.json", [describe_sitting(sitting) for sitting in self._sittings.sittings_of(actor.id)])
        yield _json("answers.json", self._describe_replies(actor))
        theirs = self._participations.participations_of(actor.id)
        yield _json("panel.json", [describe_participation(participation) for participation in theirs])
        yield Member("consent.md", (self._consents.copy_for(actor).encode(),))

    def _describe_replies(self, actor: Person) -> list[dict[str, Any]]:
        put = {study.id: wordings(study) for study in self._records.studies()}
        replies = self._replies.all_replies_of(actor.id)
        return [describe_reply(one, put.get(one.study_id, {}).get((one.question, one.version))) for one in replies]

    def _image(self, face: Face) -> bytes:
        """As it was stored. Raises NotFound when it was withdrawn a moment ago, and ImageLost."""
        try:
            image = image_of(self._images, face)
        except ImageLost:
            self._require(face)
            raise
        self._require(face)
        return image

    def _require(self, face: Face) -> None:
        if self._records.face(face.id) is None:
            raise NotFound("data-export.something-withdrawn")

    def _own(self, actor: Person, face_id: str) -> Face:
        require(actor, Action.MANAGE_OWN_DATA)
        face = self._records.face(face_id)
        if face is None or face.person_id != actor.id:
            raise NotFound("photo.gone")
        return face


def _json(name: str, content: list[dict[str, Any]]) -> Member:
    return Member(name, (json.dumps(content, indent=2, ensure_ascii=False).encode(),))


def describe(face: Face) -> dict[str, Any]:
    """Everything known about a face in JSON's types, except whose it is."""
    answer, prediction = face.answer, face.prediction
    return {
        "id": face.id,
        "image": f"images/{face.id}.jpg",
        "sha256": face.image.sha256,
        "width": face.image.width,
        "height": face.image.height,
        "source": face.source,
        "box": face.box.as_list(),
        "label": answer.label.label if answer.label is not None else None,
        "label_given": "before the prediction was shown" if answer.before_prediction else "after it was shown",
        **{detail.name: detail.read(answer) for detail in DETAILS},
        INTENDED.name: INTENDED.read(face),
        "model": {"id": prediction.model_id, "version": prediction.model_version},
        "probabilities": dict(zip(LABELS, prediction.probabilities, strict=True)),
        "sure": prediction.sure,
        "can_tell": prediction.can_tell,
        "guessed_valence_arousal": None if prediction.valence is None else [prediction.valence, prediction.arousal],
        "rival": _describe_challenger(face.challenger),
        "missed": face.unscored and asdict(face.unscored),
        "live": face.live and face.live.described(),
        "purposes": sorted(face.purposes),
        "consent": face.consent_id,
        "captured_at": face.captured_at.isoformat(),
        "predicted_at": prediction.made_at.isoformat(),
        "given_at": face.given_at.isoformat(),
        "purge_at": face.purge_at.isoformat(),
    }


def describe_self(description: SelfDescription) -> dict[str, Any]:
    """What somebody says about themselves, and the words they agreed to, in JSON's types."""
    return description.said() | {
        "study": description.study_id,
        "agreed_to": description.words.body,
        "given_at": description.given_at.isoformat(),
    }


def describe_reply(reply: Reply, question: Question | None) -> dict[str, Any]:
    """What somebody answered, in JSON's types. `question`: as it was put; None where its study is gone."""
    return {
        "study": reply.study_id,
        "question": reply.question,
        "words": question and question.words.text,
        "words_version": reply.version,
        "answer": reply.value,
        "meaning": question and in_words(question, reply.value),
        "photo": reply.face_id or None,
        "tries": reply.tries,
        "outcome": reply.outcome,
        "may_be_shared": reply.shared,
        "given_at": reply.given_at.isoformat(),
        "purge_at": reply.purge_at.isoformat(),
    }


def describe_sitting(sitting: Sitting) -> dict[str, Any]:
    """What somebody was asked to show in one study, and what became of it, in JSON's types."""
    asked = (step for step in sitting.steps if step.outcome)
    return {
        "study": sitting.study_id,
        "tasks": [
            {
                "intended": step.task.intended.label,
                "scenario": step.task.scenario,
                "outcome": step.outcome,
                "face": step.face_id,
            }
            for step in asked
        ],
    }


def describe_participation(participation: Participation) -> dict[str, Any]:
    """What is kept of somebody from a panel, in JSON's types."""
    return {
        "study": participation.study_id,
        "panel_id": participation.panel_id,
        "reached": [{"status": status, "since": since.isoformat()} for status, since in participation.reached],
        "tasks_done": participation.given,
        "tasks_skipped": participation.skipped,
        "photos_kept": participation.kept,
    }


def _describe_challenger(challenger: Challenger | None) -> dict[str, Any] | None:
    """What another model said in a blind trial, without being shown."""
    return (
        None
        if challenger is None
        else {
            "trial": challenger.trial_id,
            "model": {"id": challenger.prediction.model_id, "version": challenger.prediction.model_version},
            "probabilities": dict(zip(LABELS, challenger.prediction.probabilities, strict=True)),
            "predicted_at": challenger.prediction.made_at.isoformat(),
        }
    )


def describe_label(label: Label) -> dict[str, Any]:
    """Everything known about a label in JSON's types, except whose it is."""
    return {
        "face": label.face_id,
        "verdict": label.verdict,
        "shares": dict(zip(LABELS, label.distribution, strict=True)) if label.distribution else None,
        "reason": label.reason,
        "valence": label.valence,
        "arousal": label.arousal,
        "seconds": label.seconds,
        "saw_prediction": label.saw_prediction,
        "given_at": label.given_at.isoformat(),
    }
