"""What a person gave: see it, download it."""

import io
import json
import zipfile
from dataclasses import asdict
from typing import Any

import numpy as np

from fers.domain.emotions import LABELS
from fers.domain.faces import DETAILS, Challenger, Face
from fers.domain.groups import SelfDescription
from fers.domain.images import crop_stored
from fers.domain.interfaces import GroupStore, ImageStore, LabelStore, RecordStore
from fers.domain.labels import Label
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import ImageLost, NotFound
from fers.services.faces.images import image_of
from fers.services.people.consents import Consents


class DataExport:
    def __init__(
        self, records: RecordStore, images: ImageStore, consents: Consents, labels: LabelStore, groups: GroupStore
    ):
        self._records = records
        self._images = images
        self._consents = consents
        self._labels = labels
        self._groups = groups

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

    def download(self, actor: Person) -> bytes:
        """A zip of everything the actor gave: the images, `faces.json`, what they said about others' faces as
        `labels.json`, what they said about themselves as `about-me.json`, and the consent as `consent.md`."""
        faces = self.faces(actor)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as files:
            described = [describe(face) | self._add_image(files, face) for face in faces]
            files.writestr("faces.json", json.dumps(described, indent=2, ensure_ascii=False))
            said = [describe_label(label) for label in self._labels.labels_by(actor.id)]
            files.writestr("labels.json", json.dumps(said, indent=2, ensure_ascii=False))
            about = [describe_self(description) for description in self._groups.descriptions_of(actor.id)]
            files.writestr("about-me.json", json.dumps(about, indent=2, ensure_ascii=False))
            files.writestr("consent.md", self._consents.copy_for(actor))
        return archive.getvalue()

    def _add_image(self, files: zipfile.ZipFile, face: Face) -> dict[str, Any]:
        """What is said of the image: of a lost one, that it is lost."""
        try:
            files.writestr(f"images/{face.id}.jpg", image_of(self._images, face))
        except ImageLost as lost:
            return {"image": None, "problem": lost.what}
        return {}

    def _own(self, actor: Person, face_id: str) -> Face:
        require(actor, Action.MANAGE_OWN_DATA)
        face = self._records.face(face_id)
        if face is None or face.person_id != actor.id:
            raise NotFound("This photo is not there any more.", "Reload the page to see what is.")
        return face


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
        "model": {"id": prediction.model_id, "version": prediction.model_version},
        "probabilities": dict(zip(LABELS, prediction.probabilities, strict=True)),
        "sure": prediction.sure,
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
