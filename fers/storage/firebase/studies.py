"""StudyStore on Firestore.

How many uses an invitation has left is part of its document's name. Using it deletes the name that was seen, which must
still be there, and creates the next one: of two people who come for the last use, one is refused.
"""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from google.cloud.firestore import WriteBatch

from fers.domain.invitations import Invitation
from fers.domain.people import Membership, Role
from fers.errors import AlreadyExists, NotFound
from fers.storage.firebase.client import FirebaseClient
from fers.storage.firebase.firestore import EXISTS, FirestoreDocuments, until_it_holds, where
from fers.storage.shared.documents import time_from_text, time_to_text


class FirebaseStudies:
    def __init__(self, client: FirebaseClient):
        self._documents = FirestoreDocuments(client)
        self._people = self._documents.collection("people")
        self._memberships = self._documents.collection("memberships")
        self._invitations = self._documents.collection("invitations")

    def save_membership(self, membership: Membership) -> None:
        document = _membership_document(membership)
        with self._documents.batch_of(self._people.document(membership.person_id)) as batch:
            batch.set(self._memberships.document(document["id"]), document)
            self._documents.commit(batch)

    def add_membership(self, membership: Membership) -> None:
        document = _membership_document(membership)
        with self._documents.batch_of(self._people.document(membership.person_id)) as batch:
            self._documents.create(self._memberships.document(document["id"]), document, batch)

    def note_entry(self, person_id: str, study_id: str, at: datetime) -> bool:
        reference = self._memberships.document(f"{person_id}-{study_id}")
        try:
            self._documents.replace(reference, {"entered_at": time_to_text(at)})
        except NotFound:
            return False
        return True

    def delete_membership(self, person_id: str, study_id: str) -> None:
        self._documents.delete([self._memberships.document(f"{person_id}-{study_id}")])

    def memberships_of(self, person_id: str) -> list[Membership]:
        places = map(_membership, self._documents.all(where(self._memberships, "person_id", "==", person_id)))
        return sorted(places, key=lambda place: place.entered_at, reverse=True)

    def staff_of(self, study_id: str) -> list[Membership]:
        staff = where(where(self._memberships, "study_id", "==", study_id), "is_staff", "==", True)
        return list(map(_membership, self._documents.all(staff)))

    def create_invitation(self, invitation: Invitation) -> None:
        if self._known(invitation.sha256) is not None:
            raise AlreadyExists("invitation.exists")
        document = _invitation_document(invitation)
        self._documents.create(self._invitations.document(document["id"]), document)

    def invitation(self, sha256: str) -> Invitation | None:
        document = self._known(sha256)
        return _invitation(document) if document else None

    def invitations_to(self, study_id: str) -> list[Invitation]:
        invitations = map(_invitation, self._documents.all(where(self._invitations, "study_id", "==", study_id)))
        return sorted(invitations, key=lambda invitation: (invitation.expires_at, invitation.id), reverse=True)

    def use_invitation(
        self, sha256: str, now: datetime, place: Membership | None = None, before: Role | None = None
    ) -> Invitation | None:
        this_call = secrets.token_hex(8)
        return until_it_holds(lambda: self._use(sha256, now, this_call, place, before))

    def revoke_invitation(self, invitation_id: str) -> None:
        until_it_holds(lambda: self._revoke(invitation_id))

    def _use(
        self, sha256: str, now: datetime, this_call: str, place: Membership | None, before: Role | None
    ) -> Invitation | None:
        document = self._known(sha256)
        if document is None:
            return None
        invitation = _invitation(document)
        if document["left_by"] == this_call:  # An earlier attempt got through, only its answer got lost.
            return invitation
        if not invitation.live(now):
            return None
        used = replace(invitation, uses_left=invitation.uses_left - 1)
        batch = self._renaming(document["id"], used, this_call)
        if place:
            self._take(batch, place, before)
        self._documents.commit(batch)
        return used

    def _take(self, batch: WriteBatch, place: Membership, before: Role | None) -> None:
        """After the invitation was read, whose name changes with each use: so of two who come by it as the same person,
        the later one sees the place of the other."""
        saved = _membership_document(place)
        reference, person = self._memberships.document(saved["id"]), self._people.document(place.person_id)
        if self._documents.read(person) is None:
            raise NotFound("account.gone")
        there = self._documents.read(reference)
        if (Role(there["role"]) if there else None) is not before:
            raise AlreadyExists("record.exists")
        batch.update(person, {"id": person.id})  # Changes nothing, and fails if they go.
        if there:
            batch.update(reference, saved)
        else:
            batch.create(reference, saved)

    def _revoke(self, invitation_id: str) -> None:
        for document in self._documents.page(where(self._invitations, "invitation_id", "==", invitation_id).limit(1)):
            if document["uses_left"] > 0:
                revoked = replace(_invitation(document), uses_left=0)
                self._documents.commit(self._renaming(document["id"], revoked, ""))

    def _renaming(self, seen: str, invitation: Invitation, by: str) -> WriteBatch:
        document = _invitation_document(invitation, by)
        batch = self._documents.batch()
        batch.delete(self._invitations.document(seen), option=EXISTS)
        batch.create(self._invitations.document(document["id"]), document)
        return batch

    def _known(self, sha256: str) -> dict[str, Any] | None:
        return next(iter(self._documents.page(where(self._invitations, "sha256", "==", sha256).limit(1))), None)


def _membership_document(membership: Membership) -> dict[str, Any]:
    return {
        "id": f"{membership.person_id}-{membership.study_id}",
        "person_id": membership.person_id,
        "study_id": membership.study_id,
        "role": membership.role.value,
        "is_staff": membership.role is not Role.PARTICIPANT,
        "entered_at": time_to_text(membership.entered_at),
    }


def _membership(document: dict[str, Any]) -> Membership:
    entered_at = time_from_text(document["entered_at"])
    return Membership(document["person_id"], document["study_id"], Role(document["role"]), entered_at)


def _invitation_document(invitation: Invitation, left_by: str = "") -> dict[str, Any]:
    return {
        "id": f"{invitation.sha256}-{invitation.uses_left}",
        "invitation_id": invitation.id,
        "study_id": invitation.study_id,
        "role": invitation.role.value,
        "sha256": invitation.sha256,
        "expires_at": time_to_text(invitation.expires_at),
        "uses_left": invitation.uses_left,
        "left_by": left_by,
    }


def _invitation(document: dict[str, Any]) -> Invitation:
    return Invitation(
        id=document["invitation_id"],
        study_id=document["study_id"],
        role=Role(document["role"]),
        sha256=document["sha256"],
        expires_at=time_from_text(document["expires_at"]),
        uses_left=document["uses_left"],
    )
