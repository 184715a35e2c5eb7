"""Review: annotators label other people's faces, blind to what anybody else said about them."""

import io
import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from random import Random, SystemRandom

from PIL import Image

from fers.domain.clock import Clock, utc_now
from fers.domain.emotions import Emotion
from fers.domain.erasures import Erased
from fers.domain.faces import Face
from fers.domain.images import glimpse
from fers.domain.interfaces import ErasureStore, FaceIndex, ImageStore, LabelStore, RecordStore
from fers.domain.labels import Label, Verdict
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.review import Progress, QueueOrder
from fers.domain.studies import Study
from fers.errors import AlreadyExists, InvalidInput, NotFound, SlotTaken
from fers.services.labelling.aggregation import aggregate

PICTURE_PIXELS = 448
RANDOM_SHARE = 0.2
"""Of the faces handed out; whatever order a study chose, so many are drawn regardless of it."""
GOLD_STANDARD_SHARE = 0.05
LEASE = timedelta(minutes=10)
"""How long a face that was handed out is kept for its annotator."""
FIRST_CANDIDATES = 8
LONGEST_REASON = 500
"""Characters that a flag may say."""
MANY_SLOTS = 10**6
"""A face whose label is known is there for everybody."""


@dataclass(frozen=True)
class Assignment:
    """A face handed out to be labelled, and all that its annotator gets to know about it."""

    face_id: str
    picture: bytes
    """The crop, a JPEG of 448 x 448 pixels."""
    guess: Emotion | None
    """The model's, in studies that show it."""


@dataclass(frozen=True)
class ReviewProgress:
    own: int
    """The annotator's labels in the study."""
    waiting: int
    """Faces that they may label still; others may have them in hand at present."""
    study: Progress


