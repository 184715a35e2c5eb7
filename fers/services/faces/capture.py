"""Capture: from a photo to a stored face."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np

from fers.domain.boxes import Box
from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Consent, Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer, Challenger, Face, LiveGuess, Prediction, Source, StoredImage, Unscored
from fers.domain.hints import Hint, hints
from fers.domain.images import Photo, check_photo, crop, crop_stored, cut_out
from fers.domain.interfaces import FaceDetector, Models, StoreHealth
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import AlreadyExists, InvalidInput, StudyClosed
from fers.services.faces.storing import Storing
from fers.services.faces.tasks import Tasks, Turn
from fers.services.models.challengers import Challengers
from fers.services.models.prediction import prediction_of
from fers.services.models.saliency import Explained, explained
from fers.services.people.consents import Consents
from fers.services.people.participations import Participations
from fers.services.people.questions import Questions
from fers.services.people.studies import Studies

MOST_PICTURES = 6
"""Faces to pick from, largest first; a smaller one can still be cropped by hand."""
PICTURE_SIDE = 96


@dataclass(frozen=True)
class Draft:
    """A checked photo that is being worked on. Nothing of it is stored."""

    id: str
    """Becomes the face's id, so that submitting twice stores once."""
    study_id: str
    """Whose terms its person had agreed to, and whose questions they had answered, when they took it."""
    photo: Photo
    source: Source
    suggestions: tuple[Box, ...]
    """A crop around each face found, largest face first."""
    faces: tuple[Box, ...]
    """The faces found, in the same order."""
    pictures: tuple[np.ndarray, ...]
    """Of the first few suggestions, `PICTURE_SIDE` pixels a side, for choosing between them."""
    captured_at: datetime
    live: LiveGuess | None = None
    """What its person saw on the live page when they gave it; None: not from there."""
    turn: Turn | None = None
    """What its person was asked for; None: nothing."""


