"""A converted network answers like the one it came from, or is not written."""

import json

import keras
import numpy as np
import pytest
from click.testing import CliRunner

from fers.datasets import load
from fers.domain.emotions import LABELS
from fers.inference.classifier import FolderClassifier
from fers.inference.conversion import Precision
from fers.inference.model_folder import fingerprint, read_model_folder
from fers.inference.runtimes import open_network
from tests.training.faces import write_ferplus
from tests.training.folders import write_model_folder
from training import convert
from training.crops import predictions


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(5)
    inputs = keras.Input((32, 32, 1))
    features = keras.layers.Conv2D(8, 3, strides=2, use_bias=False)(inputs)
    features = keras.layers.BatchNormalization()(features)
    features = keras.layers.GlobalAveragePooling2D()(keras.layers.ReLU()(features))
    outputs = keras.layers.Dense(len(LABELS), activation="softmax")(keras.layers.Dropout(0.5)(features))
    return keras.Model(inputs, outputs)


@pytest.fixture
def spec(tmp_path):
    votes = 10 * np.eye(10, dtype=int)[np.arange(16) % 8]
    return f"ferplus:{write_ferplus(tmp_path / 'faces', votes)}"


@pytest.fixture
def folder(tmp_path, network):
    """A network that was trained and not yet converted."""
    folder = write_model_folder(tmp_path / "tiny", network)
    (folder / "model.tflite").unlink()
    weights = {"weights": "model.keras", "sha256": fingerprint(folder / "model.keras")}
    (folder / "model.json").write_text(json.dumps(json.loads((folder / "model.json").read_text()) | weights))
    return folder


def run(*arguments):
    return CliRunner().invoke(convert.main, list(map(str, arguments)))


@pytest.mark.parametrize("kind", convert.FILES)
def test_a_folder_can_serve_the_converted_network(folder, spec, kind):
    faces = load(spec)
    own = predictions(FolderClassifier(read_model_folder(folder)), faces)
    result = run("--model", folder, "--to", kind, "--data", spec)
    assert result.exit_code == 0, result.output
    converted = folder / convert.FILES[kind]
    description = json.loads((folder / "model.json").read_text())
    served = description | {"weights": converted.name, "sha256": fingerprint(converted)}
    (folder / "model.json").write_text(json.dumps(served))
    answers = predictions(FolderClassifier(read_model_folder(folder)), faces)
    assert np.abs(answers - own).max() < convert.LARGEST_DIFFERENCE[Precision.FLOAT32]


def test_less_exact_weights_take_less_room():
    wide = keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Flatten(), keras.layers.Dense(256)])
    exact, half, whole = (len(convert.litert(wide, precision)) for precision in Precision)
    assert half < 0.6 * exact and whole < 0.35 * exact


def test_whole_numbers_answer_almost_like_the_network_they_come_from(folder, spec):
    assert run("--model", folder, "--to", "litert", "--weights", "int8", "--data", spec).exit_code == 0
    whole, exact = (open_network(folder / file) for file in ("model.tflite", "model.keras"))
    faces = np.random.default_rng(2).random((5, 32, 32, 1), np.float32)
    np.testing.assert_allclose(whole.run(faces), exact.run(faces), atol=0.02)
    alone = np.concatenate([whole.run(face[None]) for face in faces])
    np.testing.assert_array_equal(whole.run(faces), alone, "each face is rounded by its own range")


def test_a_conversion_that_answers_differently_is_not_kept(folder, spec, network, monkeypatch):
    other = keras.models.clone_model(network)
    wrong = convert.litert(other)
    monkeypatch.setattr(convert, "litert", lambda *_, **__: wrong)
    result = run("--model", folder, "--to", "litert", "--data", spec)
    assert result.exit_code == 1 and "answers differently" in result.output
    assert sorted(file.name for file in folder.iterdir()) == ["model.json", "model.keras"]


def test_a_model_without_a_keras_network_is_refused(folder, spec):
    (folder / "model.keras").rename(folder / "model.tflite")
    description = json.loads((folder / "model.json").read_text()) | {"weights": "model.tflite"}
    (folder / "model.json").write_text(json.dumps(description))
    result = run("--model", folder, "--to", "onnx", "--data", spec)
    assert result.exit_code == 1 and "0 .keras files" in result.output


def test_what_a_model_serves_is_never_overwritten(folder, spec):
    run("--model", folder, "--to", "litert", "--data", spec)
    served = folder / "model.tflite"
    description = json.loads((folder / "model.json").read_text())
    changed = description | {"weights": served.name, "sha256": fingerprint(served)}
    (folder / "model.json").write_text(json.dumps(changed))
    result = run("--model", folder, "--to", "litert", "--weights", "float16", "--data", spec)
    assert result.exit_code == 1 and "--out" in result.output
    read_model_folder(folder).check_weights()


def test_a_file_named_for_another_format_is_refused(folder, spec, tmp_path):
    result = run("--model", folder, "--to", "onnx", "--out", tmp_path / "face.tflite", "--data", spec)
    assert result.exit_code == 1 and ".onnx" in result.output
    assert not (tmp_path / "face.tflite").exists()
