"""What browsers run: the LiteRT files that are served, for one face at a time."""

import numpy as np
import pytest

from fers.errors import ModelRejected
from fers.inference.browser import BrowserNetworks
from fers.inference.registry import ModelRegistry
from fers.inference.runtimes import open_network
from tests.inference.networks import SIDE, onnx_file


def networks(folder):
    return BrowserNetworks(ModelRegistry([folder.parent], folder.name))


def test_a_browser_is_given_the_model_for_one_face_at_a_time(write_model, tiny_network, tmp_path):
    folder = write_model()
    [info] = networks(folder).models()
    plan = networks(folder).plan(info.id)
    given = tmp_path / "given.tflite"
    given.write_bytes(networks(folder).network(plan["model"]["file"]))
    assert open_network(given).input_shape == (1, SIDE, SIDE, 3)
    face = np.random.default_rng(0).random((1, SIDE, SIDE, 3), np.float32)
    np.testing.assert_allclose(open_network(given).run(face), open_network(tiny_network).run(face), atol=1e-5)


def test_other_kinds_run_on_the_server_alone(write_model, tmp_path):
    weights = np.zeros((SIDE * SIDE * 3, 8), np.float32), np.zeros(8, np.float32)
    folder = write_model("dense", onnx_file(tmp_path / "dense.onnx", weights))
    (folder / "model.tflite").write_bytes(b"of another network")
    assert networks(folder).models() == []
    with pytest.raises(ModelRejected, match="can't run in a browser"):
        networks(folder).plan("dense")


def test_only_what_a_plan_names_is_served(write_model):
    folder = write_model()
    files = {variant["file"] for variant in networks(folder).plan("tiny")["detector"]["variants"]}
    assert all(networks(folder).network(name) for name in files)
    assert networks(folder).network("model.tflite") is None
