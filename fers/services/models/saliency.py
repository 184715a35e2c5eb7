"""Why a model says what it says of a stored face: which pixels mattered."""

from dataclasses import dataclass

import numpy as np

from fers.domain.clock import Clock, utc_now
from fers.domain.emotions import Emotion
from fers.domain.faces import Prediction
from fers.domain.images import crop_stored
from fers.domain.interfaces import Classifier, ImageStore, Models, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import NotFound


@dataclass(frozen=True)
class Explained:
    """What a model says of a face, and what it looked at."""

    face: np.ndarray
    """224 x 224 x 3 RGB, uint8."""
    prediction: Prediction
    maps: list[tuple[Emotion, np.ndarray]]
    """For each of its top three, which pixels spoke for it: 224 x 224 from 0 to 1."""


class Saliency:
    def __init__(self, records: RecordStore, images: ImageStore, models: Models, now: Clock = utc_now):
        self._records = records
        self._images = images
        self._models = models
        self._now = now

    def guess(self, actor: Person, face_id: str) -> Explained:
        """What the guess rested on that came with a face: for its own person, and for those who may look at it.

        Raises NotFound when the face is gone or may not be looked at, or when the model has changed since;
        UnknownModel; ModelRejected.
        """
        require(actor, Action.MANAGE_OWN_DATA)
        face = self._records.face(face_id)
        is_own = face is not None and face.person_id == actor.id
        if face is not None and not is_own:
            require(actor, Action.VIEW_DATASET, face.study_id)
        if face is None or not (is_own or face.may_be_shown(self._now())):
            raise NotFound("saliency.photo-gone")
        classifier = self._models.classifier(face.prediction.model_id)
        if classifier.info.version != face.prediction.model_version:
            raise NotFound("saliency.model-changed")
        return explained(classifier, crop_stored(self._images.get(face.id), face.box), face.prediction)


def explained(classifier: Classifier, face: np.ndarray, prediction: Prediction) -> Explained:
    """`prediction`: what `classifier` says of `face` (224 x 224 x 3 RGB, uint8)."""
    emotions = [emotion for emotion, _ in prediction.top(3)]
    return Explained(face, prediction, list(zip(emotions, classifier.explain(face, emotions), strict=True)))
