"""What browsers run: LiteRT files for one face, made from the model's own weights."""

import numpy as np
import pytest
from skimage import data

from fers.domain.images import FACE_SIDE
from fers.errors import ModelRejected
from fers.inference import browser
from fers.inference.browser import BrowserNetworks, make_ready
from fers.inference.model_folder import read_model_folder
from fers.inference.registry import ModelRegistry
from fers.inference.runtimes import open_network
from tests.inference.networks import SIDE, onnx_file

FACES = np.stack([data.astronaut()[:FACE_SIDE, 100 : 100 + FACE_SIDE], np.zeros((FACE_SIDE, FACE_SIDE, 3), np.uint8)])


def networks(folder):
    return BrowserNetworks(ModelRegistry([folder.parent], folder.name))


def test_a_keras_model_is_converted_for_one_face_at_a_time(write_model, tmp_path):
    folder = write_model()
    assert networks(folder).models() == [], "not before it was made ready"
    make_ready(read_model_folder(folder), FACES)
    [info] = networks(folder).models()
    plan = networks(folder).plan(info.id)
    served = tmp_path / "served.tflite"
    served.write_bytes(networks(folder).network(plan["model"]["file"]))
    assert open_network(served).input_shape == (1, SIDE, SIDE, 3)
    face = np.random.default_rng(0).random((1, SIDE, SIDE, 3), np.float32)
    expected = open_network(folder / "model.keras").run(face)
    np.testing.assert_allclose(open_network(served).run(face), expected, atol=1e-2)


def test_a_conversion_that_answers_differently_is_not_offered(write_model, monkeypatch):
    import keras

    folder = write_model()
    other = keras.models.clone_model(keras.saving.load_model(folder / "model.keras"))
    wrong = browser.litert(other)
    monkeypatch.setattr(browser, "litert", lambda *_, **__: wrong)
    with pytest.raises(ModelRejected, match="answers differently"):
        make_ready(read_model_folder(folder), FACES)
    assert networks(folder).models() == []


@pytest.mark.parametrize("came_along", [b"broken", "another network"])
def test_a_file_for_browsers_that_came_along_is_made_anew(write_model, tiny_network, came_along):
    import keras

    network = keras.saving.load_model(tiny_network)
    folder = write_model()
    if isinstance(came_along, str):
        came_along = browser.litert(keras.models.clone_model(network))
    (folder / "model.tflite").write_bytes(came_along)
    converted = make_ready(read_model_folder(folder), FACES)
    face = np.random.default_rng(0).random((1, SIDE, SIDE, 3), np.float32)
    np.testing.assert_allclose(open_network(converted).run(face), network(face).numpy(), atol=1e-2)


def test_other_kinds_run_on_the_server_alone(write_model, tmp_path):
    weights = np.zeros((SIDE * SIDE * 3, 8), np.float32), np.zeros(8, np.float32)
    file = onnx_file(tmp_path / "dense.onnx", weights)
    folder = write_model("dense", network=file, weights="model.onnx")
    (folder / "model.tflite").write_bytes(b"of another network")
    assert make_ready(read_model_folder(folder), FACES) is None
    assert networks(folder).models() == []
    with pytest.raises(ModelRejected, match="can't run in a browser"):
        networks(folder).plan("dense")


def test_only_what_a_plan_names_is_served(write_model):
    folder = write_model()
    make_ready(read_model_folder(folder), FACES)
    files = {variant["file"] for variant in networks(folder).plan("tiny")["detector"]["variants"]}
    assert all(networks(folder).network(name) for name in files)
    assert networks(folder).network("model.tflite") is None
