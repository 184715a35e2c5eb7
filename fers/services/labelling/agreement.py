"""Agreement: how far a study's annotators agree, and how well they know the faces whose emotion is known."""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from fers.analysis import agreement as analysis
from fers.analysis.consensus import dawid_skene, majority
from fers.analysis.estimates import Estimate
from fers.analysis.gold_standard import accuracy_on_gold_standard
from fers.analysis.wilson import wilson
from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.consensus import of_people
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import Figure
from fers.domain.interfaces import FaceIndex, LabelStore, RecordStore
from fers.domain.labels import Label, Verdict, is_open_flag
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.review import GoldStandard
from fers.errors import NotFound

LEAST_VOICES = 2
"""As many annotators have to agree before a face is proposed as known."""


@dataclass(frozen=True)
class AgreementReport:
    """An imported set's own labels count in what the faces are, `aggregated` and `differ`, and in nothing that is said
    of annotators; those whom a set names are annotators."""

    labels: int
    """Of annotators."""
    agreement: analysis.Agreement
    on_gold_standard: dict[str, Estimate]
    """Share of right labels on known faces, by annotator; of those given since they are known."""
    counts: Counter[str]
    """Labels by annotator."""
    flags: list[Label]
    """By face; those that nobody has resolved since."""
    accuracy: dict[str, float]
    """How often each annotator is right, 0 to 1, as Dawid and Skene's method estimates it from all votes."""
    aggregated: int
    """Faces with a vote."""
    differ: int
    """How many of them that method and the majority see differently."""
    of_sets: int
    """Labels of imported sets."""
    with_sets: Estimate
    """Share, 0 to 1, of the annotators' labels that say what the set says of the same face."""


@dataclass(frozen=True)
class AskedReport:
    """How what was asked of people, what they report and what annotators see go together. Counts are of faces; shares
    come with 95% intervals (NaN of no faces)."""

    faces: int
    """For which an expression was asked."""
    reported: np.ndarray
    """Asked x reported: 8 x 8 counts, in the order of `Emotion`. Who can't tell is in none."""
    perceived: np.ndarray
    """Asked x perceived: likewise. Faces that nobody looked at, where annotators tie or see no expression, are in
    none."""
    people_report: Figure
    """Share of faces whose people report what was asked, of all of which they report something."""
    annotators_see: Figure
    """Share of faces in which annotators see what was asked, of all in which they see something."""
    managed_and_seen: Figure
    """The same, of those alone whose people report that they show it."""


class Agreement:
    def __init__(self, records: RecordStore, labels: LabelStore, index: FaceIndex, now: Clock = utc_now):
        self._records = records
        self._labels = labels
        self._index = index
        self._now = now

    def report(self, actor: Person, study_id: str) -> AgreementReport:
        """Everything about the study's labels, with 95% intervals."""
        require(actor, Action.VIEW_DATASET, study_id)
        labels = list(self._labels.labels(study_id))
        own = list(of_people(labels))
        resolved = self._labels.resolved_flags(study_id)
        by_majority, (estimated, rates) = majority(labels), dawid_skene(labels)
        return AgreementReport(
            labels=len(own),
            agreement=analysis.agreement(own),
            on_gold_standard=accuracy_on_gold_standard(own, self._labels.gold_standard(study_id)),
            counts=Counter(sorted(label.annotator_id for label in own)),
            flags=[label for label in labels if is_open_flag(label, resolved.get(label.face_id))],
            accuracy=dict(zip(rates.annotators, rates.accuracy.tolist(), strict=True)),
            aggregated=len(by_majority),
            differ=sum(estimated[face_id].outcome is not said.outcome for face_id, said in by_majority.items()),
            of_sets=len(labels) - len(own),
            with_sets=analysis.agreement_with_sets(labels),
        )

    def asked(self, actor: Person, study_id: str) -> AskedReport:
        """What became of what the study asked for, from counts: no face is gone through."""
        require(actor, Action.VIEW_DATASET, study_id)
        counts = self._index.three_labels(study_id)
        reported, perceived, managed = (np.zeros((len(Emotion), len(Emotion)), int) for _ in range(3))
        for labels, count in counts.items():
            if labels.reported is not None:
                reported[labels.intended, labels.reported] += count
            if labels.perceived is not None:
                perceived[labels.intended, labels.perceived] += count
                if labels.reported is labels.intended:
                    managed[labels.intended, labels.perceived] += count
        return AskedReport(counts.total(), reported, perceived, *map(_on_diagonal, (reported, perceived, managed)))

    def votes(self, actor: Person, study_id: str, face_id: str) -> Counter[Emotion | Verdict]:
        """How many of a face's annotators said what: an emotion (the largest share), or another verdict."""
        require(actor, Action.VIEW_DATASET, study_id)
        own = (label for label in of_people(self._labels.labels_of(face_id)) if label.study_id == study_id)
        return Counter(label.verdict if label.emotion is None else label.emotion for label in own)

    def known(self, actor: Person, study_id: str) -> dict[str, Emotion]:
        """The faces (ids) that are mixed in to see how well annotators know them, with what they show."""
        require(actor, Action.VIEW_DATASET, study_id)
        return {face_id: known.emotion for face_id, known in self._labels.gold_standard(study_id).items()}

    def proposed(self, actor: Person, study_id: str, count: int) -> dict[str, Emotion]:
        """Up to `count` faces (ids) that could be known: all their annotators say the same emotion."""
        require(actor, Action.VIEW_DATASET, study_id)
        known, proposed = self._labels.gold_standard(study_id), {}
        for face_id, labels in groupby(self._labels.labels(study_id), lambda label: label.face_id):
            said = [label.emotion for label in of_people(labels)]
            if len(said) >= LEAST_VOICES and len(set(said)) == 1 and said[0] is not None and face_id not in known:
                proposed[face_id] = said[0]
            if len(proposed) == count:
                break
        return proposed

    def set_gold_standard(self, actor: Person, study_id: str, face_id: str, emotion: Emotion | None) -> None:
        """Mix a face in whose emotion is known, or, with None, no longer. Raises NotFound when it is not there."""
        require(actor, Action.VIEW_DATASET, study_id)
        face = self._records.face(face_id)
        if face is None or face.study_id != study_id:
            raise NotFound("photo.gone")
        now = self._now()
        self._labels.set_gold_standard(face_id, None if emotion is None else GoldStandard(emotion, now))
        action = "unmarked a known face" if emotion is None else "marked a face as known"
        self._records.append_audit(entry_by(actor, now, action, face_id, study_id))


def _on_diagonal(counts: np.ndarray) -> Figure:
    return wilson(float(np.trace(counts)), float(counts.sum()))
