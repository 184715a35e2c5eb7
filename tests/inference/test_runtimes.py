"""The same network gives the same answer whatever runs it, and what can't be run is refused with a sentence."""

import os
import subprocess
import sys
import threading

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf

from fers.domain.emotions import LABELS, Emotion
from fers.errors import ModelRejected
from fers.inference.browser import litert_file
from fers.inference.classifier import FolderClassifier
from fers.inference.draft import read_off
from fers.inference.model_folder import read_model_folder
from fers.inference.registry import ModelRegistry
from fers.inference.runtimes import open_network
from tests.inference.networks import SIDE, onnx_file

INPUT = {"width": SIDE, "height": SIDE, "channels": 3}


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(2).integers(0, 256, (3, 224, 224, 3), np.uint8)


@pytest.fixture(scope="module")
def dense_weights():
    random = np.random.default_rng(3)
    return random.normal(0, 0.05, (SIDE * SIDE * 3, 8)).astype(np.float32), random.normal(size=8).astype(np.float32)


@pytest.fixture(scope="module")
def keras_network(dense_weights):
    inputs = keras.Input((SIDE, SIDE, 3))
    network = keras.Model(inputs, keras.layers.Dense(8, activation="softmax")(keras.layers.Flatten()(inputs)))
    network.layers[-1].set_weights(dense_weights)
    return network