class Capture:
    def __init__(
        self,
        storing: Storing,
        models: Models,
        detector: FaceDetector,
        consents: Consents,
        studies: Studies,
        challengers: Challengers,
        tasks: Tasks,
        questions: Questions,
        participations: Participations,
        health: StoreHealth,
        now: Clock = utc_now,
    ):
        self._storing = storing
        self._models = models
        self._detector = detector
        self._consents = consents
        self._studies = studies
        self._challengers = challengers
        self._tasks = tasks
        self._questions = questions
        self._participations = participations
        self._health = health
        self._now = now

    def prepare(self, actor: Person) -> None:
        """Have the model ready by the time it is needed. Returns at once. Raises StoreUnavailable while the store has
        no room for a photo."""
        require(actor, Action.GIVE_FACE)
        self._health.require_room()
        self._models.preload()
        self._challengers.prepare()

    def receive(self, actor: Person, data: bytes, source: Source, live: LiveGuess | None = None) -> Draft:
        """Check a photo and find the faces in it. `live`: what its person watched a model say in their browser.

        Raises ImageRejected, ConsentRequired, StudyClosed, StoreUnavailable while the store has no room for it, or
        InvalidInput when `live` is no registered model's; and NotPermitted while the study has questions that come
        first, or when it does not go on for the actor.
        """
        _, study = self._require_open(actor)
        self._questions.require_none_due(actor)
        self._health.require_room()
        self._require_registered(live)
        photo = check_photo(data)
        scale = self._models.default().crop_scale
        with photo.pixels() as pixels:
            faces = tuple(self._detector.detect(pixels))
            suggestions = tuple(face.with_context(scale, photo.size) for face in faces)
            pictures = tuple(crop(pixels, box, PICTURE_SIDE) for box in suggestions[:MOST_PICTURES])
        turn = None if live else self._tasks.turn(actor)
        id, now = secrets.token_hex(16), self._now()
        return Draft(id, study.id, photo, source, suggestions, faces, pictures, now, live, turn)

    def hints(self, actor: Person, draft: Draft, box: Box) -> list[Hint]:
        """What could be better about the crop; often nothing."""
        require(actor, Action.GIVE_FACE)
        with draft.photo.pixels() as pixels:
            return hints(pixels, box, draft.faces)

    def predict(self, actor: Person, draft: Draft, box: Box) -> Prediction:
        """What the live model, or in a trial the one that is drawn, says about the crop. Raises ConsentRequired,
        ModelRejected, and InvalidInput for a photo that was taken for another study."""
        consent, study = self._require_open_for(actor, draft)
        self._tasks.keep(actor, draft.turn)
        face = crop_stored(draft.photo.data, box)
        if _in_trial(draft, consent, study) and (drawn := self._challengers.shown(draft.id, face)):
            return drawn
        return prediction_of(self._models.classifier(), face, self._now)

    def explain(self, actor: Person, draft: Draft, box: Box, prediction: Prediction) -> Explained:
        """For each of the prediction's top three, which pixels of the crop spoke for it.

        Raises ConsentRequired, UnknownModel, ModelRejected, and InvalidInput as above.
        """
        self._require_open_for(actor, draft)
        face = crop_stored(draft.photo.data, box)
        return explained(self._models.classifier(prediction.model_id), face, prediction)

    def submit(self, actor: Person, draft: Draft, box: Box, prediction: Prediction, answer: Answer) -> Face | None:
        """Store the face with everything that belongs to it, exactly once however often this is called.

        Returns the stored face, or None for a person who did not agree to storing, or no longer does: then nothing is
        kept. Raises ConsentRequired, StudyClosed, InvalidInput as above, AlreadyExists when its person did the task
        in another window meanwhile, and StoreUnavailable: then trying again is safe.
        """
        consent, study = self._require_open_for(actor, draft)
        self._choose(actor, draft, study)
        if not consent.permits(Purpose.STORE):
            self._note_given(actor, draft, study, None, sent=1)
            return None
        task = draft.turn.task if draft.turn else None
        if task and task.display:
            answer = replace(answer, display=task.display)
        given_at, heard = self._now(), None
        if _in_trial(draft, consent, study) and isinstance(answer.label, Emotion):
            heard = self._challengers.answer(draft.id, prediction, crop_stored(draft.photo.data, box))
        photo, box = _kept(study, draft.photo, box)
        face = Face(
            id=draft.id,
            person_id=actor.id,
            study_id=study.id,
            consent_id=consent.id,
            purposes=consent.purposes,
            image=StoredImage(photo.sha256, photo.width, photo.height, len(photo.data)),
            source=draft.source,
            box=box,
            prediction=prediction,
            answer=answer,
            captured_at=draft.captured_at,
            given_at=given_at,
            purge_at=given_at + timedelta(days=study.retention_days),
            challenger=heard if isinstance(heard, Challenger) else None,
            unscored=heard if isinstance(heard, Unscored) else None,
            live=draft.live,
            intended=task.intended if task else None,
        )
        stored = self._storing.store(face, photo.data, lambda: self._require_chosen(actor, draft))
        held = self._consents.hold_to_latest(actor, stored)
        self._note_given(actor, draft, study, draft.id, sent=int(stored is face))
        return held

    def _choose(self, actor: Person, draft: Draft, study: Study) -> None:
        """Have the photo be the one that is given for its task: of those from two windows one is. Another photo that
        was to be, and never came to be stored, steps back."""
        if (turn := draft.turn) is None or turn.task is None:
            return
        try:
            while (other := self._tasks.choose(actor, turn, draft.id)) != draft.id:
                instead = partial(self._tasks.choose, actor, turn, draft.id, instead_of=other)
                if self._storing.unless_stored(other, instead):
                    self._tasks.note_given(actor, turn, other)  # Whoever stored it may have died before.
        except AlreadyExists:
            self._participations.note_progress(actor, study)  # Likewise.
            raise

    def _require_chosen(self, actor: Person, draft: Draft) -> None:
        if draft.turn and draft.turn.task and self._tasks.choose(actor, draft.turn, draft.id) != draft.id:
            raise AlreadyExists("capture.task-done")

    def _note_given(self, actor: Person, draft: Draft, study: Study, face_id: str | None, sent: int) -> None:
        """`sent`: 0 where an earlier call, of which only the answer got lost, has stored the face already."""
        self._tasks.note_given(actor, draft.turn, face_id)
        self._participations.note_progress(actor, study, sent)

    def _require_registered(self, live: LiveGuess | None) -> None:
        known = {(info.id, info.fingerprint) for info in self._models.models()}
        if live is not None and (live.model_id, live.fingerprint) not in known:
            raise InvalidInput("capture.model-changed")

    def _require_open_for(self, actor: Person, draft: Draft) -> tuple[Consent, Study]:
        """In another study they agreed to other terms, and may be asked questions first that let not everybody on."""
        consent, study = self._require_open(actor)
        if draft.study_id != study.id:
            raise InvalidInput("capture.other-study")
        return consent, study

    def _require_open(self, actor: Person) -> tuple[Consent, Study]:
        require(actor, Action.GIVE_FACE)
        study = self._studies.current(actor)
        if not study.open:
            raise StudyClosed("study.closed")
        self._participations.require_going_on(actor, study)
        return self._consents.require(actor, study), study


def _kept(study: Study, photo: Photo, box: Box) -> tuple[Photo, Box]:
    """What is stored of a photo, and where the face is in that."""
    if not study.crop_only:
        return photo, box
    part = cut_out(photo, box)
    return part, Box(0, 0, part.width, part.height)


def _in_trial(draft: Draft, consent: Consent, study: Study) -> bool:
    """Whether models may be compared on this face, once its person has said what it shows: not when they have seen a
    guess on the live page already."""
    return draft.live is None and study.participants_label and {Purpose.STORE, Purpose.TRAIN} <= consent.purposes
