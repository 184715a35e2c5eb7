"""Each output learns its own task, and what is unknown about a face is not learned."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from fers.datasets import load
from fers.domain.emotions import LABELS
from tests.training.faces import write_ferplus
from training import recipe, tasks
from training.models import two_level_attention
from training.run import train

ONE_HOT = np.eye(len(LABELS))


def test_only_known_valence_and_arousal_count():
    true = np.array([[0.5, -0.5], [np.nan, 0.0], [np.nan, np.nan]])
    told = np.array([[0.0, 0.0], [0.3, 0.4], [1.0, 1.0]])
    errors = keras.ops.convert_to_numpy(tasks.known_squared_error(true, told))
    np.testing.assert_allclose(errors, [0.25, 0.08, 0.0])


def test_an_unknown_position_leaves_the_network_as_it_was():
    """Its gradient is zero, not NaN."""
    network = two_level_attention.build(side=16, tasks="joint")
    objectives = tasks.objectives(network, 1.0) | {"loss_weights": {"emotion": 0.0, "valence_arousal": 1.0}}
    network.compile("sgd", jit_compile=False, **objectives)
    before = network.get_layer("valence_arousal").get_weights()
    faces = np.random.default_rng(0).random((2, 16, 16, 1))
    network.train_on_batch(faces, {"emotion": ONE_HOT[:2], "valence_arousal": np.full((2, 2), np.nan)})
    for now, then in zip(network.get_layer("valence_arousal").get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("form", ["joint", "two-stage"])
def test_every_output_gets_the_targets_of_its_task(form):
    import tensorflow as tf

    network = two_level_attention.build(side=16, tasks=form)
    targets = np.arange(20, dtype="float32").reshape(2, 10)
    batches = tf.data.Dataset.from_tensors((np.zeros((2, 16, 16, 1), "float32"), targets))
    [(_, handed_out)] = tasks.by_output(batches, network)
    assert handed_out.keys() == set(network.output_names)
    for name, columns in handed_out.items():
        expected = targets[:, :8] if name.startswith("emotion") else targets[:, 8:]
        np.testing.assert_array_equal(columns, expected)


@pytest.mark.slow
@pytest.mark.parametrize("by_torch", [True, False], ids=["torch", "keras"])
def test_a_recipe_for_the_emotion_alone_leaves_other_outputs_as_they_are(by_torch, tmp_path):
    if by_torch:
        pytest.importorskip("torch")
    faces = load(f"ferplus:{write_ferplus(tmp_path / 'set', [(10, *[0] * 9), (0, 10, *[0] * 8)] * 4)}")
    start = two_level_attention.build(side=16, tasks="joint")
    before = start.get_layer("valence_arousal").get_weights()
    briefly = replace(recipe.load("more"), stages=(recipe.Stage(2),), batch_size=4)
    learned = keras.models.load_model(train(briefly, faces, faces, tmp_path / "run", start, by_torch=by_torch))
    assert not np.array_equal(learned.get_layer("emotion").kernel, start.get_layer("emotion").kernel)
    for now, then in zip(learned.get_layer("valence_arousal").get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
