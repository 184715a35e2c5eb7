"""Import: an existing labelled set becomes faces of a study, so that a lab starts with what it has."""

import hashlib
import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from fers.datasets import DataError, FaceSet, Faults
from fers.datasets.faces import UNKNOWN, Vote
from fers.domain.audit import entry_by
from fers.domain.boxes import Box
from fers.domain.clock import Clock, utc_now
from fers.domain.consent import Consent, ConsentText, Purpose
from fers.domain.erasures import Erased
from fers.domain.faces import Answer, Face, Prediction, Source, StoredImage
from fers.domain.images import Photo, PhotoLimits, check_photo
from fers.domain.interfaces import ErasureStore, FaceDetector, FaceIndex, LabelStore, Models, RecordStore
from fers.domain.labels import Label, Verdict
from fers.domain.people import Person, Role
from fers.domain.permissions import Action, require
from fers.domain.studies import Study
from fers.errors import AlreadyExists, ImageRejected, InvalidInput
from fers.services.faces.storing import Storing
from fers.services.labelling.aggregation import aggregate
from fers.services.models.prediction import prediction_of, proposed_face
from fers.services.people.studies import Studies

ANY_SIZE = PhotoLimits(smallest_side=1)
"""Benchmark faces are small: 48 pixels a side in FER-2013."""
_ENOUGH_SLOTS = 1000
Progress = Callable[[int, int], None]
"""Called with how many of how many faces are done."""


@dataclass(frozen=True)
class Terms:
    """Under which a set may be used."""

    licence: str
    consent_basis: str
    """Why the people in it may be shown, such as what they signed."""

    def require_said(self) -> None:
        """Raise InvalidInput where one of them is missing."""
        if not self.licence.strip() or not self.consent_basis.strip():
            raise InvalidInput("import.no-terms")

    def as_text(self, faces: FaceSet) -> ConsentText:
        terms = f"Licence: {self.licence}\n\nConsent basis: {self.consent_basis}\n\nWho is in it: {_who_is_in(faces)}\n"
        return ConsentText.of_a_set(f"# Imported from {faces.source}\n\n{terms}")


@dataclass(frozen=True)
class Imported:
    """What came of an import."""

    added: int
    """Faces that the study did not have."""
    known: int
    """Faces that were there already."""
    removed: int
    """Faces that stay out, since they were removed from the study, or kept in it until their retention date."""
    labels: int
    """Labels that the study did not have."""
    faults: Faults
    """Pictures that could not be used, and, first, what could not be read of the set."""


