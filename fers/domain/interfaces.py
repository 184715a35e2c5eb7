"""What FERS needs from the outside, as Protocols. Adapters live in `storage` and `inference`; contract suites in
`tests/contracts` hold every adapter to the words written here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from fers.domain.audit import AuditEntry, SealedEntry
from fers.domain.boxes import Box
from fers.domain.consent import Consent
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceCount, FaceFilter, Place
from fers.domain.faces import Face
from fers.domain.invitations import Invitation
from fers.domain.jobs import Job
from fers.domain.labels import Label
from fers.domain.models import ModelInfo, ModelRun
from fers.domain.people import Identity, Membership, Person, Role
from fers.domain.ranges import EVERY_ID, IdRange
from fers.domain.review import Known, Progress, QueueOrder
from fers.domain.snapshots import Entry, Snapshot, Split
from fers.domain.studies import Study
from fers.errors import ModelRejected

TICKET_SECONDS = 60


class RecordStore(Protocol):
    """Records of people, studies, consents, faces and the audit log. Raises StoreUnavailable when it can't work."""

    def create_person(self, person: Person) -> None:
        """Add a person. Raises AlreadyExists."""

    def person(self, person_id: str) -> Person | None: ...

    def update_person(self, person: Person) -> None:
        """Replace a person's record. Raises NotFound."""

    def delete_person(self, person_id: str) -> None:
        """Delete the person's record, consents and memberships; nothing happens when they are gone already."""

    def people(self) -> Iterator[Person]:
        """Everybody, by id, without holding them all in memory."""

    def save_study(self, study: Study) -> None:
        """Add or replace a study."""

    def studies(self) -> list[Study]: ...

    def create_consent(self, consent: Consent) -> None:
        """Add a consent. Raises AlreadyExists."""

    def latest_consent(self, person_id: str, study_id: str) -> Consent | None: ...

    def consents_of(self, person_id: str) -> list[Consent]:
        """All consents of a person, oldest first."""

    def create_face(self, face: Face) -> None:
        """Add a face, exactly once. Raises AlreadyExists when a face with this id is there, NotFound when its person
        is gone."""

    def face(self, face_id: str) -> Face | None: ...

    def update_face(self, face: Face) -> None:
        """Replace a face's record. Raises NotFound."""

    def delete_face(self, face_id: str) -> None:
        """Delete a face's record so that its bytes are gone; nothing happens when it is gone already."""

    def faces_of(self, person_id: str) -> list[Face]:
        """A person's faces, newest first."""

    def faces(self, among: IdRange = EVERY_ID) -> Iterator[Face]:
        """Every face in a range of ids, by id, without holding them all in memory."""

    def faces_due(self, now: datetime) -> list[Face]:
        """Faces whose retention date has come, those due longest first; when there are very many, a part of them."""

    def problems(self) -> list[str]:
        """What a look at the store's own integrity finds wrong, a sentence each; empty when it is sound."""

    def append_audit(self, entry: AuditEntry) -> None:
        """Add an entry for good, sealed with the one before it in its chain."""

    def audit(self) -> Iterator[AuditEntry]:
        """All entries, oldest first."""

    def sealed_audit(self) -> Iterator[SealedEntry]:
        """All entries with their seals: chain by chain, each from its beginning."""

    def latest_audit(self, count: int, study_id: str | None = None) -> list[AuditEntry]:
        """The `count` latest entries, newest first; of one study, or of all."""


class StudyStore(Protocol):
    """Who has which role in which study, and the invitations that lead there. Raises StoreUnavailable."""

    def save_membership(self, membership: Membership) -> None:
        """Add or replace somebody's place in a study."""

    def delete_membership(self, person_id: str, study_id: str) -> None:
        """Nothing happens when it is gone already."""

    def memberships_of(self, person_id: str) -> list[Membership]:
        """The study entered last first."""

    def staff_of(self, study_id: str) -> list[Membership]:
        """The places that are more than a participant's, by person id."""

    def create_invitation(self, invitation: Invitation) -> None:
        """Raises AlreadyExists."""

    def invitation(self, sha256: str) -> Invitation | None: ...

    def invitations_to(self, study_id: str) -> list[Invitation]:
        """The study's invitations, those that last longest first."""

    def use_invitation(self, sha256: str, now: datetime) -> Invitation | None:
        """Take one use of a live invitation and return it as it is then; None when none is live. Of two people who come
        for the last use, one gets it."""

    def revoke_invitation(self, invitation_id: str) -> None:
        """Take all uses that are left; nothing happens when there is no such invitation."""


