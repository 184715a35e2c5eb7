"""Withdrawal and retention: making a face, or everything of a person, be gone."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial

from fers.domain.audit import AuditEntry, entry_by
from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Consent, Purpose
from fers.domain.erasures import Erased, Erasure
from fers.domain.faces import Face, Source
from fers.domain.interfaces import (
    ErasureStore,
    FaceIndex,
    GroupStore,
    ImageStore,
    Journal,
    LabelStore,
    ParticipationStore,
    RecordStore,
    ReplyStore,
    SignIn,
)
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.recruiting import Participation, Status
from fers.errors import NotFound
from fers.services.labelling.aggregation import aggregate
from fers.services.people.administrators import Administrators


class Removal(StrEnum):
    """Why a study's owner removes a face. The log says which of these it was, and nothing else of the face."""

    PICTURE = "something is wrong with the picture"
    NO_FACE = "it shows no face"
    ASKED = "its person asked for it"
    TERMS = "the study may not use it"


class Withdrawal:
    def __init__(
        self,
        records: RecordStore,
        images: ImageStore,
        journal: Journal,
        sign_in: SignIn,
        labels: LabelStore,
        index: FaceIndex,
        administrators: Administrators,
        groups: GroupStore,
        erasures: ErasureStore,
        replies: ReplyStore,
        participations: ParticipationStore,
        now: Clock = utc_now,
    ):
        self._records = records
        self._images = images
        self._journal = journal
        self._sign_in = sign_in
        self._labels = labels
        self._index = index
        self._administrators = administrators
        self._groups = groups
        self._erasures = erasures
        self._replies = replies
        self._participations = participations
        self._now = now

    def withdraw_face(self, actor: Person, face_id: str) -> None:
        """Remove one of the actor's own faces, image and all. Raises NotFound when it is not theirs or gone."""
        require(actor, Action.MANAGE_OWN_DATA)
        face = self._records.face(face_id)
        if face is None or face.person_id != actor.id:
            raise NotFound("withdrawal.photo-gone")
        self._remove(face, self._entry(face, "participant", "withdrew a face"))

    def remove(self, actor: Person, study_id: str, face_id: str, reason: Removal) -> None:
        """Remove a study's face, as wholly as its person could. Raises NotFound when it is gone or elsewhere."""
        require(actor, Action.MANAGE_STUDY, study_id)
        face = self._records.face(face_id)
        if face is None or face.study_id != study_id:
            raise NotFound("photo.gone")
        if face.source is Source.IMPORT:  # First: else the next import of its set could bring it back.
            self._records.keep_out(study_id, face.id)
        self._remove(face, entry_by(actor, self._now(), f"removed a face: {reason}", face.id, study_id))

    def remove_lost(self, face: Face) -> bool:
        """Remove a face whose image the store has lost or damaged. Returns whether it was there."""
        return self._remove(face, self._entry(face, "system", "removed a face whose image was lost"))

    def hold_to_choices(self, face: Face, consents: Sequence[Consent]) -> bool:
        """Narrow a face to what its person chose since they gave it, or remove it where they keep nothing any more:
        doing so broke off when they chose it. `consents`: all of theirs, oldest first. Returns whether it was allowed
        more."""
        chosen = [consent for consent in consents if consent.study_id == face.study_id]
        its_own = next((place for place, consent in enumerate(chosen) if consent.id == face.consent_id), len(chosen))
        allowed = face.purposes.intersection(*(consent.purposes for consent in chosen[its_own:]))
        if allowed == face.purposes:
            return False
        if Purpose.STORE not in allowed:
            return self._remove(face, self._entry(face, "system", "removed a face that may not be kept any more"))
        self._erasures.note(Erasure(Erased.PURPOSES, face.id, self._now(), purposes=allowed))
        with suppress(NotFound):  # Withdrawn a moment ago.
            self._records.update_face(replace(face, purposes=allowed))
        return True

    def withdraw_everything(self, actor: Person) -> None:
        """Remove all of the actor's faces, labels, consents, places in studies, credentials and the account itself.

        The credentials go once everything else is gone, so that whoever is interrupted can sign in and finish; what an
        interruption after that leaves is for `finish`. What another window gives meanwhile, be it a face, a label or a
        new personal code, is looked for once more when the account is gone: nothing comes to stay without its person.

        Raises NotPermitted for the only administrator.
        """
        require(actor, Action.MANAGE_OWN_DATA)
        self._administrators.stand_down(actor, self._now())
        self._erasures.note(Erasure(Erased.PERSON, actor.id, self._now()))
        self._remove_person(actor)

    def enforce(self) -> list[Erasure]:
        """Take away again whatever people took back and an older copy of the records, put in their place, has brought
        to life. Returns what that was."""
        back = [erasure for erasure in self._erasures.erasures() if self._is_back(erasure)]
        self._erasures.note_enforced()
        return back

    def enforce_on_restored(self) -> None:
        """The same where a backup was just put back, before anybody sees it. Restoring may have ended before the doctor
        came to it, as when the process is killed."""
        if self._erasures.is_restored():
            self.enforce()

    def finish(self, person: Person) -> bool:
        """Remove an account that nothing opens, unless a face or label of its owner is there. Returns whether it is
        gone. Their withdrawal broke off near its end, or their joining at its beginning."""
        if self._records.faces_of(person.id) or next(self._labels.labels_by(person.id), None) is not None:
            return False
        self._sign_in.forget(person.id)
        self._records.delete_person(person.id)
        self._records.append_audit(AuditEntry(self._now(), "system", "removed an account nothing opens", person.id))
        return True

    def _is_back(self, erasure: Erasure) -> bool:
        """Whether it was there; now it isn't any more."""
        if erasure.what is Erased.PERSON:
            person = self._records.person(erasure.subject)
            if person is not None:
                self._remove_person(person)
            return person is not None
        if erasure.what is Erased.DESCRIPTION:
            return self._is_said_again(erasure)
        if erasure.what is Erased.REPLIES:
            return self._is_answered_again(erasure)
        if erasure.what is Erased.PARTICIPATION:
            return self._participations.erase(erasure.study_id, [erasure.subject]) > 0
        face = self._records.face(erasure.subject)
        if face is None:
            return False
        if erasure.what is Erased.FACE:
            return self._remove(face, self._entry(face, "system", "removed a face that had been withdrawn"))
        narrowed = replace(face, purposes=face.purposes & erasure.purposes)
        if narrowed != face:
            with suppress(NotFound):  # Withdrawn a moment ago.
                self._records.update_face(narrowed)
        return narrowed != face

    def _is_said_again(self, erasure: Erasure) -> bool:
        """What was said since then stays."""
        said = self._groups.descriptions_of(erasure.subject)
        back = any(one.study_id == erasure.study_id and one.given_at <= erasure.at for one in said)
        if back:
            self._groups.delete_description(erasure.subject, erasure.study_id)
        return back

    def _is_answered_again(self, erasure: Erasure) -> bool:
        """What was answered since then stays."""
        replies = self._replies.replies_of(erasure.subject, erasure.study_id)
        later = [reply for reply in replies if reply.given_at > erasure.at]
        if len(later) == len(replies):
            return False
        self._replies.delete_replies(erasure.subject, erasure.study_id)
        if later:
            self._replies.save_replies(later)
        return True

    def _remove_person(self, person: Person) -> None:
        self._withdraw_faces(person)
        self._withdraw_labels(person)
        self._leave_panels(person)
        self._records.delete_belongings(person.id)
        self._sign_in.forget(person.id)
        self._records.delete_person(person.id)
        self._withdraw_faces(person)
        self._withdraw_labels(person)
        self._sign_in.forget(person.id)
        self._records.append_audit(AuditEntry(self._now(), "participant", "withdrew everything", person.id))

    def _leave_panels(self, person: Person) -> None:
        """The study's owner learns that they withdrew, and can't tell any more whose account that was."""
        for one in self._participations.participations_of(person.id):
            unlinked = partial(Participation.unlinked, ending=Status.WITHDREW, now=self._now())
            self._participations.change(one.study_id, one.panel_id, unlinked)

    def _count_out(self, face: Face) -> None:
        """A photo less is kept of somebody from a panel."""
        for one in self._participations.participations_of(face.person_id):
            if one.study_id == face.study_id:
                self._participations.change(
                    one.study_id, one.panel_id, lambda known: replace(known, kept=max(0, known.kept - 1))
                )

    def _withdraw_faces(self, actor: Person) -> None:
        for face in self._records.faces_of(actor.id):
            self._remove(face, self._entry(face, "participant", "withdrew a face"))

    def _withdraw_labels(self, actor: Person) -> None:
        """Each face is settled as its label goes, so that whoever is interrupted goes on with the rest."""
        for label in self._labels.labels_by(actor.id):
            self._labels.remove_label(label.face_id, actor.id)
            aggregate(self._labels, self._index, label.face_id)
        self._labels.forget_annotator(actor.id)

    def purge_due(self) -> int:
        """Remove the faces, and the answers to studies' own questions, whose retention date has come. Returns how many
        faces."""
        self._replies.purge_replies(self._now())
        purged = 0
        while due := self._records.faces_due(self._now()):
            entries = ((face, self._entry(face, "system", "purged a face at its retention date")) for face in due)
            purged += sum(self._remove(face, entry) for face, entry in entries)
        return purged

    def _entry(self, face: Face, actor_role: str, action: str) -> AuditEntry:
        return AuditEntry(self._now(), actor_role, action, face.id, study_id=face.study_id)

    def _remove(self, face: Face, entry: AuditEntry) -> bool:
        """First it is noted, so that no old copy brings the face back, and `Storing.recover` finishes what a crash from
        there on breaks off; and logged, since what is done is never unlogged. Of the rest the record goes first. An
        imported face takes along the person who stands for whoever it shows, once they have no other: nobody signs in
        as them. Returns whether it was there, and not removed elsewhere meanwhile: then it is logged there."""
        with self._journal.writing(face.id):
            self._erasures.note(Erasure(Erased.FACE, face.id, self._now()))
            was_there = self._records.face(face.id) is not None
            if was_there:
                self._records.append_audit(entry)
            self._records.delete_face(face.id)
            self._images.delete(face.id)
        if was_there:
            self._count_out(face)
            if face.source is Source.IMPORT and not self._records.faces_of(face.person_id):
                self._records.delete_person(face.person_id)
        return was_there
