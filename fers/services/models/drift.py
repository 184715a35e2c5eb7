"""Drift: how new faces differ from a dataset version, week by week, from counts that are kept as faces come and go."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np

from fers.analysis.drift import Stability, mean_interval, stability, version_sums
from fers.analysis.wilson import wilson
from fers.domain.emotions import Emotion
from fers.domain.evaluation_sets import Figure
from fers.domain.exploring import QUARTERS, FaceFilter
from fers.domain.faces import Source
from fers.domain.field import GuessSums, VersionSums
from fers.domain.interfaces import DatasetVersionStore, FaceIndex, FieldStore, RecordStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.versions import DatasetVersion
from fers.errors import NotFound

GIVEN = frozenset({Source.WEBCAM, Source.UPLOAD})
"""Faces that people gave. Imported ones say nothing of the field."""
MOST_WEEKS = 52
"""The latest ones are looked at."""
_LEFT_OF_A_VERSION = 0.99
"""What a version comes to is worked out anew once more than the rest of it was withdrawn."""


@dataclass(frozen=True)
class Guesses:
    """How one model did on the faces of one week that people met it with."""

    week: date
    model: str
    """Id and version."""
    faces: int
    confidence: Figure
    """Mean of its largest probability, 0 to 1."""
    unsure: Figure
    """Share of faces of which it said "not sure"."""
    labelled: int
    agreed: Figure
    """Share of those labelled where it guessed what the person said; NaN without any."""


@dataclass(frozen=True)
class Reviewed:
    """How far annotators agreed on the faces given in one week."""

    week: date
    faces: int
    """That several annotators labelled."""
    united: Figure
    """Share of faces on which at least three quarters of the pairs of annotators agree."""


@dataclass(frozen=True)
class Drift:
    dataset_version: DatasetVersion
    version: VersionSums
    weeks: list[date]
    """Mondays of the latest weeks in which somebody said what their face shows, oldest first."""
    mix: np.ndarray
    """weeks x 8: how many faces people gave each label."""
    stability: Stability
    guesses: list[Guesses]
    """By week and model."""
    reviewed: list[Reviewed]


class DriftReports:
    def __init__(
        self, store: FieldStore, index: FaceIndex, records: RecordStore, dataset_versions: DatasetVersionStore
    ):
        self._store = store
        self._index = index
        self._records = records
        self._versions = dataset_versions

    def report(self, actor: Person, version_id: str, study_id: str | None) -> Drift:
        """Faces given in a study, or in all (None), against a version. Raises NotFound when there is no such version.

        At any number of faces this reads counts by week; only when a version is looked at for the first time, all of
        its entries.
        """
        require(actor, Action.VIEW_DATASET, study_id)
        dataset_version = self._versions.version(version_id)
        require(actor, Action.SHARE_DATASET, dataset_version.study_id if dataset_version else None)
        if dataset_version is None:
            raise NotFound("version.gone")
        studies = [study_id] if study_id else [study.id for study in self._records.studies()]
        version, by_class = self._sums(dataset_version), self._by_class(studies)
        weeks = sorted({week for week, _ in by_class})[-MOST_WEEKS:]
        mix = np.array([[by_class[week, emotion] for emotion in Emotion] for week in weeks]).reshape(-1, len(Emotion))
        since = weeks[0] if weeks else date.min
        return Drift(
            dataset_version=dataset_version,
            version=version,
            weeks=weeks,
            mix=mix,
            stability=stability(mix, np.array(version.labels)),
            guesses=[one for one in self._guesses(studies) if one.week >= since],
            reviewed=[one for one in self._reviewed(studies) if one.week >= since],
        )

    def _sums(self, dataset_version: DatasetVersion) -> VersionSums:
        known = self._store.version_sums(dataset_version.id)
        if known is None or self._versions.count_entries(dataset_version.id) < _LEFT_OF_A_VERSION * known.faces:
            known = version_sums(dataset_version.id, self._versions.entries(dataset_version.id))
            self._store.keep_version_sums(known)
        return known

    def _by_class(self, studies: list[str]) -> Counter[tuple[date, Emotion]]:
        found: Counter[tuple[date, Emotion]] = Counter()
        for study_id in studies:
            found.update(self._index.own_labels(study_id))
        return found

    def _guesses(self, studies: list[str]) -> list[Guesses]:
        by_model: dict[tuple[date, str], list[GuessSums]] = {}
        for study_id in studies:
            for sums in self._store.guesses(study_id):
                by_model.setdefault((sums.week, sums.model), []).append(sums)
        return [_guesses_of(week, model, sums) for (week, model), sums in sorted(by_model.items())]

    def _reviewed(self, studies: list[str]) -> list[Reviewed]:
        everything, united = (self._agreed(studies, quarters) for quarters in (QUARTERS, QUARTERS[-1:]))
        return [
            Reviewed(week, faces, wilson(united[week], faces)) for week, faces in sorted(everything.items()) if faces
        ]

    def _agreed(self, studies: list[str], quarters: range) -> Counter[date]:
        found: Counter[date] = Counter()
        for study_id in studies:
            for count in self._index.counts(study_id, FaceFilter(agreement=frozenset(quarters), sources=GIVEN)):
                found[count.week] += count.count
        return found


def _guesses_of(week: date, model: str, sums: list[GuessSums]) -> Guesses:
    def total(name: str) -> float:
        numbers: list[float] = [getattr(one, name) for one in sums]
        return sum(numbers)

    faces, labelled = int(total("faces")), int(total("labelled"))
    return Guesses(
        week=week,
        model=model,
        faces=faces,
        confidence=mean_interval(total("confidence"), total("squares"), faces),
        unsure=wilson(total("unsure"), faces),
        labelled=labelled,
        agreed=wilson(total("agreed"), labelled),
    )
