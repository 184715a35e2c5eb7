"""A model folder that keeps its word is run; any other is refused with a sentence."""

import errno
import json
import shutil
import threading

import keras
import numpy as np
import pytest

from fers.domain.emotions import LABELS
from fers.errors import ModelRejected, UnknownModel
from fers.inference.classifier import FolderClassifier
from fers.inference.conversion import litert
from fers.inference.model_folder import adding_to, read_model_folder
from fers.inference.registry import ModelRegistry
from fers.services.models.prediction import prediction_of

INPUT = {"width": 32, "height": 32, "channels": 3, "range": [0, 1]}


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(1).integers(0, 256, (3, 224, 224, 3), np.uint8)


def test_a_sound_folder_is_read_without_loading_it(write_model):
    info = read_model_folder(write_model()).info
    assert (info.id, info.version, info.input.width, info.crop_scale) == ("tiny", "1.0.0", 32, 1.2)


def test_predictions_are_the_networks_own(write_model, tiny_network, faces):
    probabilities = FolderClassifier(read_model_folder(write_model())).predict(faces)
    assert probabilities.shape == (3, 8)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    reduced = np.stack([_reduced(face) for face in faces]).astype(np.float32) / 255
    expected = keras.models.load_model(tiny_network)(reduced).numpy()
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def _reduced(face, side=32):
    from PIL import Image

    return np.asarray(Image.fromarray(face).resize((side, side), Image.Resampling.LANCZOS))


def test_one_face_gets_the_same_answer_alone_and_in_a_batch(write_model, faces):
    classifier = FolderClassifier(read_model_folder(write_model()))
    together = classifier.predict(faces)
    alone = np.concatenate([classifier.predict(face[None]) for face in faces])
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_class_names_decide_the_order(write_model, faces):
    plain = FolderClassifier(read_model_folder(write_model("plain"))).predict(faces)
    backwards = FolderClassifier(read_model_folder(write_model("backwards", output={"classes": LABELS[::-1]}))).predict(
        faces
    )
    np.testing.assert_allclose(plain, backwards[:, ::-1], atol=1e-6)


def test_the_range_is_respected(write_model, faces):
    plain = FolderClassifier(read_model_folder(write_model("plain"))).predict(faces)
    wide = write_model("wide", input=INPUT | {"range": [-1, 1]})
    assert np.abs(FolderClassifier(read_model_folder(wide)).predict(faces) - plain).max() > 1e-3


def test_reduced_detail_hides_fine_patterns(write_model):
    checkers = np.indices((224, 224)).sum(axis=0) % 2 * 255
    checkers = np.repeat(checkers[None, ..., None], 3, axis=3).astype(np.uint8)
    gray = np.full_like(checkers, 128)
    folder = write_model("coarse", input=INPUT | {"detail_px": 16})
    classifier = FolderClassifier(read_model_folder(folder))
    np.testing.assert_allclose(classifier.predict(checkers), classifier.predict(gray), atol=0.02)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"schema": 2}, "schema is 2"),
        ({"sha256": "0" * 64}, "sha256 differs"),
        ({"weights": "../elsewhere.keras"}, "doesn't hold the weights"),
        ({"weights": "missing.keras"}, "doesn't hold the weights"),
        ({"weights": "/etc/hostname"}, "doesn't hold the weights"),
        ({"output": {"classes": ["happy"] * 8}}, "mean the same emotion"),
        ({"output": {"classes": [*LABELS[:6], "boredom", "contempt"]}}, "lacks anger"),
        ({"output": {"classes": LABELS, "kind": "guesses"}}, "output kind “guesses”"),
        ({"output": {"classes": LABELS, "temperature": 0}}, "temperature"),
        ({"input": INPUT | {"mean": [0.5]}}, "one number for each channel"),
        ({"input": INPUT | {"mean": [0, 0, 0], "std": [1, 1, 0]}}, "std above 0"),
        ({"input": INPUT | {"order": "GBR"}}, "channel order"),
        ({"input": INPUT | {"layout": "NCHW"}}, "where its model.json says"),
        ({"id": "../tiny"}, "letters, digits"),
        ({"id": "another"}, "Give both the same name"),
        ({"version": ""}, "version is not a text"),
        ({"input": INPUT | {"channels": 2}}, "channels"),
        ({"input": INPUT | {"range": [1, 1]}}, "range"),
        ({"input": INPUT | {"range": "wide"}}, "can't be used"),
        ({"input": INPUT | {"width": 48}}, "where its model.json says"),
        ({"input": INPUT | {"width": True}}, "input width"),
        ({"input": None}, "can't be used"),
        ({"crop": {"scale": 0}}, "crop scale"),
        ({"crop": {}}, "“scale” is missing"),
        ({"input": INPUT | {"range": [0, float("nan")]}}, "range is not a list of finite numbers"),
        ({"input": INPUT | {"range": [0, float("inf")]}}, "range is not a list of finite numbers"),
        ({"input": INPUT | {"range": [0, 10**400]}}, "range is not a list of finite numbers"),
        ({"input": INPUT | {"range": "01"}}, "range is not a list of finite numbers"),
        ({"input": INPUT | {"mean": [0, 0, 0], "std": [1, 1, float("nan")]}}, "std is not a list of finite numbers"),
        ({"input": INPUT | {"width": 32.5}}, "input width “32.5” is not a whole number"),
        ({"output": {"classes": {name: index for index, name in enumerate(LABELS)}}}, "not a list of names"),
        ({"output": {"classes": LABELS, "flip": "false"}}, "flip is neither true nor false"),
        ({"output": {"classes": LABELS, "familiarity": "familiar"}}, "familiarity is not an object"),
        ({"crop": 1.2}, "crop is not an object"),
        ({"name": "\ud800"}, "no model.json that can be read"),
    ],
)
def test_what_a_folder_says_wrongly_is_refused(write_model, changes, problem):
    with pytest.raises(ModelRejected, match=problem):
        FolderClassifier(read_model_folder(write_model(**changes)))


