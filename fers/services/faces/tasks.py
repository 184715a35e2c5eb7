"""Tasks: what a participant is asked to show next, and how far they are."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random, SystemRandom

from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.interfaces import GroupStore, RecordStore, SittingStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.protocols import (
    Outcome,
    Place,
    Quota,
    Sitting,
    Step,
    Task,
    TaskOrder,
    balanced_rows,
    carried_over,
    has_room,
    plan,
    without_place,
)
from fers.domain.studies import Study
from fers.errors import AlreadyExists
from fers.services.faces.progress import Progress
from fers.services.people.consents import Consents
from fers.services.people.participations import Participations
from fers.services.people.studies import Studies

LEASE = timedelta(minutes=10)
"""How long the place for a task is kept for whoever is at it; longer with each thing they do."""


@dataclass(frozen=True)
class Turn:
    """Where somebody is in their study's protocol."""

    study_id: str
    task: Task | None
    """None: there is nothing to ask them, now or ever."""
    step: int
    """Of their sitting."""
    done: int
    """Tasks that are given or skipped."""
    length: int
    """Of how many."""
    may_come: bool = False
    """Where there is nothing to ask: whether places for what is left are in other people's hands, who may give them
    back. Else all that is wanted is there."""

    @property
    def is_through(self) -> bool:
        """Whether they did all they were to do; else whatever is left is full, or in other people's hands."""
        return self.done >= self.length


@dataclass(frozen=True)
class Ending:
    """What somebody's sitting came to."""

    given: int
    skipped: int
    compared: int
    """Faces, of those that are there still, of which they said what they show."""
    agreed: int
    """How many of these the model took for the same."""
    filled: float | None
    """How much of what the study wants is there, 0 to 1; None: it wants faces without end."""


