"""Model files as other libraries write them become files that FERS serves, or are refused by their true cause."""

import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
from keras.src.applications import convnext

from fers.errors import ModelRejected
from fers.inference import conversion
from fers.inference.adding import describes_itself, weights_at
from fers.inference.foreign import keras_files, normal_form, saved_models
from fers.inference.foreign.onnx_files import Lacking
from fers.inference.runtimes import open_network, pick_output
from fers.inference.unpacking import unpacked
from tests.inference.networks import SIDE, onnx_file

# Of h5py, as Keras writes HDF5 with it.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def made(tmp_path):
    """Where normal forms are put."""
    (tmp_path / "made").mkdir()
    return tmp_path / "made"


@pytest.fixture(scope="module")
def batch():
    return np.random.default_rng(4).random((3, SIDE, SIDE, 3), np.float32)


def layers(library):
    """Of Keras or tf_keras: a network with a layer whose description Keras 3 changed."""
    library.utils.set_random_seed(6)
    return library.Sequential(
        [
            library.layers.InputLayer((SIDE, SIDE, 3)),
            library.layers.SeparableConv2D(4, 3, strides=4),
            library.layers.GlobalAveragePooling2D(),
            library.layers.Dense(7, activation="softmax"),
        ]
    )


@pytest.mark.parametrize("name", ["network.keras", "network.h5", "NETWORK.H5", "network.hdf5", "h5-inside.keras"])
def test_files_of_keras_3_are_converted(made, tmp_path, batch, name):
    network = layers(keras)
    saved = tmp_path / ("saved.keras" if name == "network.keras" else "saved.h5")
    network.save(saved)
    normal = normal_form(saved.rename(tmp_path / name), made)
    assert (normal.weights.name, normal.parameters) == ("model.tflite", network.count_params())
    np.testing.assert_allclose(open_network(normal.weights).run(batch), network(batch).numpy(), atol=1e-5)


def test_a_keras_file_that_was_unpacked_or_renamed_is_one_again(tmp_path):
    layers(keras).save(tmp_path / "net.keras")
    shutil.unpack_archive(tmp_path / "net.keras", tmp_path / "open", "zip")
    shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "open")
    (tmp_path / "net.keras").rename(tmp_path / "net.zip")
    for path in ("open", "packed.zip", "net.zip"):
        with unpacked(tmp_path / path) as given:
            file = weights_at(given)
            assert file.name in ("open.keras", "net.zip")
            keras_files.normal_form(file, tmp_path)


def test_a_network_and_weights_apart_are_told_from_a_model_folder(tmp_path):
    network = layers(keras)
    (tmp_path / "model.json").write_text(network.to_json())
    network.save_weights(tmp_path / "model.weights.h5")
    assert not describes_itself(tmp_path)
    with pytest.raises(ModelRejected, match=r"holds weights alone.*network.load_weights\('model.weights.h5'\)"):
        normal_form(weights_at(tmp_path), tmp_path)


@pytest.mark.parametrize("outputs", ["one", "several", "named"])
def test_outputs_keep_their_names_and_what_they_say(made, tmp_path, batch, outputs):
    inputs = keras.Input((SIDE, SIDE, 3), name="face")
    flat = keras.layers.Flatten()(inputs)
    spoken = [keras.layers.Dense(size, name=name)(flat) for name, size in (("valence", 2), ("emotion", 8))]
    network = keras.Model(inputs, spoken[1:] if outputs == "one" else spoken)
    if outputs == "named":
        network = keras.Model({"face": inputs}, {"valence": spoken[0], "emotion": spoken[1]})
    network.save(tmp_path / "network.keras")
    served = open_network(normal_form(tmp_path / "network.keras", made).weights)
    assert outputs == "one" or set(served.outputs) == {"valence", "emotion"}
    index = pick_output(served.outputs, "model.tflite")
    expected = keras.Model(inputs, spoken[1])(batch).numpy()
    np.testing.assert_allclose(served.run(batch, index), expected, atol=1e-5)


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_what_litert_lacks_is_put_in_other_words(made, tmp_path, batch, suffix):
    layer = keras.layers
    keras.utils.set_random_seed(6)
    parts = [
        keras.Input((SIDE, SIDE, 3)),
        # While it learns, they change the pictures, by operations that LiteRT lacks.
        *(layer.RandomFlip(), layer.RandomRotation(0.2), layer.RandomContrast(0.3), layer.GaussianNoise(1.0)),
        layer.Conv2D(4, 4, strides=4, dtype="mixed_float16"),
        layer.Conv2D(4, 1, dtype="mixed_bfloat16"),
        *([convnext.LayerScale(0.5, 4)] if suffix == ".keras" else []),  # Keras reads no .h5 with it.
        layer.Reshape((8, 32)),
        layer.Bidirectional(layer.LSTM(4, return_sequences=True)),
        layer.GRU(4),
        layer.Dense(7, activation="softmax", dtype="float32"),
    ]
    network = keras.Sequential(parts)
    network.save(tmp_path / f"network{suffix}")
    served = open_network(normal_form(tmp_path / f"network{suffix}", made).weights)
    np.testing.assert_allclose(served.run(batch), network(batch, training=False).numpy(), atol=0.005)


