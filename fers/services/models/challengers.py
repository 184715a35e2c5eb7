"""In a trial: which model a participant meets, and what its challenger says, without ever keeping them from going
on."""

import logging
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

import numpy as np

from fers.domain.clock import Clock, utc_now
from fers.domain.faces import Challenger, Prediction, Unscored, UnscoredReason
from fers.domain.interfaces import Models
from fers.services.models.prediction import prediction_of
from fers.services.models.trials import Trials, known_everywhere

PATIENCE_SECONDS = 2.0
"""A challenger that takes longer is not waited for: its face is stored without."""
_AT_ONCE = 4
"""Rivals that are asked at a time. More than these are stuck, and none is asked until one is back."""

log = logging.getLogger(__name__)


class Challengers:
    def __init__(self, trials: Trials, models: Models, now: Clock = utc_now):
        self._trials = trials
        self._models = models
        self._now = now
        self._free = threading.Semaphore(_AT_ONCE)

    def prepare(self) -> None:
        """Load the models of the trial in the background. Returns at once."""
        trial = self._trials.current()
        for model_id in trial.model_ids if trial else ():
            self._models.preload(model_id)

    def shown(self, draft_id: str, face: np.ndarray) -> Prediction | None:
        """What the model that is drawn for this photo says about a face, 224 x 224 x 3 RGB (uint8); None without a
        trial, or when the model fails: then people meet the live one."""
        pair = self._trials.drawn(draft_id)
        try:
            return pair and prediction_of(self._models.classifier(pair[0]), face, self._now)
        except Exception as error:
            log.warning("A trial's model failed: %s", type(error).__name__)
            return None

    def answer(self, draft_id: str, shown: Prediction, face: np.ndarray) -> Challenger | Unscored | None:
        """What the challenger says about a face, 224 x 224 x 3 RGB (uint8), of which the trial showed a guess, or which
        of the two said nothing and why; None without a trial, or when `shown` was said before this server knew of
        it."""
        trial, pair = self._trials.current(), self._trials.drawn(draft_id)
        if trial is None or pair is None:
            return None
        if pair[0] != shown.model_id:  # The live model stood in for it.
            return (
                Unscored(trial.id, pair[0], UnscoredReason.FAILED) if shown.made_at >= known_everywhere(trial) else None
            )
        said = self._in_time(lambda: prediction_of(self._models.classifier(pair[1]), face, self._now))
        return Unscored(trial.id, pair[1], said) if isinstance(said, UnscoredReason) else Challenger(trial.id, said)

    def _in_time(self, ask: Callable[[], Prediction]) -> Prediction | UnscoredReason:
        if not self._free.acquire(blocking=False):
            return UnscoredReason.SLOW
        answers: SimpleQueue[Prediction | UnscoredReason] = SimpleQueue()

        def work() -> None:
            try:
                answers.put(ask())
            except Exception as error:
                log.warning("A trial's second model failed: %s", type(error).__name__)
                answers.put(UnscoredReason.FAILED)
            finally:
                self._free.release()

        threading.Thread(target=work, daemon=True).start()
        try:
            return answers.get(timeout=PATIENCE_SECONDS)
        except Empty:
            return UnscoredReason.SLOW
