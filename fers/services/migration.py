"""Migration: the same studies, people, consents, faces and log in another store, every copy checked."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from fers.domain.faces import Face
from fers.domain.interfaces import Stores
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import AlreadyExists, InvalidInput, NotFound

_ANSWERS_AT_ONCE = 1000


@dataclass
class Migrated:
    """What the new store holds of the old one's, and what is wrong."""

    people: int = 0
    faces: int = 0
    problems: list[str] = field(default_factory=list)


class Migration:
    """Copies what is missing and compares what is there, so that it can be started again after any interruption.

    Nothing is ever deleted, in neither store. Credentials stay behind: no store can read them from another.
    """

    def __init__(self, old: Stores, new: Stores):
        self._old = old
        self._new = new

    def run(self, actor: Person) -> Migrated:
        """Copy everything. Raises InvalidInput when the new store's log is not the beginning of the old one's: then
        somebody else's data is there. Whatever can't be copied as it was given is a problem, and the rest goes on."""
        require(actor, Action.MANAGE_STUDY)
        done = Migrated()
        self._copy_audit()
        for study in self._old.records.studies():
            self._copy_study(study)
        for person in self._old.records.people():
            self._copy_person(person)
            done.people += 1
        for face in self._old.records.faces():
            if problem := self._copy_face(face):
                done.problems.append(f"face {face.id}: {problem}")
            else:
                done.faces += 1
        self._copy_answers()
        done.problems += self._too_many()
        return done

    def _copy_audit(self) -> None:
        for old, new in zip_longest(self._old.records.audit(), list(self._new.records.audit())):
            if new is None:
                self._new.records.append_audit(old)
            elif new != old:
                raise InvalidInput("The new store has a log of its own.", "Choose an empty store to move to.")

    def _copy_study(self, study: Study) -> None:
        self._new.records.save_study(study)
        for invitation in self._old.studies.invitations_to(study.id):
            with suppress(AlreadyExists):
                self._new.studies.create_invitation(invitation)

    def _copy_person(self, person: Person) -> None:
        """A person who is there is replaced: roles may have changed since. Consents never change."""
        try:
            self._new.records.create_person(person)
        except AlreadyExists:
            self._new.records.update_person(person)
        there = {consent.id for consent in self._new.records.consents_of(person.id)}
        for consent in self._old.records.consents_of(person.id):
            if consent.id not in there:
                self._new.records.create_consent(consent)
        for membership in self._old.studies.memberships_of(person.id):
            self._new.studies.save_membership(membership)

    def _copy_face(self, face: Face) -> str | None:
        """What keeps the face from being in the new store as it was given, or None."""
        try:
            data = self._old.images.get(face.id)
        except NotFound:
            return "its image is lost"
        if not _is_image_of(face, data):
            return "its image is not the one that was given"
        try:
            with self._new.journal.writing(face.id):
                self._new.images.put(face.id, data)
                known = self._new.records.face(face.id)
                if known is None:
                    self._new.records.create_face(face)
                elif known != face:
                    self._new.records.update_face(face)
        except (AlreadyExists, NotFound) as error:
            return str(error)
        arrived = _is_image_of(face, self._new.images.get(face.id)) and self._new.records.face(face.id) == face
        return None if arrived else "its copy is not the same"

    def _copy_answers(self) -> None:
        """What models said could be asked again: whatever differs is replaced."""
        for run in self._old.answers.runs():
            answers = self._old.answers.answers(run.answers_id)
            while some := dict(islice(answers, _ANSWERS_AT_ONCE)):
                self._new.answers.add_answers(run.answers_id, some)
            self._new.answers.save_run(run)

    def _too_many(self) -> Iterator[str]:
        """Withdrawn between two runs perhaps: too precious, or too dangerous, to decide here."""
        for person in _only_in(self._new.records.people(), self._old.records.person):
            yield f"person {person}: is in the new store alone"
        for face in _only_in(self._new.records.faces(), self._old.records.face):
            yield f"face {face}: is in the new store alone"


def _is_image_of(face: Face, data: bytes) -> bool:
    return hashlib.sha256(data).hexdigest() == face.image.sha256


def _only_in(things: Iterable, elsewhere) -> Iterator[str]:
    return (thing.id for thing in things if elsewhere(thing.id) is None)
