"""What browsers run: the LiteRT files that are served, for one face at a time."""

import json

import keras
import numpy as np
import pytest

from fers.domain.emotions import LABELS
from fers.errors import ModelRejected
from fers.inference.browser import BrowserNetworks
from fers.inference.classifier import FolderClassifier
from fers.inference.conversion import litert
from fers.inference.model_folder import fingerprint, read_model_folder
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


@pytest.mark.parametrize("content", [b"", b"cut", b"\x1c\0\0\0TFL3" + bytes(100)])
def test_broken_or_exchanged_weights_are_given_to_no_browser_and_hide_no_other_model(write_model, content):
    damaged, described = write_model("damaged"), write_model("described")
    (damaged / "model.tflite").write_bytes(content)  # A copy that broke off; the server refuses it.
    (described / "model.tflite").write_bytes(content)
    description = described / "model.json"
    written = json.loads(description.read_text("utf-8"))
    description.write_text(json.dumps(written | {"sha256": fingerprint(described / "model.tflite")}), "utf-8")
    offered = networks(write_model("sound"))
    assert [info.id for info in offered.models()] == ["sound"]
    assert offered.network(offered.plan("sound")["model"]["file"])


def test_outputs_that_a_browser_cannot_tell_apart_are_read_on_the_server_alone(write_model, tmp_path):
    inputs = keras.Input((SIDE, SIDE, 3))
    flat = keras.layers.Flatten()(inputs)
    first, second = (keras.layers.Dense(8, activation="softmax", name=name)(flat) for name in ("one", "other"))
    file = tmp_path / "model.tflite"
    file.write_bytes(_without_signature(litert(keras.Model(inputs, [first, second]))))
    names = open_network(file).outputs
    folder = write_model(network=file, output={"classes": LABELS, "name": names[1]})
    assert FolderClassifier(read_model_folder(folder)).info.output.name == names[1]
    assert networks(folder).models() == []


def _without_signature(content):
    """As older converters write a network: its outputs are called x:0 and x:1."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(content), 0))
    model.signatureDefs = None
    for number, tensor in enumerate(model.subgraphs[0].outputs):
        model.subgraphs[0].tensors[tensor].name = f"StatefulPartitionedCall:{number}".encode()
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
