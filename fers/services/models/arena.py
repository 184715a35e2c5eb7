"""The arena: models compared with one another, and with people, on the same labelled faces."""

import statistics
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from urllib.parse import quote, unquote

from fers.analysis.leaderboard import PairwiseComparison, pairwise
from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Purpose
from fers.domain.evaluation_sets import OWN_LABELS, PEOPLE, EvaluationSet, Result, RunProgress
from fers.domain.images import crop_stored
from fers.domain.interfaces import AnswerStore, Classifier, ImageStore, Models, RecordStore, ResultStore
from fers.domain.models import ModelInfo, ModelRun
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.ranges import EVERY_ID, IdRange
from fers.errors import InvalidInput, ModelRejected, NotFound
from fers.services.models.batch_inference import Asked, BatchInference
from fers.services.models.evaluation_sets import Choice, EvaluationSets
from fers.services.models.measuring import Common, Measuring
from fers.services.models.pictures import Pictures
from fers.services.models.prediction import prediction_of
from fers.services.models.saliency import Explained, explained
from fers.services.models.standings import EvaluationState, Standing, standing

ENOUGH_TIMES = 30
"""Answers that the time of a model rests on at least: the first ones are slow, and few are chance."""
NOTED_EVERY_SECONDS = 1.0
"""How often a run notes in the store how far it is."""
Progress = Callable[[int, int], None]
"""Called with how many of how many faces are done."""


def job_of(model_id: str, evaluation_set: EvaluationSet = OWN_LABELS) -> str:
    """The background job of a model's run. Whatever the model is called, the job's name can be read back."""
    job = f"evaluate {quote(model_id, safe='')}"
    return job if evaluation_set == OWN_LABELS else f"{job} on {evaluation_set.key}"


def asked_by(job: str) -> tuple[str, EvaluationSet] | None:
    """The model and the evaluation set of a background job; None when it is no run of a model."""
    what, _, rest = job.partition(" ")
    if what != "evaluate":
        return None
    model_id, _, key = rest.partition(" on ")
    return unquote(model_id), EvaluationSet.from_key(key) if key else OWN_LABELS


