"""What FERS needs from the outside, as Protocols. Adapters live in `storage` and `inference`; contract suites in
`tests/contracts` hold every adapter to the words written here."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
from PIL import Image

from fers.domain.audit import AuditEntry
from fers.domain.boxes import Box
from fers.domain.consent import Consent
from fers.domain.emotions import Emotion
from fers.domain.faces import Face
from fers.domain.models import ModelInfo
from fers.domain.people import Person
from fers.domain.studies import Study


class RecordStore(Protocol):
    """Records of people, studies, consents, faces and the audit log. Raises StoreUnavailable when it can't work."""

    def create_person(self, person: Person) -> None:
        """Add a person. Raises AlreadyExists."""

    def person(self, person_id: str) -> Person | None: ...

    def update_person(self, person: Person) -> None:
        """Replace a person's record. Raises NotFound."""

    def delete_person(self, person_id: str) -> None:
        """Delete the person's record and consents; nothing happens when they are gone already."""

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

    def faces(self) -> Iterator[Face]:
        """Every face, by id, without holding them all in memory."""

    def faces_due(self, now: datetime) -> list[Face]:
        """Faces whose retention date has come."""

    def problems(self) -> list[str]:
        """What a look at the store's own integrity finds wrong, a sentence each; empty when it is sound."""

    def append_audit(self, entry: AuditEntry) -> None: ...

    def audit(self) -> Iterator[AuditEntry]:
        """All entries, oldest first."""


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

        Never touches a face that a living writer is busy with.
        """


class SignIn(Protocol):
    """Credentials and sessions. Knows e-mail addresses, password hashes and codes; nothing else does."""

    def register(self, person_id: str, email: str, password: str) -> bool:
        """Bind an e-mail and password to a new person. False, at the same cost, when the e-mail is taken."""

    def register_code(self, person_id: str) -> str:
        """Bind a new person to a personal code and return it; it is shown once and kept only as a hash."""

    def check_password(self, email: str, password: str) -> str | None:
        """The person's id, or None for wrong credentials, at the same cost whether the e-mail exists or not.
        Raises TooManyAttempts after repeated failures."""

    def check_code(self, code: str) -> str | None:
        """The person's id, or None. Raises TooManyAttempts after repeated failures."""

    def person_by_email(self, email: str) -> str | None: ...

    def email_of(self, person_id: str) -> str | None: ...

    def forget(self, person_id: str) -> None:
        """Delete the person's credentials and end all their sessions."""

    def open_session(self, person_id: str) -> str:
        """Return a secret token that `resume` accepts until it times out or is closed."""

    def resume(self, token: str) -> str | None:
        """The person's id for a live session (whose idle time starts anew), else None."""

    def close_session(self, token: str) -> None: ...

    def issue_setup_token(self) -> str | None:
        """A one-time token that makes its bearer the administrator; None once it was used."""

    def redeem_setup_token(self, token: str) -> bool:
        """Use the token up. True exactly once for the right token."""


class Classifier(Protocol):
    """A trained model, whatever runs it. Safe to share between threads."""

    info: ModelInfo

    def predict(self, faces: np.ndarray) -> np.ndarray:
        """`faces`: n x 224 x 224 x 3 RGB, uint8. Returns n x 8 probabilities (float) in the order of `Emotion`."""

    def explain(self, face: np.ndarray, emotions: list[Emotion]) -> np.ndarray:
        """Which pixels of a face (224 x 224 x 3 RGB, uint8) spoke for each of `emotions`: n x 224 x 224 from 0 to 1."""


class Models(Protocol):
    """The registered models."""

    def models(self) -> list[ModelInfo]: ...

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
