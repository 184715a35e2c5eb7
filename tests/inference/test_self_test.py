"""The self-test finds a description that does not fit, says how to mend it, and is content with one that fits."""

import numpy as np
import pytest

from fers.domain.emotions import LABELS
from fers.domain.models import InputSpec
from fers.inference.classifier import FolderClassifier
from fers.inference.known_faces import public_pictures, views
from fers.inference.model_folder import read_model_folder
from fers.inference.prepare import to_input
from fers.inference.self_test import examine
from tests.inference.networks import SIDE, dense_knowing, onnx_file

INPUT = {"width": SIDE, "height": SIDE, "channels": 3, "range": [0, 1]}
FER2013 = ["anger", "disgust", "fear", "happy", "sad", "surprise", "neutral", "contempt"]
SHUFFLED = [*LABELS[4:6], *LABELS[:4], *LABELS[6:]]


@pytest.fixture(scope="module")
def faces():
    """Six noisy takes of a coarse colour pattern for each class, n x 64 x 64 x 3: as good as larger ones."""
    random = np.random.default_rng(5)
    patterns = random.integers(40, 200, (8, 1, 8, 8, 3))
    noisy = (patterns + random.normal(0, 12, (8, 6, 8, 8, 3))).clip(0, 255).astype(np.uint8)
    return noisy.reshape(-1, 8, 8, 3).repeat(8, axis=1).repeat(8, axis=2)


@pytest.fixture(scope="module")
def labels():
    return np.repeat(np.arange(8), 6)


@pytest.fixture
def described(write_model, tmp_path, faces, labels):
    """Make a classifier that knows `faces`, fed as `trained` says and with outputs in the order of `order`, but
    described by `changes`."""

    def make(trained=INPUT, order=LABELS, **changes):
        spec = InputSpec(**{key: tuple(v) if isinstance(v, list) else v for key, v in trained.items()})
        outputs = np.array([order.index(LABELS[label]) for label in labels])
        # The cosine makes it care about the range as much as a deep network does.
        weights = dense_knowing(np.cos(to_input(faces, spec)), outputs, len(order))
        network = onnx_file(tmp_path / "model.onnx", weights, first="Cos")
        description = {"input": trained, "output": {"classes": list(order)}} | changes
        return FolderClassifier(read_model_folder(write_model("known", network, network.name, **description)))

    return make


