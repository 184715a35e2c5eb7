"""The doctor: is everything that the records speak of there, and nothing else?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fers.domain.audit import broken_seals
from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Consent, Purpose
from fers.domain.erasures import Erasure
from fers.domain.exploring import NO_FILTER
from fers.domain.faces import Face, Source
from fers.domain.interfaces import FaceIndex, ImageStore, Journal, LabelStore, RecordStore, SignIn, StudyStore
from fers.domain.people import Keys, Person
from fers.errors import NotFound
from fers.services.faces.storing import Storing
from fers.services.labelling.aggregation import aggregate_everything
from fers.services.operations.roles import differing_roles
from fers.services.operations.store_comparison import LOST, image_problem, side_by_side
from fers.services.people.retention import Retention
from fers.services.people.withdrawal import Withdrawal

_JOINING = timedelta(hours=1)
"""Nobody takes longer to come to their key."""


@dataclass(frozen=True)
class Finding:
    """One thing that is, or was, wrong."""

    problem: str
    repaired: bool


class Doctor:
    def __init__(
        self,
        records: RecordStore,
        memberships: StudyStore,
        images: ImageStore,
        journal: Journal,
        sign_in: SignIn,
        labels: LabelStore,
        index: FaceIndex,
        storing: Storing,
        withdrawal: Withdrawal,
        retention: Retention,
        now: Clock = utc_now,
    ):
        self._records = records
        self._memberships = memberships
        self._images = images
        self._journal = journal
        self._sign_in = sign_in
        self._labels = labels
        self._index = index
        self._storing = storing
        self._withdrawal = withdrawal
        self._retention = retention
        self._now = now

    def examine(self, remove_lost: bool = False) -> list[Finding]:
        """Check the store against its files both ways, by checksum, after repairing what is safe to repair:
        interrupted work is finished or undone, faces past their retention date are purged, empty accounts that nothing
        opens are removed, faces are held to what their people chose since, and what the labels of each face come to is
        noted anew. Whatever else is wrong is reported and left as it is; with `remove_lost`, faces whose image is lost
        or damaged are removed."""
        findings = [Finding(problem, repaired=False) for problem in self._records.problems()]
        findings += [Finding(problem, repaired=False) for problem in broken_seals(self._records.sealed_audit())]
        findings += [Finding(problem, repaired=False) for problem in differing_roles(self._records, self._memberships)]
        findings += [Finding(f"face {id}: interrupted work, now recovered", True) for id in self.recover()]
        findings += [Finding(_back(erasure), repaired=True) for erasure in self._withdrawal.enforce()]
        if held := self._retention.held():
            findings.append(Finding(str(held), repaired=False))
        elif purged := self._retention.purge_due():
            findings.append(Finding(f"{purged} faces were past their retention date, now purged", repaired=True))
        aggregate_everything(self._records, self._labels, self._index)
        findings += self._look_after_people()
        if remove_lost:
            findings += self._remove_lost()
        findings += self._check_faces()
        return findings

    def recover(self) -> list[str]:
        """Finish or undo what a failed or killed submission or withdrawal left half done, as servers do every few
        minutes: the record of a photo may be gone, and its image still there. Returns the faces' ids."""
        return self._storing.recover()

    def _look_after_people(self) -> Iterator[Finding]:
        """Nobody signs in as the person of an imported face, and nobody has to."""
        for person in self._records.people():
            if person.created_at > self._now() - _JOINING or self._sign_in.keys_of(person.id) != Keys():
                continue
            if self._withdrawal.finish(person):
                yield Finding(f"person {person.id}: nothing opened their account, now removed", repaired=True)
            elif not self._is_imported(person):
                problem = "nothing opens their account, so they can't withdraw what they gave"
                yield Finding(f"person {person.id}: {problem}", repaired=False)

    def _is_imported(self, person: Person) -> bool:
        return {face.source for face in self._records.faces_of(person.id)} == {Source.IMPORT}

    def _remove_lost(self) -> Iterator[Finding]:
        for face in self._records.faces():
            problem = image_problem(self._images, face)
            if problem and self._withdrawal.remove_lost(face):
                yield Finding(f"face {face.id}: {problem}, now removed", repaired=True)

    def _check_faces(self) -> Iterator[Finding]:
        """Faces and images come in the same order, so neither has to be held in memory."""
        before = self._counted()
        seen: Counter[str] = Counter()
        for key, face, _ in side_by_side(self._records.faces(), self._images.keys(), _id_of):
            if face is not None:
                seen[face.study_id] += 1
                yield from self._check_face(face)
            elif self._orphan(key):
                yield Finding(f"image {key}: it has no record", repaired=False)
        for study_id, counted in self._counted().items():
            if before.get(study_id) == counted != seen[study_id]:  # And nobody gave or withdrew faces meanwhile.
                problem = f"it has {seen[study_id]} faces, and {counted} are counted"
                yield Finding(f"study {study_id}: {problem}", repaired=False)

    def _counted(self) -> dict[str, int]:
        """How many faces each study has, as those are told who explore it."""
        return {
            study.id: sum(count.count for count in self._index.counts(study.id, NO_FILTER))
            for study in self._records.studies()
        }

    def _orphan(self, key: str) -> bool:
        """Look again as the only writer of this face: it may have been stored or withdrawn while we looked."""
        with self._journal.writing(key):
            return self._records.face(key) is None and self._has_image(key)

    def _check_face(self, face: Face) -> Iterator[Finding]:
        consents = self._records.consents_of(face.person_id)
        if self._withdrawal.hold_to_choices(face, consents):
            yield Finding(f"face {face.id}: its person has chosen less for it since, which now holds", repaired=True)
        else:
            for problem in self._problems(face, consents):
                yield Finding(f"face {face.id}: {problem}", repaired=False)

    def _problems(self, face: Face, consents: Sequence[Consent]) -> list[str]:
        of_image = image_problem(self._images, face)
        if of_image == LOST and self._records.face(face.id) is None:
            return []  # Withdrawn since its record was read.
        problems = [of_image] if of_image else []
        if self._records.person(face.person_id) is None:
            problems.append("its person is gone")
        if face.consent_id not in {consent.id for consent in consents}:
            problems.append("its consent is gone")
        if Purpose.STORE not in face.purposes:
            problems.append("it is kept without consent")
        if face.purge_at <= self._now():
            problems.append("it is past its retention date")
        return problems

    def _has_image(self, face_id: str) -> bool:
        try:
            self._images.get(face_id)
        except NotFound:
            return False
        return True


def _back(erasure: Erasure) -> str:
    return f"{erasure.what} {erasure.subject}: was taken back, came back with an older copy, now removed again"


def _id_of(thing: Face | str) -> str:
    """A face's, or that of the face whose image has this key."""
    return thing if isinstance(thing, str) else thing.id