class Review:
    def __init__(
        self,
        records: RecordStore,
        labels: LabelStore,
        index: FaceIndex,
        images: ImageStore,
        erasures: ErasureStore,
        now: Clock = utc_now,
        random: Random | None = None,
    ):
        self._records = records
        self._labels = labels
        self._index = index
        self._images = images
        self._erasures = erasures
        self._now = now
        self._random = random or SystemRandom()

    def next_faces(self, actor: Person, study_id: str, count: int, besides: Collection[str] = ()) -> list[Assignment]:
        """Up to `count` faces for the actor to label, `besides` those (ids) they have in hand already. Each is kept for
        them for a while. Never their own face, nor one they have labelled."""
        study = self._study(actor, study_id)
        in_hand = set(besides)
        assignments: list[Assignment] = []
        while len(assignments) < count and (assignment := self._assign(actor, study, in_hand)):
            assignments.append(assignment)
            in_hand.add(assignment.face_id)
        return assignments

    def label(
        self,
        actor: Person,
        study_id: str,
        face_id: str,
        verdict: Verdict,
        *,
        distribution: tuple[float, ...] = (),
        reason: str = "",
        valence: float | None = None,
        arousal: float | None = None,
        seconds: float = 0.0,
        saw_prediction: bool = False,
    ) -> Label:
        """Keep what the actor says about a face, and return it; see `Label` for what goes together, and for the ranges.

        `saw_prediction`: of the face as it was on their screen; what the study shows may have changed since it was
        handed out.

        Raises NotFound for a face they may not label (any more), or when they withdrew everything meanwhile,
        AlreadyExists when they have labelled it (`review.labelled-otherwise` where that says something else), SlotTaken
        when others were quicker, InvalidInput when it can't be said like this.
        """
        study = self._study(actor, study_id)
        if self._face(actor, study, face_id) is None:
            raise NotFound("review.photo-gone")
        is_time = isinstance(seconds, int | float) and 0 <= seconds < math.inf
        if not is_time or not isinstance(reason, str):  # A browser may send anything.
            raise InvalidInput("review.impossible-label")
        if len(reason) > LONGEST_REASON:
            raise InvalidInput("review.reason-too-long", longest=LONGEST_REASON)
        reason = reason.encode("utf-8", "replace").decode()  # Half of a sign is none: no page could show it.
        now = self._now()
        about = (face_id, study.id, actor.id, verdict, now)
        try:
            label = Label(*about, distribution, reason, valence, arousal, seconds, saw_prediction)
        except ValueError as error:
            raise InvalidInput("review.impossible-label") from error
        self._add(label, self._slots(study, face_id))
        has_left = self._erasures.is_gone(actor.id, Erased.PERSON)
        if has_left:  # In another window; what is still unsent in this one comes too late to be taken along.
            self._labels.forget_annotator(actor.id)
        aggregate(self._labels, self._index, face_id)
        if has_left:
            raise NotFound("account.gone")
        return label

    def _add(self, label: Label, slots: int) -> None:
        try:
            self._labels.add_label(label, slots, label.given_at)
        except AlreadyExists as error:
            kept = {one.annotator_id: one for one in self._labels.labels_of(label.face_id)}.get(label.annotator_id)
            if kept and not kept.says_the_same(label):
                raise AlreadyExists("review.labelled-otherwise") from error
            raise

    def undo(self, actor: Person, study_id: str, face_id: str) -> Assignment | None:
        """Take the actor's label of a face back and hand the face out again; None when it is not there any more.

        Raises SlotTaken when the label is taken back and the face has all its labels without it.
        """
        study = self._study(actor, study_id)
        if self._face(actor, study, face_id) is None:
            return None
        self._labels.remove_label(face_id, actor.id)
        aggregate(self._labels, self._index, face_id)
        if (assignment := self._hand_out(actor, study, face_id)) is None:
            raise SlotTaken("review.too-late-to-correct")
        return assignment

    def latest(self, actor: Person, study_id: str, count: int) -> list[Label]:
        """The actor's last labels, newest first, of the faces that they may look at still."""
        study = self._study(actor, study_id)
        given = self._labels.latest_by(actor.id, study.id, count)
        return [label for label in given if self._face(actor, study, label.face_id)]

    def look_again(self, actor: Person, study_id: str, face_id: str) -> bytes | None:
        """The picture, as in `Assignment`, of a face that the actor has labelled; None when they have not, or may not
        look at it any more."""
        study = self._study(actor, study_id)
        face = self._face(actor, study, face_id)
        if face is None or actor.id not in {label.annotator_id for label in self._labels.labels_of(face_id)}:
            return None
        return self._picture(face)

    def progress(self, actor: Person, study_id: str) -> ReviewProgress:
        study = self._study(actor, study_id)
        return ReviewProgress(
            self._labels.count_by(actor.id, study.id),
            self._labels.count_waiting(actor.id, study.id, study.overlap),
            self._labels.progress(study.id, study.overlap),
        )

    def _assign(self, actor: Person, study: Study, in_hand: set[str]) -> Assignment | None:
        candidates = (face_id for face_id in self._candidates(actor, study, in_hand) if face_id not in in_hand)
        return next(filter(None, (self._hand_out(actor, study, face_id) for face_id in candidates)), None)

    def _candidates(self, actor: Person, study: Study, in_hand: set[str]) -> Iterator[str]:
        if self._random.random() < GOLD_STANDARD_SHARE:
            gold_standard = list(self._labels.gold_standard(study.id))
            yield from self._random.sample(gold_standard, len(gold_standard))
        order = QueueOrder.RANDOM if self._random.random() < RANDOM_SHARE else study.queue_order
        tried, wanted, are_left = 0, len(in_hand) + FIRST_CANDIDATES, True
        while are_left:  # Others may be quicker, or faces about to be purged: then more are looked at.
            found = self._labels.next_faces(study.id, actor.id, order, study.overlap, self._now(), wanted)
            yield from found[tried:]
            are_left = len(found) == wanted
            tried, wanted = wanted, 4 * wanted

    def _hand_out(self, actor: Person, study: Study, face_id: str) -> Assignment | None:
        face, now = self._face(actor, study, face_id), self._now()
        slots = self._slots(study, face_id)
        if face is None or not self._labels.reserve(face_id, actor.id, slots, now, now + LEASE):
            return None
        if (picture := self._picture(face)) is None:
            return None
        return Assignment(face_id, picture, face.prediction.top(1)[0][0] if study.show_prediction else None)

    def _picture(self, face: Face) -> bytes | None:
        """None when it was withdrawn since."""
        try:
            pixels = glimpse(self._images.get(face.id), face.box, PICTURE_PIXELS)
        except NotFound:
            return None
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=90)
        return file.getvalue()

    def _face(self, actor: Person, study: Study, face_id: str) -> Face | None:
        """None when the actor may not label it."""
        face = self._records.face(face_id)
        if face is None or face.study_id != study.id or face.person_id == actor.id:
            return None
        return face if face.may_be_shown(self._now()) else None

    def _slots(self, study: Study, face_id: str) -> int:
        return study.overlap if self._labels.known(face_id) is None else MANY_SLOTS

    def _study(self, actor: Person, study_id: str) -> Study:
        require(actor, Action.REVIEW, study_id)
        study = next((study for study in self._records.studies() if study.id == study_id), None)
        if study is None:
            raise InvalidInput("study.gone")
        return study