def test_a_keras_network_that_litert_lacks_operations_for_is_refused_with_a_remedy(made, tmp_path):
    inputs = keras.Input((SIDE, SIDE, 3))
    keras.Model(inputs, keras.ops.arcsin(keras.layers.Flatten()(inputs))[:, :8]).save(tmp_path / "network.keras")
    with pytest.raises(ModelRejected, match="network.keras can't be converted to LiteRT.*tf.Asin") as refusal:
        normal_form(tmp_path / "network.keras", made)
    assert "Export the network to ONNX" in refusal.value.next


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_an_input_is_called_as_its_maker_likes(made, tmp_path, batch, suffix):
    face = keras.Input((SIDE, SIDE, 3), name="das Gesicht (表情)")
    network = keras.Model(face, layers(keras)(face))
    network.save(tmp_path / f"network{suffix}")
    served = open_network(normal_form(tmp_path / f"network{suffix}", made).weights)
    np.testing.assert_allclose(served.run(batch), network(batch).numpy(), atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_an_input_of_keras_2_is_called_as_its_maker_likes(made, tmp_path, batch):
    import tf_keras

    face = tf_keras.Input((SIDE, SIDE, 3), name="das Gesicht (表情)")
    network = tf_keras.Model(face, layers(tf_keras)(face))
    network.save(tmp_path / "network.keras")
    served = open_network(normal_form(tmp_path / "network.keras", made).weights)
    np.testing.assert_allclose(served.run(batch), network(batch).numpy(), atol=1e-5)


def test_no_operation_is_blamed_where_none_is_lacking(made, tmp_path):
    """TensorFlow takes no such name for a layer, and says so by the names of its classes."""
    inputs = keras.Input((SIDE, SIDE, 3))
    keras.Model(inputs, keras.layers.Dense(8)(keras.layers.Flatten(name="so flat")(inputs))).save(tmp_path / "a.keras")
    with pytest.raises(ModelRejected) as refusal:
        normal_form(tmp_path / "a.keras", made)
    assert refusal.value.code == "convert.fails"


def test_a_network_that_training_drove_to_infinity_is_told_to_be_that(made, tmp_path):
    network = layers(keras)
    network.layers[-1].bias.assign([np.nan] * 7)
    network.save(tmp_path / "network.keras")
    with pytest.raises(ModelRejected, match="numbers that are not finite"):
        normal_form(tmp_path / "network.keras", made)


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
def test_a_network_that_was_never_shown_a_face_is_told_to_be_that(made, tmp_path):
    keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(7)]).save(tmp_path / "network.keras")
    with pytest.raises(ModelRejected, match="has no inputs"):
        normal_form(tmp_path / "network.keras", made)


def test_a_conversion_that_answers_differently_is_refused(made, tiny_network, monkeypatch):
    other = conversion.litert(keras.models.clone_model(keras.saving.load_model(tiny_network)))
    monkeypatch.setattr(saved_models, "litert", lambda _: other)
    with pytest.raises(ModelRejected, match="answers differently"):
        normal_form(tiny_network, made)


