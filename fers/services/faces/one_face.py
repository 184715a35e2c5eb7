"""Everything that is known about one face, for those who look through its study."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.consensus import opinion_of
from fers.domain.consent import Purpose
from fers.domain.exploring import Found, class_of
from fers.domain.faces import Face
from fers.domain.interfaces import AnswerStore, DatasetVersionStore, LabelStore, RecordStore
from fers.domain.labels import Label, is_open_flag
from fers.domain.people import Person
from fers.domain.ranges import IdRange
from fers.domain.review import GoldStandard
from fers.services.faces.sight import face_in_sight


class Occasion(StrEnum):
    """When a model was asked about a face."""

    GIVEN = "as the photo was given"
    TRIAL = "unseen, in a blind trial"
    LIVE = "in the participant's browser"
    COMPARED = "to compare models"


@dataclass(frozen=True)
class Guess:
    """What one model says of a face."""

    model_id: str
    model_version: str
    """Empty where that was not kept."""
    occasion: Occasion
    probabilities: tuple[float, ...]
    """Eight, in the order of `Emotion`."""


@dataclass(frozen=True)
class AboutFace:
    found: Found
    may_be_shown: bool
    labels: list[Label]
    """What annotators say, the earliest first."""
    known: GoldStandard | None
    flags_resolved_at: datetime | None
    guesses: list[Guess]
    versions: list[tuple[str, datetime]]
    """Names of the dataset versions that hold it, with when each was frozen, the earliest first."""

    @property
    def flags(self) -> list[Label]:
        """What annotators found wrong with the picture, and nobody has resolved since."""
        return [label for label in self.labels if is_open_flag(label, self.flags_resolved_at)]


class Faces:
    def __init__(
        self,
        records: RecordStore,
        labels: LabelStore,
        answers: AnswerStore,
        dataset_versions: DatasetVersionStore,
        now: Clock = utc_now,
    ):
        self._records = records
        self._labels = labels
        self._answers = answers
        self._versions = dataset_versions
        self._now = now

    def about(self, actor: Person, face_id: str) -> AboutFace:
        """Raises NotFound when it is not there (any more)."""
        face = face_in_sight(self._records, actor, face_id)
        labels = sorted(self._labels.labels_of(face.id), key=lambda label: label.given_at)
        opinion = opinion_of(labels)
        by_set_alone = bool(labels) and all(label.of_a_set for label in labels)
        return AboutFace(
            found=Found(face, class_of(face, opinion), reviewed=opinion is not None, by_set_alone=by_set_alone),
            may_be_shown=face.may_be_shown(self._now()),
            labels=labels,
            known=self._labels.known(face.id),
            flags_resolved_at=self._labels.resolved_flags(face.study_id).get(face.id),
            guesses=[*_guesses_with(face), *self._guesses_since(face)],
            versions=self._versions_with(face),
        )

    def resolve_flags(self, actor: Person, face_id: str, resolved: bool = True) -> None:
        """Say that the face stays, whatever annotators have flagged so far; or, not `resolved`, that their flags are to
        be looked at again. Raises NotFound when it is not there (any more)."""
        face, now = face_in_sight(self._records, actor, face_id), self._now()
        self._labels.resolve_flags(face.id, now if resolved else None)
        action = "settled the flags of a face" if resolved else "opened the flags of a face again"
        self._records.append_audit(entry_by(actor, now, action, face.id, face.study_id))

    def _guesses_since(self, face: Face) -> list[Guess]:
        """What models said that were compared, by name; nothing where its person lets none be tested on it."""
        if Purpose.TRAIN not in face.purposes:
            return []
        guesses = []
        for run in sorted(self._answers.runs(), key=lambda run: (run.model_id, run.finished_at)):
            for _, said in self._answers.answers(run.fingerprint, IdRange.only(face.id)):
                about = (run.model_id, run.model_version, Occasion.COMPARED)
                guesses.append(Guess(*about, tuple(map(float, said))))
        return guesses

    def _versions_with(self, face: Face) -> list[tuple[str, datetime]]:
        return [
            (version.name, version.created_at)
            for version in reversed(self._versions.of_study(face.study_id))
            if any(self._versions.entries(version.id, among=IdRange.only(face.id)))
        ]


def _guesses_with(face: Face) -> list[Guess]:
    """Those that were kept with the face itself."""
    given = [(face.prediction, Occasion.GIVEN)]
    if face.challenger:
        given.append((face.challenger.prediction, Occasion.TRIAL))
    guesses = [Guess(said.model_id, said.model_version, when, said.probabilities) for said, when in given]
    if face.live:
        guesses.append(Guess(face.live.model_id, "", Occasion.LIVE, face.live.probabilities))
    return guesses
