"""The labelled faces that models are measured on: the one place that says which they are."""

import hashlib
from collections.abc import Iterator
from itertools import chain, groupby

from fers.analysis.consensus import majority
from fers.domain import permissions
from fers.domain.consensus import votes_of
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.field import may_be_tested_on
from fers.domain.interfaces import FaceIndex, LabelStore, RecordStore, SnapshotStore
from fers.domain.people import Person
from fers.domain.permissions import Action
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.snapshots import Snapshot, Split
from fers.domain.yardsticks import EVERY_FACE, REVIEWED_FACES, Word, Yardstick
from fers.errors import InvalidInput, NotFound

SHORTEST_ID = 8
"""Digits of a version's id that are enough to name it."""


class Yardsticks:
    """Only faces whose people agreed to train and test models with them are on a yardstick."""

    def __init__(self, records: RecordStore, index: FaceIndex, labels: LabelStore, snapshots: SnapshotStore):
        self._records = records
        self._index = index
        self._labels = labels
        self._snapshots = snapshots

    def study_of(self, yardstick: Yardstick) -> str | None:
        """The study that all of its faces are of; None: they are of several."""
        if yardstick.word is Word.VERSION:
            snapshot = self.snapshot(yardstick)
            return snapshot and snapshot.study_id
        studies = self._records.studies()
        return studies[0].id if len(studies) == 1 else None

    def allowed(self, actor: Person | None, yardstick: Yardstick) -> bool:
        """Whether `actor` may compare models on it: on a study's faces by their role there, on those of several by the
        one in the whole installation."""
        everywhere = permissions.allowed(actor, Action.COMPARE_MODELS)
        return everywhere or permissions.allowed(actor, Action.COMPARE_MODELS, self.study_of(yardstick))

    def require(self, actor: Person | None, yardstick: Yardstick) -> None:
        """Raises NotSignedIn or NotPermitted where that is not allowed."""
        if not self.allowed(actor, yardstick):
            permissions.require(actor, Action.COMPARE_MODELS)

    def labels(self, yardstick: Yardstick, among: IdRange = EVERY_ID) -> Iterator[tuple[str, Emotion, str]]:
        """(face id, label, whose face it is) of the faces in a range of ids, by face id; withdrawn ones are gone from
        all of them."""
        if yardstick.word is Word.VERSION:
            entries = self._snapshots.entries(yardstick.snapshot_id, yardstick.split, among)
            return ((entry.face_id, entry.label, entry.person) for entry in entries if entry.label is not None)
        if yardstick.word is Word.CONSENSUS:
            return self._consensus(among)
        tested = (face for face in self._records.faces(among) if may_be_tested_on(face))
        return ((face.id, face.answer.label, face.person_id) for face in tested)

    def votes(self, yardstick: Yardstick) -> dict[str, list[int]]:
        """What annotators said, as indices into `OUTCOMES`, by face; flags are no votes. Of a version, those frozen
        with it."""
        if yardstick.word is Word.VERSION:
            entries = self._snapshots.entries(yardstick.snapshot_id, yardstick.split)
            return {entry.face_id: votes_of(entry.votes) for entry in entries}
        said = chain.from_iterable(self._labels.labels(study.id) for study in self._records.studies())
        return {face_id: votes_of(labels) for face_id, labels in groupby(said, lambda label: label.face_id)}

    def size(self, yardstick: Yardstick) -> int:
        """How large the yardstick is, read without going through it: how many entries are left of a version; of every
        face, how many have their person's label; of the reviewed ones, how many labels annotators gave."""
        if yardstick.word is Word.VERSION:
            return self._snapshots.count_entries(yardstick.snapshot_id)
        studies = self._records.studies()
        if yardstick.word is Word.CONSENSUS:
            return sum(self._labels.progress(study.id, study.overlap).labels for study in studies)
        return sum(sum(self._index.own_labels(study.id).values()) for study in studies)

    def revisions(self, yardstick: Yardstick) -> int:
        """Beside `size`, a number that tells whether the yardstick is what it was: faces and labels that were changed
        or taken back, which a size may not show. From a version, faces only go, so its size says it all."""
        return 0 if yardstick.word is Word.VERSION else self._index.revisions()

    def snapshot(self, yardstick: Yardstick) -> Snapshot | None:
        """The dataset version behind it."""
        return self._snapshots.snapshot(yardstick.snapshot_id) if yardstick.snapshot_id else None

    def offered(self, study_id: str) -> list[Yardstick]:
        """What there is to measure on: all faces, all reviewed ones, and the study's versions, newest first, each as a
        whole and its test part."""
        versions = [
            Yardstick(Word.VERSION, snapshot.id, split)
            for snapshot in self._snapshots.snapshots(study_id)
            for split in (None, Split.TEST)
        ]
        return [EVERY_FACE, REVIEWED_FACES, *versions]

    def named(self, name: str) -> Yardstick:
        """ "own", "consensus", or a version by its name or the beginning of its id, with "#test" (or another split) for
        a part of it. Raises NotFound, or InvalidInput for a name that several studies use."""
        if name in (Word.OWN, Word.CONSENSUS):
            return Yardstick(Word(name))
        version, _, part = name.partition("#")
        if part and part not in list(Split):
            raise InvalidInput(f"There is no part {part!r} of a version.", f"Say one of: {', '.join(Split)}.")
        found = [
            snapshot
            for study in self._records.studies()
            for snapshot in self._snapshots.snapshots(study.id)
            if version == snapshot.name or (len(version) >= SHORTEST_ID and snapshot.id.startswith(version))
        ]
        if not found:
            raise NotFound(f"There is no version {version!r}.", "Freeze it first, or look which ones there are.")
        if len(found) > 1:
            raise InvalidInput(f"Several studies have a version {version!r}.", "Say the beginning of its id.")
        return Yardstick(Word.VERSION, found[0].id, Split(part) if part else None)

    def _consensus(self, among: IdRange) -> Iterator[tuple[str, Emotion, str]]:
        """What most annotators see; faces on which they tie, or see no emotion, have none."""
        perceived = {}
        for study in self._records.studies():
            perceived |= majority(self._labels.labels(study.id, among))
        for face in self._records.faces(among):
            outcome = perceived[face.id].outcome if face.id in perceived else None
            if isinstance(outcome, Emotion) and Purpose.TRAIN in face.purposes:
                yield face.id, outcome, face.person_id


def digest(face_ids: list[str], labels: list[int]) -> str:
    """SHA-256 over faces and their labels, in the order of the ids."""
    lines = sorted(f"{face_id} {label}\n" for face_id, label in zip(face_ids, labels, strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
