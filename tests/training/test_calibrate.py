"""Temperature and threshold are found on one half, told of the other, and written so that they can be found again."""

import json

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from fers.datasets import DataError
from fers.domain import metrics
from fers.inference.model_folder import read_model_folder
from tests.training.faces import write_ferplus
from tests.training.folders import write_model_folder
from training import calibrate

NEUTRAL, HAPPY = 0, 1


def _faces(count, sharpened, seed=0):
    """Probabilities and labels of a model whose logits are `sharpened` times those that the labels were drawn by."""
    random = np.random.default_rng(seed)
    logits = random.normal(scale=2, size=(count, 8))
    labels = (random.random((count, 1)) > softmax(logits, axis=1).cumsum(axis=1)[:, :-1]).sum(axis=1)
    return softmax(sharpened * logits, axis=1), labels


@pytest.mark.parametrize("sharpened", [0.5, 1, 3])
def test_the_temperature_undoes_what_made_a_model_too_sure_or_too_shy(sharpened):
    probabilities, labels = _faces(20_000, sharpened)
    assert calibrate.fit_temperature(probabilities, labels) == pytest.approx(sharpened, rel=0.05)


@given(st.floats(0.3, 4))
def test_taking_a_temperature_off_gives_what_was_there_before(temperature):
    probabilities, _ = _faces(20, 1)
    tempered = calibrate.tempered(probabilities, temperature)
    np.testing.assert_allclose(calibrate.uncalibrated(tempered, temperature), probabilities, rtol=1e-6)


def test_a_class_that_is_never_said_stays_so():
    tempered = calibrate.tempered(np.array([[0.75, 0.25, 0.0]]), 2)
    assert tempered[0, 2] == 0
    assert tempered.sum() == pytest.approx(1)


def test_halves_share_no_face_and_leave_none_out():
    fitted, untouched = calibrate.halves(np.arange(31))
    assert sorted([*fitted, *untouched]) == list(range(31))
    assert len(fitted) == 15


def test_halves_share_nobody():
    whose = np.random.default_rng(5).integers(0, 12, 300)
    whose[:12] = range(12)
    fitted, untouched = calibrate.halves(whose)
    assert sorted([*fitted, *untouched]) == list(range(300))
    assert not set(whose[fitted]) & set(whose[untouched])
    assert 100 < len(fitted) < 200
    of_one = calibrate.halves(np.zeros(9, int))
    assert [len(half) for half in of_one] == [4, 5]


def test_figures_are_those_of_the_half_that_was_not_fitted():
    probabilities, labels = _faces(6_000, sharpened=3)
    found = calibrate.calibrate(probabilities, labels, 0.8, np.arange(len(labels)))
    _, untouched = calibrate.halves(np.arange(len(labels)))
    assert found.ece_before == metrics.expected_calibration_error(probabilities[untouched], labels[untouched])
    assert found.nll < found.nll_before
    assert found.ece < found.ece_before
    assert found.accuracy < 0.8
    assert found.accuracy_answered == pytest.approx(0.8, abs=0.03)
    assert 0 < found.answered < 1


def test_what_cannot_be_reached_is_said():
    probabilities, labels = _faces(400, sharpened=1)
    always_wrong = (probabilities.argmax(axis=1) + 1) % 8
    with pytest.raises(DataError, match="lower --accuracy"):
        calibrate.calibrate(probabilities, always_wrong, 0.9, np.arange(400))
    with pytest.raises(DataError, match="at least two faces"):
        calibrate.calibrate(probabilities[:1], labels[:1], 0.9, np.arange(1))


def test_chance_alone_gives_few_faces_a_larger_calibration_error():
    average_of_few, most_of_few = calibrate.ece_by_chance(_faces(200, 1)[0])
    average_of_many, _ = calibrate.ece_by_chance(_faces(5_000, 1)[0])
    assert average_of_many < average_of_few < most_of_few


@pytest.fixture
def folder(tmp_path):
    """A model that calls bright faces neutral and dark ones happy, and answers for the mirror image too."""
    inputs = keras.Input((16, 16, 1))
    emotion = keras.layers.Dense(8, activation="softmax")
    network = keras.Model(inputs, emotion(keras.layers.GlobalAveragePooling2D()(inputs)))
    kernel, bias = np.zeros((1, 8)), np.full(8, -3.0)
    kernel[0, [NEUTRAL, HAPPY]] = 20, -20
    bias[[NEUTRAL, HAPPY]] = -5, 5
    emotion.set_weights([kernel, bias])
    return write_model_folder(tmp_path / "tiny", network, flip=True)


@pytest.fixture
def spec(tmp_path):
    """Eighty faces, bright and dark (see `write_ferplus`), every fifth with the label that the model would not give."""
    votes = []
    for index in range(80):
        happy = (20 * index % 256 < 128) != (index % 5 == 0)
        votes.append((0, 10, *[0] * 8) if happy else (10, *[0] * 9))
    return f"ferplus:{write_ferplus(tmp_path / 'set', votes)}"


def _calibrate(folder, spec, *options):
    result = CliRunner().invoke(
        calibrate.main, ["--model", str(folder), "--version", "1.0.1", "--data", spec, *options]
    )
    assert result.exit_code == 0, result.output
    return json.loads((folder / "model.json").read_text()), result.stdout


def test_the_command_writes_what_the_app_reads_and_finds_the_same_again(folder, spec):
    before = json.loads((folder / "model.json").read_text())
    first, told = _calibrate(folder, spec, "--accuracy", "0.75")
    output = read_model_folder(folder).info.output
    assert output.temperature != 1
    assert output.temperature == first["metrics"]["ferplus:set"]["calibration"]["temperature"]
    assert f"temperature {output.temperature:.4f}" in told
    assert 0 < output.least_confidence < 1
    assert first["version"] == "1.0.1" != before["version"], "it is sure of other answers than before"
    assert "tiny 1.0.1 on" in told
    changed = {"version", "output", "metrics"}
    assert {key: first[key] for key in first.keys() - changed} == {key: before[key] for key in before.keys() - changed}
    assert not list(folder.glob("*.part"))

    again, _ = _calibrate(folder, spec, "--accuracy", "0.75")
    assert again["output"]["temperature"] == pytest.approx(output.temperature, rel=1e-3)
    assert again["output"]["least_confidence"] == pytest.approx(output.least_confidence, abs=1e-3)


def test_a_description_from_an_editor_on_windows_is_calibrated_too(folder, spec):
    description = json.loads((folder / "model.json").read_text("utf-8")) | {"metrics": None}
    (folder / "model.json").write_text(json.dumps(description), "utf-8-sig")
    assert _calibrate(folder, spec, "--accuracy", "0.5")[0]["metrics"]["ferplus:set"]["ece"] >= 0


def test_the_command_draws_a_diagram_whose_words_can_be_read_out(folder, spec):
    _calibrate(folder, spec, "--accuracy", "0.5")
    drawing = (folder / calibrate.DIAGRAM).read_text()
    assert "Reliability diagram on 40 faces. As trained: ECE" in drawing
    assert ">right answers</text>" in drawing


def test_mistakes_are_one_clear_line(spec):
    result = CliRunner().invoke(calibrate.main, ["--model", "no-such-model", "--version", "1", "--data", spec])
    assert result.exit_code == 1
    assert result.output.startswith("Error: There is no model called no-such-model.")
