"""A model learns when it can't tell, and goes on saying what it said before."""

import json

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from skimage import data

from fers import adapters, config
from fers.domain.circumplex import POSITIONS
from fers.domain.emotions import Emotion
from tests.training import tiny
from tests.training.faces import write_ferplus
from tests.training.folders import write_model_folder
from training import familiarity, outliers

FACE = np.asarray(Image.fromarray(data.astronaut()[20:220, 120:320]).resize((224, 224)))


@pytest.mark.parametrize("name", [*outliers.LEARNED, *outliers.MEASURED])
def test_every_kind_of_picture_is_drawn_anew_and_the_same_for_the_same_chance(name):
    kind = (outliers.LEARNED | outliers.MEASURED)[name]
    first, second, again = (kind(FACE, np.random.default_rng(seed)) for seed in (1, 2, 1))
    assert first.shape == (224, 224, 3) and first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != second).any() and (first != FACE).any()


@pytest.fixture
def sets(tmp_path):
    """Faces to learn from, and others."""
    rows = [tuple(10 if column == index % 4 else 0 for column in range(10)) for index in range(12)]
    return [f"ferplus-votes:{write_ferplus(tmp_path / name, rows[:count])}" for name, count in (("a", 12), ("b", 7))]


@pytest.fixture
def taught(tmp_path, sets, monkeypatch):
    """A model before and after, and what the command found."""
    for name in ("OF_A_KIND", "MEASURED_OF_A_KIND"):
        monkeypatch.setattr(familiarity, name, 6)
    monkeypatch.setattr(familiarity, "apart", lambda learning, measuring: learning)  # All drawn faces are twins.
    keras.utils.set_random_seed(3)
    folder = write_model_folder(tmp_path / "tiny", tiny.build(), temperature=0.5)
    description = json.loads((folder / "model.json").read_text())
    del description["metrics"]  # Which a description need not have.
    (folder / "model.json").write_text(json.dumps(description))
    registry = lambda: adapters.registry(config.load())  # noqa: E731
    before = registry().classifier(str(folder))
    options = ["--model", str(folder), "--version", "1.1.0", "--train", sets[0], "--data", sets[1]]
    result = CliRunner().invoke(familiarity.main, options)
    assert result.exit_code == 0, result.output
    return before, registry().classifier(str(folder)), json.loads(result.stdout)


def test_the_expression_stays_what_it_was(taught):
    before, after, _ = taught
    np.testing.assert_allclose(before.predict(FACE[None]), after.predict(FACE[None]), atol=1e-5)
    assert after.info.version == "1.1.0" and after.info.output.temperature == 0.5
    assert before.answer(FACE[None]).familiarity is None


def test_pictures_that_are_none_are_less_familiar_than_faces(taught):
    _, after, found = taught
    faces = np.stack([np.pad(np.full((224, 112, 3), tone, np.uint8), ((0, 0), (0, 112), (0, 0))) for tone in (60, 120)])
    noise = np.stack([outliers.noise(np.random.default_rng(seed)) for seed in range(20)])
    assert after.answer(faces).familiarity.min() > after.answer(noise).familiarity.max()
    assert after.info.output.least_familiarity == found["least"]
    assert set(found["auroc"]) == set(outliers.MEASURED)


def test_valence_and_arousal_follow_the_votes(taught):
    places = taught[1].answer(np.stack([FACE, outliers.noise(np.random.default_rng(1))])).valence_arousal
    assert places.shape == (2, 2) and (np.abs(places) <= 1).all()
    # All faces to learn from are one of four expressions, told apart by nothing: what is learned lies among them.
    four = np.array([POSITIONS[emotion] for emotion in (Emotion.NEUTRAL, Emotion.HAPPY, Emotion.SAD, Emotion.SURPRISE)])
    assert four.min() - 0.5 <= places.min() <= places.max() <= four.max() + 0.5
