"""Fill a new store with a bit of everything that the FERS on the path knows of, whichever release that is.

Run in the folder of a release: `python write.py DATA`. What its people and annotators said goes to `DATA/said.json`,
for later releases to find again. A release's own tests are no help here: the first one had none.
"""

import contextlib
import inspect
import io
import json
import sqlite3
import sys
from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from fers import config
from fers.domain import models
from fers.domain.boxes import Box
from fers.domain.consent import Purpose
from fers.domain.emotions import LABELS, Emotion
from fers.domain.faces import Answer, Source
from fers.domain.people import Person, Role

try:
    from fers import assembly
except ImportError:  # As it was called at first.
    from fers import platform as assembly

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
EVERYTHING = frozenset({Purpose.STORE, Purpose.REVIEW, Purpose.TRAIN, Purpose.PUBLISH})


class Says:
    """A model that always says the same."""

    def __init__(self, emotion: Emotion):
        known = {field.name for field in fields(models.ModelInfo)}
        said = {
            "id": f"always-{LABELS[emotion]}",
            "version": "1.0.0",
            "name": LABELS[emotion],
            "weights": "none",
            "sha256": f"{emotion:064x}",
            "classes": LABELS,
            "input": models.InputSpec(224, 224, 3, (0.0, 1.0)),
            "crop_scale": 1.2,
            "licence": "none",
            "data": "none",
        }
        if "output" in known:
            said["output"] = models.OutputSpec()
        self.info = models.ModelInfo(**{name: value for name, value in said.items() if name in known})
        self._answer = 0.01 + 0.92 * np.eye(len(LABELS))[emotion]

    def predict(self, faces):
        return np.tile(self._answer, (len(faces), 1))

    def answer(self, faces):
        return models.Answers(self.predict(faces))


class Models:
    """Stands in for the registry."""

    _all = tuple(map(Says, (Emotion.HAPPY, Emotion.SAD)))

    def models(self):
        return [model.info for model in self._all]

    def refused(self):
        return {}

    def default(self):
        return self._all[0].info

    def classifier(self, model_id=None):
        return next((model for model in self._all if model.info.id == model_id), self._all[0])

    def preload(self, model_id=None):
        pass


class Detector:
    def detect(self, pixels):
        return [Box(20, 20, 50, 50)]


def picture(number: int) -> Image.Image:
    """Three bands that brighten to the right or to the left, by the bits of `number`: no two of the eight are alike to
    the eye, and all take little room."""
    brighter = np.linspace(40, 210, 96).astype(np.uint8)
    bands = [brighter if number >> bit & 1 else brighter[::-1] for bit in range(3)]
    return Image.fromarray(np.repeat(bands, 32, axis=0)).convert("RGB")


def photo(number: int) -> bytes:
    file = io.BytesIO()
    picture(number).save(file, "PNG")
    return file.getvalue()


def assemble(data: Path):
    settings, registry, detector = replace(config.load({}), data=data), Models(), Detector()
    if "models" in inspect.signature(assembly.assemble).parameters:
        return assembly.assemble(settings, models=registry, detector=detector, now=lambda: NOON)
    assembly.registry, assembly.face_detector = lambda settings: registry, lambda: detector
    return assembly.assemble(settings, now=lambda: NOON)


def participant(platform, email: str, purposes: frozenset[Purpose]) -> Person:
    platform.accounts.sign_up(email, PASSWORD)
    person = platform.accounts.sign_in(email, PASSWORD).person
    platform.consents.give(person, platform.consents.text().sha256, purposes, adult=True)
    return person


def give(platform, person: Person, number: int, answer: Answer) -> str:
    draft = platform.capture.receive(person, photo(number), Source.UPLOAD)
    box = draft.suggestions[0]
    prediction = platform.capture.predict(person, draft, box)
    return platform.capture.submit(person, draft, box, prediction, answer).id


def annotate(platform, study_id: str, faces: list[str]) -> dict:
    from fers.domain.labels import Verdict, only

    said: dict = {}
    for number, seen in enumerate(((Emotion.SAD, Emotion.HAPPY), (Emotion.SAD, None), (Emotion.FEAR, None))):
        annotator = Person(f"{number:032x}", Role.ANNOTATOR, NOON, asked_first=False)
        for face_id, emotion in zip(faces, seen, strict=False):
            shares = only(emotion) if emotion is not None else ()
            verdict = Verdict.UNKNOWN if emotion is None else Verdict.EMOTION
            platform.review.label(annotator, study_id, face_id, verdict, distribution=shares)
            said.setdefault(face_id, []).append([annotator.id, verdict.value, shares and LABELS[emotion]])
    return said