@pytest.fixture(scope="module")
def of_keras_2(tmp_path_factory):
    """A network of Keras 2 and the folder it is saved in, as network.h5 and network.keras."""
    import tf_keras

    folder, network = tmp_path_factory.mktemp("keras2"), layers(tf_keras)
    network.save(folder / "network.keras")
    network.save(folder / "network.h5", save_format="h5")
    return network, folder


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["network.keras", "network.h5"])
def test_files_that_keras_2_alone_reads_are_converted(made, of_keras_2, batch, name):
    network, folder = of_keras_2
    normal = normal_form(folder / name, made)
    assert (normal.weights.name, normal.parameters) == ("model.tflite", network.count_params())
    weights = normal.weights
    np.testing.assert_allclose(open_network(weights).run(batch), network(batch).numpy(), atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_a_network_of_keras_2_that_alters_faces_in_training_leaves_them_be(made, tmp_path, batch):
    import tf_keras

    altering = tf_keras.Sequential([tf_keras.layers.RandomFlip(), tf_keras.layers.RandomBrightness(0.2)])
    face = tf_keras.Input((SIDE, SIDE, 3))
    network = tf_keras.Model(face, layers(tf_keras)(altering(face)))
    network.save(tmp_path / "network.keras")
    weights = normal_form(tmp_path / "network.keras", made).weights
    np.testing.assert_allclose(open_network(weights).run(batch), network(batch, training=False).numpy(), atol=1e-5)


@pytest.mark.filterwarnings("ignore")
def test_a_network_of_keras_2_that_wants_two_inputs_is_refused(made, tmp_path):
    import tf_keras

    faces = [tf_keras.Input((SIDE, SIDE, 3)), tf_keras.Input((SIDE, SIDE, 3))]
    tf_keras.Model(faces, layers(tf_keras)(tf_keras.layers.Add()(faces))).save(tmp_path / "network.keras")
    with pytest.raises(ModelRejected, match="input"):
        normal_form(tmp_path / "network.keras", made)


@pytest.mark.filterwarnings("ignore")
def test_without_keras_2_the_lines_that_convert_are_told(made, of_keras_2, monkeypatch, tmp_path):
    monkeypatch.setattr(keras_files, "find_spec", lambda name: None)
    with pytest.raises(ModelRejected, match="saved by Keras 2") as refusal:
        normal_form(of_keras_2[1] / "network.h5", made)
    assert "pip install tf_keras" in str(refusal.value)
    line = refusal.value.next.partition('-c "')[2].partition('"')[0]
    shutil.copy(of_keras_2[1] / "network.h5", tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(line)  # It does what it says.
    assert normal_form(tmp_path / "network", made).weights.name == "model.tflite"


@keras.saving.register_keras_serializable(package="Mine")
class Attention(keras.layers.Layer):
    def call(self, features):
        return features * 2


@keras.saving.register_keras_serializable(package="Mine")
def squash(features):
    return features / 2


CODE = {
    "Lambda": (lambda: keras.layers.Lambda(lambda x: x * 2, name="doubling"), r"holds a Lambda layer \(doubling\)"),
    "custom layer": (Attention, "holds Attention, which is not part of Keras"),
    "custom function": (lambda: keras.layers.Activation(squash), "holds Mine>squash|holds squash"),
}


@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("what", CODE)
def test_what_needs_code_of_its_own_is_refused_by_name(made, tmp_path, what, suffix):
    make, cause = CODE[what]
    inputs = keras.Input((SIDE, SIDE, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(make()(inputs))
    keras.Model(inputs, keras.layers.Dense(8)(pooled)).save(tmp_path / f"network{suffix}")
    with pytest.raises(ModelRejected, match=cause):
        normal_form(tmp_path / f"network{suffix}", made)


def test_weights_without_a_network_are_told_to_be_that(made, tmp_path):
    layers(keras).save_weights(tmp_path / "some.weights.h5")
    with pytest.raises(ModelRejected, match="holds weights alone"):
        normal_form(tmp_path / "some.weights.h5", made)


@pytest.mark.parametrize("how", ["link", "external storage"])
def test_keras_files_that_take_weights_from_other_files_are_refused(made, tmp_path, how):
    """Raw bytes of any file the server can read would become weights, and so answers."""
    secret = tmp_path / "fers.db"
    secret.write_bytes(bytes(4 * 8))
    layers(keras).save(tmp_path / "network.keras")
    with zipfile.ZipFile(tmp_path / "network.keras") as archive:
        archive.extractall(tmp_path / "inside")
    with h5py.File(tmp_path / "inside" / "model.weights.h5", "a") as file:
        kernel = next(group for group in file["layers"].values() if len(group.get("vars", ())))["vars"]
        del kernel["1"]
        if how == "link":
            kernel["1"] = h5py.ExternalLink(str(secret), "/")
        else:
            kernel.create_dataset("1", (8,), "f4", external=[(str(secret), 0, 32)])
    with zipfile.ZipFile(tmp_path / "network.keras", "w") as archive:
        for file in (tmp_path / "inside").iterdir():
            archive.write(file, file.name)
    with pytest.raises(ModelRejected, match="takes weights from other files"):
        normal_form(tmp_path / "network.keras", made)


@pytest.fixture
def in_two(tmp_path):
    """An ONNX file and the file beside it that holds its weights, as PyTorch writes them."""
    weights = np.random.default_rng(3).normal(0, 0.05, (SIDE * SIDE * 3, 8)).astype(np.float32)
    whole = onnx_file(tmp_path / "whole.onnx", (weights, np.zeros(8, np.float32)))
    (tmp_path / "two").mkdir()
    options = {"save_as_external_data": True, "location": "network.onnx.data", "size_threshold": 0}
    onnx.save(onnx.load(whole), tmp_path / "two" / "network.onnx", **options)
    return whole, tmp_path / "two" / "network.onnx"


@pytest.mark.parametrize("name", ["network", "network.tflite"])
def test_onnx_is_told_by_its_content(made, in_two, tmp_path, batch, name):
    shutil.copy(in_two[0], tmp_path / name)
    weights = normal_form(tmp_path / name, made).weights
    np.testing.assert_array_equal(open_network(weights).run(batch), open_network(in_two[0]).run(batch))


def test_onnx_weights_beside_the_file_are_taken_into_it(made, in_two, batch):
    whole, two = in_two
    weights = normal_form(two, made).weights
    assert [file.name for file in made.iterdir()] == ["model.onnx"]
    np.testing.assert_allclose(open_network(weights).run(batch), open_network(whole).run(batch), atol=1e-6)


def test_the_file_with_the_weights_is_named_where_it_lacks(made, in_two):
    (in_two[1].parent / "network.onnx.data").unlink()
    with pytest.raises(Lacking, match="keeps its weights in other files that are not beside it: network.onnx.data"):
        normal_form(in_two[1], made)


def test_too_little_beside_the_file_is_refused(made, in_two):
    (in_two[1].parent / "network.onnx.data").write_bytes(b"1234")
    with pytest.raises(ModelRejected, match="doesn't belong to the weights beside it"):
        normal_form(in_two[1], made)


@pytest.mark.parametrize("location", ["/etc/passwd", "../whole.onnx", "a/../../whole.onnx", "C:\\secret", ""])
def test_onnx_weights_are_looked_for_nowhere_else(made, in_two, location):
    network = onnx.load(in_two[1], load_external_data=False)
    for tensor in network.graph.initializer:
        next(entry for entry in tensor.external_data if entry.key == "location").value = location
    in_two[1].write_bytes(network.SerializeToString())
    with pytest.raises(ModelRejected, match="outside its own folder"):
        normal_form(in_two[1], made)


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "…")
    return content.getvalue()


OTHERS = {
    "network.pt": (b"PK\x03\x04archive/data.pkl", "is a PyTorch file"),
    "network.safetensors": (b"\x08" + bytes(7), "is a PyTorch file"),
    "model.pkl": (b"cos\nsystem\n(S'true'\ntR.", "is a pickle"),
    "frozen.pb": (b"\n\x0b", "is a frozen TensorFlow graph"),
    "model.json": (b'{"modelTopology": {}, "weightsManifest": []}', "is a TensorFlow.js model"),
    "photo.jpg": (b"\xff\xd8\xff", "is not a model file that FERS takes"),
    "network.onnx": (b"\xff" * 99, "is broken, or not an ONNX file"),
    "network.tflite": (b"\xff" * 99, "is broken, or not a .tflite file"),
    "network.h5": (b"\x89HDF\r\n\x1a\n", "is broken"),
    "network.keras": (b"PK\x03\x04", "is broken, or not a .keras file"),
    "openvino.xml": (b"<?xml", "is a file of OpenVINO"),
    "a.onnx": (zipped("net/data.pkl", "net/version"), "is a PyTorch file"),
    "b.h5": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j", "is a PyTorch file"),
    "c": (b'@\x00\x00\x00\x00\x00\x00\x00{"fc.weight":', "is a PyTorch file"),
    "d.keras": (b"\x80\x04\x95", "is a pickle"),
    "e.onnx": (b"\x18\x00\x00\x00ORTM", "is a file of ONNX Runtime"),
    "f.onnx": (b"version https://git-lfs.github.com/spec/v1\noid", "git lfs pull"),
    "g.keras": (b"\n<!DOCTYPE html><html>", "is no model but a web page"),
    "h.onnx.gz": (b"\x1f\x8b\x08", "is an archive"),
    "i.tflite": (bytes(257) + b"ustar", "is an archive"),
    "j.onnx": (b"", "is empty"),
    "k.json": (b'{"class_name": "Sequential", "config": {}}', "describes a network of Keras, without its weights"),
    "saved_model.pb": (b"\n\x0b", "is a SavedModel without its variables"),
}
"""Files by their names, which may be wrong: content, and what is said of it."""


@pytest.mark.parametrize("name", OTHERS)
def test_other_files_are_refused_by_what_they_are(made, tmp_path, name):
    content, cause = OTHERS[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelRejected, match=cause) as refusal:
        normal_form(tmp_path / name, made)
    assert refusal.value.next


def test_what_a_folder_holds_is_told_where_it_is_no_model(tmp_path):
    (tmp_path / "config.json").write_text('{"architectures": ["ViTForImageClassification"]}')
    with pytest.raises(ModelRejected, match="config.json is not a model file"):
        weights_at(tmp_path)
    (tmp_path / "preprocessor_config.json").write_text("{}")
    with pytest.raises(ModelRejected, match="neither a model.json nor weights"):
        weights_at(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(zipped("archive/data.pkl"))
    with pytest.raises(ModelRejected, match="pytorch_model.bin is a PyTorch file"):
        weights_at(tmp_path)


def test_a_word_about_weights_that_lie_deeper_is_not_taken_for_them(tmp_path):
    (tmp_path / "README.md").write_text("Look into weights/.")
    (tmp_path / "weights").mkdir()
    with pytest.raises(ModelRejected, match="neither a model.json nor weights"):
        weights_at(tmp_path)


def test_what_a_mac_leaves_beside_weights_is_none(tmp_path):
    for name in ("net.onnx", "._net.onnx", ".DS_Store"):
        (tmp_path / name).write_bytes(b"\0\5\x16\7")
    assert weights_at(tmp_path) == tmp_path / "net.onnx"


def test_a_model_folder_is_found_in_a_zip_beside_a_word_about_it(tmp_path):
    with zipfile.ZipFile(tmp_path / "download.zip", "w") as archive:
        for name in ("README.md", "mine/model.json", "mine/model.tflite"):
            archive.writestr(name, "{}")
    with unpacked(tmp_path / "download.zip") as found:
        assert sorted(file.name for file in found.iterdir()) == ["model.json", "model.tflite"]


@pytest.mark.parametrize("name", ["...zip", "..zip"])
def test_a_zip_is_unpacked_into_a_folder_of_its_own_whatever_it_is_called(tmp_path, monkeypatch, name):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("net.onnx", "…")
    with unpacked(tmp_path / name) as found:
        assert [file.name for file in found.iterdir()] == ["net.onnx"]
    assert not list((tmp_path / "temporary").iterdir())


def test_a_description_without_end_is_no_networks(tmp_path):
    (tmp_path / "model.json").write_text("[" * 200_000)
    assert not describes_itself(tmp_path / "model.json")
    assert describes_itself(tmp_path)  # Whoever reads it refuses it.


def test_a_folder_of_tensorflow_js_is_refused_as_that(tmp_path):
    (tmp_path / "model.json").write_text(json.dumps({"format": "layers-model", "weightsManifest": []}))
    with pytest.raises(ModelRejected, match="TensorFlow.js"):
        weights_at(tmp_path)


def saved_model(folder, answer):
    """A SavedModel whose function `answer` takes faces to n x 8."""

    class Answering(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, SIDE, SIDE, 3), tf.float32)])
        def __call__(self, face):
            return {"emotion": answer(face)}

    module = Answering()
    tf.saved_model.save(module, folder, signatures={"serving_default": module.__call__})
    return folder


def even(face):
    return tf.ones((tf.shape(face)[0], 8)) / 8


def test_a_saved_model_becomes_a_litert_file(made, tmp_path, batch):
    network = layers(keras)
    network.export(tmp_path / "saved", format="tf_saved_model", verbose=False)
    weights = normal_form(tmp_path / "saved", made).weights
    assert weights.name == "model.tflite"
    np.testing.assert_allclose(open_network(weights).run(batch), network(batch).numpy(), atol=1e-5)


def test_the_variables_of_a_saved_model_are_in_the_litert_file(made, tmp_path, batch):
    """`tf.saved_model.save` of a network of Keras 3, which says nothing of how it is to be served."""
    network = layers(keras)
    tf.saved_model.save(network, tmp_path / "saved")
    weights = normal_form(tmp_path / "saved", made).weights
    np.testing.assert_allclose(open_network(weights).run(batch), network(batch).numpy(), atol=1e-5)
    shutil.rmtree(tmp_path / "saved" / "variables")
    with pytest.raises(ModelRejected, match="saved is a SavedModel without its variables"):
        normal_form(tmp_path / "saved", made)


def test_a_single_signature_is_taken_whatever_it_is_called(made, tmp_path, batch):
    class Answering(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec((None, SIDE, SIDE, 3), tf.float32)])
        def __call__(self, face):
            return {"emotion": even(face)}

    module = Answering()
    tf.saved_model.save(module, tmp_path / "one", signatures={"predict": module.__call__})
    np.testing.assert_allclose(open_network(normal_form(tmp_path / "one", made).weights).run(batch), 1 / 8)
    tf.saved_model.save(module, tmp_path / "two", signatures={"a": module.__call__, "b": module.__call__})
    with pytest.raises(ModelRejected, match="no signature called serving_default"):
        normal_form(tmp_path / "two", made)


