"""How far a study is with its protocol."""

from dataclasses import dataclass, replace

from fers.domain.clock import Clock, utc_now
from fers.domain.emotions import Emotion
from fers.domain.groups import LEAST_PEOPLE
from fers.domain.interfaces import GroupStore, SittingStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.protocols import Outcome, Place, Quota, Task, has_room
from fers.domain.studies import Study
from fers.services.people.studies import Studies


@dataclass(frozen=True)
class Fill:
    """How far one of a study's quotas is."""

    quota: Quota
    given: int | None
    """None where fewer than five people are in the group: that would tell of single ones."""
    held: int | None
    """By people who are at it just now; None likewise."""


@dataclass(frozen=True)
class TaskCount:
    task: Task
    given: int
    skipped: int


@dataclass(frozen=True)
class ProtocolProgress:
    """How far a study is with its protocol."""

    fills: tuple[Fill, ...]
    given: dict[Emotion, int]
    """Faces of every expression that is asked for, wanted or not."""
    tasks: tuple[TaskCount, ...]
    begun: int
    """People who were asked something."""
    through: int
    """How many of them did all their tasks."""


class Progress:
    def __init__(self, sittings: SittingStore, groups: GroupStore, studies: Studies, now: Clock = utc_now):
        self._sittings = sittings
        self._groups = groups
        self._studies = studies
        self._now = now

    def of(self, actor: Person, study_id: str) -> ProtocolProgress:
        """How far a study is: of each quota, what is there and what people are at, without going through faces."""
        require(actor, Action.MANAGE_STUDY, study_id)
        protocol = self._studies.get(actor, study_id).protocol
        given, held = self._sittings.given(study_id), self._sittings.held(study_id, self._now())
        people, counted = self._groups.sizes(study_id), self._sittings.counted(study_id)

        def fill(quota: Quota) -> Fill:
            if quota.group is not None and people.get(quota.group, 0) < LEAST_PEOPLE:
                return Fill(quota, None, None)
            return Fill(quota, quota.count(given), quota.count(held))

        asked = sorted({task.intended for task in protocol.tasks})
        return ProtocolProgress(
            fills=tuple(map(fill, protocol.quotas)),
            given={emotion: Quota(emotion, 0).count(given) for emotion in asked},
            tasks=tuple(
                TaskCount(task, counted[f"{Outcome.GIVEN}_{task.id}"], counted[f"{Outcome.SKIPPED}_{task.id}"])
                for task in dict.fromkeys(replace(task, times=1) for task in protocol.tasks)
            ),
            begun=counted["begun"],
            through=counted["through"],
        )

    def is_full(self, study: Study) -> bool:
        """Whether a study has no place for anybody at present: all that it asks for is there, or in others' hands.
        Asked for people who are not signed in yet, so quotas of groups don't count."""
        protocol = study.protocol
        if protocol.is_free or not protocol.quotas:
            return False
        given, held = self._sittings.given(study.id), self._sittings.held(study.id, self._now())
        wanted = (protocol.quotas_of(Place(intended)) for intended in {task.intended for task in protocol.tasks})
        return not any(has_room(quotas, given, held) for quotas in wanted)

    def filled(self, study: Study) -> float | None:
        """How much of what a study wants is there, 0 to 1; None: it wants faces without end."""
        protocol = study.protocol
        quotas = [quota for quota in protocol.quotas if quota.group is None] or protocol.quotas
        if not quotas:
            return None
        given = self._sittings.given(study.id)
        return sum(min(quota.count(given), quota.wanted) for quota in quotas) / sum(quota.wanted for quota in quotas)
