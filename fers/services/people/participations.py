"""Participations: how far people from a panel are, and what the study's owner pays them by."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from fers.domain.audit import entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.erasures import Erased, Erasure
from fers.domain.interfaces import ErasureStore, ParticipationStore, RecordStore, SittingStore, StudyStore
from fers.domain.people import Person, Role
from fers.domain.permissions import Action, require
from fers.domain.protocols import Outcome
from fers.domain.questions import Moment
from fers.domain.recruiting import Participation, Status
from fers.domain.studies import Study
from fers.errors import InvalidInput, NotFound, NotPermitted, StudyClosed
from fers.exporting import csv_text
from fers.services.people.studies import Studies
from fers.services.people.withdrawal import Withdrawal

COLUMNS = (
    "panel_id",
    "status",
    "came_at",
    "consented_at",
    "completed_at",
    "status_since",
    "tasks_done",
    "tasks_skipped",
    "photos_kept",
)
"""Of the list of participants."""


class Participations:
    """Somebody from a panel has one in their study, and nobody else has any: for these, calls change nothing."""

    def __init__(
        self,
        participations: ParticipationStore,
        records: RecordStore,
        memberships: StudyStore,
        sittings: SittingStore,
        studies: Studies,
        withdrawal: Withdrawal,
        erasures: ErasureStore,
        now: Clock = utc_now,
    ):
        self._participations = participations
        self._records = records
        self._memberships = memberships
        self._sittings = sittings
        self._studies = studies
        self._withdrawal = withdrawal
        self._erasures = erasures
        self._now = now

    def mine(self, actor: Person) -> Participation | None:
        """The actor's, in the study they work in; None when no panel sent them there."""
        require(actor, Action.GIVE_FACE)
        return self._of(actor, self._studies.current(actor))

    def consented(self, actor: Person, study: Study) -> None:
        """Note that the actor agreed to the study's terms."""
        require(actor, Action.GIVE_FACE)
        self._move(actor, study, Status.CONSENTED)

    def note_progress(self, actor: Person, study: Study, sent: int = 0) -> None:
        """Note what the actor did: their tasks, counted anew; in a free study, `sent` photos more, and never fewer than
        are kept. Whoever is through their tasks has completed it, unless the study has questions that come after
        photos: then `complete` says so."""
        require(actor, Action.GIVE_FACE)
        if self._of(actor, study) is None:
            return
        sitting = None if study.protocol.is_free else self._sittings.sitting(actor.id, study.id)
        outcomes = Counter(step.outcome for step in sitting.steps) if sitting else None
        is_done = sitting is not None and sitting.is_through and not _asks_later(study)
        kept = sum(face.study_id == study.id for face in self._records.faces_of(actor.id))

        def noted(known: Participation) -> Participation:
            given = max(known.given + sent, kept) if outcomes is None else outcomes[Outcome.GIVEN]
            skipped = 0 if outcomes is None else outcomes[Outcome.SKIPPED]
            counted = replace(known, given=given, skipped=skipped, kept=kept)
            moved = counted.on_to(Status.IN_PROGRESS, self._now()) if given + skipped else counted
            return moved.on_to(Status.COMPLETED, self._now()) if is_done else moved

        self._change(actor, study, noted)

    def require_going_on(self, actor: Person, study: Study) -> None:
        """Raises StudyClosed for whom nothing is asked of any more."""
        require(actor, Action.GIVE_FACE)
        mine = self._of(actor, study)
        if mine is not None and mine.is_over:
            raise StudyClosed("participation.over")

    def complete(self, actor: Person) -> Participation | None:
        """The actor has done what was asked. Raises InvalidInput when they have done nothing yet."""
        require(actor, Action.GIVE_FACE)
        mine = self.mine(actor)
        if mine is not None and not mine.given + mine.skipped:
            raise InvalidInput("participation.nothing-done")
        return self._end(actor, Status.COMPLETED)

    def screen_out(self, actor: Person) -> Participation | None:
        """The study is not for the actor, or has no place for them: nothing more is asked of them, and they are sent
        back. Returns theirs; None when no panel sent them. Whoever is at an end already stays there."""
        require(actor, Action.GIVE_FACE)
        return self._end(actor, Status.SCREENED_OUT)

    def fail_check(self, actor: Person) -> Participation | None:
        """The actor answered a question wrong that has a right answer: as `screen_out`."""
        require(actor, Action.GIVE_FACE)
        return self._end(actor, Status.FAILED_CHECK)

    def decline(self, actor: Person) -> None:
        """The actor would rather not take part: their account is deleted, and all that stays is the panel's id with
        this status. Raises InvalidInput for whoever agreed already: they can withdraw."""
        require(actor, Action.MANAGE_OWN_DATA)
        study = self._studies.current(actor)
        mine = self._of(actor, study)
        if mine is None or mine.status is not Status.CAME:
            raise InvalidInput("participation.not-new")
        self._change(actor, study, lambda known: known.unlinked(Status.DECLINED, self._now()))
        self._withdrawal.withdraw_everything(actor)

    def of_study(self, actor: Person, study_id: str) -> list[Participation]:
        """Everybody whom a panel sent into a study, whoever came last first. They lead to nobody's account."""
        study = self._studies.get(actor, study_id)
        everybody = (replace(one, person_id=None) for one in self._participations.participations_in(study.id))
        return sorted(everybody, key=lambda one: one.reached[0][1], reverse=True)

    def erase(self, actor: Person, study_id: str, participation_id: str) -> None:
        """Erase what was kept of one of them. Their photos stay; nobody knows any more which panel id gave them.
        Raises NotFound when it is gone."""
        study = self._studies.get(actor, study_id)
        if not self._erase(study, [participation_id]):
            raise NotFound("participation.gone")
        self._log(actor, "erased a participant's panel id", participation_id, study)

    def withdraw_for(self, actor: Person, study_id: str, participation_id: str) -> None:
        """Withdraw everything of one of them, who asked for it by way of the panel: they have no other address.

        Raises NotFound when there is nothing (any more), and NotPermitted when their account is, or was, in other
        studies, too, or works on this one: then they have to do it themselves.
        """
        study = self._studies.get(actor, study_id)
        everybody = self._participations.participations_in(study.id)
        person_id = next((one.person_id for one in everybody if one.id == participation_id), None)
        person = self._records.person(person_id) if person_id else None
        if person is None:
            raise NotFound("recruiting.nothing-to-withdraw")
        memberships = self._memberships.memberships_of(person.id)
        roles = {person.role, *(membership.role for membership in memberships)}
        studies = {membership.study_id for membership in memberships}
        # Whose place in another study was taken away has photos there still.
        studies |= {consent.study_id for consent in self._records.consents_of(person.id)}
        if roles != {Role.PARTICIPANT} or not studies <= {study.id}:
            raise NotPermitted("recruiting.account-elsewhere")
        self._log(actor, "withdrew everything for a participant who asked for it", participation_id, study)
        self._withdrawal.withdraw_everything(person)

    def erase_all(self, actor: Person, study_id: str) -> None:
        """Erase what was kept of everybody whom a panel sent into a study."""
        study = self._studies.get(actor, study_id)
        erased = self._erase(study, [one.id for one in self._participations.participations_in(study.id)])
        self._log(actor, f"erased the panel ids of {erased} participants", study.id, study)

    def _erase(self, study: Study, ids: list[str]) -> int:
        for one in ids:
            self._erasures.note(Erasure(Erased.PARTICIPATION, one, self._now(), study_id=study.id))
        return self._participations.erase(study.id, ids)

    def _end(self, actor: Person, ending: Status) -> Participation | None:
        return self._move(actor, self._studies.current(actor), ending)

    def _move(self, actor: Person, study: Study, status: Status) -> Participation | None:
        return self._change(actor, study, partial(Participation.on_to, status=status, now=self._now()))

    def _change(
        self, actor: Person, study: Study, changed: Callable[[Participation], Participation]
    ) -> Participation | None:
        mine = self._of(actor, study)

        def of_theirs(known: Participation) -> Participation:
            """Whoever withdrew a moment ago has none any more."""
            return changed(known) if known.person_id == actor.id else known

        return self._participations.change(study.id, mine.panel_id, of_theirs) if mine else None

    def _of(self, actor: Person, study: Study) -> Participation | None:
        """Where no panel sends anybody, nothing is asked of the store."""
        if not study.recruiting.is_on:
            return None
        theirs = self._participations.participations_of(actor.id)
        return next((one for one in theirs if one.study_id == study.id), None)

    def _log(self, actor: Person, action: str, subject: str, study: Study) -> None:
        self._records.append_audit(entry_by(actor, self._now(), action, subject, study.id))


def _asks_later(study: Study) -> bool:
    return any(question.moment is not Moment.BEFORE for question in study.questions)


def as_table(participations: list[Participation]) -> list[dict[str, str | int]]:
    """A row each, for paying people. What was withdrawn after it was completed says when it was completed."""
    return [
        {
            "panel_id": one.panel_id,
            "status": one.status.value,
            "came_at": _moment(one.at(Status.CAME)),
            "consented_at": _moment(one.at(Status.CONSENTED)),
            "completed_at": _moment(one.at(Status.COMPLETED)),
            "status_since": _moment(one.reached[-1][1]),
            "tasks_done": one.given,
            "tasks_skipped": one.skipped,
            "photos_kept": one.kept,
        }
        for one in participations
    ]


def as_csv(participations: list[Participation]) -> bytes:
    """The same as a file for spreadsheets. Times are in UTC."""
    return csv_text.for_people(COLUMNS, ([row[column] for column in COLUMNS] for row in as_table(participations)))


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
