"""The arena: models compared with one another on the same stored faces."""

import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from fers.analysis.leaderboard import Duel, Entry, duel, entry
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.faces import Face
from fers.domain.images import crop, decode_stored
from fers.domain.interfaces import AnswerStore, Classifier, ImageStore, Models, RecordStore
from fers.domain.models import ModelInfo, ModelRun
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.ranges import EVERY_ID, IdRange
from fers.errors import InvalidInput, NotFound
from fers.services.clock import Clock, utc_now
from fers.services.pictures import Pictures

BATCH = 32
Progress = Callable[[int, int], None]
"""Called with how many of how many faces are done."""


def job_of(model_id: str) -> str:
    """The background job of a model's run."""
    return f"evaluate {model_id}"


@dataclass(frozen=True)
class Standing:
    """A registered model and how far its run over the faces has come."""

    info: ModelInfo
    answered: int
    faces: int
    run: ModelRun | None
    """The last complete run."""


class Arena:
    """Only faces whose people agreed to train and test models on them take part, and whose label is known: today the
    person's own answer."""

    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        answers: AnswerStore,
        models: Models,
        pictures: Pictures,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._answers = answers
        self._models = models
        self._pictures = pictures
        self._now = now

    def evaluate(self, actor: Person, model_id: str, progress: Progress = lambda done, all: None) -> ModelRun:
        """Ask a model about every face it has not answered for yet. Killed, it goes on where it was when called again.

        Raises UnknownModel or ModelRejected.
        """
        require(actor, Action.COMPARE_MODELS)
        faces = sum(1 for _ in self._faces())
        seconds = self.ask(actor, model_id, progress=lambda done: progress(min(done, faces), faces))
        return self.finish(actor, model_id, seconds)

    def ask(
        self,
        actor: Person,
        model_id: str,
        among: IdRange = EVERY_ID,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[float]:
        """`evaluate` for the faces in a range of ids. Ranges can be asked about side by side, on several machines.

        Calls `progress` with how many faces are done. Returns the seconds that each face asked about took. Raises
        UnknownModel or ModelRejected.
        """
        require(actor, Action.COMPARE_MODELS)
        classifier = self._models.classifier(model_id)
        key = classifier.info.answers_id
        known = {face_id for face_id, _ in self._answers.answers(key, among)}
        measured = set(self._pictures.measured(among))
        seconds, done = [], 0
        faces = self._faces(among)
        while batch := list(islice(faces, BATCH)):
            answers, times = self._answer(classifier, (face for face in batch if face.id not in known))
            if answers:
                self._answers.add_answers(key, answers)
            self._pictures.measure(face for face in batch if face.id not in measured)
            seconds += times
            done += len(batch)
            progress(done)
        return seconds

    def finish(self, actor: Person, model_id: str, seconds: Sequence[float]) -> ModelRun:
        """Keep that a model has answered for every face, in so many seconds for one; nothing changes when it was asked
        about none."""
        require(actor, Action.COMPARE_MODELS)
        info = self._models.classifier(model_id).info
        before = next((run for run in self._answers.runs() if run.answers_id == info.answers_id), None)
        if before and not seconds:
            return before
        milliseconds = 1000 * statistics.median(seconds) if seconds else float("nan")
        run = ModelRun(info.answers_id, info.id, info.version, milliseconds, self._now())
        self._answers.save_run(run)
        return run

    def standings(self, actor: Person) -> list[Standing]:
        """Every registered model with its progress."""
        require(actor, Action.COMPARE_MODELS)
        faces = sum(1 for _ in self._faces())
        runs = {run.answers_id: run for run in self._answers.runs()}
        return [
            Standing(info, self._answers.count_answers(info.answers_id), faces, runs.get(info.answers_id))
            for info in self._models.models()
        ]

    def leaderboard(self, actor: Person) -> list[tuple[Standing, Entry]]:
        """Models with a complete run, best top-1 first, all on the same faces: those that every one of them answered.

        Raises InvalidInput when there is nothing to compare yet.
        """
        standings = [standing for standing in self.standings(actor) if standing.run]
        faces, answers = self._common([standing.info for standing in standings])
        labels = np.array([face.answer.label for face in faces])
        entries = [entry(of_one, labels) for of_one in answers]
        return sorted(zip(standings, entries, strict=True), key=lambda row: -row[1].figures["top1"][0])

    def duel(self, actor: Person, one: str, other: str) -> tuple[list[Face], Duel]:
        """Two models side by side on the faces that both answered, which come first."""
        faces, labels, answers = self.both(actor, one, other)
        return faces, duel(*answers, labels)

    def both(self, actor: Person, one: str, other: str) -> tuple[list[Face], np.ndarray, list[np.ndarray]]:
        """The faces that two models both answered, their n labels, and n x 8 answers of either."""
        require(actor, Action.COMPARE_MODELS)
        infos = {info.id: info for info in self._models.models()}
        if one == other or not {one, other} <= set(infos):
            raise InvalidInput("These are not two registered models.", "Choose two.")
        faces, answers = self._common([infos[one], infos[other]])
        return faces, np.array([face.answer.label for face in faces]), answers

    def picture(self, actor: Person, face: Face) -> np.ndarray:
        """The face as every model saw it: 224 x 224 x 3, uint8. Raises NotFound when it was withdrawn."""
        require(actor, Action.COMPARE_MODELS)
        return self._crop(face)

    def _faces(self, among: IdRange = EVERY_ID) -> Iterator[Face]:
        for face in self._records.faces(among):
            if Purpose.TRAIN in face.purposes and isinstance(face.answer.label, Emotion):
                yield face

    def _answer(self, classifier: Classifier, faces: Iterable[Face]) -> tuple[dict[str, np.ndarray], list[float]]:
        """Answers by face id, and seconds a face. One face at a time, as in live use: so the times are those of it."""
        answers, seconds = {}, []
        for face in faces:
            try:
                pixels = self._crop(face)
            except NotFound:
                continue  # Withdrawn since it was listed.
            started = time.perf_counter()
            answers[face.id] = classifier.predict(pixels[None])[0]
            seconds.append(time.perf_counter() - started)
        return answers, seconds

    def _crop(self, face: Face) -> np.ndarray:
        return crop(decode_stored(self._images.get(face.id)).pixels, face.box)

    def _common(self, infos: list[ModelInfo]) -> tuple[list[Face], list[np.ndarray]]:
        """The labelled faces that all of these models answered, and n x 8 answers of each."""
        said = [dict(self._answers.answers(info.answers_id)) for info in infos]
        faces = [face for face in self._faces() if all(face.id in answers for answers in said)]
        if not said or not faces:
            raise InvalidInput("No faces were seen by these models yet.", "Run them first.")
        return faces, [np.stack([answers[face.id] for face in faces]) for answers in said]
