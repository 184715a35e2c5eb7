"""Maps of what mattered: they find it, they follow the weights, and they come without gradients too."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers
from PIL import Image
from skimage import data

from fers.domain.emotions import LABELS, Emotion
from fers.inference import classifier, saliency
from fers.inference.classifier import FolderClassifier
from fers.inference.grad_cam import grad_cam
from fers.inference.model_folder import read_model_folder
from fers.inference.saliency import deletion_and_insertion, rise

SIDE = 64
PART = (slice(8, 24), slice(36, 56))


def looks_at_part(faces):
    """Says "column 0" the more, the brighter one part of the face is."""
    bright = faces[(slice(None), *PART)].mean(axis=(1, 2, 3)) / 255
    return np.column_stack([bright, 1 - bright])


@pytest.fixture
def face():
    face = np.full((SIDE, SIDE, 3), 40, np.uint8)
    face[PART] = 250
    return face


def test_rise_finds_the_part_that_speaks_for_it(face):
    speaks_for, speaks_against = rise(looks_at_part, face, [0, 1])
    assert speaks_for.shape == (SIDE, SIDE)
    assert speaks_for[PART].mean() > 2 * speaks_for.mean()
    assert speaks_against[PART].mean() < speaks_against.mean()


def test_rise_says_nothing_where_nothing_matters(face):
    assert not rise(lambda faces: np.ones((len(faces), 1)), face, [0]).any()


def test_the_same_face_gets_the_same_map(face):
    once, again = (rise(looks_at_part, face, [0], masks=32, seconds=60) for _ in range(2))
    assert np.array_equal(once, again)


def test_covering_what_mattered_costs_more_than_covering_the_rest(face):
    (heat,) = rise(looks_at_part, face, [0])
    deletion, insertion = deletion_and_insertion(looks_at_part, face, 0, heat)
    worse_deletion, worse_insertion = deletion_and_insertion(looks_at_part, face, 0, 1 - heat)
    assert deletion < worse_deletion
    assert insertion > worse_insertion


def test_a_slow_network_is_asked_about_fewer_covers(face, monkeypatch):
    asked, clock = [], SimpleNamespace(now=0.0)
    monkeypatch.setattr(saliency, "time", SimpleNamespace(perf_counter=lambda: clock.now))

    def slow(faces):
        asked.append(len(faces))
        clock.now += 0.05
        return looks_at_part(faces)

    (heat,) = rise(slow, face, [0], seconds=0.5)
    assert clock.now <= 0.5
    assert 16 <= sum(asked) < 160
    assert heat[PART].mean() > heat.mean()


def test_however_slow_a_network_is_some_covers_are_tried(face):
    assert rise(looks_at_part, face, [0], seconds=0).any()


def convolutional(head=()):
    return keras.Sequential(
        [
            keras.Input((48, 48, 3)),
            layers.Conv2D(8, 3, activation="relu"),
            layers.MaxPooling2D(4),
            *head,
        ]
    )


def classifying(seed):
    keras.utils.set_random_seed(seed)
    return convolutional([layers.Flatten(), layers.Dense(8, activation="softmax")])


def correlation(one, other):
    return np.corrcoef(one.ravel(), other.ravel())[0, 1]


def test_grad_cam_follows_the_weights():
    """Adebayo et al. (NeurIPS 2018): a map that stays as it is when weights are drawn anew explains nothing."""
    picture = astronaut()[None] / np.float32(255)
    one, same, other = (
        np.stack(grad_cam(classifying(seed))(picture, [*Emotion], "probabilities")) for seed in (1, 1, 2)
    )
    assert one.shape == (8, 11, 11)
    assert (one >= 0).all()
    assert one.any()
    assert np.allclose(one, same)
    assert correlation(one, other) < 0.9


def test_rise_follows_the_weights():
    """The same of RISE."""

    def drawn(seed):
        network = classifying(seed)
        return rise(lambda faces: network(faces / np.float32(255)).numpy(), astronaut(), [0], seconds=60)

    one, same, other = drawn(1), drawn(1), drawn(2)
    assert np.allclose(one, same, atol=1e-3)
    assert abs(correlation(one, other)) < 0.5


def astronaut():
    return data.astronaut()[60:156:2, 160:256:2]


def enlarged():
    return np.asarray(Image.fromarray(astronaut()).resize((224, 224)))


def backbone():
    """Ends in a vector, so that its feature maps are seen from inside only."""
    return convolutional([layers.GlobalAveragePooling2D()])


def functional(*parts):
    inputs = outputs = keras.Input((48, 48, 3))
    for part in parts:
        outputs = part(outputs)
    return keras.Model(inputs, outputs)


NETWORKS = {
    "sequential": lambda: classifying(1),
    "nested backbone": lambda: functional(backbone(), layers.Dense(8, activation="softmax")),
    "nested maps": lambda: functional(
        convolutional(),
        layers.GlobalAveragePooling2D(keepdims=True),
        layers.Conv2D(8, 1),
        layers.Flatten(),
        layers.Softmax(),
    ),
    "sequential of models": lambda: keras.Sequential(
        [keras.Input((48, 48, 3)), layers.Rescaling(2.0), backbone(), layers.Dense(8, activation="softmax")]
    ),
}


def test_a_kernel_is_not_taken_for_a_map():
    to_the_end = functional(convolutional(), layers.Conv2D(8, 11), layers.Flatten(), layers.Softmax())
    (heat,) = grad_cam(to_the_end)(astronaut()[None] / np.float32(255), [0], "probabilities")
    assert heat.shape == (11, 11)


@pytest.fixture
def load(write_model, tmp_path):
    def load(network, model_id="tiny", **changes):
        network.save(tmp_path / "network.keras")
        description = {"input": {"width": 48, "height": 48, "channels": 3}} | changes
        return FolderClassifier(read_model_folder(write_model(model_id, tmp_path / "network.keras", **description)))

    return load


@pytest.fixture
def no_rise(monkeypatch):
    monkeypatch.setattr(classifier, "rise", None)


@pytest.mark.usefixtures("no_rise")
@pytest.mark.parametrize("kind", NETWORKS)
def test_keras_networks_of_every_make_answer_and_are_looked_into(load, kind):
    keras.utils.set_random_seed(5)
    network = NETWORKS[kind]()
    loaded = load(network)
    picture = enlarged()
    small = np.asarray(Image.fromarray(picture).resize((48, 48), Image.Resampling.LANCZOS)) / np.float32(255)
    answers = loaded.predict(picture[None])
    np.testing.assert_allclose(answers, network(small[None]).numpy(), atol=1e-5)
    maps = loaded.explain(picture, [*Emotion])
    assert maps.shape == (8, 224, 224)
    assert maps.max() > 0.9


@pytest.mark.usefixtures("no_rise")
def test_logits_are_explained_as_the_probabilities_they_stand_for(load):
    keras.utils.set_random_seed(7)
    logits = convolutional([layers.Flatten(), layers.Dense(8, bias_initializer=keras.initializers.Constant(-9))])
    spoken = functional(logits, layers.Softmax())
    picture = enlarged()
    told = load(logits, "logits", output={"classes": LABELS, "kind": "logits"}).explain(picture, [*Emotion])
    assert (logits(astronaut()[None] / np.float32(255)).numpy() < 0).all()
    np.testing.assert_allclose(told, load(spoken).explain(picture, [*Emotion]), atol=1e-3)
    assert told.any()


def test_a_network_without_convolutions_is_asked_under_covers(load):
    keras.utils.set_random_seed(6)
    dense = load(functional(layers.Rescaling(2.0), layers.Flatten(), layers.Dense(8, activation="softmax")))
    (heat,) = dense.explain(enlarged(), [Emotion.HAPPY])
    assert heat.shape == (224, 224)
    assert (heat.min(), heat.max()) == pytest.approx((0, 1), abs=0.01)