class Importing:
    """Whom the set names is one person in the study, whatever split of the set they are in; every other face counts as
    a person of its own. The set's labels are those of its annotators or, where it names none, the set's own: what
    somebody perceived, who is no annotator of the study."""

    def __init__(
        self,
        records: RecordStore,
        storing: Storing,
        labels: LabelStore,
        index: FaceIndex,
        models: Models,
        detector: FaceDetector,
        studies: Studies,
        erasures: ErasureStore,
        now: Clock = utc_now,
    ):
        self._records = records
        self._storing = storing
        self._labels = labels
        self._index = index
        self._models = models
        self._detector = detector
        self._studies = studies
        self._erasures = erasures
        self._now = now

    def add(
        self,
        actor: Person,
        study_id: str,
        faces: FaceSet,
        terms: Terms,
        *,
        detect: bool = False,
        faults: Faults | None = None,
        progress: Progress = lambda done, all: None,
    ) -> Imported:
        """Add the faces that the study does not have yet, with the live model's guess. What was removed from the study
        stays out of it. A picture that can't be used is noted in `faults` and left out.

        With `detect` the pictures are photos, and the face is the largest that is found in each (all of the photo where
        none is); else every picture is a face.

        Stopped at any moment, it goes on where it was when called again. Raises InvalidInput without terms, and,
        without `faults`, DataError for a picture that can't be used.
        """
        require(actor, Action.MANAGE_STUDY, study_id)
        terms.require_said()
        study = self._studies.get(actor, study_id)
        classifier, detector = self._models.classifier(), self._detector if detect else None
        removed_before = self._removed_from(study)
        added = known = removed = labels = 0
        for index in range(len(faces)):
            progress(index, len(faces))
            try:
                photo = _photo(faces, index)
            except DataError as error:
                if faults is None:
                    raise
                faults.note(error)
                continue
            face_id = _id(study.id, faces.source, faces.names[index], photo.sha256)
            if face_id in removed_before:
                removed += 1
                continue
            if self._records.face(face_id) is None:
                with photo.pixels() as pixels:
                    seen, box = proposed_face(pixels, classifier, detector)
                prediction = prediction_of(classifier, seen, self._now)
                consent = self._consent(_person_id(face_id, study, faces, index), study, terms.as_text(faces))
                self._add(face_id, consent, study, photo, box or _whole(photo), prediction)
                added += 1
            else:
                known += 1
            labels += self._label(face_id, study, faces, index)
        progress(len(faces), len(faces))
        self._records.append_audit(entry_by(actor, self._now(), f"imported {added} faces", study.id, study.id))
        return Imported(added, known, removed, labels, faults or Faults())

    def _removed_from(self, study: Study) -> set[str]:
        """Ids of faces that are not to come again: also those that an older copy of the records knows nothing of, and
        that would be taken away again."""
        erased = {erasure.subject for erasure in self._erasures.erasures() if erasure.what is Erased.FACE}
        return self._records.kept_out(study.id) | erased

    def _consent(self, person_id: str, study: Study, words: ConsentText) -> Consent:
        """What stands for a person's consent, stored with the person."""
        now = self._now()
        consent = Consent(_id(person_id, words.sha256), person_id, study.id, words, frozenset(Purpose), now)
        # They may be there: stored with another face of theirs, or before an import was stopped.
        with suppress(AlreadyExists):
            self._records.create_person(Person(person_id, Role.PARTICIPANT, now, asked_first=True))
        with suppress(AlreadyExists):
            self._records.create_consent(consent)
        return consent

    def _add(
        self, face_id: str, consent: Consent, study: Study, photo: Photo, box: Box, prediction: Prediction
    ) -> None:
        now = self._now()
        face = Face(
            id=face_id,
            person_id=consent.person_id,
            study_id=study.id,
            consent_id=consent.id,
            purposes=consent.purposes,
            image=StoredImage(photo.sha256, photo.width, photo.height, len(photo.data)),
            source=Source.IMPORT,
            box=box,
            prediction=prediction,
            answer=Answer(None, before_prediction=True),
            captured_at=now,
            given_at=now,
            purge_at=now + timedelta(days=study.retention_days),
        )
        self._storing.store(face, photo.data)

    def _label(self, face_id: str, study: Study, faces: FaceSet, index: int) -> int:
        """Keep what the set's annotators say of a face. Returns how many of their labels are new."""
        added = 0
        for vote in faces.votes.get(index) or [Vote("", faces.targets[index], _dimensions(faces, index))]:
            label = self._as_label(face_id, study, faces, vote)
            try:
                self._labels.add_label(label, _ENOUGH_SLOTS, self._now())
                added += 1
            except AlreadyExists:  # Labelled by an earlier import of the same set.
                self._mark(label)
        aggregate(self._labels, self._index, face_id)
        return added

    def _mark(self, label: Label) -> None:
        """Mark a set's own label that was imported before such labels were marked."""
        for known in self._labels.labels_of(label.face_id) if label.of_a_set else ():
            if known.annotator_id == label.annotator_id and not known.of_a_set:
                self._labels.remove_label(known.face_id, known.annotator_id)
                self._labels.add_label(replace(known, of_a_set=True), _ENOUGH_SLOTS, self._now())

    def _as_label(self, face_id: str, study: Study, faces: FaceSet, vote: Vote) -> Label:
        shares = np.array([_as_written(share) for share in vote.target])
        valence, arousal = (None if np.isnan(value) else _as_written(value) for value in vote.dimensions)
        return Label(
            face_id=face_id,
            study_id=study.id,
            annotator_id=_annotator_id(study, faces, vote.annotator),
            verdict=Verdict.EMOTION,
            given_at=self._now(),
            distribution=tuple((shares / shares.sum()).tolist()),
            valence=valence,
            arousal=arousal,
            of_a_set=not vote.annotator,
        )


def _photo(faces: FaceSet, index: int) -> Photo:
    """Raises DataError, naming the face, for a picture that can't be used."""
    file = io.BytesIO()
    faces.image(index).save(file, "PNG")
    try:
        return check_photo(file.getvalue(), ANY_SIZE)
    except ImageRejected as error:
        place = f"{faces.source}: {faces.names[index]}"
        raise DataError("set.unusable-picture", problem=error.what).at(place) from error


def _who_is_in(faces: FaceSet) -> str:
    if faces.people is None:
        return "nobody knows, so each picture counts as a person of its own."
    return "the set says which pictures show the same person; where it doesn't, each counts as a person of its own."


def _person_id(face_id: str, study: Study, faces: FaceSet, index: int) -> str:
    """A name is not kept, and a hash of it leads back to nobody without the study's id, which is random."""
    name = faces.people[index] if faces.people else ""
    whole_set = faces.source.partition("#")[0]  # Somebody may be in several splits of it.
    return _id(study.id, whole_set, "person", name) if name else _id(face_id, "person")


def _annotator_id(study: Study, faces: FaceSet, name: str) -> str:
    """As with people, whoever labelled several splits of a set is one annotator, by no name."""
    return _id(study.id, faces.source.partition("#")[0], "annotator", name) if name else _id(study.id, faces.source)


def _whole(photo: Photo) -> Box:
    return Box(0, 0, photo.width, photo.height)


def _as_written(value: float) -> float:
    """A set is held in single precision, in which 0.1 is 0.10000000149: what it says is the shortest number that is
    the same there."""
    return float(str(value))


def _dimensions(faces: FaceSet, index: int) -> tuple[float, float]:
    return UNKNOWN if faces.valence_arousal is None else tuple(faces.valence_arousal[index])


def _id(*parts: str) -> str:
    """The same 32 hexadecimal digits for the same parts, so that a set that is imported again is found again."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