@pytest.fixture(scope="module")
def same_network(keras_network, dense_weights, tmp_path_factory):
    """One network as every kind of weights, by the name under which a folder holds it."""
    folder = tmp_path_factory.mktemp("kinds")
    keras_network.save(folder / "model.keras")
    (folder / "model.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(keras_network).convert())
    onnx_file(folder / "model.onnx", dense_weights)
    return {path.name: path for path in folder.iterdir()}


@pytest.fixture
def load(write_model):
    def load(network, model_id="tiny", **changes):
        description = {"input": INPUT} | changes
        return FolderClassifier(read_model_folder(write_model(model_id, network, network.name, **description)))

    return load


KINDS = ["model.keras", "model.tflite", "model.onnx"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_runtime_gives_the_networks_own_answer(load, same_network, keras_network, faces, kind):
    answers = load(same_network[kind]).predict(faces)
    small = np.stack([_small(face) for face in faces]) / np.float32(255)
    np.testing.assert_allclose(answers, keras_network(small).numpy(), atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_many_threads_get_the_answers_of_one(load, same_network, faces, kind):
    classifier = load(same_network[kind])
    alone = [classifier.predict(faces[: 1 + n % 3]) for n in range(12)]
    together = [None] * 12

    def ask(n):
        together[n] = classifier.predict(faces[: 1 + n % 3])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_broken_weights_of_every_kind_are_refused(load, same_network, tmp_path, kind):
    broken = tmp_path / kind
    content = same_network[kind].read_bytes()
    broken.write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelRejected, match="can't be loaded"):
        load(broken)


def test_a_network_for_one_face_at_a_time_answers_for_several(load, dense_weights, same_network, faces, tmp_path):
    one_at_a_time = onnx_file(tmp_path / "model.onnx", dense_weights, batch=1)
    several = load(same_network["model.onnx"], "several").predict(faces)
    np.testing.assert_allclose(load(one_at_a_time, "single").predict(faces), several, atol=1e-6)


def test_logits_are_turned_into_probabilities(load, dense_weights, same_network, faces, tmp_path):
    logits = onnx_file(tmp_path / "model.onnx", dense_weights, last="Identity")
    answers = load(logits, "logits", output={"classes": LABELS, "kind": "logits"}).predict(faces)
    np.testing.assert_allclose(answers, load(same_network["model.onnx"], "probabilities").predict(faces), atol=1e-5)
    with pytest.raises(ModelRejected, match="not probabilities"):
        load(logits, "undescribed")


def test_temperature_softens_without_changing_the_order(load, same_network, faces):
    plain = load(same_network["model.onnx"], "plain").predict(faces)
    soft = load(same_network["model.onnx"], "soft", output={"classes": LABELS, "temperature": 3.0}).predict(faces)
    np.testing.assert_allclose(soft.sum(axis=1), 1, atol=1e-5)
    assert (soft.argsort() == plain.argsort()).all() and (soft.max(axis=1) < plain.max(axis=1)).all()


def test_a_model_that_flips_answers_alike_for_mirror_images(load, same_network, faces):
    flipping = load(same_network["model.onnx"], output={"classes": LABELS, "flip": True})
    np.testing.assert_allclose(flipping.predict(faces), flipping.predict(faces[:, :, ::-1]), atol=1e-5)


def test_other_classes_are_dropped_and_missing_contempt_is_never_seen(load, same_network, faces):
    names = ["angry", "disgusted", "fearful", "happiness", "neutral", "sadness", "surprised", "unknown"]
    answers = load(same_network["model.onnx"], output={"classes": names}).predict(faces)
    own = load(same_network["model.onnx"], "own").predict(faces)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert (answers[:, Emotion.CONTEMPT] == 0).all()
    np.testing.assert_allclose(answers[:, Emotion.HAPPY], own[:, 3] / own[:, :7].sum(axis=1), atol=1e-5)


def test_channels_first_bgr_and_standardised_inputs_are_prepared(load, dense_weights, faces, tmp_path):
    kernel, bias = dense_weights
    mean, std = np.float32([0.4, 0.5, 0.6]), np.float32([0.2, 0.25, 0.3])
    # The same function of a face, from what other libraries feed: BGR planes, standardised.
    planes = kernel.reshape(SIDE, SIDE, 3, 8)[:, :, ::-1] * std[:, None]
    planes_first = planes.transpose(2, 0, 1, 3).reshape(-1, 8)
    shifted = bias + (kernel.reshape(SIDE, SIDE, 3, 8)[:, :, ::-1] * mean[:, None]).sum(axis=(0, 1, 2))
    path = onnx_file(tmp_path / "model.onnx", (planes_first, shifted.astype(np.float32)))
    network = onnx.load(path)
    for dimension, size in zip(network.graph.input[0].type.tensor_type.shape.dim[1:], (3, SIDE, SIDE), strict=True):
        dimension.dim_value = size
    onnx.save(network, path)
    spec = INPUT | {"layout": "NCHW", "order": "BGR", "mean": mean.tolist(), "std": std.tolist()}
    plain = load(onnx_file(tmp_path / "plain.onnx", dense_weights), "plain").predict(faces)
    np.testing.assert_allclose(load(path, "planes", input=spec).predict(faces), plain, atol=1e-4)


def test_the_output_called_emotion_is_read(load, tmp_path, faces):
    inputs = keras.Input((SIDE, SIDE, 3))
    flat = keras.layers.Flatten()(inputs)
    emotion = keras.layers.Dense(8, activation="softmax", name="emotion")(flat)
    other = keras.layers.Dense(2, name="valence_arousal")(flat)
    keras.Model(inputs, {"valence_arousal": other, "emotion": emotion}).save(tmp_path / "model.keras")
    answers = load(tmp_path / "model.keras").predict(faces)
    small = np.stack([_small(face) for face in faces]) / np.float32(255)
    np.testing.assert_allclose(answers, keras.Model(inputs, emotion)(small).numpy(), atol=1e-5)


def test_outputs_that_cannot_be_told_apart_are_told_apart_by_name(load, tmp_path, faces):
    inputs = keras.Input((SIDE, SIDE, 3))
    flat = keras.layers.Flatten()(inputs)
    outputs = [keras.layers.Dense(8, activation="softmax", name=name)(flat) for name in ("one", "two")]
    keras.Model(inputs, outputs).save(tmp_path / "model.keras")
    with pytest.raises(ModelRejected, match="Name it with --output"):
        load(tmp_path / "model.keras", "unsaid")
    two = load(tmp_path / "model.keras", "said", output={"classes": LABELS, "name": "two"}).predict(faces)
    small = np.stack([_small(face) for face in faces]) / np.float32(255)
    np.testing.assert_allclose(two, keras.Model(inputs, outputs[1])(small).numpy(), atol=1e-5)
    with pytest.raises(ModelRejected, match="no output called three. It has one and two"):
        load(tmp_path / "model.keras", "missaid", output={"classes": LABELS, "name": "three"})


@pytest.mark.parametrize("shape", [(0, 8, 1, 1), (0, 1, 1, 8)], ids=str)
def test_a_map_of_one_place_is_a_row(load, dense_weights, faces, tmp_path, shape):
    path = onnx_file(tmp_path / "model.onnx", dense_weights)
    plain = load(path, "plain").predict(faces)
    network = onnx.load(path)
    reshaped = onnx.helper.make_node("Reshape", ["answer", "shape"], ["map"])
    network.graph.node.append(reshaped)
    network.graph.initializer.append(onnx.numpy_helper.from_array(np.array(shape), "shape"))
    del network.graph.output[0]
    network.graph.output.append(onnx.helper.make_tensor_value_info("map", onnx.TensorProto.FLOAT, ["n", *shape[1:]]))
    onnx.save(network, path)
    np.testing.assert_array_equal(load(path, "map").predict(faces), plain)


def test_an_output_that_holds_no_classes_does_not_hide_the_one_that_does(load, dense_weights, faces, tmp_path):
    """Such as the number of the likeliest class, which many exporters add."""
    path = onnx_file(tmp_path / "model.onnx", dense_weights)
    plain = load(path, "plain").predict(faces)
    network = onnx.load(path)
    network.graph.node.append(onnx.helper.make_node("ArgMax", ["answer"], ["label"], axis=1, keepdims=0))
    network.graph.output.insert(0, onnx.helper.make_tensor_value_info("label", onnx.TensorProto.INT64, ["n"]))
    onnx.save(network, path)
    unsaid = dict.fromkeys(("output", "mean", "std", "id", "model_version", "name", "licence", "data"), "")
    said = {"classes": list(LABELS), "kind": "", "range": [0, 1], "order": "RGB", "crop_scale": 1.2}
    described = read_off(path).description(path, unsaid | said)["output"]
    assert described == {"name": "answer", "classes": list(LABELS), "kind": "probabilities"}
    np.testing.assert_array_equal(load(path, "named", output=described).predict(faces), plain)


def test_an_output_can_be_named_whose_name_ends_anothers(dense_weights, tmp_path):
    network = onnx.load(onnx_file(tmp_path / "model.onnx", dense_weights))
    network.graph.node.append(onnx.helper.make_node("Identity", ["answer"], ["aux/answer"]))
    network.graph.output.insert(0, onnx.helper.make_tensor_value_info("aux/answer", onnx.TensorProto.FLOAT, ["n", 8]))
    onnx.save(network, tmp_path / "model.onnx")
    draft = read_off(tmp_path / "model.onnx")
    for name in ("answer", "aux/answer"):
        assert draft.output(name, list(LABELS)).name == name


def test_a_model_is_another_when_another_output_is_read(load, tmp_path):
    inputs = keras.Input((SIDE, SIDE, 3))
    flat = keras.layers.Flatten()(inputs)
    keras.Model(inputs, [keras.layers.Dense(8, "softmax", name=name)(flat) for name in ("one", "two")]).save(
        tmp_path / "model.keras"
    )
    one, two = (load(tmp_path / "model.keras", f"m{n}", output={"classes": LABELS, "name": n}) for n in ("one", "two"))
    assert one.info.fingerprint != two.info.fingerprint


def test_onnx_weights_in_other_files_are_refused(load, dense_weights, tmp_path):
    path = onnx_file(tmp_path / "model.onnx", dense_weights)
    network = onnx.load(path)
    onnx.save(network, path, save_as_external_data=True, location="weights.bin")
    with pytest.raises(ModelRejected, match="keeps its weights in other files"):
        load(path)


def _reading(path, onnx_type):
    """The network of an ONNX file, made to read another type of numbers."""
    network = onnx.load(path)
    network.graph.input[0].type.tensor_type.elem_type = onnx_type
    network.graph.node[0].CopyFrom(onnx.helper.make_node("Cast", ["face"], ["felt"], to=onnx.TensorProto.FLOAT))
    onnx.save(network, path)
    return path


@pytest.mark.parametrize(
    ("onnx_type", "fed", "tolerance"), [("UINT8", 255, 0), ("INT32", 255, 0), ("FLOAT16", 1, 1e-2), ("DOUBLE", 1, 1e-5)]
)
def test_inputs_of_other_types_are_cast(load, dense_weights, faces, tmp_path, onnx_type, fed, tolerance):
    kernel, bias = dense_weights
    path = onnx_file(tmp_path / "model.onnx", (kernel / fed, bias))
    plain = load(path, "plain", input=INPUT | {"range": [0, fed]}).predict(faces)
    other = _reading(path, getattr(onnx.TensorProto, onnx_type))
    cast = load(other, "cast", input=INPUT | {"range": [0, fed]}).predict(faces)
    np.testing.assert_allclose(cast, plain, atol=tolerance + 1e-6)


@pytest.mark.parametrize(
    ("onnx_type", "fed"),
    [
        ("UINT8", {"range": [0, 1]}),
        ("INT64", {"range": [-1, 1]}),
        ("UINT8", {"range": [-128, 127]}),
        ("INT8", {"range": [0, 255]}),
        ("UINT8", {"range": [0, 255], "mean": [123.7, 116.8, 103.9], "std": [58.4, 57.1, 57.4]}),
    ],
)
def test_whole_numbers_that_would_hold_next_to_nothing_of_a_face_are_refused(
    load, dense_weights, tmp_path, onnx_type, fed
):
    file = _reading(onnx_file(tmp_path / "model.onnx", dense_weights), getattr(onnx.TensorProto, onnx_type))
    with pytest.raises(ModelRejected, match="next to nothing of a face") as refused:
        load(file, input=INPUT | fed)
    assert refused.value.code == "model.other-values"


def quantised(network, faces, inputs, outputs):
    """`network` of Keras as a LiteRT file of whole numbers, calibrated on `faces` as it reads them."""
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([face[None]] for face in faces)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type, converter.inference_output_type = inputs, outputs
    return converter.convert()


@pytest.mark.filterwarnings("ignore:Statistics for quantized inputs")
@pytest.mark.parametrize(
    ("inputs", "outputs"), [(tf.float32, tf.uint8), (tf.uint8, tf.uint8), (tf.int8, tf.int8), (tf.int8, tf.float32)]
)
def test_quantised_networks_are_fed_and_read_by_their_scale_and_zero_point(
    load, keras_network, faces, tmp_path, inputs, outputs
):
    small = np.stack([_small(face) for face in faces]) / np.float32(255)
    (tmp_path / "model.tflite").write_bytes(quantised(keras_network, small, inputs, outputs))
    answers = load(tmp_path / "model.tflite").predict(faces)
    np.testing.assert_allclose(answers, keras_network(small).numpy(), atol=0.05)
    if inputs is not tf.float32:
        with pytest.raises(ModelRejected, match="reads values from 0 to 0.6"):
            load(tmp_path / "model.tflite", "other", input=INPUT | {"range": [0, 255]})


@pytest.mark.filterwarnings("ignore")
def test_recurrent_layers_go_on_from_nobody_elses_face(write_model, tmp_path):
    """LiteRT keeps the states of an LSTM that is one operation from one answer to the next."""
    tf_keras = pytest.importorskip("tf_keras")
    inputs = tf_keras.Input((SIDE, SIDE, 3), batch_size=1)
    read = tf_keras.layers.LSTM(8)(tf_keras.layers.Reshape((SIDE, SIDE * 3))(inputs))
    network = tf_keras.Model(inputs, tf_keras.layers.Dense(8, activation="softmax")(read))
    shape = tf.TensorSpec((1, SIDE, SIDE, 3), tf.float32, "face")
    function = tf.function(lambda face: network(face)).get_concrete_function(shape)
    file = tmp_path / "network.tflite"
    file.write_bytes(tf.lite.TFLiteConverter.from_concrete_functions([function], network).convert())
    opened, face = open_network(file), np.ones((1, SIDE, SIDE, 3), np.float32)
    first = opened.run(face)
    opened.run(-face)
    np.testing.assert_array_equal(opened.run(face), first)
    folder = write_model("recurrent", file)
    assert litert_file(read_model_folder(folder)) is None  # A browser can't make it forget.


@pytest.mark.parametrize("kind", [onnx.TensorProto.BOOL, onnx.TensorProto.STRING, onnx.TensorProto.BFLOAT16])
def test_an_input_that_is_no_number_is_named(tmp_path, kind):
    nodes = [
        onnx.helper.make_node("Cast", ["face"], ["numbers"], to=onnx.TensorProto.FLOAT),
        onnx.helper.make_node("GlobalAveragePool", ["numbers"], ["answer"]),
    ]
    sides = [onnx.helper.make_tensor_value_info(name, of, [1, 3, SIDE, SIDE]) for name, of in [("face", kind)]]
    answer = onnx.helper.make_tensor_value_info("answer", onnx.TensorProto.FLOAT, None)
    graph = onnx.helper.make_graph(nodes, "odd", sides, [answer])
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), tmp_path / "odd.onnx")
    with pytest.raises(ModelRejected, match="where FERS feeds numbers"):
        open_network(tmp_path / "odd.onnx")


