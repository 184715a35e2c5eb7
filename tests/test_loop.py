"""The whole loop: collect, label, freeze, download, retrain, evaluate, register."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fers.config import REPOSITORY
from fers.datasets import load
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR
from fers.inference.registry import ModelRegistry
from fers.platform import assemble
from fers.services.importing import Terms
from tests.people import OneFace, give_face, participant
from tests.training.folders import write_model_folder
from training import package, recipe
from training.evaluate import evaluate
from training.models import vgg
from training.train import learned, train

pytestmark = pytest.mark.slow
PEOPLE, ANNOTATORS = 12, 2
REAL_FACES = REPOSITORY.parent / "shared" / "data" / "ferplus" / "FER2013Valid.zip"
"""Looked at where it is there, beside the free faces."""


@pytest.fixture
def study(platform):
    return platform.studies.current()


@pytest.fixture
def begun(tmp_path):
    """The folder of a model that knows nothing yet."""
    return write_model_folder(tmp_path / "models" / "begun", vgg.build(side=16))


def test_what_people_gave_and_annotators_saw_makes_the_next_model(platform, study, begun, settings, clock, tmp_path):
    shown = {}
    for number in range(PEOPLE):
        answer = Answer(Emotion(number % 2), before_prediction=True)
        face = give_face(platform, participant(platform, f"{number}@example.org"), answer, portrait(number))
        shown[face.id] = face.answer.label
    label_everything(platform, study, shown)
    platform.snapshots.freeze(OPERATOR, study.id, "v1")
    version = tmp_path / "v1.zip"
    version.write_bytes(b"".join(platform.downloads.open(OPERATOR, study.id, "v1", "imagefolder").zip()))
    retrain(version, begun)

    registry = ModelRegistry(begun.parent, "retrained")
    measured = evaluate(registry.classifier("retrained"), load(f"fers:{version}#test"))
    assert measured["n"] == len(load(f"fers:{version}#test"))
    with_it = assemble(settings, models=registry, detector=OneFace(), now=clock)
    for model in ("begun", "retrained"):
        with_it.arena.evaluate(OPERATOR, model)
    assert {standing.info.id for standing, _ in with_it.arena.leaderboard(OPERATOR)} == {"begun", "retrained"}


@pytest.mark.skipif(not REAL_FACES.exists(), reason="no real faces here")
def test_a_set_that_is_there_makes_the_next_model(platform, study, begun, tmp_path):
    everything = load(f"ferplus:{REAL_FACES}")
    some = replace(everything, names=everything.names[:60], targets=everything.targets[:60])
    platform.importing.add(OPERATOR, study.id, some, Terms("For research.", "Collected for research."))
    frozen = platform.snapshots.freeze(OPERATOR, study.id, "v1")
    assert frozen.faces + frozen.near_duplicates == 60
    version = tmp_path / "v1.zip"
    version.write_bytes(b"".join(platform.downloads.open(OPERATOR, study.id, "v1", "folders").zip()))
    retrain(version, begun)
    assert {model.id for model in ModelRegistry(begun.parent, "retrained").models()} == {"begun", "retrained"}


def portrait(number: int) -> bytes:
    """A free face where the detector looks for one, on a gray ground."""
    face = Image.fromarray((data.lfw_subset()[number] * 255).astype(np.uint8)).resize((120, 120))
    picture = Image.new("RGB", (512, 512), "gray")
    picture.paste(face, (160, 60))
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return file.getvalue()


def label_everything(platform, study, shown) -> None:
    """Every annotator sees in each face (id) what was shown."""
    for number in range(ANNOTATORS):
        annotator = replace(OPERATOR, id=f"{number:02x}" * 16)
        while handed_out := platform.review.next_faces(annotator, study.id, 5):
            for assignment in handed_out:
                said = only(shown[assignment.face_id])
                platform.review.label(annotator, study.id, assignment.face_id, Verdict.EMOTION, distribution=said)


def retrain(version, begun) -> None:
    """Learn on from `begun` for an epoch and register the result beside it."""
    short = replace(
        recipe.load("vgg"), stages=(recipe.Stage(1, {"side": 16}),), batch_size=2, warmup_steps=1, averaging=0.0
    )
    learning, validation = load(f"fers:{version}#train"), load(f"fers:{version}#validation")
    train(short, learning, validation, begun.parents[1] / "run", learned(begun))
    package.main.callback(
        run=begun.parents[1] / "run",
        model_id="retrained",
        version="2.0.0",
        name="Retrained",
        data=version.name,
        licence="Apache-2.0",
        crop_scale=1.2,
        detail_px=None,
        validate=f"fers:{version}#validation",
        half=False,
        out=begun.parent,
    )
