"""The people, the photo and the stand-ins that tests share."""

import io
import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from PIL import Image
from skimage import data

from fers.domain.boxes import Box
from fers.domain.consent import Purpose
from fers.domain.emotions import LABELS, Emotion
from fers.domain.faces import Answer, Source
from fers.domain.models import Answers, InputSpec, ModelInfo, OutputSpec
from fers.domain.people import OPERATOR
from fers.domain.recruiting import Exit, Recruiting

EVERYTHING = frozenset(Purpose)
PASSWORD = "correct horse battery"
HAPPY_POSED = Answer(label=Emotion.HAPPY, before_prediction=False)


def photo() -> bytes:
    """A JPEG of the public-domain portrait of the astronaut Eileen Collins, from scikit-image."""
    file = io.BytesIO()
    Image.fromarray(data.astronaut()).save(file, "JPEG")
    return file.getvalue()


def pattern(number: int) -> bytes:
    """A JPEG of 16 x 16 coloured squares: nobody would take two of them for one another."""
    squares = np.random.default_rng(number).integers(0, 256, (16, 16, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(squares).resize((512, 512), Image.Resampling.NEAREST).save(file, "JPEG")
    return file.getvalue()


class SettableClock:
    def __init__(self):
        self.moment = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, **duration) -> None:
        self.moment += timedelta(**duration)


class OneModel:
    """Stands in for the registry: one model that always answers "happy 90%"."""

    info = ModelInfo(
        id="always-happy",
        version="1.0.0",
        name="Always happy",
        weights="none",
        sha256="0" * 64,
        input=InputSpec(224, 224, 3),
        output=OutputSpec(),
        crop_scale=1.2,
        licence="none",
        data="none",
    )

    def models(self):
        return [self.info]

    def refused(self):
        return {}

    def default(self):
        return self.info

    def classifier(self, model_id=None):
        return self

    def preload(self, model_id=None):
        pass

    def predict(self, faces):
        row = np.full(len(LABELS), 0.1 / 7)
        row[Emotion.HAPPY] = 0.9
        return np.tile(row, (len(faces), 1))

    def answer(self, faces):
        return Answers(self.predict(faces))

    def explain(self, face, emotions):
        return np.stack([np.full(face.shape[:2], emotion / 10) for emotion in emotions])


class Always(OneModel):
    """A model that always says the same expression, and counts the faces that it was asked about."""

    def __init__(self, emotion: Emotion):
        self.info = replace(OneModel.info, id=emotion.label, sha256=emotion.label * 8, parameters=10, weights_bytes=99)
        self._answer = 0.01 + 0.92 * np.eye(len(LABELS))[emotion]
        self.asked, self.pause = 0, 0.0

    def predict(self, faces):
        """Takes `pause` seconds."""
        self.asked += len(faces)
        time.sleep(self.pause)
        return np.tile(self._answer, (len(faces), 1))


class Several(OneModel):
    """Stands in for the registry: these models, and beside them the live one that always answers "happy 90%"."""

    def __init__(self, *models):
        self._models = {model.info.id: model for model in models}

    def models(self):
        return [model.info for model in self._models.values()]

    def classifier(self, model_id=None):
        return self._models.get(model_id) or OneModel()


class OneFace:
    """Stands in for the detector: one face, where the astronaut's is."""

    fingerprint = "where the astronaut's is"

    def detect(self, pixels):
        return [Box(170, 70, 100, 100)]


def participant(platform, email="ada@example.org", purposes=EVERYTHING):
    """Somebody who signed up and agreed to `purposes`."""
    platform.accounts.sign_up(email, PASSWORD)
    person = platform.accounts.sign_in(email, PASSWORD).person
    platform.consents.give(person, platform.consents.text().sha256, purposes, adult=True)
    return person


def draft(platform, person, picture=None):
    return platform.capture.receive(person, picture or photo(), Source.UPLOAD)


def give_face(platform, person, answer=HAPPY_POSED, picture=None):
    """A face that `person` gave from start to end."""
    started = draft(platform, person, picture)
    box = started.suggestions[0]
    prediction = platform.capture.predict(person, started, box)
    return platform.capture.submit(person, started, box, prediction, answer)


def newcomer(platform):
    """Somebody who came with the study's code and agreed to everything: no service for signing in is needed."""
    signed_in, _ = platform.accounts.join(platform.studies.current().join_code)
    platform.consents.give(signed_in.person, platform.consents.text().sha256, EVERYTHING, adult=True)
    return signed_in.person


def another_study(platform, name, **more):
    """A study beside the one that newcomers come to, open. Returns it."""
    platform.studies.current()
    made = platform.studies.create(OPERATOR, name)
    said = {"purpose": "To learn.", "owner": "Ada", "contact": "ada@example.org", "ethics_approval": "2026/12"}
    platform.studies.update(OPERATOR, replace(made, **said | more, purpose_confirmed=True, open=True))
    return platform.studies.get(OPERATOR, made.id)


def recruit(platform, **more):
    """Let the study take people from a panel. Returns it."""
    ways = {
        "completed": Exit("https://panel.example/done?id={id}", "DONE-1"),
        "declined": Exit(code="NO-2"),
        "screened_out": Exit("https://panel.example/full"),
        "failed_check": Exit(code="CHECK-4"),
    }
    study = replace(platform.studies.current(), recruiting=Recruiting("PROLIFIC_PID", **ways), **more)
    platform.studies.update(OPERATOR, study)
    return study


def arrived(platform, panel_id="5f2a", device=""):
    """Somebody who came by the link of a panel, and pressed the button there."""
    code = platform.studies.current().join_code
    signed_in = platform.arrivals.begin(code, {"PROLIFIC_PID": panel_id}, device=device)
    if device:
        platform.accounts.know_device(signed_in.token, device)
    return signed_in.person


def from_panel(platform, panel_id="5f2a", purposes=EVERYTHING):
    """Somebody who came so, and agreed to `purposes`."""
    person = arrived(platform, panel_id)
    platform.consents.give(person, platform.consents.text(person).sha256, purposes, adult=True)
    return person


def store_copies(stores, face, count):
    """Store a face that was given so many times more."""
    image = stores.images.get(face.id)
    for _ in range(count):
        copy = replace(face, id=secrets.token_hex(16))
        stores.images.put(copy.id, image)
        stores.records.create_face(copy)


def grant(platform, email, role):
    """Give whoever signed up with this e-mail a role everywhere."""
    person_id = platform.sign_in.person_by_email(email)
    platform.help_desk.grant(OPERATOR, replace(OPERATOR, id=person_id).number, role)
