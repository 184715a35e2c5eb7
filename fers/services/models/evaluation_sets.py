"""The labelled faces that models are measured on: the one place that says which they are."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby

from fers.analysis.consensus import majority
from fers.domain import permissions
from fers.domain.consensus import Consensus, of_people, votes_of
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import (
    ASKED_FACES,
    OWN_LABELS,
    REVIEWED_FACES,
    WHOLE,
    EvaluationLabels,
    EvaluationSet,
)
from fers.domain.faces import Face
from fers.domain.field import may_be_tested_on
from fers.domain.interfaces import DatasetVersionStore, FaceIndex, LabelStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.studies import Study
from fers.domain.versions import DatasetVersion, Split
from fers.errors import InvalidInput, NotFound

SHORTEST_ID = 8
"""Digits of a version's id that are enough to name it."""
COUNTED_AT_ONCE = 20_000
"""Faces, or labels: to go through more takes seconds."""


@dataclass(frozen=True)
class Choice:
    """Something to measure models on."""

    evaluation_set: EvaluationSet
    version: DatasetVersion | None
    """The dataset version, where it is one."""
    study: str
    """The name of the study whose faces these are; empty: of all studies."""
    faces: int | None
    """How many; see `EvaluationSets.count`."""


class EvaluationSets:
    """Only faces whose people agreed to train and test models with them are on an evaluation set."""

    def __init__(
        self, records: RecordStore, index: FaceIndex, labels: LabelStore, dataset_versions: DatasetVersionStore
    ):
        self._records = records
        self._index = index
        self._labels = labels
        self._versions = dataset_versions
        self._counted: dict[EvaluationSet, tuple[tuple[int, int], int]] = {}

    def study_of(self, evaluation_set: EvaluationSet) -> str | None:
        """The study that all of its faces are of; None: they are of several."""
        if evaluation_set.label_source is EvaluationLabels.VERSION:
            dataset_version = self.version(evaluation_set)
            return dataset_version.study_id if dataset_version else None
        studies = self._studies(evaluation_set)
        return studies[0].id if len(studies) == 1 else None

    def allowed(self, actor: Person | None, evaluation_set: EvaluationSet) -> bool:
        """Whether `actor` may compare models on it: on a study's faces by their role there, on those of several by the
        one in the whole installation."""
        everywhere = permissions.allowed(actor, Action.COMPARE_MODELS)
        return everywhere or permissions.allowed(actor, Action.COMPARE_MODELS, self.study_of(evaluation_set))

    def require(self, actor: Person | None, evaluation_set: EvaluationSet) -> None:
        """Raises NotSignedIn or NotPermitted where that is not allowed."""
        if not self.allowed(actor, evaluation_set):
            permissions.require(actor, Action.COMPARE_MODELS)

    def labels(self, evaluation_set: EvaluationSet, among: IdRange = EVERY_ID) -> Iterator[tuple[str, Emotion, str]]:
        """(face id, label, whose face it is) of the faces in a range of ids, by face id; withdrawn ones are gone from
        all of them. Where there is no label at all, as of own ones where all faces were imported, no face is read."""
        if evaluation_set.label_source is EvaluationLabels.VERSION:
            entries = self._versions.entries(evaluation_set.version_id, evaluation_set.split, among)
            return ((entry.face_id, entry.label, entry.person) for entry in entries if entry.label is not None)
        if evaluation_set.label_source is EvaluationLabels.CONSENSUS:
            return self._consensus(evaluation_set, among)
        if not self.size(evaluation_set):
            return iter(())
        if evaluation_set.label_source is EvaluationLabels.INTENDED:
            asked = (face for face in self._faces(evaluation_set, among) if Purpose.TRAIN in face.purposes)
            return ((face.id, face.intended, face.person_id) for face in asked if face.intended is not None)
        tested = (face for face in self._faces(evaluation_set, among) if may_be_tested_on(face))
        return ((face.id, face.answer.label, face.person_id) for face in tested if face.answer.label is not None)

    def votes(self, evaluation_set: EvaluationSet) -> dict[str, list[int]]:
        """What annotators said, as indices into `OUTCOMES`, by face; flags are no votes, and a set's own label is
        nobody's. Of a version, those frozen with it."""
        if evaluation_set.label_source is EvaluationLabels.VERSION:
            entries = self._versions.entries(evaluation_set.version_id, evaluation_set.split)
            return {entry.face_id: votes_of(of_people(entry.votes)) for entry in entries}
        said = chain.from_iterable(self._labels.labels(study.id) for study in self._studies(evaluation_set))
        return {face_id: votes_of(of_people(of)) for face_id, of in groupby(said, lambda label: label.face_id)}

    def size(self, evaluation_set: EvaluationSet) -> int:
        """How large the evaluation set is, read without going through it: how many entries are left of a version; of
        every face, how many have their person's label; of the reviewed ones, how many labels annotators gave; of those
        that were asked for, how many there are."""
        if evaluation_set.label_source is EvaluationLabels.VERSION:
            return self._versions.count_entries(evaluation_set.version_id)
        studies = self._studies(evaluation_set)
        if evaluation_set.label_source is EvaluationLabels.CONSENSUS:
            return sum(self._labels.progress(study.id, study.overlap).labels for study in studies)
        if evaluation_set.label_source is EvaluationLabels.INTENDED:
            return sum(self._index.three_labels(study.id).total() for study in studies)
        return sum(sum(self._index.own_labels(study.id).values()) for study in studies)

    def revisions(self, evaluation_set: EvaluationSet) -> int:
        """Beside `size`, a number that tells whether the evaluation set is what it was: faces and labels that were
        changed or taken back, which a size may not show. From a version, faces only go, so its size says it all."""
        return 0 if evaluation_set.label_source is EvaluationLabels.VERSION else self._index.revisions()

    def version(self, evaluation_set: EvaluationSet) -> DatasetVersion | None:
        """The dataset version behind it."""
        return self._versions.version(evaluation_set.version_id) if evaluation_set.version_id else None

    def offered(self, actor: Person, study_id: str) -> list[Choice]:
        """What `actor`, who works in a study, may measure on: its faces, its reviewed ones, and its versions,
        newest first, each as a whole and its test part; where there are several studies, also the faces of all. Those
        by what was asked come where something was. What they may not measure on is not counted."""
        names = {study.id: study.name for study in self._records.studies()}
        whole = [OWN_LABELS, REVIEWED_FACES, ASKED_FACES]
        # Those of the only study are all there are, and are called so: results outlive the coming of a second one.
        own = [replace(on, study_id=study_id) for on in whole] if len(names) > 1 else whole
        versions = [
            EvaluationSet(EvaluationLabels.VERSION, dataset_version.id, split)
            for dataset_version in self._versions.of_study(study_id)
            for split in (None, Split.TEST)
        ]
        all_there_is = [(on, names[study_id]) for on in [*own, *versions]]
        all_there_is += [(on, "") for on in whole if len(names) > 1]
        return [
            Choice(on, self.version(on), study, self.count(on))
            for on, study in all_there_is
            if self.allowed(actor, on) and (on.label_source is not EvaluationLabels.INTENDED or self.size(on))
        ]

    def count(self, evaluation_set: EvaluationSet) -> int | None:
        """How many labelled faces it holds; None where those are too many to be counted while somebody waits."""
        state = self.size(evaluation_set), self.revisions(evaluation_set)
        if state[0] > COUNTED_AT_ONCE:
            return None
        if self._counted.get(evaluation_set, (None, 0))[0] != state:
            self._counted[evaluation_set] = state, sum(1 for _ in self.labels(evaluation_set))
        return self._counted[evaluation_set][1]

    def default(self) -> EvaluationSet:
        """All faces by their own people's word or, where nobody gave one, by their annotators'."""
        return self._first_with_faces() or OWN_LABELS

    def require_faces(self, evaluation_set: EvaluationSet) -> None:
        """Raises InvalidInput for an evaluation set without a face, with one that has some."""
        if self._has_faces(evaluation_set):
            return
        other = self._first_with_faces()
        if other:
            raise InvalidInput("evaluation-set.other-has-faces", other=other.key)
        raise InvalidInput("evaluation-set.no-faces")

    def named(self, name: str) -> EvaluationSet:
        """ "own", "consensus" or "intended", with "@" and a study's id for its faces alone; a version by its name or
        the beginning of its id, with "#test" (or another split) for a part of it; "" for `default`.

        Raises NotFound, or InvalidInput for a name that several studies use."""
        if not name:
            return self.default()
        if name.partition("@")[0] in WHOLE:
            evaluation_set = EvaluationSet.from_key(name)
            if not self._studies(evaluation_set):
                raise NotFound("evaluation-set.unknown-study", study=evaluation_set.study_id)
            return evaluation_set
        version, _, part = name.partition("#")
        if part and part not in list(Split):
            raise InvalidInput("evaluation-set.unknown-part", part=part, parts=Split)
        found = [
            dataset_version
            for study in self._records.studies()
            for dataset_version in self._versions.of_study(study.id)
            if version == dataset_version.name
            or (len(version) >= SHORTEST_ID and dataset_version.id.startswith(version))
        ]
        if not found:
            raise NotFound("version.not-found", version=version)
        if len(found) > 1:
            raise InvalidInput("evaluation-set.ambiguous-version", version=version)
        return EvaluationSet(EvaluationLabels.VERSION, found[0].id, Split(part) if part else None)

    def _consensus(self, evaluation_set: EvaluationSet, among: IdRange) -> Iterator[tuple[str, Emotion, str]]:
        """What most annotators see; faces on which they tie, or see no emotion, have none."""
        perceived: dict[str, Consensus] = {}
        for study in self._studies(evaluation_set):
            perceived |= majority(self._labels.labels(study.id, among))
        if not perceived:
            return
        for face in self._faces(evaluation_set, among):
            outcome = perceived[face.id].outcome if face.id in perceived else None
            if isinstance(outcome, Emotion) and Purpose.TRAIN in face.purposes:
                yield face.id, outcome, face.person_id

    def _studies(self, evaluation_set: EvaluationSet) -> list[Study]:
        return [study for study in self._records.studies() if evaluation_set.study_id in ("", study.id)]

    def _faces(self, evaluation_set: EvaluationSet, among: IdRange) -> Iterator[Face]:
        return (face for face in self._records.faces(among) if evaluation_set.study_id in ("", face.study_id))

    def _has_faces(self, evaluation_set: EvaluationSet) -> bool:
        return next(iter(self.labels(evaluation_set)), None) is not None

    def _first_with_faces(self) -> EvaluationSet | None:
        return next(filter(self._has_faces, (OWN_LABELS, REVIEWED_FACES)), None)


def digest(face_ids: list[str], labels: list[int]) -> str:
    """SHA-256 over faces and their labels, in the order of the ids."""
    lines = sorted(f"{face_id} {label}\n" for face_id, label in zip(face_ids, labels, strict=True))
    return hashlib.sha256("".join(lines).encode()).hexdigest()