@pytest.mark.filterwarnings("ignore")
def test_a_litert_file_without_the_values_of_its_variables_is_refused(made, tmp_path):
    network = layers(keras)
    tf.saved_model.save(network, tmp_path / "saved")
    converter = tf.lite.TFLiteConverter.from_saved_model(str(tmp_path / "saved"), signature_keys=["serving_default"])
    (tmp_path / "network.tflite").write_bytes(converter.convert())
    with pytest.raises(ModelRejected, match="lacks the values of its variables"):
        normal_form(tmp_path / "network.tflite", made)


@pytest.mark.filterwarnings("ignore")
def test_a_network_that_keeps_something_of_each_face_for_the_next_is_refused(made, tmp_path):
    class Remembering(tf.Module):
        def __init__(self):
            self.before = tf.Variable(tf.zeros((1, 8)))

        @tf.function(input_signature=[tf.TensorSpec((1, SIDE, SIDE, 3), tf.float32)])
        def __call__(self, face):
            now = face[:, 0, :8, 0]
            self.before.assign(0.9 * self.before + 0.1 * now)
            return tf.nn.softmax(now - self.before)

    module = Remembering()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([module.__call__.get_concrete_function()], module)
    converter.experimental_enable_resource_variables = True
    (tmp_path / "network.tflite").write_bytes(converter.convert())
    with pytest.raises(ModelRejected, match="depend on other people"):
        normal_form(tmp_path / "network.tflite", made)


