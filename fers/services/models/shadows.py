"""Shadow mode: models that answer for each new face in the background, seen by no participant.

Their answers are those of the arena. A model's work is a job in the store, which a process of its own does: so nobody
who gives a face waits for it, and what a dead one left is taken up by another.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from fers.analysis.wilson import wilson
from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.exploring import Cursor, FaceFilter, week_of
from fers.domain.faces import Face, Source
from fers.domain.field import ShadowAnswer, ShadowChoice, may_be_tested_on, rank_of
from fers.domain.images import crop_stored
from fers.domain.interfaces import AnswerStore, Classifier, FaceIndex, FieldStore, ImageStore, JobStore, RecordStore
from fers.domain.jobs import Job
from fers.domain.models import ModelInfo
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import NotFound
from fers.services.models.jobs import Step
from fers.services.models.live_model import LiveModel

JOB = "shadow "
"""Begins the name of a model's job."""
BATCH = 32
MOST_WAITING = 200
"""Faces that wait are counted up to here."""
_OVERLAP = timedelta(minutes=10)
"""Faces are looked for from so long before what was reached: a face is stored a little after it was given, and the
clocks of servers differ."""
_REMEMBERED = 1000
"""Choices to look back through for how long a model has been in one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shadow:
    """A model in the background and how it does."""

    model_id: str
    info: ModelInfo | None
    """None: it isn't registered any more, or can't be used."""
    since: datetime
    """When it was chosen last, and has been ever since."""
    answered: int
    """New faces, also those of an earlier time in the background."""
    failed: int
    """New faces that it could not answer for."""
    waiting: int
    """New faces that it has yet to answer for, counted up to `MOST_WAITING`."""
    given_up: Job | None
    """Its job, when that failed or brought down everything that did it, so that nobody does it any more."""
    top1: tuple[float, float, float]
    """Share of faces whose label was its first guess, with the ends of its Wilson 95% interval; NaN without a face."""
    top3: tuple[float, float, float]
    """Likewise, among its first three."""


class Shadows:
    def __init__(
        self,
        store: FieldStore,
        records: RecordStore,
        index: FaceIndex,
        images: ImageStore,
        answers: AnswerStore,
        jobs: JobStore,
        live_model: LiveModel,
        now: Clock = utc_now,
    ):
        self._store = store
        self._records = records
        self._index = index
        self._images = images
        self._answers = answers
        self._jobs = jobs
        self._live_model = live_model
        self._now = now

    def choose(self, actor: Person, model_ids: Sequence[str]) -> None:
        """Have these models, and no others, answer for each new face, on every server within half a minute.

        Raises UnknownModel or ModelRejected.
        """
        require(actor, Action.MANAGE_MODELS)
        chosen = tuple(sorted(set(model_ids)))
        names = ", ".join(f"{info.id} {info.version}" for info in map(self._info, chosen))
        before = self._chosen()
        # First the log: what is done is never unlogged.
        self._records.append_audit(entry_by(actor, self._now(), f"in the background: {names or 'none'}", "shadows"))
        self._store.choose_shadows(ShadowChoice(chosen, self._now()))
        for model_id in {*before, *chosen}:  # Whoever works for one that was dropped stops; one given up begins anew.
            self._jobs.remove_job(JOB + model_id)

    def shadows(self, actor: Person) -> list[Shadow]:
        """The chosen models and how they do."""
        require(actor, Action.COMPARE_MODELS)
        known = {info.id: info for info in self._live_model.models()}
        jobs = {job.name: job for job in self._jobs.jobs()}
        return [self._shadow(model_id, known.get(model_id), jobs.get(JOB + model_id)) for model_id in self._chosen()]

    def catch_up(self, actor: Person, model_id: str, step: Step = lambda asked: None) -> int:
        """Ask a model about the new faces that it has not answered for. Calls `step` after every few, with how many it
        was asked about; its exceptions end the work, and what was done is kept. Returns how many there were.

        Raises UnknownModel or ModelRejected.
        """
        require(actor, Action.COMPARE_MODELS)
        classifier = self._live_model.classifier(model_id)
        key, asked, begun = classifier.info.fingerprint, 0, self._now()
        for faces in _few_at_a_time(self._waiting(key, self._since(model_id))):
            asked += self._answer(classifier, faces)
            step(asked)
        self._store.note_reached(key, begun)
        return asked

    def follow(self, actor: Person, model_id: str, step: Step, seconds: float, every: float = 5.0) -> None:
        """`catch_up` again and again until no new face came for so many seconds."""
        idle_since = time.monotonic()
        while True:
            if self.catch_up(actor, model_id, step):
                idle_since = time.monotonic()
            step(0)
            if time.monotonic() - idle_since >= seconds:
                return
            time.sleep(every)

    def ask_for_what_is_missing(self) -> None:
        """Have a job for each chosen model that new faces wait for. One that was given up stays so."""
        known = {info.id: info for info in self._live_model.models()}
        jobs = {job.name for job in self._jobs.jobs()}
        for model_id in self._chosen():
            info = known.get(model_id)
            if info is None or JOB + model_id in jobs:
                continue
            if next(self._waiting(info.fingerprint, self._since(model_id)), None):
                self._jobs.add_job(JOB + model_id)

    def _answer(self, classifier: Classifier, faces: Sequence[Face]) -> int:
        said, ranks = {}, []
        for face in faces:
            try:
                pixels = crop_stored(self._images.get(face.id), face.box)
            except NotFound:
                # Withdrawn since it was listed; or its image is lost, and it is not to be waited for again.
                if self._records.face(face.id) is not None:
                    ranks.append(ShadowAnswer(face.id, week_of(face.given_at), 0))
                continue
            rank = 0
            try:
                said[face.id] = classifier.predict(pixels[None])[0]
                if face.answer.label is not None:
                    rank = rank_of(face.answer.label, said[face.id].tolist())
            except Exception as error:  # The others are answered for all the same.
                log.warning("%s failed on a face: %s", classifier.info.id, type(error).__name__)
            ranks.append(ShadowAnswer(face.id, week_of(face.given_at), rank))
        key = classifier.info.fingerprint
        if said:
            self._answers.add_answers(key, said)
        self._store.note_shadow_answers(key, ranks)
        return len(faces)

    def _waiting(self, fingerprint: str, since: datetime) -> Iterator[Face]:
        """New faces that models may be tested on and this one has not answered for, newest first."""
        reached = self._store.reached().get(fingerprint)
        since = max(since, reached - _OVERLAP) if reached else since
        for study in self._records.studies():
            for faces in _few_at_a_time(self._given(study.id, since)):
                fit = [face for face in faces if may_be_tested_on(face) and face.source is not Source.IMPORT]
                noted = self._store.noted(fingerprint, [face.id for face in fit]) if fit else set()
                yield from (face for face in fit if face.id not in noted)

    def _given(self, study_id: str, since: datetime) -> Iterator[Face]:
        """A study's faces from a time on, newest first."""
        place = None
        while page := self._index.newest(study_id, FaceFilter(since=since.date()), BATCH, place):
            for found in page:
                if found.face.given_at < since:
                    return
                yield found.face
            place = Cursor(page[-1].face.given_at, page[-1].face.id)

    def _shadow(self, model_id: str, info: ModelInfo | None, job: Job | None) -> Shadow:
        since = self._since(model_id)
        counts = self._store.ranks(info.fingerprint) if info else []
        answered = sum(count.faces for count in counts if count.rank)
        first, third = (sum(count.faces for count in counts if 1 <= count.rank <= top) for top in (1, 3))
        waiting = islice(self._waiting(info.fingerprint, since), MOST_WAITING) if info else ()
        return Shadow(
            model_id=model_id,
            info=info,
            since=since,
            answered=answered,
            failed=sum(count.faces for count in counts if not count.rank),
            waiting=sum(1 for _ in waiting),
            given_up=job if job and job.given_up(self._now()) else None,
            top1=wilson(first, answered),
            top3=wilson(third, answered),
        )

    def _since(self, model_id: str) -> datetime:
        """When this model was chosen, and has been ever since."""
        since = self._now()
        for choice in self._store.shadow_choices(_REMEMBERED):
            if model_id not in choice.model_ids:
                break
            since = choice.at
        return since

    def _chosen(self) -> tuple[str, ...]:
        latest = self._store.shadow_choices(1)
        return latest[0].model_ids if latest else ()

    def _info(self, model_id: str) -> ModelInfo:
        return self._live_model.classifier(model_id).info


def _few_at_a_time(faces: Iterator[Face]) -> Iterator[list[Face]]:
    while some := list(islice(faces, BATCH)):
        yield some
