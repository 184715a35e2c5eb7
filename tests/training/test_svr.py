"""Regressions on hand-made features learn what gradients can tell apart."""

from collections import Counter

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from fers.datasets import FaceSet
from fers.domain.emotions import LABELS, Emotion
from fers.inference.runtimes import open_network
from tests.training.faces import write_ferplus
from training import pipeline, svr
from training.convert import litert
from training.models import svr as svr_network

STRIPED = {Emotion.HAPPY: 0, Emotion.SAD: 45, Emotion.ANGER: 90}
"""The angle of the stripes that each emotion is drawn as."""


def striped(angle, random):
    rows, columns = np.mgrid[:48, :48] + random.uniform(0, 48)
    phase = np.cos(np.deg2rad(angle)) * columns + np.sin(np.deg2rad(angle)) * rows
    return Image.fromarray((127 + 100 * np.sin(phase / 2) + random.normal(0, 5, (48, 48))).astype(np.uint8))


@pytest.fixture(scope="module")
def faces():
    random = np.random.default_rng(0)
    emotions = np.array(list(STRIPED) * 10)
    images = [striped(STRIPED[emotion], random) for emotion in emotions]
    return FaceSet("stripes", range(len(images)), np.eye(len(LABELS))[emotions], lambda i: images[i].copy(), Counter())


def test_the_network_answers_as_the_regressions_learned(faces):
    network = svr.train(faces)
    [(images, _)] = pipeline.batches(faces, network.input_shape[1:], len(faces))
    probabilities = network.predict_on_batch(images)
    assert (probabilities.argmax(axis=1) == faces.labels).all()
    # The scores are sharpened until such easy answers are sure ones.
    assert probabilities.max(axis=1).mean() > 0.8


def test_pictures_that_it_will_be_measured_on_are_not_learned_from(tmp_path, monkeypatch):
    rows = [tuple(10 * (column == emotion) for column in range(10)) for emotion in range(8)]
    learning, measured = (write_ferplus(tmp_path / name, rows[:faces]) for name, faces in (("a", 8), ("b", 3)))
    learned_from = []
    monkeypatch.setattr(svr, "train", lambda faces: learned_from.extend(faces.names) or svr_network.build())

    def said(*arguments):
        given = ["--data", f"ferplus:{learning}", "--out", str(tmp_path / "run")]
        return CliRunner().invoke(svr.main, [*given, *arguments])

    told = said("--validate", f"ferplus:{measured}")
    assert (told.exit_code, len(learned_from)) == (0, 5), told.output
    assert "3 of the faces to learn from are pictures that are measured on" in told.output
    for wrong in ([], ["--validate", f"ferplus:{learning}"]):
        refused = said(*wrong)
        assert refused.exit_code == 1 and "--validate SPEC" in refused.output


def test_flat_pictures_are_answered_when_served(tmp_path):
    file = tmp_path / "model.tflite"
    file.write_bytes(litert(svr_network.build()))
    served = open_network(file).run(np.full((1, 48, 48, 1), 0.5, np.float32))
    assert served.sum() == pytest.approx(1)