@pytest.mark.parametrize("named", ["a\0b", "a" * 5000])
def test_weights_under_a_name_that_no_file_has_are_missing(write_model, named):
    description = write_model() / "model.json"
    description.write_text(json.dumps(json.loads(description.read_text("utf-8")) | {"weights": named}), "utf-8")
    with pytest.raises(ModelRejected, match="doesn't hold the weights"):
        read_model_folder(description.parent)


def test_numbers_that_json_writes_with_a_point_and_a_mark_at_the_beginning_are_no_fault(write_model, faces):
    folder = write_model(input={"width": 32.0, "height": 32.0, "channels": 3.0, "range": [0, 1]})
    description = folder / "model.json"
    description.write_text("\ufeff" + description.read_text("utf-8"), "utf-8")
    assert FolderClassifier(read_model_folder(folder)).predict(faces).shape == (3, 8)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": 1}', "\xff", "[" * 200_000])
def test_an_unreadable_description_is_refused(tmp_path, text):
    (tmp_path / "model.json").write_text(text, "latin-1")
    with pytest.raises(ModelRejected):
        read_model_folder(tmp_path)


def test_of_a_folder_the_file_that_cannot_be_copied_is_named(tmp_path):
    (tmp_path / "brought").mkdir()
    (tmp_path / "brought" / "README.md").symlink_to(tmp_path / "gone.md")
    with pytest.raises(ModelRejected) as refusal, adding_to(tmp_path / "models") as staging:
        shutil.copytree(tmp_path / "brought", staging / "brought")
    assert refusal.value.code == "model.file-unreadable"
    assert f"{tmp_path / 'brought' / 'README.md'} can't be read" in str(refusal.value)


def test_a_full_disk_is_not_the_fault_of_the_file_that_is_copied(tmp_path):
    with pytest.raises(ModelRejected) as refusal, adding_to(tmp_path / "models") as staging:
        raise OSError(errno.ENOSPC, "No space left on device", "net.onnx", None, str(staging / "net.onnx"))
    assert refusal.value.code == "model.folder-not-writable"


def test_broken_weights_are_refused(write_model):
    with pytest.raises(ModelRejected, match="can't be loaded"):
        FolderClassifier(read_model_folder(write_model(network=b"not a model")))


def _saved(network, tmp_path) -> bytes:
    network.save(tmp_path / "other.keras")
    return (tmp_path / "other.keras").read_bytes()


def test_outputs_that_are_not_probabilities_are_refused(write_model, tmp_path):
    inputs = keras.Input((32, 32, 3))
    scores = keras.layers.Dense(8, bias_initializer="ones")(keras.layers.Flatten()(inputs))
    with pytest.raises(ModelRejected, match="not probabilities"):
        FolderClassifier(read_model_folder(write_model(network=_saved(keras.Model(inputs, scores), tmp_path))))


def test_seven_outputs_are_refused(write_model, tmp_path):
    inputs = keras.Input((32, 32, 3))
    seven = keras.layers.Dense(7, activation="softmax")(keras.layers.Flatten()(inputs))
    with pytest.raises(ModelRejected, match="8 classes are named"):
        FolderClassifier(read_model_folder(write_model(network=_saved(keras.Model(inputs, seven), tmp_path))))


def test_code_in_a_model_file_is_not_run(write_model, tmp_path):
    inputs = keras.Input((32, 32, 3))
    features = keras.layers.Lambda(lambda face: face * 2, output_shape=(32, 32, 3))(inputs)
    outputs = keras.layers.Dense(8, activation="softmax")(keras.layers.Flatten()(features))
    with pytest.raises(ModelRejected, match="can't be loaded"):
        FolderClassifier(read_model_folder(write_model(network=_saved(keras.Model(inputs, outputs), tmp_path))))


def test_the_registry_lists_and_loads_once_for_many_threads(write_model):
    registry = ModelRegistry([write_model().parent], "tiny")
    write_model("other")
    assert [info.id for info in registry.models()] == ["other", "tiny"]
    assert registry.default().id == "tiny"
    loaded = []
    threads = [threading.Thread(target=lambda: loaded.append(registry.classifier())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 4
    assert len(set(map(id, loaded))) == 1


def test_every_model_of_a_trial_is_loaded_before_it_is_needed(write_model):
    registry = ModelRegistry([write_model().parent], "tiny")
    other = write_model("other")
    for name in ("tiny", "other", "nobody"):
        registry.preload(name)
        for thread in [thread for thread in threading.enumerate() if thread.name == "model preload"]:
            thread.join()
    (other / "model.tflite").unlink()
    assert registry.classifier("other").info.id == "other"


def test_a_broken_folder_hides_no_other_and_says_what_is_wrong(write_model):
    registry = ModelRegistry([write_model().parent], "tiny")
    (write_model("broken") / "model.json").write_text("{")
    assert [info.id for info in registry.models()] == ["tiny"]
    assert list(registry.refused()) == ["broken"]
    with pytest.raises(ModelRejected):
        registry.find("broken")


def test_weights_that_are_a_link_to_themselves_hide_no_other_model(write_model):
    folder = write_model("going-round")
    (folder / "model.tflite").unlink()
    (folder / "model.tflite").symlink_to("model.tflite")
    registry = ModelRegistry([write_model("sound").parent], "sound")
    assert [info.id for info in registry.models()] == ["sound"]
    assert "doesn't hold the weights" in str(registry.refused()["going-round"])


def test_a_link_is_the_model_of_its_own_name_and_no_second_one(write_model, tmp_path):
    folder = write_model("tiny")
    folder.rename(tmp_path / "tiny-3")
    folder.symlink_to(tmp_path / "tiny-3")
    (folder.parent / "current").symlink_to(tmp_path / "tiny-3")
    registry = ModelRegistry([folder.parent], "tiny")
    assert [info.id for info in registry.models()] == ["tiny"]
    assert list(registry.refused()) == ["current"]
    assert registry.classifier("tiny").info.id == "tiny"


def test_weights_that_are_removed_while_the_server_runs_are_missing(write_model):
    folder = write_model("tiny")
    registry = ModelRegistry([folder.parent], "tiny")
    assert [info.id for info in registry.models()] == ["tiny"]
    (folder / "model.tflite").unlink()
    with pytest.raises(ModelRejected, match="doesn't hold the weights"):
        registry.classifier("tiny")


def test_a_folder_elsewhere_can_be_asked_for_by_its_path(write_model, tmp_path):
    registry = ModelRegistry([tmp_path / "nowhere"], "tiny")
    assert registry.classifier(str(write_model())).info.id == "tiny"


def test_an_unknown_name_lists_the_neighbours(write_model):
    registry = ModelRegistry([write_model("alexnet").parent], "alexnet")
    write_model("mobile")
    with pytest.raises(UnknownModel, match="similar names: alexnet"):
        registry.classifier("alexnett")


def test_of_two_models_with_one_id_that_in_the_earlier_folder_is_meant(write_model, tmp_path):
    theirs, ours = write_model().parent, tmp_path / "ours"
    write_model("mobile")
    shutil.copytree(theirs / "tiny", ours / "tiny")
    registry = ModelRegistry([ours, theirs], "tiny")
    assert [info.id for info in registry.models()] == ["mobile", "tiny"]
    assert registry.find("tiny").path == ours / "tiny"
    assert registry.find("mobile").path == theirs / "mobile"


def test_without_any_model_the_folder_is_named(tmp_path):
    with pytest.raises(UnknownModel, match=str(tmp_path)):
        ModelRegistry([tmp_path], "alexnet").default()


@pytest.fixture
def with_heads(tmp_path):
    """A network that says more than the expression, as the app serves it."""
    inputs = keras.Input((32, 32, 3))
    seen = keras.layers.GlobalAveragePooling2D()(inputs)
    outputs = {
        "emotion": keras.layers.Dense(8, activation="softmax")(seen),
        "familiarity": keras.layers.Dense(1, "sigmoid", kernel_initializer="ones")(seen),
        "valence_arousal": keras.layers.Dense(2, kernel_initializer="ones")(seen),
    }
    path = tmp_path / "heads.tflite"
    path.write_bytes(litert(keras.Model(inputs, outputs)))
    return path


HEADS = {"familiarity": {"name": "familiarity", "least": 0.7}, "valence_arousal": "valence_arousal"}


def test_one_pass_says_whether_it_can_tell_and_where_the_face_lies(write_model, with_heads):
    folder = write_model(network=with_heads, output={"classes": LABELS} | HEADS)
    classifier = FolderClassifier(read_model_folder(folder))
    dark, bright = np.zeros((224, 224, 3), np.uint8), np.full((224, 224, 3), 255, np.uint8)
    said = classifier.answer(np.stack([dark, bright]))
    np.testing.assert_allclose(said.familiarity, [0.5, 1 / (1 + np.exp(-3))], atol=1e-5)
    np.testing.assert_allclose(said.valence_arousal, [[0, 0], [1, 1]], atol=1e-5)  # Within their range.
    guesses = [prediction_of(classifier, face) for face in (dark, bright)]
    assert [guess.can_tell for guess in guesses] == [False, True]
    assert not guesses[0].sure and (guesses[1].valence, guesses[1].arousal) == (1, 1)


def test_a_network_without_more_outputs_can_always_tell(write_model, faces):
    guess = prediction_of(FolderClassifier(read_model_folder(write_model())), faces[0])
    assert guess.can_tell and guess.familiarity is None and guess.valence is None


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ({"familiarity": {"name": "valence_arousal"}}, "where 1 would be right"),
        ({"valence_arousal": "familiarity"}, "where 2 would be right"),
        ({"familiarity": {"name": "nothing"}}, "nothing"),
        ({"familiarity": {"name": "familiarity", "least": 2}}, "least familiarity"),
    ],
)
def test_outputs_that_are_not_as_described_are_refused(write_model, with_heads, output, problem):
    folder = write_model(network=with_heads, output={"classes": LABELS} | output)
    with pytest.raises(ModelRejected, match=problem):
        FolderClassifier(read_model_folder(folder))


def test_the_limit_below_which_it_cant_tell_makes_another_model(write_model, with_heads):
    other = HEADS | {"familiarity": {"name": "familiarity", "least": 0.6}}
    prints = [
        read_model_folder(write_model(name, with_heads, output={"classes": LABELS} | heads)).info.fingerprint
        for name, heads in (("one", HEADS), ("other", other), ("none", {}))
    ]
    assert len(set(prints)) == 3


def test_an_answer_that_is_not_finite_is_none(write_model, tmp_path):
    """On pictures that nobody tried it on, a network of few bits overflows: here on those with any white in them."""
    inputs = keras.Input((32, 32, 3))
    brightest = keras.layers.GlobalMaxPooling2D()(inputs)
    huge = keras.layers.Dense(8, kernel_initializer=keras.initializers.Constant(2e38))(brightest)
    (tmp_path / "model.tflite").write_bytes(litert(keras.Model(inputs, huge)))
    folder = write_model(network=tmp_path / "model.tflite", output={"classes": LABELS, "kind": "logits"})
    classifier = FolderClassifier(read_model_folder(folder))
    assert classifier.predict(np.full((1, 224, 224, 3), 20, np.uint8)).shape == (1, 8)
    with pytest.raises(ModelRejected, match="not finite"):
        classifier.predict(np.full((1, 224, 224, 3), 255, np.uint8))
