"""Retention: faces and answers go at their date, unless it is the clock that is wrong."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.exploring import NO_FILTER
from fers.domain.interfaces import FaceIndex, RecordStore, ReplyStore
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.services.people.withdrawal import Withdrawal

_JUMP = timedelta(days=3)
"""A server that runs looks at its clock every hour; one that was off for a long weekend is none that jumped."""
_NOTED_EVERY = timedelta(minutes=10)
_FEW, _SHARE = 5, 0.1
"""Fewer faces than this, or less than this share of all, may go at once however the clock has moved; of answers to
studies' own questions likewise, which there are also of people who gave no photo."""


@dataclass(frozen=True)
class Held:
    """What is overdue by a clock which nobody has looked at yet."""

    faces: int
    answers: int
    """To studies' own questions."""
    seen: datetime
    """When the clock was last seen before it jumped."""
    now: datetime

    def __str__(self) -> str:
        return (
            f"{self.faces:,} faces and {self.answers:,} answers are past their retention date since the clock went from"
            f" {self.seen:%d %b %Y} to {self.now:%d %b %Y}: check it, then run `python -m fers purge`"
        )


class Retention:
    def __init__(
        self,
        records: RecordStore,
        index: FaceIndex,
        replies: ReplyStore,
        withdrawal: Withdrawal,
        now: Clock = utc_now,
    ):
        self._records = records
        self._index = index
        self._replies = replies
        self._withdrawal = withdrawal
        self._now = now

    def purge_due(self) -> int:
        """Remove the faces whose retention date has come; none of them while `held`. Returns how many."""
        if self.held():
            return 0
        purged = self._withdrawal.purge_due()
        self._note_clock()
        return purged

    def held(self) -> Held | None:
        """What a clock that jumped would remove, where that is much: a wrong clock would cost all of it."""
        now, seen = self._now(), self._records.clock_seen()
        if seen is None or now - seen <= _JUMP:
            return None
        faces, answers = self._records.count_due(now), self._replies.count_replies(due=now)
        is_much = _is_much(faces, self._faces()) or _is_much(answers, self._replies.count_replies())
        return Held(faces, answers, seen, now) if is_much else None

    def purge(self, actor: Person) -> int:
        """Remove what is due for somebody who has looked at the clock. Returns how many."""
        require(actor, Action.RUN_INSTALLATION)
        purged = self._withdrawal.purge_due()
        if purged:
            self._records.append_audit(entry_by(actor, self._now(), f"purged {purged} faces", "retention"))
        self._records.note_clock(self._now())
        return purged

    def _faces(self) -> int:
        studies = self._records.studies()
        return sum(count.count for study in studies for count in self._index.counts(study.id, NO_FILTER))

    def _note_clock(self) -> None:
        seen = self._records.clock_seen()
        if seen is None or not timedelta() <= self._now() - seen < _NOTED_EVERY:
            self._records.note_clock(self._now())


def _is_much(due: int, of_all: int) -> bool:
    return due >= max(_FEW, _SHARE * of_all)
