"""Withdrawal and retention: making a face, or everything of a person, be gone."""

from fers.domain.audit import AuditEntry
from fers.domain.faces import Face
from fers.domain.interfaces import FaceIndex, ImageStore, Journal, LabelStore, RecordStore, SignIn
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.errors import NotFound
from fers.services.clock import Clock, utc_now
from fers.services.settling import settle


class Withdrawal:
    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        journal: Journal,
        sign_in: SignIn,
        labels: LabelStore,
        index: FaceIndex,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._journal = journal
        self._sign_in = sign_in
        self._labels = labels
        self._index = index
        self._now = now

    def withdraw_face(self, actor: Person, face_id: str) -> None:
        """Remove one of the actor's own faces, image and all. Raises NotFound when it is not theirs or gone."""
        require(actor, Action.MANAGE_OWN_DATA)
        face = self._records.face(face_id)
        if face is None or face.person_id != actor.id:
            raise NotFound("This photo is not there any more.", "Nothing is left to withdraw.")
        self._remove(face, "participant", "withdrew a face")

    def withdraw_everything(self, actor: Person) -> None:
        """Remove all of the actor's faces, labels, consents, places in studies, credentials and the account itself.

        The credentials go once everything else is gone, so that whoever is interrupted can sign in and finish; what an
        interruption after that leaves is for `finish`. A face or label that another window gives meanwhile is looked
        for once more when the account is gone: without its person none can come any more.
        """
        require(actor, Action.MANAGE_OWN_DATA)
        self._withdraw_faces(actor)
        self._withdraw_labels(actor)
        self._records.delete_belongings(actor.id)
        self._sign_in.forget(actor.id)
        self._records.delete_person(actor.id)
        self._withdraw_faces(actor)
        self._withdraw_labels(actor)
        self._records.append_audit(AuditEntry(self._now(), "participant", "withdrew everything", actor.id))

    def finish(self, person: Person) -> bool:
        """Remove an account that nothing opens, unless a face or label of its owner is there. Returns whether it is
        gone. Their withdrawal broke off near its end, or their joining at its beginning."""
        if self._records.faces_of(person.id) or next(self._labels.labels_by(person.id), None):
            return False
        self._sign_in.forget(person.id)
        self._records.delete_person(person.id)
        self._records.append_audit(AuditEntry(self._now(), "system", "removed an account nothing opens", person.id))
        return True

    def _withdraw_faces(self, actor: Person) -> None:
        for face in self._records.faces_of(actor.id):
            self._remove(face, "participant", "withdrew a face")

    def _withdraw_labels(self, actor: Person) -> None:
        """Each face is settled as its label goes, so that whoever is interrupted goes on with the rest."""
        overlap = {study.id: study.overlap for study in self._records.studies()}
        for label in self._labels.labels_by(actor.id):
            self._labels.remove_label(label.face_id, actor.id)
            settle(self._labels, self._index, label.face_id, overlap[label.study_id])
        self._labels.forget_annotator(actor.id)

    def purge_due(self) -> int:
        """Remove the faces whose retention date has come. Returns how many."""
        purged = 0
        while due := self._records.faces_due(self._now()):
            purged += sum(self._remove(face, "system", "purged a face at its retention date") for face in due)
        return purged

    def _remove(self, face: Face, actor_role: str, action: str) -> bool:
        """The record goes first: once it is gone, a crash can only leave an image that `settle` removes. Returns
        whether it was there, and not removed elsewhere meanwhile: then it is logged there."""
        with self._journal.writing(face.id):
            was_there = self._records.face(face.id) is not None
            self._records.delete_face(face.id)
            self._images.delete(face.id)
        if was_there:
            self._records.append_audit(AuditEntry(self._now(), actor_role, action, face.id, study_id=face.study_id))
        return was_there