def test_a_network_of_several_inputs_is_refused(load, tmp_path):
    one, other = keras.Input((SIDE, SIDE, 3), name="face"), keras.Input((5,), name="landmarks")
    flat = keras.layers.Concatenate()([keras.layers.Flatten()(one), other])
    keras.Model([one, other], keras.layers.Dense(8, "softmax")(flat)).save(tmp_path / "model.keras")
    with pytest.raises(ModelRejected, match=r"has several inputs: face and landmarks"):
        load(tmp_path / "model.keras")


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (
            lambda model: setattr(model.opset_import[0], "version", 99),
            "opset 99, and this ONNX Runtime knows none after",
        ),
        (lambda model: setattr(model, "ir_version", 99), "version 99 of ONNX's format"),
        (lambda model: setattr(model.graph.node[0], "op_type", "Mystery"), "the operation Mystery"),
    ],
)
def test_onnx_files_that_cannot_be_run_are_refused_by_their_cause(load, dense_weights, tmp_path, change, cause):
    path = onnx_file(tmp_path / "model.onnx", dense_weights)
    network = onnx.load(path)
    change(network)
    onnx.save(network, path)
    with pytest.raises(ModelRejected, match=cause):
        load(path)


def test_numbers_that_onnx_runtime_computes_nothing_with_are_named(dense_weights, tmp_path):
    """Such as those of a whole network in double precision, as `network.double()` leaves them."""
    nodes = [
        onnx.helper.make_node("Conv", ["face", "kernel"], ["map"]),
        onnx.helper.make_node("GlobalAveragePool", ["map"], ["answer"]),
    ]
    sides = {"face": [1, 3, SIDE, SIDE], "answer": [1, 8, 1, 1]}
    [face, answer] = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, shape) for name, shape in sides.items()
    ]
    kernel = onnx.numpy_helper.from_array(np.zeros((8, 3, 5, 5)), "kernel")
    graph = onnx.helper.make_graph(nodes, "double", [face], [answer], [kernel])
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), tmp_path / "double.onnx")
    with pytest.raises(ModelRejected, match="the operation Conv with numbers of a kind") as refusal:
        open_network(tmp_path / "double.onnx")
    assert "float32" in refusal.value.next


