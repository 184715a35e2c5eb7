"""The doctor: is everything that the records speak of there, and nothing else?"""

import hashlib
from dataclasses import dataclass

from fers.domain.audit import broken_seals
from fers.domain.consent import Purpose
from fers.domain.faces import Face
from fers.domain.interfaces import FaceIndex, ImageStore, Journal, LabelStore, RecordStore
from fers.errors import NotFound
from fers.services.clock import Clock, utc_now
from fers.services.settling import settle_everything
from fers.services.storing import Storing
from fers.services.withdrawal import Withdrawal


@dataclass(frozen=True)
class Finding:
    """One thing that is, or was, wrong."""

    problem: str
    repaired: bool


class Doctor:
    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        journal: Journal,
        labels: LabelStore,
        index: FaceIndex,
        storing: Storing,
        withdrawal: Withdrawal,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._journal = journal
        self._labels = labels
        self._index = index
        self._storing = storing
        self._withdrawal = withdrawal
        self._now = now

    def examine(self) -> list[Finding]:
        """Check the store against its files both ways, by checksum, after repairing what is safe to repair:
        interrupted work is finished or undone, faces past their retention date are purged, and what the labels of each
        face come to is noted anew. Whatever else is wrong is reported and left as it is."""
        findings = [Finding(problem, repaired=False) for problem in self._records.problems()]
        findings += [Finding(problem, repaired=False) for problem in broken_seals(self._records.sealed_audit())]
        findings += [Finding(f"face {id}: interrupted work, now settled", True) for id in self._storing.settle()]
        if purged := self._withdrawal.purge_due():
            findings.append(Finding(f"{purged} faces were past their retention date, now purged", repaired=True))
        settle_everything(self._records, self._labels, self._index)
        unclaimed = set(self._images.keys())
        for face in self._records.faces():
            unclaimed.discard(face.id)
            findings += [Finding(f"face {face.id}: {problem}", False) for problem in self._problems(face)]
        findings += [Finding(f"image {key}: no record speaks of it", False) for key in filter(self._orphan, unclaimed)]
        return findings

    def _orphan(self, key: str) -> bool:
        """Look again as the only writer of this face: it may have been stored or withdrawn while we looked."""
        with self._journal.writing(key):
            return self._records.face(key) is None and self._image_sha256(key) is not None

    def _problems(self, face: Face) -> list[str]:
        problems = []
        sha256 = self._image_sha256(face.id)
        if sha256 is None and self._records.face(face.id) is None:
            return []  # Withdrawn since its record was read.
        if sha256 is None:
            problems.append("its image is lost")
        elif sha256 != face.image.sha256:
            problems.append("its image is not the one that was given")
        if self._records.person(face.person_id) is None:
            problems.append("its person is gone")
        if face.consent_id not in {consent.id for consent in self._records.consents_of(face.person_id)}:
            problems.append("its consent is gone")
        if Purpose.STORE not in face.purposes:
            problems.append("it is kept without consent")
        if face.purge_at <= self._now():
            problems.append("it is past its retention date")
        return problems

    def _image_sha256(self, face_id: str) -> str | None:
        try:
            return hashlib.sha256(self._images.get(face_id)).hexdigest()
        except NotFound:
            return None