class FaceIndex(Protocol):
    """Finds and counts faces of a study without going through them. Always says what `RecordStore` holds.

    Raises StoreUnavailable.
    """

    def counts(self, study_id: str, wanted: FaceFilter) -> list[FaceCount]:
        """By week and class, oldest week first; only counts above 0."""

    def newest(self, study_id: str, wanted: FaceFilter, count: int, after: Place | None = None) -> list[Face]:
        """The `count` newest that are wanted, or those that come after a place in that order."""

    def most_disputed(self, study_id: str, label: Emotion | None, count: int, after: Place | None = None) -> list[Face]:
        """The faces (with this label, if one is named) where the model and their people disagree most."""

    def least_agreed(self, study_id: str, count: int, after: str | None = None) -> list[Face]:
        """The faces whose annotators agree least, of those where not all do; or those that come after a face (id) in
        that order."""

    def note_agreement(self, face_id: str, share: float | None) -> None:
        """Keep how far a face's annotators agree, 0 to 1, or None: nothing to say yet. Nothing happens when the face is
        gone."""


class LabelStore(Protocol):
    """What annotators say about faces, and who looks at which face at present.

    A face has places for labels: the study's number, given as `places` where it matters, and its own extra ones. One is
    taken by each label and by each live reservation. Deleting a face's record deletes everything here about it.

    Raises StoreUnavailable.
    """

    def reserve(self, face_id: str, annotator_id: str, places: int, now: datetime, until: datetime) -> bool:
        """Hold one of the face's places until a time, or hold it longer. False when all are taken, when this annotator
        has labelled the face, or when it is gone or may not be reviewed. Of two who come for the last place, one gets
        it."""

    def release(self, face_id: str, annotator_id: str) -> None:
        """Give a held place up; nothing happens when none is held."""

    def add_label(self, label: Label, places: int, now: datetime) -> None:
        """Add a label and end its annotator's reservation. Raises AlreadyExists when this annotator has labelled the
        face, PlaceTaken when others have taken all places, NotFound when it is gone or may not be reviewed."""

    def remove_label(self, face_id: str, annotator_id: str) -> None:
        """Nothing happens when there is none."""

    def want_more(self, face_id: str, extra: int) -> None:
        """Set how many extra places a face has; nothing happens when it is gone."""

    def labels_of(self, face_id: str) -> list[Label]:
        """By annotator."""

    def labels_by(self, annotator_id: str) -> Iterator[Label]:
        """By face, without holding them all in memory."""

    def labels(self, study_id: str) -> Iterator[Label]:
        """By face, then by annotator, without holding them all in memory."""

    def count_by(self, annotator_id: str, study_id: str) -> int: ...

    def forget_annotator(self, annotator_id: str) -> None:
        """Delete everything an annotator said, so that its bytes are gone, and their reservations."""

    def next_faces(
        self, study_id: str, annotator_id: str, order: QueueOrder, places: int, now: datetime, limit: int
    ) -> list[str]:
        """Ids of up to `limit` faces with a place left that this annotator may label: their people agreed to review,
        they are not the annotator's own, and not labelled by them. One they hold a place of may be among them."""

    def progress(self, study_id: str, places: int) -> Progress:
        """Of the faces that may be reviewed."""

    def set_gold(self, face_id: str, known: Known | None) -> None:
        """Note what a face is known to show; None: it is not known any more. Nothing happens when the face is gone."""

    def gold(self, study_id: str) -> dict[str, Known]:
        """What is known, by face id."""