def test_operations_of_tensorflow_in_a_litert_file_are_named(made, tmp_path):
    @tf.function(input_signature=[tf.TensorSpec((None, SIDE, SIDE, 3), tf.float32)])
    def answer(face):
        return tf.tan(face[:, 0, :8, 0])

    converter = tf.lite.TFLiteConverter.from_concrete_functions([answer.get_concrete_function()], tf.Module())
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
    (tmp_path / "network.tflite").write_bytes(converter.convert())
    with pytest.raises(ModelRejected, match="uses the operation FlexTan, which LiteRT doesn't have"):
        open_network(normal_form(tmp_path / "network.tflite", made).weights)


ATTACKS = {
    "ImmutableConst": lambda path: tf.raw_ops.ImmutableConst(dtype=tf.float32, shape=[8], memory_region_name=path),
    "WriteFile": lambda path: tf.io.write_file(path, "here"),
    "SaveV2": lambda path: tf.raw_ops.SaveV2(prefix=path, tensor_names=["a"], shape_and_slices=[""], tensors=[[1.0]]),
    "DebugIdentityV2": lambda path: tf.raw_ops.DebugIdentityV2(input=1.0, debug_urls=[f"file://{path}"]),
    "EagerPyFunc": lambda path: tf.py_function(lambda: Path(path).touch(), [], []),
    "MatchingFiles": lambda path: tf.io.matching_files(f"{path}*"),
    "IteratorV2": lambda path: tf.raw_ops.IteratorV2(
        shared_name="", container="", output_types=[tf.string], output_shapes=[[]]
    ),
    "MutableHashTableV2": lambda path: tf.raw_ops.MutableHashTableV2(key_dtype=tf.string, value_dtype=tf.float32),
}


