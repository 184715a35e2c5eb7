"""A run learns, logs, chooses its best epoch, and goes on after a kill as if nothing had happened."""

import csv
import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from tests.training.faces import write_ferplus
from training import pipeline
from training.data import load
from training.recipe import load as load_recipe
from training.recipe import names
from training.train import BEST, LOG, PROGRESS, train

REPOSITORY = Path(__file__).resolve().parents[2]
VOTES = [
    tuple(10 if column == emotion else 0 for column in range(10))
    for emotion in (0, 1, 2, 3, 4, 5, 6, 7)
    for _ in range(2)
]


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    folder = write_ferplus(tmp_path_factory.mktemp("ferplus") / "set", VOTES)
    return load(f"ferplus:{folder}")


@pytest.fixture
def quick():
    """The recipe, cut down to two short epochs of either form."""
    return replace(load_recipe("alexnet"), epochs=2, strided_epochs=1, batch_size=8, warmup_steps=1)


def test_every_recipe_can_be_loaded_and_an_unknown_one_names_them():
    assert all(load_recipe(name).model for name in names())
    with pytest.raises(ValueError, match="alexnet"):
        load_recipe("alexnett")


def test_class_weights_help_rare_classes_and_average_to_one():
    labels = np.array([0] * 90 + [1] * 10)
    weights = pipeline.class_weights(labels, 2, power=1)
    assert weights[1] / weights[0] == pytest.approx(9)
    assert weights[labels].mean() == pytest.approx(1)
    np.testing.assert_allclose(pipeline.class_weights(labels, 2, power=0), 1)


def test_an_epoch_is_shuffled_by_seed_and_epoch_alone(faces, quick):
    def targets(epoch):
        return np.concatenate([target for _, target in pipeline.training_batches(faces, 224, quick, epoch)])

    np.testing.assert_array_equal(targets(0), targets(0))
    assert (targets(0) != targets(1)).any()
    np.testing.assert_array_equal(np.sort(targets(0), axis=0), np.sort(targets(1), axis=0))


def test_batches_are_in_order_and_in_range(faces):
    [(images, targets)] = pipeline.batches(faces, 224, 64)
    assert images.shape == (16, 224, 224, 3)
    assert 0 <= images.numpy().min() <= images.numpy().max() <= 1
    np.testing.assert_array_equal(targets, faces.targets.astype("float32"))


@pytest.mark.slow
def test_a_run_logs_every_epoch_and_keeps_its_best(faces, quick, tmp_path):
    best = train(quick, faces, faces, tmp_path)
    with (tmp_path / LOG).open() as file:
        epochs = list(csv.DictReader(file))
    assert [row["epoch"] for row in epochs] == ["0", "1"]
    assert {"loss", "top1", "top3", "val_loss", "val_top1", "val_top3"} <= epochs[0].keys()
    network = keras.models.load_model(best)
    assert any(isinstance(layer, keras.layers.MaxPooling2D) for layer in network.layers)
    assert int(network.optimizer.iterations) == 4
    assert float(network.optimizer.learning_rate) == pytest.approx(0, abs=1e-6)


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_where_an_unbroken_one_does(faces, quick, tmp_path):
    unbroken = keras.models.load_model(train(quick, faces, faces, tmp_path / "unbroken"))

    script = f"""
from dataclasses import replace
from pathlib import Path
from training.data import load
from training.recipe import load as load_recipe
from training.train import train
faces = load({"ferplus:" + str(_folder(faces))!r})
recipe = replace(load_recipe("alexnet"), epochs=2, strided_epochs=1, batch_size=8, warmup_steps=1)
train(recipe, faces, faces, Path({str(tmp_path / "killed")!r}))
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
    )
    progress = tmp_path / "killed" / PROGRESS
    deadline = time.monotonic() + 120
    while not progress.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert json.loads(progress.read_text())["epochs_done"] == 1

    resumed = keras.models.load_model(train(quick, faces, faces, tmp_path / "killed"))
    for mine, theirs in zip(resumed.get_weights(), unbroken.get_weights(), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=2e-2)
    assert (tmp_path / "killed" / BEST).exists()


def _folder(faces) -> Path:
    """Where the module's set lies."""
    return Path(faces.read.__closure__[0].cell_contents.path)
