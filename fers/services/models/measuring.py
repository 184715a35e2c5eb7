"""Measuring models on an evaluation set: figures, intervals and tests, worked out once and kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from fers import __version__
from fers.analysis.leaderboard import BoardEntry, entry
from fers.analysis.people import people
from fers.analysis.significance import mcnemar
from fers.domain.clock import Clock
from fers.domain.evaluation_sets import PEOPLE, EvaluationLabels, EvaluationSet, Result
from fers.domain.interfaces import AnswerStore, ResultStore
from fers.domain.models import ModelInfo, ModelRun
from fers.domain.ranges import EVERY_ID
from fers.services.models.evaluation_sets import EvaluationSets, digest


@dataclass(frozen=True)
class Common:
    """The labelled faces that several models answered, by id."""

    face_ids: np.ndarray
    """n texts, sorted."""
    labels: np.ndarray
    """n class ids."""
    people: np.ndarray
    """n numbers: whose face each is."""
    answers: list[np.ndarray]
    """n x 8 probabilities of each model."""
    faces: int
    """How many labelled faces there are, answered or not."""


class Measuring:
    def __init__(self, evaluation_sets: EvaluationSets, answers: AnswerStore, results: ResultStore, now: Clock):
        self._evaluation_sets = evaluation_sets
        self._answers = answers
        self._results = results
        self._now = now
        self._remembered: tuple[object, Common] | None = None

    def measure(self, evaluation_set: EvaluationSet, infos: list[ModelInfo], step: Callable[[], None]) -> int:
        """Measure models on the faces that all of them answered, and the annotators, and keep what comes out. What this
        FERS measured on the very same faces before is taken from there: the draws of its bootstrap are always the same.
        Returns how many labelled faces there are."""
        state = self._state(evaluation_set)
        common = self._read(evaluation_set, [info.fingerprint for info in infos])
        if not len(common.labels):
            return common.faces
        faces = digest(common.face_ids.tolist(), common.labels.tolist())
        known = {
            result.who: result
            for result in self._results.results(evaluation_set.key)
            if (result.faces_sha256, result.fers_version) == (faces, __version__)
        }
        right = {
            info.fingerprint: answers.argmax(axis=1) == common.labels
            for info, answers in zip(infos, common.answers, strict=True)
        }
        runs = {run.fingerprint: run for run in self._answers.runs()}
        for info, answers in zip(infos, common.answers, strict=True):
            step()
            who = info.fingerprint
            scored = _again(known.get(who)) or entry(answers, common.labels, common.people)
            against = {other: mcnemar(right[who], right[other], common.people) for other in right if other != who}
            self._keep(evaluation_set, faces, state, scored, info, runs.get(who), against)
        if of_annotators := self._people(evaluation_set, common):
            self._keep(evaluation_set, faces, state, of_annotators)
        return common.faces

    def common(self, evaluation_set: EvaluationSet, fingerprints: list[str]) -> Common:
        """The faces that all of these models answered, with the evaluation set's labels. What was read last is
        remembered as long as nothing was added, changed or taken back."""
        counts = tuple((fingerprint, self._answers.count_answers(fingerprint)) for fingerprint in fingerprints)
        state = (evaluation_set.key, self._state(evaluation_set), counts)
        remembered = self._remembered
        if remembered is None or remembered[0] != state:
            self._remembered = remembered = (state, self._read(evaluation_set, fingerprints))
        return remembered[1]

    def _state(self, evaluation_set: EvaluationSet) -> tuple[int, int]:
        """Its size and revisions: while both are the same, so are its faces and labels."""
        return self._evaluation_sets.size(evaluation_set), self._evaluation_sets.revisions(evaluation_set)

    def _read(self, evaluation_set: EvaluationSet, fingerprints: list[str]) -> Common:
        face_ids, labels, people = self._labelled(evaluation_set)
        faces = len(face_ids)
        said = [_arrays(self._answers.answers(fingerprint, EVERY_ID), np.float32) for fingerprint in fingerprints]
        for answered, _ in said:
            is_there = np.isin(face_ids, answered, assume_unique=True)
            face_ids, labels, people = face_ids[is_there], labels[is_there], people[is_there]
        answers = [rows[np.searchsorted(answered, face_ids)] for answered, rows in said]
        return Common(face_ids, labels, people, answers, faces)

    def _labelled(self, evaluation_set: EvaluationSet) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Ids, sorted, labels, and whose faces they are, as numbers."""
        face_ids, labels, whose = [], [], []
        numbers: dict[str, int] = {}
        for face_id, label, person in self._evaluation_sets.labels(evaluation_set):
            face_ids.append(face_id)
            labels.append(label)
            whose.append(numbers.setdefault(person, len(numbers)))
        return np.array(face_ids, str), np.array(labels, int), np.array(whose, int)

    def _people(self, evaluation_set: EvaluationSet, common: Common) -> BoardEntry | None:
        """Against what the other annotators say; where the label is the person's own word, or what was asked of them,
        against that."""
        votes = self._evaluation_sets.votes(evaluation_set)
        of_faces = [votes.get(face_id, []) for face_id in common.face_ids.tolist()]
        is_given = evaluation_set.label_source in (EvaluationLabels.OWN, EvaluationLabels.INTENDED)
        return people(of_faces, common.people, common.labels if is_given else None)

    def _keep(
        self,
        evaluation_set: EvaluationSet,
        faces_sha256: str,
        state: tuple[int, int],
        scored: BoardEntry,
        info: ModelInfo | None = None,
        run: ModelRun | None = None,
        against: dict[str, float] | None = None,
    ) -> None:
        """Without `info`, of the annotators."""
        self._results.save_result(
            Result(
                evaluation_set=evaluation_set.key,
                who=info.fingerprint if info else PEOPLE,
                model_id=info.id if info else "",
                model_version=info.version if info else "",
                n=scored.n,
                faces_sha256=faces_sha256,
                size=state[0],
                revisions=state[1],
                figures=scored.figures,
                milliseconds=run.milliseconds if run else float("nan"),
                measured_at=self._now(),
                fers_version=__version__,
                confusion=scored.confusion,
                parameters=info.parameters if info else None,
                weights_bytes=info.weights_bytes if info else None,
                against=against or {},
                people=scored.people,
            )
        )


def _again(result: Result | None) -> BoardEntry | None:
    """None too of what was measured when intervals were by drawing faces."""
    return BoardEntry(result.n, result.figures, result.confusion, result.people) if result and result.people else None


def _arrays(rows: Iterable[tuple[str, object]], kind: type) -> tuple[np.ndarray, np.ndarray]:
    """Ids, sorted, and what belongs to them."""
    ids, values = [], []
    for face_id, value in rows:
        ids.append(face_id)
        values.append(value)
    return np.array(ids, str), np.array(values, kind)