@pytest.mark.parametrize("operation", ATTACKS)
def test_a_saved_model_that_does_more_than_compute_is_refused(made, tmp_path, operation):
    path = str(tmp_path / "written")

    def answer(face):
        with tf.control_dependencies([ATTACKS[operation](path)] if operation != "EagerPyFunc" else []):
            if operation == "EagerPyFunc":
                ATTACKS[operation](path)
            return even(face)

    saved = saved_model(tmp_path / "saved", answer)
    with pytest.raises(ModelRejected, match=operation):
        normal_form(saved, made)
    assert not list(tmp_path.glob("written*"))


def test_an_operation_inside_of_a_called_function_is_found(made, tmp_path):
    @tf.function(autograph=False)
    def inner(face):
        with tf.control_dependencies([tf.io.write_file(str(tmp_path / "written"), "here")]):
            return even(face)

    saved = saved_model(
        tmp_path / "saved", lambda face: tf.cond(tf.shape(face)[0] > 9, lambda: inner(face), lambda: even(face))
    )
    with pytest.raises(ModelRejected, match="WriteFile"):
        normal_form(saved, made)


def test_calling_what_writes_the_variables_is_refused(made, tmp_path):
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    saved = saved_model(tmp_path / "saved", even)
    description = SavedModel.FromString((saved / "saved_model.pb").read_bytes())
    functions = description.meta_graphs[0].graph_def.library.function
    save = next(f.signature.name for f in functions if f.signature.name.startswith("__inference__traced_save"))
    serving = next(f for f in functions if "traced" not in f.signature.name)
    serving.node_def.add(name="sly", op="StatefulPartitionedCall").attr["f"].func.name = save
    (saved / "saved_model.pb").write_bytes(description.SerializeToString())
    with pytest.raises(ModelRejected, match="traced_save"):
        normal_form(saved, made)


