"""Doubt is measured where it is, and ways to find errors are compared fairly."""

import json

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from fers import adapters, config
from fers.domain import confidence as figures
from fers.errors import ModelRejected
from fers.inference.model_folder import read_model_folder
from tests.training.faces import write_ferplus
from tests.training.folders import write_model_folder
from training import confidence
from training.uncertainty import CutNetwork, entropy, learn_confidence, mutual_information

FACES = np.random.default_rng(5).integers(0, 256, (6, 224, 224, 3), np.uint8)


def _folder(path, *head, **output):
    """A model folder whose network has the layers `head` between its features and its eight outputs."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((16, 16, 1))
    hidden = keras.layers.Conv2D(24, 5, strides=2, activation="relu")(inputs)
    hidden = keras.layers.GlobalMaxPooling2D(name="features")(hidden)
    for layer in head:
        hidden = layer(hidden)
    outputs = keras.layers.Dense(8, activation="softmax", kernel_initializer=keras.initializers.RandomNormal())(hidden)
    return write_model_folder(path, keras.Model(inputs, outputs), **output)


def _cut(folder):
    return CutNetwork.load(folder / "model.keras", read_model_folder(folder).info)


def test_a_cut_network_says_what_the_model_says(tmp_path):
    folder = _folder(tmp_path / "tiny", keras.layers.Dropout(0.5), temperature=0.7)
    cut = _cut(folder)
    served = adapters.registry(config.load()).classifier(str(folder)).predict(FACES)
    np.testing.assert_allclose(cut.probabilities(cut.features(FACES)), served, atol=1e-5)


def test_where_both_views_count_a_mirrored_face_gets_the_same_answer(tmp_path):
    cut = _cut(_folder(tmp_path / "tiny", flip=True))
    answers = [cut.probabilities(cut.features(faces)) for faces in (FACES, FACES[:, :, ::-1])]
    np.testing.assert_allclose(*answers, atol=1e-6)
    one_view = _cut(_folder(tmp_path / "once"))
    assert np.abs(answers[0] - one_view.probabilities(one_view.features(FACES))).max() > 1e-6


def test_passes_differ_by_dropout_and_are_the_same_for_the_same_seed(tmp_path):
    cut = _cut(_folder(tmp_path / "tiny", keras.layers.Dropout(0.5)))
    features = cut.features(FACES)
    passes = cut.passes(features, 20, seed=1)
    assert passes.shape == (20, 6, 8)
    assert (passes.std(axis=0) > 0).all()
    np.testing.assert_array_equal(passes, cut.passes(features, 20, seed=1))
    assert mutual_information(passes).min() > 0


def test_nothing_but_dropout_is_drawn(tmp_path):
    cut = _cut(_folder(tmp_path / "tiny", keras.layers.BatchNormalization()))
    features = cut.features(FACES)
    passes = cut.passes(features, 3, seed=1)
    np.testing.assert_allclose(passes, np.stack([cut.probabilities(features)] * 3), atol=1e-6)
    np.testing.assert_allclose(mutual_information(passes), 0, atol=1e-6)
    assert not cut.has_dropout


def test_passes_that_are_sure_of_different_things_disagree():
    passes = np.eye(2)[[0, 1]][:, None]
    assert mutual_information(passes) == pytest.approx(np.log(2))
    assert entropy(np.full(8, 1 / 8)) == pytest.approx(np.log(8))


def test_a_confidence_is_learned_from_what_gives_errors_away():
    random = np.random.default_rng(3)
    features = random.normal(size=(2_000, 6))
    correct = features[:, 0] + 0.2 * random.normal(size=2_000) > 0
    probability = np.where(correct, 0.9, 0.2)
    learned = learn_confidence(features[:1_000], probability[:1_000], seed=1)
    assert figures.error_auroc(learned.predict(features[1_000:]), correct[1_000:]) > 0.95


def test_a_comparison_tells_better_from_worse_and_ties_from_both():
    random = np.random.default_rng(4)
    correct = random.random(500) < 0.8
    good = correct + random.normal(size=500)
    kinds = {confidence.SHOWN: good, "the same, stretched": 3 * good, "blind": random.random(500)}
    compared = confidence.compare(kinds, correct, np.arange(500))
    assert compared["the same, stretched"]["aurc_difference"] == [0, 0, 0]
    difference, low, high = compared["blind"]["aurc_difference"]
    assert 0 < low < difference < high
    auroc, low, high = compared[confidence.SHOWN]["auroc"]
    assert 0.5 < low < auroc < high < 1


def test_many_faces_of_a_person_prove_no_more_than_one(monkeypatch):
    monkeypatch.setattr(confidence, "RESAMPLES", 100)
    random = np.random.default_rng(4)
    correct, sure = random.random(60) < 0.7, random.random(60)
    once = confidence.compare({confidence.SHOWN: sure}, correct, np.arange(60))[confidence.SHOWN]
    often = {confidence.SHOWN: np.repeat(sure, 10)}, np.repeat(correct, 10), np.repeat(np.arange(60), 10)
    for name, figure in confidence.compare(*often)[confidence.SHOWN].items():
        assert figure == pytest.approx(once[name])
    alone = confidence.compare({confidence.SHOWN: sure}, correct, np.zeros(60, int))[confidence.SHOWN]
    assert np.isnan(alone["auroc"][1:]).all()


@pytest.fixture
def spec(tmp_path):
    votes = [tuple(10 if column == index % 4 else 0 for column in range(10)) for index in range(40)]
    return f"ferplus:{write_ferplus(tmp_path / 'set', votes)}"


def _run(folder, spec, *options):
    return CliRunner().invoke(confidence.main, ["--model", str(folder), "--train", spec, "--data", spec, *options])


def test_a_confidence_is_not_learned_from_pictures_that_it_is_measured_on(tmp_path, spec, monkeypatch):
    sizes = []
    monkeypatch.setattr(confidence, "measure", lambda _cut, *sets: sizes.extend(map(len, sets)) or {})
    others = write_ferplus(tmp_path / "others", [(10, *[0] * 9), (0, 10, *[0] * 8)])
    arguments = ["--train", spec, "--data", f"ferplus:{others}", "--json", "--model", str(_folder(tmp_path / "tiny"))]
    result = CliRunner().invoke(confidence.main, arguments)
    assert result.exit_code == 0, result.output
    assert sizes[0] < 40 and sizes[1] == 2


def test_the_command_compares_every_kind(tmp_path, spec, monkeypatch):
    monkeypatch.setattr(confidence, "RESAMPLES", 20)
    monkeypatch.setattr(confidence, "apart", lambda learning, faces: learning)  # All drawn faces are twins.
    folder = _folder(tmp_path / "tiny", keras.layers.Dropout(0.5))
    result = json.loads(_run(folder, spec, "--json").stdout)
    assert (result["n"], result["model"]) == (40, "tiny")
    assert any("MC dropout" in kind for kind in result["confidences"])
    table = _run(folder, spec).stdout
    assert all(f"| {kind} |" in table for kind in result["confidences"])


def test_a_model_without_its_keras_network_is_refused(tmp_path, spec):
    folder = _folder(tmp_path / "tiny")
    description = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(description | {"weights": "model.tflite"}))
    (folder / "model.keras").rename(folder / "model.tflite")
    result = _run(folder, spec)
    assert result.exit_code == 1
    assert "tiny holds 0 .keras files" in result.output


def test_a_network_that_passes_its_features_by_is_refused(tmp_path):
    inputs = keras.Input((16, 16, 1))
    pixels = keras.layers.Flatten()(inputs)
    features = keras.layers.Dense(4, name="features")(pixels)
    outputs = keras.layers.Dense(8, activation="softmax")(keras.layers.Concatenate()([features, pixels]))
    folder = write_model_folder(tmp_path / "tiny", keras.Model(inputs, outputs))
    with pytest.raises(ModelRejected, match="can't be cut"):
        _cut(folder)