def test_a_network_that_reads_nothing_is_refused(tmp_path):
    answer = onnx.helper.make_tensor_value_info("answer", onnx.TensorProto.FLOAT, [1, 8])
    always = onnx.numpy_helper.from_array(np.zeros((1, 8), np.float32), "always")
    node = onnx.helper.make_node("Identity", ["always"], ["answer"])
    graph = onnx.helper.make_graph([node], "nothing", [], [answer], [always])
    opset = [onnx.helper.make_opsetid("", 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=9), tmp_path / "nothing.onnx")
    with pytest.raises(ModelRejected, match="has no inputs"):
        open_network(tmp_path / "nothing.onnx")


def test_a_network_that_standardises_each_picture_by_itself_is_run(load, faces, tmp_path):
    """As x.std() does in PyTorch: of a picture in one gray that is 0, and the answer no number."""
    inputs = keras.Input((SIDE, SIDE, 3))
    ops = keras.ops
    centred = inputs - ops.mean(inputs, (1, 2, 3), keepdims=True)
    standard = centred / ops.sqrt(ops.mean(centred * centred, (1, 2, 3), keepdims=True))
    network = keras.Model(inputs, keras.layers.Dense(8, "softmax")(keras.layers.Flatten()(standard)))
    network.save(tmp_path / "model.keras")
    small = np.stack([_small(face) for face in faces]) / np.float32(255)
    np.testing.assert_allclose(load(tmp_path / "model.keras").predict(faces), network(small).numpy(), atol=1e-5)


