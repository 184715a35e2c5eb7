"""Migration: the same studies, people, faces, labels and dataset versions in another store, every copy checked."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby, islice, zip_longest

from fers.domain.consent import Purpose
from fers.domain.faces import Face
from fers.domain.interfaces import Stores
from fers.domain.labels import Label
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.picture import FACTS_ID
from fers.domain.studies import Study
from fers.errors import AlreadyExists, InvalidInput, NotFound
from fers.services.settling import settle

_ANSWERS_AT_ONCE = 1000
_PROMOTIONS = 10_000
"""More promotions, trials and choices of models than there ever are."""


@dataclass
class Migrated:
    """What the new store holds of the old one's, and what is wrong."""

    people: int = 0
    faces: int = 0
    problems: list[str] = field(default_factory=list)


class Migration:
    """Copies what is missing and compares what is there, so that it can be started again after any interruption.

    Nothing is ever deleted, in neither store, but what people erased of what they had said about themselves.
    Credentials stay behind: no store can read them from another.
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
        studies = self._old.records.studies()
        for study in studies:
            self._copy_study(study)
        for person in self._old.records.people():
            self._copy_person(person)
            done.people += 1
        for face in self._old.records.faces():
            if problem := self._copy_face(face):
                done.problems.append(f"face {face.id}: {problem}")
            else:
                done.faces += 1
        for study in studies:
            done.problems += self._copy_review(study)
            done.problems += self._copy_versions(study)
        self._copy_answers()
        self._copy_results()
        self._copy_promotions()
        self._copy_field()
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
        self._copy_descriptions(person)

    def _copy_descriptions(self, person: Person) -> None:
        """What was erased since the last run is erased there too: it is nobody's to keep."""
        said = self._old.groups.descriptions_of(person.id)
        for gone in {other.study_id for other in self._new.groups.descriptions_of(person.id)} - {
            description.study_id for description in said
        }:
            self._new.groups.delete_description(person.id, gone)
        there = self._new.groups.descriptions_of(person.id)
        for description in (one for one in said if one not in there):
            self._new.groups.save_description(description)

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

    def _copy_review(self, study: Study) -> Iterator[str]:
        """What the labels of each face say, and which faces are known. How far annotators agree follows from it."""
        for face_id, labels in groupby(self._old.labels.labels(study.id), lambda label: label.face_id):
            given = list(labels)
            if (face := self._new.records.face(face_id)) is None:
                continue  # Why it could not be copied is a problem already.
            self._copy_labels(face, given)
            settle(self._new.labels, self._new.face_index, face_id, study.overlap)
            if self._new.labels.labels_of(face_id) != given:
                yield f"face {face_id}: its labels are not the same"
        for face_id, known in self._old.labels.gold(study.id).items():
            self._new.labels.set_gold(face_id, known)

    def _copy_labels(self, face: Face, given: list[Label]) -> None:
        """Labels that were given before the person narrowed their consent stay, though no new ones could come: so the
        face may be reviewed while they are copied."""
        there = {label.annotator_id: label for label in self._new.labels.labels_of(face.id)}
        missing = [label for label in given if there.get(label.annotator_id) != label]
        if not missing:
            return
        self._new.records.update_face(replace(face, purposes=face.purposes | {Purpose.REVIEW}))
        for label in missing:
            self._new.labels.remove_label(face.id, label.annotator_id)
            self._new.labels.add_label(label, len(given) + len(there), label.given_at)
        self._new.records.update_face(face)

    def _copy_versions(self, study: Study) -> Iterator[str]:
        for version in reversed(self._old.snapshots.snapshots(study.id)):
            if self._new.snapshots.snapshot(version.id) is None:
                self._new.snapshots.create_snapshot(version, self._old.snapshots.entries(version.id))
            if self._new.snapshots.count_entries(version.id) < self._old.snapshots.count_entries(version.id):
                yield f"version {version.name}: it lacks entries"

    def _copy_answers(self) -> None:
        """What models said and what pictures are like could be asked again: whatever differs is replaced."""
        self._copy_answers_of(FACTS_ID)
        for run in self._old.answers.runs():
            self._copy_answers_of(run.answers_id)
            self._new.answers.save_run(run)

    def _copy_answers_of(self, answers_id: str) -> None:
        answers = self._old.answers.answers(answers_id)
        while some := dict(islice(answers, _ANSWERS_AT_ONCE)):
            self._new.answers.add_answers(answers_id, some)

    def _copy_results(self) -> None:
        for result in self._old.results.results():
            self._new.results.save_result(replace(result, revisions=None))  # Each store counts its own.
        for progress in self._old.results.progress():
            self._new.results.save_progress(progress)

    def _copy_promotions(self) -> None:
        known = len(self._new.promotions.promotions(_PROMOTIONS))
        for promotion in self._old.promotions.promotions(_PROMOTIONS)[::-1][known:]:
            self._new.promotions.promote(promotion)

    def _copy_field(self) -> None:
        """What faces say about the models of trials follows from the faces."""
        old, new = self._old.field, self._new.field
        for trial in reversed(old.trials(_PROMOTIONS)):
            with suppress(AlreadyExists):
                new.add_trial(trial)
            if trial.ended_at:
                new.end_trial(trial.id, trial.ended_at)
        known = len(new.shadow_choices(_PROMOTIONS))
        for choice in old.shadow_choices(_PROMOTIONS)[::-1][known:]:
            new.choose_shadows(choice)
        for answers_id, at in old.reached().items():
            self._copy_answers_of(answers_id)
            answers = old.shadow_answers(answers_id)
            while some := list(islice(answers, _ANSWERS_AT_ONCE)):
                new.note_shadow_answers(answers_id, some)
            new.note_reached(answers_id, at)

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
