"""Asking a model about stored faces, and keeping what it says."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from fers.domain.images import crop_stored
from fers.domain.interfaces import AnswerStore, Classifier, ImageStore, RecordStore
from fers.domain.ranges import IdRange
from fers.errors import NotFound
from fers.services.models.pictures import Pictures

BATCH = 32

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What came of asking a model about faces."""

    seconds: Sequence[float]
    """That each answer took."""
    failed: int = 0
    """Faces on which it failed: it is asked about them again next time."""


class BatchInference:
    def __init__(self, records: RecordStore, images: ImageStore, answers: AnswerStore, pictures: Pictures):
        self._records = records
        self._images = images
        self._answers = answers
        self._pictures = pictures

    def ask(
        self, classifier: Classifier, face_ids: Iterable[str], among: IdRange, progress: Callable[[int], None]
    ) -> Asked:
        """Ask about those of the faces, all in a range of ids, that the model has not answered for, and measure their
        pictures.

        Calls `progress` with how many are done: first with those that need nothing more, so that all it is told after
        that is work done.
        """
        key = classifier.info.fingerprint
        known = {face_id for face_id, _ in self._answers.answers(key, among)}
        measured = set(self._pictures.measured(among))
        face_ids = list(face_ids)
        waiting = [face_id for face_id in face_ids if face_id not in known or face_id not in measured]
        done, seconds, failed = len(face_ids) - len(waiting), [], 0
        progress(done)
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            answers, times, failures = self._answer(classifier, (face_id for face_id in batch if face_id not in known))
            if answers:
                self._answers.add_answers(key, answers)
            self._pictures.measure(face_id for face_id in batch if face_id not in measured)
            seconds += times
            failed += failures
            done += len(batch)
            progress(done)
        return Asked(seconds, failed)

    def times(self, classifier: Classifier, face_ids: Iterable[str]) -> list[float]:
        """Seconds of an answer about each face; what it says is not kept."""
        return self._answer(classifier, face_ids)[1]

    def _answer(
        self, classifier: Classifier, face_ids: Iterable[str]
    ) -> tuple[dict[str, np.ndarray], list[float], int]:
        """Answers by face id, seconds a face, and on how many the model failed. One face at a time, as in live use: so
        the times are those of it."""
        answers, seconds, failed = {}, [], 0
        for face in filter(None, map(self._records.face, face_ids)):
            try:
                pixels = crop_stored(self._images.get(face.id), face.box)
            except NotFound:
                continue  # Withdrawn since it was listed.
            started = time.perf_counter()
            try:
                answers[face.id] = classifier.predict(pixels[None])[0]
            except Exception as error:  # The others are asked about all the same.
                log.warning("%s failed on a face: %s", classifier.info.id, type(error).__name__)
                failed += 1
                continue
            seconds.append(time.perf_counter() - started)
        return answers, seconds, failed