def test_a_network_for_eight_faces_at_a_time_is_refused(load, dense_weights, tmp_path):
    with pytest.raises(ModelRejected, match="reads exactly 8 faces at a time"):
        load(onnx_file(tmp_path / "model.onnx", dense_weights, batch=8))


def test_a_network_that_answers_for_one_face_alone_is_told_to_say_so(dense_weights, tmp_path):
    """Whose shapes were written down while it was tried on one face."""
    network = onnx.load(onnx_file(tmp_path / "one.onnx", dense_weights))
    flatten = network.graph.node[1]
    flatten.op_type = "Reshape"
    flatten.input.append("one row")
    network.graph.initializer.append(onnx.numpy_helper.from_array(np.array([1, SIDE * SIDE * 3]), "one row"))
    onnx.save(network, tmp_path / "one.onnx")
    with pytest.raises(ModelRejected, match="answers only for one at a time. Export it for a batch of 1"):
        read_off(tmp_path / "one.onnx")


def test_saved_models_are_served_as_what_they_were_converted_to_only(load, keras_network, tmp_path):
    keras_network.export(tmp_path / "saved", format="tf_saved_model", verbose=False)
    with pytest.raises(ModelRejected, match="can't be served as it is. Register the model again"):
        load(tmp_path / "saved")


