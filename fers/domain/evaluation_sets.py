"""What models are measured on, and what came out."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from fers.domain.versions import Split

PEOPLE = "people"
"""Stands for the annotators where a result says whose it is."""

Figure = tuple[float, float, float]
"""A score with the ends of its 95% interval; NaN where it is undefined."""


class EvaluationLabels(StrEnum):
    """Whose word a label is."""

    OWN = "own"
    """Their own: what the person said they showed."""
    CONSENSUS = "consensus"
    """The annotators': what most of them saw."""
    INTENDED = "intended"
    """The study's: what the person was asked to show."""
    VERSION = "version"
    """A dataset version's, frozen: the annotators', or, where none looked, the person's own."""


WHOLE = (EvaluationLabels.OWN, EvaluationLabels.CONSENSUS, EvaluationLabels.INTENDED)
"""Those that can be had of every face there is."""


@dataclass(frozen=True)
class EvaluationSet:
    """A set of labelled faces that models are measured on."""

    label_source: EvaluationLabels
    version_id: str = ""
    """Of the dataset version."""
    split: Split | None = None
    """The part of the version; None: all of it."""
    study_id: str = ""
    """Whose faces these are, where it is no version; empty: those of all studies."""

    @property
    def key(self) -> str:
        """What it is stored and named by: "own", "consensus" or "intended", with "@" and a study's id where it is one
        study's; a version's id, with "#" and a split where it is a part."""
        if self.label_source is not EvaluationLabels.VERSION:
            return f"{self.label_source}@{self.study_id}" if self.study_id else self.label_source.value
        return f"{self.version_id}#{self.split}" if self.split else self.version_id

    @classmethod
    def from_key(cls, key: str) -> "EvaluationSet":
        word, _, study_id = key.partition("@")
        if word in WHOLE:
            return cls(EvaluationLabels(word), study_id=study_id)
        version_id, _, split = key.partition("#")
        return cls(EvaluationLabels.VERSION, version_id, Split(split) if split else None)


OWN_LABELS = EvaluationSet(EvaluationLabels.OWN)
REVIEWED_FACES = EvaluationSet(EvaluationLabels.CONSENSUS)
ASKED_FACES = EvaluationSet(EvaluationLabels.INTENDED)


@dataclass(frozen=True)
class RunProgress:
    """How far a model has come with the faces of an evaluation set."""

    evaluation_set: str
    """Its key."""
    fingerprint: str
    done: int
    faces: int
    """How many there were when the run began."""
    finished_at: datetime | None = None
    """When a run went through all of them last; a later one may be on its way."""
    failed: int = 0
    """Faces on which the model failed in that run."""


@dataclass(frozen=True)
class Result:
    """What one model, or the annotators, came to on an evaluation set. It tells of no single face."""

    evaluation_set: str
    """Its key: for a dataset version, that begins with the hash of its content."""
    who: str
    """The model's `fingerprint`, a hash of its weights and of how it is fed and read; or `PEOPLE`."""
    model_id: str
    model_version: str
    n: int
    """Faces it was measured on."""
    faces_sha256: str
    """Of their ids and labels: results with the same one are about the same faces."""
    size: int
    """`EvaluationSets.size` at that time."""
    figures: dict[str, Figure]
    """By the names in `Scores.NAMES`; what does not apply is missing."""
    milliseconds: float
    """Median time for one face; NaN where it is not known."""
    measured_at: datetime
    fers_version: str
    confusion: tuple[tuple[int, ...], ...] = ()
    """Labels x answers: how many faces; empty for people."""
    parameters: int | None = None
    weights_bytes: int | None = None
    against: dict[str, float] = field(default_factory=dict)
    """McNemar's mid-p, by people, against each other model (by `who`) measured on the same faces."""
    people: int = 0
    """How many people the faces are of, who were drawn for the intervals; 0: in earlier results, faces were."""
    revisions: int | None = None
    """`EvaluationSets.revisions` at that time; None: in earlier results, and in those that came from another store."""