class Arena:
    """Only faces whose people agreed to train and test models on them take part. A model answers once for each face,
    whatever it is measured on; the labels are those of the evaluation set."""

    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        answers: AnswerStore,
        results: ResultStore,
        models: Models,
        evaluation_sets: EvaluationSets,
        pictures: Pictures,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._answers = answers
        self._results = results
        self._models = models
        self._evaluation_sets = evaluation_sets
        self._batch_inference = BatchInference(records, images, answers, pictures)
        self._measuring = Measuring(evaluation_sets, answers, results, now)
        self._now = now

    def evaluation_sets(self, actor: Person, study_id: str) -> list[Choice]:
        """What the actor can measure models on: see `EvaluationSets.offered`."""
        require(actor, Action.COMPARE_MODELS, study_id)
        return self._evaluation_sets.offered(actor, study_id)

    def evaluation_set(self, actor: Person, name: str) -> EvaluationSet:
        """See `EvaluationSets.named`. Raises NotFound or InvalidInput."""
        require(actor, Action.GIVE_FACE)
        found = self._evaluation_sets.named(name)
        self._evaluation_sets.require(actor, found)
        return found

    def evaluate(
        self,
        actor: Person,
        model_id: str,
        on: EvaluationSet = OWN_LABELS,
        progress: Progress = lambda done, all: None,
    ) -> ModelRun:
        """Ask a model about every face it has not answered for yet, and measure it. Killed, it goes on where it was
        when called again. Faces on which the model fails are counted, and the others asked about all the same.

        Raises UnknownModel; ModelRejected, also when it fails on all of them; InvalidInput where there is no face.
        """
        self._evaluation_sets.require(actor, on)
        self._evaluation_sets.require_faces(on)
        classifier = self._models.classifier(model_id)
        face_ids = [face_id for face_id, *_ in self._evaluation_sets.labels(on)]
        faces = len(face_ids)
        noted = self._noting(on, classifier.info, faces)

        def show(done: int) -> None:
            noted(done)
            progress(done, faces)

        asked = self._batch_inference.ask(classifier, face_ids, EVERY_ID, show)
        return self.finish(actor, model_id, asked, on, lambda: progress(faces, faces))

    def ask(
        self,
        actor: Person,
        model_id: str,
        on: EvaluationSet = OWN_LABELS,
        among: IdRange = EVERY_ID,
        progress: Callable[[int], None] = lambda done: None,
    ) -> Asked:
        """`evaluate` for the faces in a range of ids. Ranges can be asked about side by side, on several machines.

        Calls `progress` with how many faces are done. Raises UnknownModel or ModelRejected.
        """
        self._evaluation_sets.require(actor, on)
        face_ids = (face_id for face_id, *_ in self._evaluation_sets.labels(on, among))
        return self._batch_inference.ask(self._models.classifier(model_id), face_ids, among, progress)

    def finish(
        self,
        actor: Person,
        model_id: str,
        asked: Asked,
        on: EvaluationSet = OWN_LABELS,
        step: Callable[[], None] = lambda: None,
    ) -> ModelRun:
        """Keep that a model was asked about every face, and measure it beside the others that were. Calls `step` now
        and then meanwhile. Raises ModelRejected when it failed on all of them, InvalidInput where there is none."""
        self._evaluation_sets.require(actor, on)
        self._evaluation_sets.require_faces(on)
        classifier = self._models.classifier(model_id)
        info = classifier.info
        measured: list[ModelInfo] = []
        if asked.failed and not self._answers.count_answers(info.fingerprint):
            raise ModelRejected("run.failed-on-all", model=model_id)
        run = self._run(classifier, asked.seconds, on)
        while measured != (finished := [info, *self._finished_others(actor, info, on)]):
            measured = finished  # Another may end meanwhile: of two that end together, the later one measures both.
            faces = self._measuring.measure(on, measured, step)
            self._results.save_progress(RunProgress(on.key, info.fingerprint, faces, faces, self._now(), asked.failed))
        return run

    def standings(self, actor: Person, on: EvaluationSet = OWN_LABELS) -> list[Standing]:
        """Every registered model with its progress."""
        self._evaluation_sets.require(actor, on)
        progress = {progress.fingerprint: progress for progress in self._results.progress(on.key)}
        finished = {known.fingerprint: known.finished_at for known in progress.values() if known.finished_at}
        latest = progress[max(finished, key=lambda fingerprint: finished[fingerprint])] if finished else None
        runs = {run.fingerprint: run for run in self._answers.runs()}
        return [
            standing(info, progress.get(info.fingerprint), latest, runs.get(info.fingerprint))
            for info in self._models.models()
        ]

    def leaderboard(self, actor: Person, on: EvaluationSet = OWN_LABELS) -> list[tuple[Standing, Result]]:
        """Models with a complete run, best top-1 first, all measured on the same faces: those that every one of them
        had answered for when the last of them was measured.

        Raises InvalidInput when there is nothing to compare yet.
        """
        results = {result.who: result for result in self._latest(actor, on)}
        rows = [
            (standing, results[standing.info.fingerprint])
            for standing in self.standings(actor, on)
            if standing.run and standing.info.fingerprint in results
        ]
        if not rows and any(standing.run for standing in self.standings(actor, on)):
            raise InvalidInput("arena.no-labelled-faces")
        if not rows:
            raise InvalidInput("arena.not-run")
        return sorted(rows, key=lambda row: -row[1].figures["top1"][0])

    def people(self, actor: Person, on: EvaluationSet = OWN_LABELS) -> Result | None:
        """What annotators come to on the faces of the leaderboard, each against what the others say, or, where the
        label is the person's own word, against that. None where there are too few labels to say."""
        return next((result for result in self._latest(actor, on) if result.who == PEOPLE), None)

    def results(self, actor: Person, on: EvaluationSet = OWN_LABELS) -> list[Result]:
        """Everything that is kept, also of models that are registered no more or were measured on other faces."""
        self._evaluation_sets.require(actor, on)
        return self._results.results(on.key)

    def state(self, actor: Person, on: EvaluationSet = OWN_LABELS) -> EvaluationState:
        """Whether anything came or went since the models were measured."""
        now, version = self._evaluation_sets.size(on), self._evaluation_sets.version(on)
        measured = next(iter(self._latest(actor, on)), None)
        if measured is None:
            return EvaluationState(version, now, now, is_revised=False)
        is_revised = measured.revisions not in (None, self._evaluation_sets.revisions(on))
        return EvaluationState(version, measured.size, now, is_revised)

    def pairwise(
        self, actor: Person, one: str, other: str, on: EvaluationSet = OWN_LABELS
    ) -> tuple[Common, PairwiseComparison]:
        """Two models side by side on the faces that both answered, which come first."""
        self._evaluation_sets.require(actor, on)
        infos = {info.id: info for info in self._models.models()}
        if one == other or not {one, other} <= set(infos):
            raise InvalidInput("arena.not-two-models")
        common = self._measuring.common(on, [infos[one].fingerprint, infos[other].fingerprint])
        if not len(common.labels):
            raise InvalidInput("arena.not-run")
        first, second = common.answers
        return common, pairwise(first, second, common.labels)

    def explain(self, actor: Person, model_id: str, face_id: str) -> Explained:
        """What a model says of a stored face, and which pixels spoke for each of its top three.

        Raises NotFound for a face that is gone, or that nobody may look at or test models on; UnknownModel;
        ModelRejected.
        """
        face = self._records.face(face_id)
        if face is None:
            require(actor, Action.GIVE_FACE)
        else:
            require(actor, Action.COMPARE_MODELS, face.study_id)
        if face is None or Purpose.TRAIN not in face.purposes or not face.may_be_shown(self._now()):
            raise NotFound("arena.face-gone")
        classifier, pixels = self._models.classifier(model_id), crop_stored(self._images.get(face.id), face.box)
        return explained(classifier, pixels, prediction_of(classifier, pixels, self._now))

    def _latest(self, actor: Person, on: EvaluationSet) -> list[Result]:
        """What was measured last, all of it on the same faces and in one go: what is left of an earlier one may rest on
        votes that were taken back since, or on those of fewer people."""
        results = self.results(actor, on)
        latest = max(results, key=lambda result: result.measured_at, default=None)
        return [result for result in results if latest and _measured_on(result) == _measured_on(latest)]

    def _finished_others(self, actor: Person, info: ModelInfo, on: EvaluationSet) -> list[ModelInfo]:
        return [other.info for other in self.standings(actor, on) if other.run and other.info != info]

    def _run(self, classifier: Classifier, seconds: Sequence[float], on: EvaluationSet) -> ModelRun:
        """The model's run; as it was when the model was asked too little to say more of its time."""
        info = classifier.info
        before = next((run for run in self._answers.runs() if run.fingerprint == info.fingerprint), None)
        if len(seconds) < ENOUGH_TIMES:
            if before and before.timed >= ENOUGH_TIMES:
                return before
            seconds = self._times(classifier, on)
        milliseconds = 1000 * statistics.median(seconds) if seconds else float("nan")
        run = ModelRun(info.fingerprint, info.id, info.version, milliseconds, self._now(), len(seconds))
        self._answers.save_run(run)
        return run

    def _times(self, classifier: Classifier, on: EvaluationSet) -> list[float]:
        """Seconds of enough answers about the evaluation set's first faces, again and again where they are few; the
        first answer, to warm up, is left out."""
        first = [face_id for face_id, *_ in islice(self._evaluation_sets.labels(on), ENOUGH_TIMES)]
        return self._batch_inference.times(classifier, islice(cycle(first), ENOUGH_TIMES + 1))[1:]

    def _noting(self, on: EvaluationSet, info: ModelInfo, faces: int) -> Callable[[int], None]:
        """Notes in the store how far a run is, now and then."""
        before = next((old for old in self._results.progress(on.key) if old.fingerprint == info.fingerprint), None)
        finished, noted_at = before.finished_at if before else None, float("-inf")

        def note(done: int) -> None:
            nonlocal noted_at
            if time.monotonic() - noted_at >= NOTED_EVERY_SECONDS:
                noted_at = time.monotonic()
                self._results.save_progress(RunProgress(on.key, info.fingerprint, done, faces, finished))

        note(0)
        return note


def _measured_on(result: Result) -> tuple[str, int, int | None]:
    return result.faces_sha256, result.size, result.revisions