@pytest.mark.parametrize(
    "trained",
    [
        INPUT,
        INPUT | {"order": "BGR"},
        INPUT | {"range": [-1, 1]},
        INPUT | {"range": [0, 255]},
        INPUT | {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
        INPUT | {"range": [0, 255], "order": "BGR", "mean": [103.939, 116.779, 123.68], "std": [1, 1, 1]},
    ],
)
def test_a_description_that_fits_is_left_alone(described, faces, labels, trained):
    report = examine(described(trained), faces, labels)
    assert (report.findings, report.right, report.asked, report.unseen) == ((), 48, 48, ())


@pytest.mark.parametrize(
    ("trained", "said", "remedy"),
    [
        (INPUT | {"order": "BGR"}, INPUT, '"order": "BGR"'),
        (INPUT, INPUT | {"order": "BGR"}, '"order": "RGB"'),
        (INPUT, INPUT | {"range": [0, 255]}, '"range": [0.0, 1.0]'),
        (INPUT | {"range": [0, 255]}, INPUT, '"range": [0.0, 255.0]'),
        (INPUT | {"range": [-1, 1]}, INPUT, '"range": [-1.0, 1.0]'),
        (INPUT | {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}, INPUT, '"mean": [0.485, 0.456, 0.406]'),
    ],
)
def test_a_wrongly_fed_network_is_found_with_the_remedy(described, faces, labels, trained, said, remedy):
    [finding] = examine(described(trained, input=said), faces, labels).findings
    assert remedy in str(finding)


@pytest.mark.parametrize("order", [FER2013, sorted(LABELS), SHUFFLED])
def test_shuffled_classes_are_found_with_the_right_order(described, faces, labels, order):
    [finding] = examine(described(order=order, output={"classes": LABELS}), faces, labels).findings
    assert ", ".join(order) in str(finding)


def test_a_trusted_model_helps_where_the_labels_do_not_tell(described, faces, labels):
    swapped = [*LABELS[:2], *LABELS[3:6], LABELS[2], *LABELS[6:]]
    wrong = described(order=swapped, output={"classes": swapped}, input=INPUT | {"order": "BGR"})
    trusted = np.eye(8)[labels] * 0.9 + 0.0125
    assert '"order": "RGB"' in str(examine(wrong, faces, labels, trusted).findings[0])


def test_what_the_faces_cannot_show_is_said(described, faces, labels):
    few = labels < 2
    swapped = ["neutral", "happy", "surprise", "sad", "fear", "disgust", "anger", "contempt"]
    report = examine(described(output={"classes": swapped}), faces[few], labels[few])
    assert report.findings == ()
    assert report.unseen == ("sad", "surprise", "fear", "disgust", "anger", "contempt")


def test_other_classes_stay_in_their_places(described, faces, labels):
    order = ["unknown", *FER2013[:7], "none", "contempt"]
    said = ["unknown", *LABELS[:7], "none", "contempt"]
    [finding] = examine(described(order=order, output={"classes": said}), faces, labels).findings
    assert ", ".join(order) in str(finding)


def _untrained(write_model, tmp_path, kernel, bias):
    network = onnx_file(tmp_path / "model.onnx", (np.float32(kernel), np.float32(bias)))
    return FolderClassifier(read_model_folder(write_model("untrained", network, network.name, input=INPUT)))


def test_a_constant_answer_is_found(write_model, tmp_path, faces, labels):
    constant = _untrained(write_model, tmp_path, np.zeros((SIDE * SIDE * 3, 8)), np.arange(8))
    assert "same answer for every picture" in str(examine(constant, faces, labels).findings[0])


def test_a_network_whose_answer_depends_on_other_faces_is_found(write_model, tmp_path, faces, labels):
    weights = dense_knowing(np.cos(to_input(faces, InputSpec(**INPUT))), labels)
    network = onnx_file(tmp_path / "model.onnx", weights, first="Cos", axis=0)
    output = {"classes": list(LABELS), "kind": "scores"}
    folder = read_model_folder(write_model("known", network, network.name, input=INPUT, output=output))
    (finding,) = examine(FolderClassifier(folder), faces, labels).findings
    assert "depends on the faces that it is asked about with it" in str(finding)


def test_probabilities_that_are_called_logits_are_found(described, faces, labels):
    flat = described(output={"classes": LABELS, "kind": "logits"})
    assert '"kind": "probabilities"' in str(examine(flat, faces, labels).findings[0])


def test_a_network_that_knows_nothing_is_found_however_it_is_fed(write_model, tmp_path, faces, labels):
    random = np.random.default_rng(8)
    ignorant = _untrained(write_model, tmp_path, random.normal(0, 0.01, (SIDE * SIDE * 3, 8)), np.zeros(8))
    assert examine(ignorant, faces, labels).findings


def test_the_public_pictures_hold_a_happy_and_a_neutral_face():
    labels = {emotion.label for _, emotion in public_pictures()}
    assert labels == {"happy", "neutral"}


def test_views_vary_a_face_mildly():
    face = np.random.default_rng(4).integers(0, 256, (224, 224, 3), np.uint8)
    varied = views(face)
    assert varied.shape == (6, 224, 224, 3)
    assert (varied[0] == face).all()
    np.testing.assert_array_equal(varied[1, :, ::-1], face)
    np.testing.assert_array_equal(varied[4, 14:, 14:], face[:-14, :-14])


def _knowing(write_model, tmp_path, faces, labels, seen, order=LABELS, **changes):
    """A classifier that has learned a part of the faces only, and so knows about so many."""
    spec = InputSpec(SIDE, SIDE, 3)
    outputs = np.array([order.index(LABELS[label]) for label in labels])
    weights = dense_knowing(np.cos(to_input(faces[seen], spec)), outputs[seen])
    network = onnx_file(tmp_path / "model.onnx", weights, first="Cos")
    folder = write_model("knowing", network, network.name, **{"input": INPUT} | changes)
    return FolderClassifier(read_model_folder(folder))


@pytest.fixture(scope="module")
def noisier(labels):
    """Faces so unlike one another that a network which learned some of them errs on most others."""
    random = np.random.default_rng(6)
    patterns = random.integers(90, 160, (8, 1, 8, 8, 3))
    noisy = (patterns + random.normal(0, 130, (8, 6, 8, 8, 3))).clip(0, 255).astype(np.uint8)
    return noisy.reshape(-1, 8, 8, 3).repeat(8, axis=1).repeat(8, axis=2)


def test_a_sound_model_that_errs_more_often_than_not_is_left_alone(write_model, tmp_path, noisier, labels):
    mediocre = _knowing(write_model, tmp_path, noisier, labels, np.arange(len(labels)) % 6 < 1)
    report = examine(mediocre, noisier, labels)
    assert report.right < report.asked / 2 < report.asked
    assert report.findings == ()
    assert "it answers best, by" in report.compared


def test_the_same_one_fed_wrongly_is_told_apart_from_it(write_model, tmp_path, noisier, labels):
    wrong = INPUT | {"range": [0, 255]}
    mediocre = _knowing(write_model, tmp_path, noisier, labels, np.arange(len(labels)) % 6 < 1, input=wrong)
    report = examine(mediocre, noisier, labels)
    assert "--range should be 0,1" in str(report.findings[0])
    assert "Fed RGB 0,1 it answers better than RGB 0,255, by" in report.compared


def test_two_names_that_are_exchanged_are_found(write_model, tmp_path, noisier, labels):
    swapped = [*LABELS[:4], "disgust", "fear", *LABELS[6:]]
    seen = np.arange(len(labels)) % 6 < 5
    mediocre = _knowing(write_model, tmp_path, noisier, labels, seen, swapped, output={"classes": LABELS})
    [finding] = examine(mediocre, noisier, labels).findings
    assert "fear and disgust exchanged" in str(finding)
    assert ", ".join(swapped) in str(finding)


def _answering(write_model, tmp_path, scale, **changes):
    kernel, bias = np.random.default_rng(8).normal(0, scale, (SIDE * SIDE * 3, 8)), np.zeros(8)
    network = onnx_file(tmp_path / "model.onnx", (np.float32(kernel), np.float32(bias)), first="Cos")
    return FolderClassifier(read_model_folder(write_model("odd", network, network.name, input=INPUT, **changes)))


@pytest.mark.parametrize(("scale", "said"), [(100, "never less than 100% sure"), (1e-3, "never more than 1")])
def test_a_model_that_cannot_be_unsure_or_sure_is_found(write_model, tmp_path, faces, scale, said):
    odd = _answering(write_model, tmp_path, scale)
    labels = odd.predict(faces).argmax(axis=1)  # What it says is right, but how it says it is not.
    [finding] = examine(odd, faces, labels).findings
    assert said in str(finding)


def test_a_network_that_other_ways_of_feeding_drive_to_infinity_is_left_alone(write_model, tmp_path, faces, labels):
    weights = dense_knowing(np.exp(to_input(faces, InputSpec(SIDE, SIDE, 3))), labels)
    network = onnx_file(tmp_path / "model.onnx", weights, first="Exp")  # Of 255 more than there are numbers.
    sound = FolderClassifier(read_model_folder(write_model("sound", network, network.name, input=INPUT)))
    report = examine(sound, faces, labels)
    assert (report.findings, report.right) == ((), 48)