@pytest.mark.parametrize("weights", ["saved", "model.keras"])
def test_what_an_older_fers_served_as_it_is_is_left_out_with_the_remedy(write_model, keras_network, tmp_path, weights):
    if weights == "saved":
        keras_network.export(tmp_path / "exported", format="tf_saved_model", verbose=False)
    else:
        keras_network.save(tmp_path / "network.keras")
    made = tmp_path / ("exported" if weights == "saved" else "network.keras")
    folder = write_model("old", made, weights, input=INPUT)
    registry = ModelRegistry([folder.parent], "old")
    [(name, refusal)] = registry.refused().items()
    assert name == "old"
    assert f"{weights} can't be served as it is. Register the model again" in str(refusal)
    for asked in ("old", str(folder)):
        with pytest.raises(ModelRejected, match="can't be served as it is"):
            registry.classifier(asked)


def test_a_network_of_very_many_outputs_is_no_classifier(tmp_path):
    kernel = np.zeros((SIDE * SIDE * 3, 1001), np.float32)
    features = onnx_file(tmp_path / "features.onnx", (kernel, np.zeros(1001, np.float32)))
    with pytest.raises(ModelRejected, match="gives 1,001 numbers for each face"):
        read_off(features)


def test_other_kinds_of_files_are_refused(load, tmp_path):
    (tmp_path / "model.pkl").write_bytes(b"cos\nsystem\n(S'true'\ntR.")
    with pytest.raises(ModelRejected, match="can't be served as it is"):
        load(tmp_path / "model.pkl")


@pytest.mark.parametrize("kind", ["model.tflite", "model.onnx"])
def test_tensorflow_is_not_imported_to_serve(write_model, same_network, kind):
    folder = write_model("tiny", same_network[kind], kind, input=INPUT)
    program = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from fers.inference.registry import ModelRegistry\n"
        f"registry = ModelRegistry([Path({str(folder.parent)!r})], 'tiny')\n"
        "registry.classifier().predict(np.zeros((1, 224, 224, 3), np.uint8))\n"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_tensorflow_says_nothing_of_its_own_in_the_terminal(write_model, same_network):
    folder = write_model("tiny", same_network["model.keras"], input=INPUT)
    program = (
        "import sys, numpy as np; from pathlib import Path\n"
        "from fers.inference.classifier import FolderClassifier\n"
        "from fers.inference.model_folder import read_model_folder\n"
        "print('ours', file=sys.stderr)\n"
        f"classifier = FolderClassifier(read_model_folder(Path({str(folder)!r})))\n"
        "classifier.predict(np.zeros((1, 224, 224, 3), np.uint8))\n"
        "print('ours, too', file=sys.stderr)"
    )
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    assert (told.returncode, told.stderr.splitlines()) == (0, ["ours", "ours, too"])


def _small(face):
    from PIL import Image

    return np.asarray(Image.fromarray(face).resize((SIDE, SIDE), Image.Resampling.LANCZOS))
