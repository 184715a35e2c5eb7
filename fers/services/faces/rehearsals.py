"""Rehearsals: the owner of a study goes through it as a participant would, and nothing is kept or counted."""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Consent, Purpose
from fers.domain.emotions import Emotion
from fers.domain.interfaces import FaceDetector, GroupStore, Models, RecordStore, StoreHealth
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.protocols import Outcome, Place, Quota, Sitting
from fers.domain.questions import Reply
from fers.domain.recruiting import Participation
from fers.domain.studies import Study
from fers.services.faces.capture import Capture
from fers.services.faces.drafts import Drafts
from fers.services.faces.progress import Progress
from fers.services.faces.storing import Storing
from fers.services.faces.tasks import Tasks
from fers.services.models.challengers import Challengers
from fers.services.people.consents import Consents
from fers.services.people.participations import Participations
from fers.services.people.questions import Questions
from fers.services.people.studies import Studies


@dataclass(frozen=True)
class Rehearsal:
    """What stands in for the services that participants meet, for one person and as long as this is remembered."""

    study: Study
    """As it was when the rehearsal began."""
    studies: Studies
    consents: Consents
    tasks: Tasks
    questions: Questions
    capture: Capture
    drafts: Drafts


class Rehearsals:
    def __init__(
        self,
        records: RecordStore,
        groups: GroupStore,
        studies: Studies,
        storing: Storing,
        models: Models,
        detector: FaceDetector,
        challengers: Challengers,
        health: StoreHealth,
        now: Clock = utc_now,
    ):
        self._records = records
        self._groups = groups
        self._studies = studies
        self._storing = storing
        self._models = models
        self._detector = detector
        self._challengers = challengers
        self._health = health
        self._now = now

    def begin(self, actor: Person, study_id: str) -> Rehearsal:
        """Raises InvalidInput when there is no such study."""
        study = self._studies.get(actor, study_id)
        studies = _OneOpenStudy(study)
        consents = _KeepsNothing(studies, self._now)
        sittings, participations = _Forgotten(), _FromNoPanel(studies)
        progress = Progress(sittings, self._groups, studies, self._now)
        tasks = Tasks(self._records, sittings, self._groups, studies, consents, participations, progress, self._now)
        questions = _AsksAllTheSame(
            self._records, _ForgottenReplies(), sittings, studies, consents, participations, self._now
        )
        capture = Capture(
            self._storing,
            self._models,
            self._detector,
            consents,
            studies,
            self._challengers,
            tasks,
            questions,
            participations,
            self._health,
            self._now,
        )
        return Rehearsal(study, studies, consents, tasks, questions, capture, Drafts(self._now))

    def finish(self, actor: Person, rehearsal: Rehearsal) -> None:
        """The actor came to its end: the study's checklist says so until participants meet it otherwise."""
        self._studies.note_rehearsal(actor, rehearsal.study)


class _OneOpenStudy(Studies):
    """Everybody is in this study, and it is open."""

    def __init__(self, study: Study):
        self._study = replace(study, open=True)

    def current(self, actor: Person | None = None) -> Study:
        return self._study


class _KeepsNothing(Consents):
    """Everybody has agreed to the study's words, and chosen that nothing is kept: so no face is stored, no place in a
    quota taken, and no model compared."""

    def __init__(self, studies: Studies, now: Clock):
        self._studies = studies
        self._now = now

    def latest(self, actor: Person) -> Consent | None:
        require(actor, Action.GIVE_FACE)
        nothing: frozenset[Purpose] = frozenset()
        study_id = self._studies.current(actor).id
        return Consent(secrets.token_hex(16), actor.id, study_id, self.text(actor), nothing, self._now())

    def current(self, actor: Person, study: Study | None = None) -> Consent | None:
        return self.latest(actor)

    def still_keeps(self, actor: Person, study: Study) -> bool:
        """What is answered is remembered to the end of the rehearsal."""
        return True


class _FromNoPanel(Participations):
    """Nobody came from a panel, so nobody's status changes."""

    def __init__(self, studies: Studies):
        self._studies = studies
        self._now = utc_now

    def _of(self, actor: Person, study: Study) -> Participation | None:
        return None


class _AsksAllTheSame(Questions):
    """Though nothing is kept. In a study without tasks there is no sitting to tell that a photo was given."""

    def _asks(self, actor: Person, study: Study) -> bool:
        return bool(study.questions)

    def _last_photo(self, actor: Person, study: Study) -> tuple[str, str | None] | None:
        sitting = self._sittings.sitting(actor.id, study.id)
        given = [step.task.id for step in sitting.steps if step.outcome is Outcome.GIVEN] if sitting else []
        return (f"photo {len(given)}", given[-1]) if given else None


class _ForgottenReplies:
    """A `ReplyStore` in memory, for one person."""

    def __init__(self) -> None:
        self._replies: dict[tuple[str, str], Reply] = {}

    def save_replies(self, replies: Collection[Reply]) -> None:
        self._replies |= {(reply.question, reply.face_id): reply for reply in replies}

    def replies_of(self, person_id: str, study_id: str) -> list[Reply]:
        return list(self._replies.values())

    def all_replies_of(self, person_id: str) -> list[Reply]:
        return list(self._replies.values())

    def replies_in(self, study_id: str) -> Iterator[Reply]:
        return iter(self._replies.values())

    def delete_replies(self, person_id: str, study_id: str) -> None:
        self._replies.clear()

    def count_replies(self, due: datetime | None = None) -> int:
        return 0

    def purge_replies(self, now: datetime) -> int:
        return 0


class _Forgotten:
    """A `SittingStore` in memory. No quota of it is ever full, so every task is met."""

    def __init__(self) -> None:
        self._sittings: dict[str, Sitting] = {}

    def change(
        self, person_id: str, study_id: str, changed: Callable[[Sitting | None], Sitting | None]
    ) -> tuple[Sitting | None, Sitting | None]:
        before = self._sittings.get(person_id)
        after = changed(before)
        if after is not None:
            self._sittings[person_id] = after
        return before, after

    def sitting(self, person_id: str, study_id: str) -> Sitting | None:
        return self._sittings.get(person_id)

    def sittings_of(self, person_id: str) -> list[Sitting]:
        sitting = self._sittings.get(person_id)
        return [sitting] if sitting else []

    def reserve(
        self, study_id: str, person_id: str, place: Place, quotas: Collection[Quota], now: datetime, until: datetime
    ) -> bool:
        return True

    def release(self, study_id: str, person_id: str, intended: Emotion) -> None:
        pass

    def given(self, study_id: str) -> Counter[Place]:
        return Counter()

    def held(self, study_id: str, now: datetime) -> Counter[Place]:
        return Counter()

    def count(self, study_id: str, what: str, number: int = 1) -> None:
        pass

    def counted(self, study_id: str) -> Counter[str]:
        return Counter()