class Tasks:
    def __init__(
        self,
        records: RecordStore,
        sittings: SittingStore,
        groups: GroupStore,
        studies: Studies,
        consents: Consents,
        participations: Participations,
        progress: Progress,
        now: Clock = utc_now,
        random: Random | None = None,
    ):
        self._records = records
        self._sittings = sittings
        self._groups = groups
        self._studies = studies
        self._consents = consents
        self._participations = participations
        self._progress = progress
        self._now = now
        self._random = random or SystemRandom()

    def turn(self, actor: Person) -> Turn | None:
        """What to ask the actor now, whose place is kept for them for a while; None in a study without a protocol, or
        that is closed."""
        require(actor, Action.GIVE_FACE)
        study = self._studies.current(actor)
        if study.protocol.is_free or not study.open:
            return None
        sitting = self._sitting(actor, study)
        if sitting.is_through or self._is_held(sitting):
            return _turn(sitting, sitting.held)
        turn = _turn(sitting, self._hold_next(actor, study, sitting))
        return replace(turn, may_come=turn.task is None and self._may_come(actor, study, sitting))

    def pause(self, actor: Person) -> Turn | None:
        """What the actor would go on with, without a place being kept for it; None in a study without a protocol."""
        require(actor, Action.GIVE_FACE)
        study = self._studies.current(actor)
        if study.protocol.is_free:
            return None
        sitting = self._sitting(actor, study)
        return _turn(sitting, next(_undone(sitting), None))

    def keep(self, actor: Person, turn: Turn | None) -> None:
        """Keep the place of a turn for longer, where it can be."""
        require(actor, Action.GIVE_FACE)
        if turn is None or turn.task is None:
            return
        study = self._studies.current(actor)
        if study.id != turn.study_id:
            return
        sitting = self._sittings.sitting(actor.id, study.id)
        if sitting is None or sitting.held != turn.step or self._is_held(sitting):
            return
        if self._reserve(actor, study, turn.task):
            self._hold(sitting, turn.step)

    def skip(self, actor: Person, turn: Turn) -> None:
        """Leave a task out; its place is free at once."""
        require(actor, Action.GIVE_FACE)
        self._note(actor, turn, Outcome.SKIPPED)
        self._participations.note_progress(actor, self._studies.current(actor))

    def choose(self, actor: Person, turn: Turn, face_id: str, instead_of: str | None = None) -> str:
        """Let the photo with this id be the one that is given for a turn, unless another one is already, and not
        `instead_of` that. Returns the id of the one that is. Raises AlreadyExists when the turn is done: by another
        photo, or skipped, in another window."""
        require(actor, Action.GIVE_FACE)

        def chosen(known: Sitting | None) -> Sitting | None:
            step = _step(known, turn)
            if known is None or step is None or step.outcome or step.face_id not in (None, instead_of):
                return known
            return known.with_step(turn.step, replace(step, face_id=face_id))

        _, sitting = self._sittings.change(actor.id, turn.study_id, chosen)
        step = _step(sitting, turn)
        if step is None:  # They are asked something else by now, and their photo counts all the same.
            return face_id
        if step.outcome and step.face_id != face_id:
            raise AlreadyExists("capture.task-done")
        return step.face_id or face_id

    def note_given(self, actor: Person, turn: Turn | None, face_id: str | None) -> None:
        """A turn is done. `face_id`: of the face that came of it, if one was kept."""
        require(actor, Action.GIVE_FACE)
        if turn and turn.task:
            self._note(actor, turn, Outcome.GIVEN, face_id)

    def leave(self, actor: Person) -> None:
        """Give back the place that is kept for the actor; they can go on later."""
        require(actor, Action.GIVE_FACE)
        for sitting in self._sittings.sittings_of(actor.id):
            if sitting.held is not None:
                self._sittings.release(sitting.study_id, actor.id, sitting.steps[sitting.held].task.intended)
                self._sittings.change(actor.id, sitting.study_id, lambda known: known and without_place(known))

    def ending(self, actor: Person) -> Ending | None:
        """What the actor's sitting in the study they work in came to; None: they were asked nothing."""
        require(actor, Action.GIVE_FACE)
        study = self._studies.current(actor)
        if (sitting := self._sittings.sitting(actor.id, study.id)) is None:
            return None
        outcomes = Counter(step.outcome for step in sitting.steps)
        faces = (self._records.face(step.face_id) for step in sitting.steps if step.face_id)
        said = [(face.answer.label, face.prediction.top(1)[0][0]) for face in faces if face]
        compared = [label is guess for label, guess in said if label is not None]
        given, skipped = outcomes[Outcome.GIVEN], outcomes[Outcome.SKIPPED]
        return Ending(given, skipped, len(compared), sum(compared), self._progress.filled(study))

    def _sitting(self, actor: Person, study: Study) -> Sitting:
        """Planned when it begins, and anew when the study asks for something else; what is done stays done."""
        sitting, protocol = self._sittings.sitting(actor.id, study.id), study.protocol
        if sitting is not None and sitting.protocol_id == protocol.id:
            return sitting
        if sitting is not None:
            self.leave(actor)
        steps = plan(protocol, self._row(study), self._fullness(actor, study), self._random)

        def planned(known: Sitting | None) -> Sitting:
            if known is not None and known.protocol_id == protocol.id:  # Planned in another window.
                return known
            carried = carried_over(known.steps if known else (), steps)
            return Sitting(actor.id, study.id, protocol.id, carried, protocol.length)

        before, after = self._sittings.change(actor.id, study.id, planned)
        if before is None:
            self._sittings.count(study.id, "begun")
        return after or planned(None)

    def _row(self, study: Study) -> int:
        """The row that was used least."""
        if study.protocol.order is not TaskOrder.BALANCED:
            return 0
        used = self._sittings.counted(study.id)
        rows = range(balanced_rows(len(study.protocol.asked)))
        row = min(rows, key=lambda row: (used[f"row_{row}"], self._random.random()))
        self._sittings.count(study.id, f"row_{row}")
        return row

    def _fullness(self, actor: Person, study: Study) -> dict[Emotion, float]:
        """Of each expression, how full the fullest quota is that a face of the actor counts towards; where there is
        none, how much there is beside the others, always less than full."""
        given, held = self._sittings.given(study.id), self._sittings.held(study.id, self._now())
        faces, groups = given + held, self._groups_of(actor, study)
        most = 1 + max(faces.values(), default=0) * len(faces)

        def fullness(emotion: Emotion) -> float:
            quotas = study.protocol.quotas_of(Place(emotion, groups))
            shares = [quota.count(faces) / quota.wanted for quota in quotas]
            return max(shares, default=Quota(emotion, 0).count(faces) / most)

        return {emotion: fullness(emotion) for emotion in {task.intended for task in study.protocol.tasks}}

    def _is_held(self, sitting: Sitting) -> bool:
        """For long enough yet."""
        return sitting.held_until is not None and sitting.held_until - self._now() > LEASE / 2

    def _hold_next(self, actor: Person, study: Study, sitting: Sitting) -> int | None:
        """Go on with the task at hand or, where that is full, with the next one that has room. Returns its step."""
        full: set[Emotion] = set()
        for number in _undone(sitting):
            task = sitting.steps[number].task
            if task.intended in full:
                continue
            if self._reserve(actor, study, task):
                self._hold(sitting, number)
                return number
            full.add(task.intended)
        return None

    def _hold(self, sitting: Sitting, number: int) -> None:
        """Note that the place of a step is kept, unless it was done in another window just now."""

        def held(known: Sitting | None) -> Sitting | None:
            if known is None or number >= len(known.steps) or known.steps[number] != sitting.steps[number]:
                return known
            return replace(known, held=number, held_until=self._now() + LEASE)

        self._sittings.change(sitting.person_id, sitting.study_id, held)

    def _may_come(self, actor: Person, study: Study, sitting: Sitting) -> bool:
        given, groups = self._sittings.given(study.id), self._groups_of(actor, study)
        left = {sitting.steps[number].task.intended for number in _undone(sitting)}
        return any(has_room(study.protocol.quotas_of(Place(intended, groups)), given, {}) for intended in left)

    def _reserve(self, actor: Person, study: Study, task: Task) -> bool:
        """Whoever keeps no photos takes no place, and neither does what is wanted without end."""
        consent = self._consents.current(actor, study)
        place = Place(task.intended, self._groups_of(actor, study))
        quotas = study.protocol.quotas_of(place)
        if not quotas or consent is None or not consent.permits(Purpose.STORE):
            return True
        now = self._now()
        return self._sittings.reserve(study.id, actor.id, place, quotas, now, now + LEASE)

    def _groups_of(self, actor: Person, study: Study) -> frozenset[tuple[str, str]]:
        if not any(quota.group for quota in study.protocol.quotas):
            return frozenset()
        said = (one.said() for one in self._groups.descriptions_of(actor.id) if one.study_id == study.id)
        return frozenset(next(said, {}).items())

    def _note(self, actor: Person, turn: Turn, outcome: Outcome, face_id: str | None = None) -> None:
        """Once: whoever presses twice did it once."""
        if turn.task is None:
            return
        done = Step(turn.task, outcome, face_id)

        def noted(known: Sitting | None) -> Sitting | None:
            step = _step(known, turn)
            if known is None or step is None or step.outcome:
                return known
            return without_place(known.with_step(turn.step, done))

        before, after = self._sittings.change(actor.id, turn.study_id, noted)
        if before is None or after is None or before == after:
            return
        self._sittings.release(turn.study_id, actor.id, turn.task.intended)
        self._sittings.count(turn.study_id, f"{outcome}_{turn.task.id}")
        if after.is_through and not before.is_through:
            self._sittings.count(turn.study_id, "through")


def _undone(sitting: Sitting) -> Iterator[int]:
    """The steps to come, the one at hand first."""
    undone = [number for number, step in enumerate(sitting.steps) if step.outcome is None]
    yield from sorted(undone, key=lambda number: number != sitting.held)


def _step(sitting: Sitting | None, turn: Turn) -> Step | None:
    """The turn's step as it is now; None where another one is there meanwhile: the plan may be a new one."""
    step = sitting.steps[turn.step] if sitting and turn.step < len(sitting.steps) else None
    return step if step and step.task == turn.task else None


def _turn(sitting: Sitting, step: int | None) -> Turn:
    if sitting.is_through or step is None:
        return Turn(sitting.study_id, None, -1, sitting.done, sitting.length)
    return Turn(sitting.study_id, sitting.steps[step].task, step, sitting.done, sitting.length)
