"""The whole loop: collect, label, freeze, download, retrain, evaluate, register."""

import csv
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from skimage import data

from fers.adapters import face_detector
from fers.assembly import assemble
from fers.datasets import load
from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR
from fers.inference.conversion import Precision
from fers.inference.registry import ModelRegistry
from fers.services.faces.importing import Terms
from tests import REPOSITORY
from tests.people import OneFace, OneModel, give_face, participant
from tests.training.folders import write_model_folder
from training import package, recipe
from training.beginnings import learned
from training.evaluate import evaluate
from training.models import vgg
from training.run import train

pytestmark = pytest.mark.slow
PEOPLE, ANNOTATORS = 24, 2
PHOTOGRAPHS = REPOSITORY.parent / "shared" / "data" / "wild" / "wild_dev.zip"
"""Of people, who are looked at where they are there, beside the free faces."""
with_photographs = pytest.mark.skipif(not PHOTOGRAPHS.exists(), reason="no photographs here")


@pytest.fixture
def begun(tmp_path):
    """The folder of a model that knows nothing yet."""
    return write_model_folder(tmp_path / "models" / "begun", vgg.build(side=16))


@pytest.mark.parametrize("real", [False, pytest.param(True, marks=with_photographs)], ids=["free faces", "photographs"])
def test_what_people_gave_and_annotators_saw_makes_the_next_model(real, begun, settings, clock):
    platform = assemble(settings, models=OneModel(), detector=face_detector() if real else OneFace(), now=clock)
    faces = photographs() if real else [(portrait(number), Emotion(number % 2)) for number in range(PEOPLE)]
    shown = {}
    for number, (photo, label) in enumerate(faces):
        given = give_face(platform, participant(platform, f"{number}@example.org"), Answer(label, True), photo)
        shown[given.id] = label
    assert len(shown) == PEOPLE
    the_loop_goes_on(platform, shown, begun, "parquet", settings, clock)


@with_photographs
def test_a_set_that_is_there_makes_the_next_model(platform, begun, settings, clock, tmp_path):
    study, terms = platform.studies.current(), Terms("For research.", "Photographs of public figures.")
    platform.importing.add(OPERATOR, study.id, load(photographs_manifest(tmp_path)), terms, detect=True)
    imported = platform.versions.freeze(OPERATOR, study.id, "imported")
    shown = {entry.face_id: entry.label for entry in platform.versions.entries(OPERATOR, imported.id)}
    assert len(shown) + imported.near_duplicates == PEOPLE
    the_loop_goes_on(platform, shown, begun, "folders", settings, clock)


def the_loop_goes_on(platform, shown, begun, format, settings, clock) -> None:
    """Review what was collected, freeze, download, retrain, evaluate and register."""
    study, version = platform.studies.current(), settings.data.parent / "v1.zip"
    label_everything(platform, study, shown)
    platform.versions.freeze(OPERATOR, study.id, "v1")
    version.write_bytes(b"".join(platform.downloads.open(OPERATOR, study.id, "v1", format).zip()))
    retrain(version, begun)
    registry = ModelRegistry([begun.parent], "retrained")
    measured = evaluate(registry.classifier("retrained"), load(f"fers:{version}#test"))
    assert measured["n"] == len(load(f"fers:{version}#test"))
    with_it = assemble(settings, models=registry, detector=OneFace(), now=clock)
    tested = with_it.arena.evaluation_set(OPERATOR, "v1#test")
    for model in ("begun", "retrained"):
        with_it.arena.evaluate(OPERATOR, model, tested)
    board = {standing.info.id for standing, _ in with_it.arena.leaderboard(OPERATOR, tested)}
    assert board == {"begun", "retrained"}


def photographs() -> list[tuple[bytes, Emotion]]:
    """Of `PEOPLE` people who look happy or neutral, with what they look like."""
    with zipfile.ZipFile(PHOTOGRAPHS) as archive:
        rows = csv.DictReader(io.TextIOWrapper(archive.open("wild_dev/labels.csv")))
        one_each = {row["subject"]: row for row in rows if row["label"] in ("happiness", "neutral")}
        chosen = sorted(one_each.values(), key=lambda row: row["image"])[:PEOPLE]
        return [(archive.read(f"wild_dev/images/{row['image']}"), Emotion.from_label(row["label"])) for row in chosen]


def photographs_manifest(folder) -> str:
    """The photographs as a set on disk, in which two are of each person."""
    lines = ["image,label,subject"]
    for number, (photo, label) in enumerate(photographs()):
        (folder / f"{number}.jpg").write_bytes(photo)
        lines.append(f"{number}.jpg,{label.label},{number // 2}")
    (folder / "photographs.csv").write_text("\n".join(lines))
    return f"manifest:{folder / 'photographs.csv'}"


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
        weights=Precision.FLOAT32,
        out=begun.parent,
    )