class AnswerStore(Protocol):
    """What models said about stored faces, for comparison. Deleting a face's record deletes what was said about it.

    Models are told apart by their `ModelInfo.answers_id`. Raises StoreUnavailable when it can't work.
    """

    def add_answers(self, answers_id: str, answers: Mapping[str, np.ndarray]) -> None:
        """Keep eight probabilities for each face id; those of faces that are gone are dropped, known ones replaced."""

    def answers(self, answers_id: str, among: IdRange = EVERY_ID) -> Iterator[tuple[str, np.ndarray]]:
        """(face id, eight probabilities) of the faces in a range of ids, by face id, without holding them all in
        memory."""

    def count_answers(self, answers_id: str) -> int: ...

    def save_run(self, run: ModelRun) -> None:
        """Add or replace what is known about a model's run over the faces."""

    def runs(self) -> list[ModelRun]: ...


class JobStore(Protocol):
    """Background jobs and who does them. Raises StoreUnavailable when it can't work."""

    def add_job(self, name: str) -> None:
        """Nothing happens when it is there."""

    def remove_job(self, name: str) -> None:
        """Nothing happens when it is gone."""

    def claim_job(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Hold a job until a time, or hold it longer. False while another holds it, when it is gone, or when it was
        begun `MOST_ATTEMPTS` times. Of two who come at once, one gets it."""

    def jobs(self) -> list[Job]:
        """By name. There are few."""


class SnapshotStore(Protocol):
    """Dataset versions. Nothing in them changes; but deleting a face's record deletes its entries, and so does an
    update after which its purposes are no longer `SHARED`. So whatever is read here may be handed out.

    Raises StoreUnavailable.
    """

    def create_snapshot(self, snapshot: Snapshot, entries: Iterable[Entry]) -> None:
        """Add a version with its entries, whole or not at all; entries of faces that are gone meanwhile are dropped.
        Raises AlreadyExists when one with this id or, in the study, this name is there."""

    def snapshots(self, study_id: str) -> list[Snapshot]:
        """Newest first."""

    def snapshot(self, snapshot_id: str) -> Snapshot | None: ...

    def entries(self, snapshot_id: str, split: Split | None = None, among: IdRange = EVERY_ID) -> Iterator[Entry]:
        """What is left of a version in a range of face ids, by face id, without holding all of it in memory; of one
        split, or of all."""

    def count_entries(self, snapshot_id: str) -> int: ...


class ImageStore(Protocol):
    """Image bytes by face id. A key is written once and never changed. Raises StoreUnavailable when it can't work."""

    def put(self, key: str, data: bytes) -> None:
        """Store bytes durably and whole: after a crash either all of them are there or the key is absent. The same
        bytes again change nothing; others raise AlreadyExists."""

    def get(self, key: str) -> bytes:
        """Raises NotFound."""

    def delete(self, key: str) -> None:
        """Remove the bytes; nothing happens when they are gone already."""

    def keys(self) -> Iterator[str]: ...


class Journal(Protocol):
    """Marks the faces whose image and record are being written or removed, so that a crash in between can be undone.

    Its calls don't nest: a thread that is inside one must not enter another.
    """

    def writing(self, face_id: str) -> AbstractContextManager[None]:
        """Mark `face_id`, run the block as the only writer of that face, and unmark it when the block succeeds.

        When the block raises, or the process dies in it, the mark stays for `settle`.
        """

    def settle(self, finish: Callable[[str], None]) -> list[str]:
        """Call `finish` with each id that a failed or dead writer left marked, then unmark it. Returns those ids.

        Never touches a face that a living writer is busy with. Where many servers write, a dead writer is known only
        after a while; its face is settled by a later call.
        """


class SignIn(Protocol):
    """Credentials and sessions. Knows e-mail addresses, password hashes and codes; nothing else does."""

    sends_mail: bool
    """Whether it can write to people. Where it can't, every e-mail passes for verified and no password is reset."""

    def register(self, person_id: str, email: str, password: str) -> bool:
        """Bind an e-mail and password to a new person. False, at the same cost, when the e-mail is taken."""

    def register_code(self, person_id: str) -> str:
        """Bind a new person to a personal code and return it; it is shown once and kept only as a hash."""

    def check_password(self, email: str, password: str) -> str | None:
        """The person's id, or None for wrong credentials, at the same cost whether the e-mail exists or not.
        Raises TooManyAttempts after repeated failures."""

    def check_code(self, code: str) -> str | None:
        """The person's id, or None. Raises TooManyAttempts after repeated failures."""

    def send_verification(self, email: str, password: str) -> None:
        """Ask the owner of the address to confirm that it is theirs; nothing happens for wrong credentials."""

    def is_verified(self, person_id: str) -> bool:
        """Whether the person's e-mail, if they have one, is known to be theirs."""

    def send_password_reset(self, email: str) -> None:
        """Write how to choose a new password; nothing happens for unknown e-mails, so that nobody learns which are
        known. Whoever chooses one ends all sessions."""

    def register_identity(self, person_id: str, identity: Identity) -> bool:
        """Bind a person to how an OIDC provider knows them. False when somebody is bound to it already."""

    def person_by_identity(self, identity: Identity) -> str | None: ...

    def note_role(self, person_id: str, role: Role) -> None:
        """Tell whatever else trusts this sign-in. FERS itself goes by the person's record."""

    def person_by_email(self, email: str) -> str | None: ...

    def email_of(self, person_id: str) -> str | None: ...

    def forget(self, person_id: str) -> None:
        """Delete the person's credentials and end all their sessions."""

    def open_session(self, person_id: str) -> str:
        """Return a secret token that `resume` accepts until it times out or is closed."""

    def resume(self, token: str) -> str | None:
        """The person's id for a live session (whose idle time starts anew), else None."""

    def close_session(self, token: str) -> None: ...

    def leave(self, token: str) -> str:
        """Return a ticket for a session's token, good for one use within `TICKET_SECONDS`. The token itself can't be
        read from what is kept."""

    def collect(self, ticket: str) -> str | None:
        """Use a ticket up. Its token, or None when it is unknown, used or too old."""

    def issue_setup_token(self) -> str | None:
        """A one-time token that makes its bearer the administrator; None once it was used."""

    def redeem_setup_token(self, token: str) -> bool:
        """Use the token up. True exactly once for the right token."""


@dataclass(frozen=True)
class Stores:
    """Where everything is kept, all of it in one backend."""

    records: RecordStore
    studies: StudyStore
    face_index: FaceIndex
    labels: LabelStore
    answers: AnswerStore
    jobs: JobStore
    snapshots: SnapshotStore
    images: ImageStore
    journal: Journal
    sign_in: SignIn


class Classifier(Protocol):
    """A trained model, whatever runs it. Safe to share between threads."""

    info: ModelInfo

    def predict(self, faces: np.ndarray) -> np.ndarray:
        """`faces`: n x 224 x 224 x 3 RGB, uint8. Returns n x 8 probabilities (float) in the order of `Emotion`."""

    def explain(self, face: np.ndarray, emotions: list[Emotion]) -> np.ndarray:
        """Which pixels of a face (224 x 224 x 3 RGB, uint8) spoke for each of `emotions`: n x 224 x 224 from 0 to 1."""


class Models(Protocol):
    """The registered models."""

    def models(self) -> list[ModelInfo]:
        """What is known about each, by id, without loading any; those in `refused` are left out."""

    def refused(self) -> dict[str, ModelRejected]:
        """Why others that should be registered can't be used, by their names."""

    def default(self) -> ModelInfo:
        """The live model. Raises UnknownModel when none is registered."""

    def classifier(self, model_id: str | None = None) -> Classifier:
        """The model called `model_id`, or the default one. Raises UnknownModel or ModelRejected."""

    def preload(self) -> None:
        """Begin to load the default model in the background, so that the first prediction is quick."""


class BrowserNetworks(Protocol):
    """The networks that a browser can run by itself."""

    def models(self) -> list[ModelInfo]:
        """The models among them, the live one first where it is one. Raises ModelRejected."""

    def plan(self, model_id: str) -> dict:
        """How a browser loads, feeds and reads a model and the face detector, ready for JSON. Raises UnknownModel or
        ModelRejected."""

    def network(self, name: str) -> Path | None:
        """The file that a plan calls `name`; None when no plan does."""


class FaceDetector(Protocol):
    """Finds faces. Returns boxes and nothing else: no landmark or embedding ever leaves it."""

    def detect(self, pixels: Image.Image) -> list[Box]:
        """Boxes around the faces in an RGB picture, largest first; empty when there are none."""
