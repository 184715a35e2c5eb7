"""Every architecture keeps its word about inputs and outputs, survives saving, and trains on either backend."""

import importlib
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from PIL import Image
from skimage import data
from skimage.feature import hog

from fers.domain.emotions import LABELS
from fers.inference.runtimes import open_network
from tests import REPOSITORY
from training.convert import litert
from training.models import mobilenet, svr, two_level_attention

FORMS = {
    "vgg": {},
    "mobilenet": {},
    "affectnet_cnn": {},
    "two_level_attention": {"tasks": "two-stage"},
    "svr": {},
    "fersnet": {},
}
GROWING = ("vgg", "mobilenet", "two_level_attention", "fersnet")
TRAIN_ONE_STEP = """
import importlib, sys
import keras, numpy as np
from training import tasks

assert keras.backend.backend() == "torch"
folder, forms = sys.argv[1], eval(sys.argv[2])
for name, options in forms.items():
    network = importlib.import_module("training.models." + name).build(**options)
    network.compile("sgd", jit_compile=False, **tasks.objectives(network, 1.0))
    faces = np.load(folder + "/faces.npy")
    targets = {o: np.full((len(faces), 8 if o.startswith("emotion") else 2), 0.125) for o in network.output_names}
    network.train_on_batch(faces, targets if len(targets) > 1 else targets["emotion"])
    network.save(f"{folder}/{name}.keras")
    answers = network.predict_on_batch(faces)
    np.save(f"{folder}/{name}.npy", answers["emotion"] if len(targets) > 1 else answers)
"""


def built(name, **options):
    return importlib.import_module(f"training.models.{name}").build(**FORMS[name] | options)


def emotion(network, faces):
    """Step by step: to put a network together for four faces takes longer than they do."""
    answers = network(faces, training=False)
    return np.asarray(answers["emotion"] if isinstance(answers, dict) else answers)


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).random((4, 48, 48, 1), dtype=np.float32)


@pytest.mark.parametrize("name", FORMS)
def test_a_gray_face_becomes_probabilities_that_every_runtime_serves(name, faces, tmp_path):
    network = built(name)
    answers = emotion(network, faces)
    assert answers.shape == (4, len(LABELS))
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)
    network.save(tmp_path / "network.keras")
    served = keras.Model(network.input, network.get_layer("emotion").output)
    (tmp_path / "network.tflite").write_bytes(litert(served))
    for file in ("network.keras", "network.tflite"):
        np.testing.assert_allclose(open_network(tmp_path / file).run(faces), answers, atol=1e-5)


@pytest.mark.parametrize("name", FORMS)
def test_no_light_or_contrast_changes_an_answer(name, faces):
    network = built(name)
    np.testing.assert_allclose(emotion(network, 0.5 * faces + 0.2), emotion(network, faces), atol=2e-3)


@pytest.mark.parametrize("name", GROWING)
def test_training_can_begin_on_smaller_faces(name, faces):
    small = built(name, side=32)
    whole = built(name)
    whole.set_weights(small.get_weights())
    assert emotion(small, faces[:, 8:40, 8:40]).shape == emotion(whole, faces).shape


def test_mobilenet_has_all_thirteen_pairs():
    layers = [type(layer) for layer in mobilenet.build().layers]
    assert (layers.count(keras.layers.DepthwiseConv2D), layers.count(keras.layers.Conv2D)) == (13, 14)


@pytest.mark.parametrize(
    ("tasks", "outputs"),
    [
        ("one", {"emotion"}),
        ("joint", {"emotion", "valence_arousal"}),
        ("two-stage", {"emotion", "valence_arousal", "emotion_first", "valence_arousal_first"}),
    ],
)
def test_two_level_attention_answers_for_its_tasks(tasks, outputs, faces):
    network = two_level_attention.build(tasks=tasks)
    assert set(network.output_names) == outputs
    if tasks != "one":
        point = network.predict_on_batch(faces)["valence_arousal"]
        assert point.shape == (4, 2)
        assert (np.abs(point) <= 1).all()


def test_the_layers_of_a_face_are_weighed_by_how_they_look():
    """The second attention gives weights that sum to 1 over the four stages and differ from face to face."""
    network = two_level_attention.build()
    weights = next(layer for layer in network.layers if isinstance(layer, keras.layers.Softmax)).output
    seen = keras.Model(network.input, weights).predict_on_batch(np.random.default_rng(1).random((5, 48, 48, 1)))
    np.testing.assert_allclose(seen.sum(axis=1), 1, rtol=1e-5)
    assert np.ptp(seen, axis=0).max() > 1e-4


def _portrait():
    picture = Image.fromarray(data.astronaut()[:200, 130:330]).convert("L").resize((48, 48))
    return np.asarray(picture) / 255


@pytest.mark.parametrize(
    "face",
    [
        _portrait(),
        np.random.default_rng(0).random((48, 48)),
        np.repeat([0.0, 1.0], 24)[None].repeat(48, axis=0),
        np.zeros((48, 48)),
    ],
    ids=["portrait", "noise", "edge", "black"],
)
def test_histograms_are_those_of_scikit_image(face):
    network = svr.build()
    histograms = keras.Model(network.input, network.get_layer("features").output)
    block = (svr.BLOCK, svr.BLOCK)
    expected = hog(face.astype("float32"), svr.ORIENTATIONS, (svr.CELL, svr.CELL), block, block_norm="L2-Hys")
    np.testing.assert_allclose(histograms.predict_on_batch(face[None, ..., None])[0], expected, atol=1e-5)


@pytest.mark.slow
def test_what_is_trained_on_torch_is_the_same_on_tensorflow(faces, tmp_path):
    pytest.importorskip("torch", reason="PyTorch is optional: it trains faster on a CPU")
    np.save(tmp_path / "faces.npy", faces)
    subprocess.run(
        [sys.executable, "-c", TRAIN_ONE_STEP, str(tmp_path), repr(FORMS)],
        cwd=REPOSITORY,
        env=os.environ | {"KERAS_BACKEND": "torch"},
        check=True,
        capture_output=True,
    )
    for name in FORMS:
        network = keras.saving.load_model(tmp_path / f"{name}.keras", compile=False, safe_mode=True)
        np.testing.assert_allclose(emotion(network, faces), np.load(tmp_path / f"{name}.npy"), atol=1e-4)
