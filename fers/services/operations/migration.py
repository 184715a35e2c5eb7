"""Migration: the same studies, people, faces, labels and dataset versions in another store, every copy checked."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby, islice
from typing import TypeVar

from fers.domain.consent import Purpose
from fers.domain.erasures import Erased
from fers.domain.faces import Face
from fers.domain.interfaces import Stores
from fers.domain.invitations import Invitation
from fers.domain.labels import Label
from fers.domain.people import Person
from fers.domain.permissions import Action, require
from fers.domain.protocols import without_place
from fers.domain.studies import Study
from fers.errors import AlreadyExists, InvalidInput, NotFound
from fers.services.faces.images import is_image_of
from fers.services.labelling.aggregation import aggregate
from fers.services.operations.store_comparison import FAR_MORE, Comparison, answers_kept, side_by_side

_AT_ONCE = 1000
_Some = TypeVar("_Some")
_EVER = datetime.min.replace(tzinfo=UTC)
"""A time at which no invitation has run out."""


@dataclass(frozen=True)
class Migrated:
    """What the new store holds of the old one's, and what is wrong."""

    people: int
    faces: int
    problems: list[str]


class Migration:
    """Copies what is missing, takes away what is gone, and then compares both stores whole, so that it can be started
    again after any interruption.

    The old store is never changed. Of the new one only that is deleted which an earlier run has copied and the old one
    has given up since: withdrawn, removed or erased there.
    """

    def __init__(self, old: Stores, new: Stores):
        self._old = old
        self._new = new

    def run(self, actor: Person) -> Migrated:
        """Copy everything. Raises InvalidInput when the new store's log is not the beginning of the old one's: then
        somebody else's data is there; or when an older copy has brought to life in the old one what people took back.
        Whatever is not the same in the end is a problem."""
        require(actor, Action.MANAGE_STUDY)
        self._require_nobody_back()
        self._copy_audit()
        self._copy_erasures()
        self._take_away()
        studies = self._old.records.studies()
        for study in studies:
            self._copy_study(study)
        for person in self._old.records.people():
            self._copy_person(person)
        for face in self._old.records.faces():
            self._copy_face(face)
        for person in self._old.records.people():
            self._copy_replies(person)
        for study in studies:
            self._copy_review(study)
            self._copy_versions(study)
            self._copy_participations(study)
        self._copy_answers()
        self._copy_results()
        self._copy_promotions()
        self._copy_field()
        comparison = Comparison(self._old, self._new)
        problems = list(comparison.problems())
        return Migrated(comparison.people, comparison.faces, problems)

    def _require_nobody_back(self) -> None:
        """The new store would keep them, and nobody there would look."""
        gone = {one.subject for one in self._old.erasures.erasures() if one.what in (Erased.FACE, Erased.PERSON)}
        people, faces = self._old.records.people, self._old.records.origins
        if gone and (any(one.id in gone for one in people()) or any(one.id in gone for one in faces())):
            raise InvalidInput("migration.taken-back")

    def _copy_audit(self) -> None:
        entries = self._old.records.audit()
        for known in self._new.records.audit():
            if known != next(entries, None):
                raise InvalidInput("migration.not-empty")
        for entry in entries:
            self._new.records.append_audit(entry)

    def _copy_erasures(self) -> None:
        there = set(self._new.erasures.erasures())
        for erasure in self._old.erasures.erasures():
            if erasure not in there:
                self._new.erasures.note(erasure)

    def _take_away(self) -> None:
        """Remove whom and what the old store had once, as its log shows, and has no longer: they were withdrawn or
        purged between two runs. Anything else that is in the new store alone may have been given there."""
        old, new = self._old.records, self._new.records
        people = {person_id for person_id, ours, _ in side_by_side(old.people(), new.people()) if ours is None}
        faces = {face_id for face_id, ours, _ in side_by_side(old.origins(), new.origins()) if ours is None}
        alone = people | faces
        known = {entry.subject for entry in (old.audit() if alone else ()) if entry.subject in alone}
        for face_id in faces & known:
            self._remove_face(face_id)
        for person_id in people & known:
            self._new.sign_in.forget(person_id)
            new.delete_person(person_id)

    def _remove_face(self, face_id: str) -> None:
        with self._new.journal.writing(face_id):
            self._new.records.delete_face(face_id)
            self._new.images.delete(face_id)

    def _copy_study(self, study: Study) -> None:
        self._new.records.save_study(study)
        for face_id in self._old.records.kept_out(study.id) - self._new.records.kept_out(study.id):
            self._new.records.keep_out(study.id, face_id)
        for invitation in self._old.studies.invitations_to(study.id):
            self._copy_invitation(invitation)
        missing = self._old.sittings.counted(study.id)
        missing.subtract(self._new.sittings.counted(study.id))
        for what, number in missing.items():
            if number:
                self._new.sittings.count(study.id, what, number)

    def _copy_invitation(self, invitation: Invitation) -> None:
        """With no more uses than are left: it may have been used or revoked between two runs."""
        with suppress(AlreadyExists):
            self._new.studies.create_invitation(invitation)
        if invitation.uses_left == 0:
            self._new.studies.revoke_invitation(invitation.id)
            return
        there = self._new.studies.invitation(invitation.sha256)
        for _ in range(there.uses_left - invitation.uses_left if there else 0):
            self._new.studies.use_invitation(invitation.sha256, _EVER)

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
        self._copy_memberships(person)
        self._copy_descriptions(person)
        self._copy_access_tokens(person)
        self._copy_sittings(person)
        self._new.sign_in.adopt(person.id, self._old.sign_in.keys_of(person.id))
        self._new.sign_in.note_role(person.id, person.role)

    def _copy_memberships(self, person: Person) -> None:
        memberships, there = (stores.studies.memberships_of(person.id) for stores in (self._old, self._new))
        for gone in {membership.study_id for membership in there} - {membership.study_id for membership in memberships}:
            self._new.studies.delete_membership(person.id, gone)
        for membership in (one for one in memberships if one not in there):
            self._new.studies.save_membership(membership)

    def _copy_descriptions(self, person: Person) -> None:
        said, there = (stores.groups.descriptions_of(person.id) for stores in (self._old, self._new))
        for gone in {one.study_id for one in there} - {one.study_id for one in said}:
            self._new.groups.delete_description(person.id, gone)
        for description in (one for one in said if one not in there):
            self._new.groups.save_description(description)

    def _copy_sittings(self, person: Person) -> None:
        """Without the places kept for them, which are for minutes."""
        there = self._new.sittings.sittings_of(person.id)
        for sitting in map(without_place, self._old.sittings.sittings_of(person.id)):
            if sitting not in there:
                self._new.sittings.change(person.id, sitting.study_id, partial(_becomes, sitting))

    def _copy_replies(self, person: Person) -> None:
        """Once the photos that some are about are there."""
        replies, there = (stores.replies.all_replies_of(person.id) for stores in (self._old, self._new))
        if replies == there:
            return
        for gone in {one.study_id for one in there}:
            self._new.replies.delete_replies(person.id, gone)
        if replies:
            self._new.replies.save_replies(replies)

    def _copy_access_tokens(self, person: Person) -> None:
        """Their secrets go on opening what they opened."""
        tokens, there = (stores.access.tokens_of(person.id) for stores in (self._old, self._new))
        for gone in (one for one in there if one not in tokens):
            self._new.access.delete(gone.id)
        for token in (one for one in tokens if one not in there):
            self._new.access.create(token)
            if token.last_used_at:
                self._new.access.note_use(token.id, token.last_used_at)

    def _copy_face(self, face: Face) -> None:
        """Unless its image is not what was given any more: then the comparison finds it missing, and says why."""
        data = b""
        with suppress(NotFound):
            data = self._old.images.get(face.id)
        if not is_image_of(face, data):
            return
        with suppress(AlreadyExists, NotFound), self._new.journal.writing(face.id):
            self._new.images.put(face.id, data)
            known = self._new.records.face(face.id)
            if known is None:
                self._new.records.create_face(face)
            elif known != face:
                self._new.records.update_face(face)

    def _copy_review(self, study: Study) -> None:
        """What the labels of each face say, which faces are known and whose flags are settled. How far annotators agree
        follows from it."""
        old, new = (stores.labels.labels(study.id) for stores in (self._old, self._new))
        pairs = side_by_side(old, new, lambda label: (label.face_id, label.annotator_id))
        for face_id, of_face in groupby(pairs, lambda pair: pair[0][0]):
            self._copy_labels(face_id, [(given, there) for _, given, there in of_face])
            aggregate(self._new.labels, self._new.face_index, face_id)
        known, there = (stores.labels.gold_standard(study.id) for stores in (self._old, self._new))
        for face_id in known.keys() | there.keys():
            if known.get(face_id) != there.get(face_id):
                self._new.labels.set_gold_standard(face_id, known.get(face_id))
        settled, settled_there = (stores.labels.resolved_flags(study.id) for stores in (self._old, self._new))
        for face_id in settled.keys() | settled_there.keys():
            if settled.get(face_id) != settled_there.get(face_id):
                self._new.labels.resolve_flags(face_id, settled.get(face_id))

    def _copy_labels(self, face_id: str, labels: list[tuple[Label | None, Label | None]]) -> None:
        """Labels that were given before the person narrowed their consent stay, though no new ones could come: so the
        face may be reviewed while they are copied."""
        differ = [(given, there) for given, there in labels if given != there]
        for there in (there for _, there in differ if there):
            self._new.labels.remove_label(face_id, there.annotator_id)
        face = self._new.records.face(face_id)
        missing = [given for given, _ in differ if given]
        if face is None or not missing:
            return
        self._new.records.update_face(replace(face, purposes=face.purposes | {Purpose.REVIEW}))
        for label in missing:
            self._new.labels.add_label(label, len(labels), label.given_at)
        self._new.records.update_face(face)

    def _copy_participations(self, study: Study) -> None:
        """Last: those of people who withdrew meanwhile are without them by now."""
        old, new = (stores.participations for stores in (self._old, self._new))
        sides = list(side_by_side(old.participations_in(study.id), new.participations_in(study.id)))
        new.erase(study.id, [one_id for one_id, given, _ in sides if given is None])
        for given in (given for _, given, _ in sides if given):
            if new.add(given) != given:
                new.change(study.id, given.panel_id, partial(_becomes, given))

    def _copy_versions(self, study: Study) -> None:
        for version in reversed(self._old.versions.of_study(study.id)):
            if self._new.versions.version(version.id) is None:
                self._new.versions.create_version(version, self._old.versions.entries(version.id))

    def _copy_answers(self) -> None:
        """What models said and what pictures are like could be asked again: whatever differs is replaced."""
        for fingerprint in answers_kept(self._old):
            for some in _some_at_a_time(self._old.answers.answers(fingerprint)):
                self._new.answers.add_answers(fingerprint, dict(some))
        for run in self._old.answers.runs():
            self._new.answers.save_run(run)

    def _copy_results(self) -> None:
        for result in self._old.results.results():
            self._new.results.save_result(replace(result, revisions=None))  # Each store counts its own.
        for progress in self._old.results.progress():
            self._new.results.save_progress(progress)

    def _copy_promotions(self) -> None:
        known = len(self._new.promotions.promotions(FAR_MORE))
        for promotion in self._old.promotions.promotions(FAR_MORE)[::-1][known:]:
            self._new.promotions.promote(promotion)

    def _copy_field(self) -> None:
        """What faces say about the models of trials follows from the faces."""
        old, new = self._old.field, self._new.field
        for trial in reversed(old.trials(FAR_MORE)):
            with suppress(AlreadyExists):
                new.add_trial(trial)
            if trial.ended_at:
                new.end_trial(trial.id, trial.ended_at)
        known = len(new.shadow_choices(FAR_MORE))
        for choice in old.shadow_choices(FAR_MORE)[::-1][known:]:
            new.choose_shadows(choice)
        for fingerprint, at in old.reached().items():
            for some in _some_at_a_time(old.shadow_answers(fingerprint)):
                new.note_shadow_answers(fingerprint, some)
            new.note_reached(fingerprint, at)


def _becomes(given: _Some, _: object) -> _Some:
    return given


def _some_at_a_time(things: Iterator[_Some]) -> Iterator[list[_Some]]:
    while some := list(islice(things, _AT_ONCE)):
        yield some