@pytest.mark.filterwarnings("ignore")
def test_a_graph_of_tensorflow_1_is_refused(made, tmp_path):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        face = tf.compat.v1.placeholder(tf.float32, (None, SIDE, SIDE, 3))
        write = tf.raw_ops.SaveV2(
            prefix=str(tmp_path / "written"), tensor_names=["a"], shape_and_slices=[""], tensors=[tf.constant([1.0])]
        )
        with tf.control_dependencies([write]):
            emotion = tf.identity(even(face))
        tf.compat.v1.saved_model.simple_save(session, str(tmp_path / "saved"), {"face": face}, {"emotion": emotion})
    with pytest.raises(ModelRejected, match="saved by TensorFlow 1"):
        normal_form(tmp_path / "saved", made)
    assert not list(tmp_path.glob("written*"))


@pytest.mark.parametrize("broken", [b"broken", b""])
def test_a_broken_saved_model_is_refused(made, tmp_path, broken):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "saved_model.pb").write_bytes(broken)
    with pytest.raises(ModelRejected):
        normal_form(tmp_path / "saved", made)


def test_operations_that_litert_lacks_are_named(made, tmp_path):
    saved = saved_model(tmp_path / "saved", lambda face: even(face) + tf.math.asin(face[:, 0, :8, 0]))
    with pytest.raises(ModelRejected, match="can't be converted to LiteRT.*tf.Asin"):
        normal_form(saved, made)


def test_what_is_allowed_is_known_to_tensorflow():
    from tensorflow.python.framework import op_def_registry

    from fers.inference.foreign.saved_models import ALLOWED

    stateful = {name for name in ALLOWED if (found := op_def_registry.get(name)) is None or found.is_stateful}
    assert stateful == {
        *("Assert", "AssignVariableOp", "ReadVariableOp", "VarHandleOp", "VarIsInitializedOp", "DisableCopyOnRead"),
        *("Case", "If", "While", "StatefulPartitionedCall", "RandomUniform", "RandomStandardNormal"),
    }
