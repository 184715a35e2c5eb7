"""What the actor had best do next in the study they work in."""

from operator import itemgetter

from fers.domain.clock import Clock, utc_now
from fers.domain.exploring import NO_FILTER
from fers.domain.interfaces import DatasetVersionStore, FaceIndex, LabelStore, Models, RecordStore, StudyStore
from fers.domain.next_steps import NextStep, Situation, next_steps
from fers.domain.people import Person, Role
from fers.domain.permissions import Action, allowed, require
from fers.domain.readiness import as_participants_meet_it, missing
from fers.domain.studies import Study
from fers.services.people.consents import Consents
from fers.services.people.participations import Participations
from fers.services.people.studies import Studies


class NextSteps:
    def __init__(
        self,
        records: RecordStore,
        memberships: StudyStore,
        index: FaceIndex,
        labels: LabelStore,
        versions: DatasetVersionStore,
        models: Models,
        studies: Studies,
        consents: Consents,
        participations: Participations,
        now: Clock = utc_now,
    ):
        self._records = records
        self._memberships = memberships
        self._index = index
        self._labels = labels
        self._versions = versions
        self._models = models
        self._studies = studies
        self._consents = consents
        self._participations = participations
        self._now = now

    def of(self, actor: Person) -> list[NextStep]:
        """At most three, the most urgent first; none for whom a panel sent and nothing is asked of any more."""
        require(actor, Action.GIVE_FACE)
        mine = self._participations.mine(actor)
        if mine is not None and mine.is_over:
            return []
        return next_steps(self._situation(actor, self._studies.current(actor)))

    def elsewhere(self, actor: Person) -> Study | None:
        """Of the other studies where the actor labels, the one in which most faces wait for them, if any do."""
        require(actor, Action.GIVE_FACE)
        here = self._studies.current(actor).id
        waiting = [
            (self._labels.count_waiting(actor.id, study.id, study.overlap), study)
            for study in self._studies.mine(actor)
            if study.id != here and allowed(actor, Action.REVIEW, study.id)
        ]
        most, study = max(waiting, key=itemgetter(0), default=(0, None))
        return study if most else None

    def _situation(self, actor: Person, study: Study) -> Situation:
        """Only what is of use to somebody in the actor's role is looked up."""
        manages, shares, labels = (
            allowed(actor, action, study.id) for action in (Action.MANAGE_STUDY, Action.SHARE_DATASET, Action.REVIEW)
        )
        works = manages or shares
        faces = sum(count.count for count in self._index.counts(study.id, NO_FILTER)) if works else 0
        return Situation(
            manages=manages,
            shares=shares,
            registers=allowed(actor, Action.MANAGE_MODELS),
            labels=labels,
            is_fresh=manages and not faces and self._is_fresh(actor),
            is_open=study.open,
            is_complete=not missing(study),
            is_rehearsed=study.rehearsed == as_participants_meet_it(study),
            faces=faces,
            annotators=self._annotators(study) if manages else 0,
            versions=len(self._versions.of_study(study.id)) if shares else 0,
            models=len(self._models.models()) if shares else 0,
            waiting=self._labels.count_waiting(actor.id, study.id, study.overlap) if labels else 0,
            waits_elsewhere=not works and self.elsewhere(actor) is not None,
            has_agreed=works or self._consents.current(actor, study) is not None,
            own_faces=0 if works else sum(face.study_id == study.id for face in self._records.faces_of(actor.id)),
        )

    def _is_fresh(self, actor: Person) -> bool:
        """Whether the actor runs an installation with the one study it came with, in which nobody works yet."""
        if not allowed(actor, Action.RUN_INSTALLATION):
            return False
        studies = self._studies.mine(actor)
        return len(studies) == 1 and not self._memberships.staff_of(studies[0].id)

    def _annotators(self, study: Study) -> int:
        members = (membership.role for membership in self._memberships.staff_of(study.id))
        now = self._now()
        invited = (one.role for one in self._memberships.invitations_to(study.id) if one.live(now))
        return sum(role is Role.ANNOTATOR for role in (*members, *invited))