def import_set(platform, operator: Person, study_id: str, data: Path) -> list[str]:
    """Import two faces. Returns their ids."""
    from fers.datasets import FaceSet

    votes = np.eye(len(LABELS), dtype=np.float32)[[Emotion.ANGER, Emotion.FEAR]]
    faces = FaceSet("folder:set", ["a.png", "b.png"], votes, lambda index: picture(3 + index), Counter())
    platform.importing.add(operator, study_id, faces, module_of(platform.importing).Terms("CC0", "Everybody signed."))
    with contextlib.closing(sqlite3.connect(data / "fers.sqlite3")) as database:
        found = database.execute("SELECT id FROM faces WHERE json_extract(document, '$.source') = 'import' ORDER BY id")
        return [face_id for (face_id,) in found]


def module_of(service: object):
    """Wherever the release has it."""
    return sys.modules[type(service).__module__]


def write(data: Path) -> None:
    platform = assemble(data)
    study = platform.studies.current()
    said: dict = {"labels": {}, "versions": {}}
    operator = Person("operator", Role.ADMINISTRATOR, NOON, asked_first=False)
    if hasattr(platform, "groups"):
        platform.studies.update(operator, replace(study, asks_groups=True))
    if hasattr(platform, "trials"):
        platform.trials.start(operator, [model.id for model in platform.live_model.models()])
    if hasattr(platform, "tasks"):
        from fers.domain.protocols import Protocol, Quota, Task

        asked = Protocol((Task(Emotion.FEAR, "A dog barks."),), quotas=(Quota(Emotion.FEAR, 5),))
        platform.studies.update(operator, replace(platform.studies.current(), protocol=asked))
    if hasattr(platform, "questions"):
        from fers.domain.questions import Likert, Moment, Question, Words

        hard = Question("hard", Words("How hard was it?", low="easy"), Likert(5), Moment.AFTER)
        platform.studies.update(operator, replace(platform.studies.current(), questions=(hard,)))
    if hasattr(platform, "arrivals"):
        from fers.domain.recruiting import Exit, Recruiting

        recruiting = Recruiting("id", Exit("https://panel.example/{id}", "DONE"))
        platform.studies.update(operator, replace(platform.studies.current(), recruiting=recruiting))
        platform.arrivals.begin(platform.studies.current().join_code, {"id": "5f2a"})
    ada = participant(platform, "ada@example.org", EVERYTHING)
    bob = participant(platform, "bob@example.org", EVERYTHING - {Purpose.PUBLISH})
    if hasattr(platform, "groups"):
        from fers.domain.groups import AgeBand

        platform.groups.describe(ada, platform.groups.words(ada).sha256, True, age=AgeBand.OLDER)
    answers = {"happy": Answer(Emotion.HAPPY, True), "sad": Answer(Emotion.SAD, False), None: Answer(None, False)}
    said["faces"] = {
        give(platform, bob if word is None else ada, number, answer): word
        for number, (word, answer) in enumerate(answers.items())
    }
    if hasattr(platform, "questions"):
        platform.questions.answer(ada, platform.questions.due(ada, through=True), {"hard": 4})
        said["answers"] = {ada.id: ["hard", hard.version, 4]}
    if hasattr(platform, "review"):
        said["labels"] = annotate(platform, study.id, list(said["faces"]))
    versions = getattr(platform, "versions", None) or getattr(
        platform, "snapshots", None
    )  # As they were called at first.
    if versions:
        version = versions.freeze(operator, study.id, "v1")
        said["versions"] = {version.name: [version.id, version.faces]}
    if hasattr(platform, "importing"):
        said["imported"] = import_set(platform, operator, study.id, data)
    if hasattr(platform.withdrawal, "remove"):
        said["removed"] = said["imported"].pop()
        reason = module_of(platform.withdrawal).Removal.NO_FACE
        platform.withdrawal.remove(operator, study.id, said["removed"], reason)
    if hasattr(platform.accounts, "sign_in_with_provider"):
        from fers.domain.people import Identity

        said["provider"] = platform.accounts.sign_in_with_provider(Identity("https://id.example.org", "7")).person.id
    (data / "said.json").write_text(json.dumps(said, indent=1))


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        from fers.storage.sqlite import disk

        disk.RESERVE_BYTES = 1 << 16
    write(Path(sys.argv[1]))
