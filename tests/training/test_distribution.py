"""Several machines train one network: each takes its share of every batch, and all end with the same weights."""

import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner

from fers.datasets import load
from tests import REPOSITORY
from tests.training.faces import write_ferplus
from tests.training.machine import free_addresses
from tests.waiting import LONG
from training import distribution, pipeline
from training import train as training_run
from training.distribution import Share
from training.recipe import load as load_recipe
from training.run import CHECKPOINT, LOG

VOTES = [tuple(10 * (column == number % 8) for column in range(10)) for number in range(16)]


@pytest.fixture
def folder(tmp_path):
    return write_ferplus(tmp_path / "set", VOTES)


def start(folder, run, epochs, strategy, printed, **environment):
    """A machine of its own that trains the tiny network."""
    with printed.open("w") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.training.machine", folder, run, str(epochs), strategy],
            cwd=REPOSITORY,
            env=os.environ | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def finish(machines):
    """Wait for all of `machines`, each with the file that it prints to."""
    try:
        for machine, printed in machines:
            assert machine.wait(timeout=2 * LONG) == 0, printed.read_text()[-3000:]
    finally:
        for machine, _ in machines:
            machine.kill()
            machine.wait()


def train_together(folder, run, epochs):
    """Two machines, started at once with the same command. Returns what each kept."""
    addresses = free_addresses(2)
    machines = []
    for number in range(2):
        cluster = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": number}}
        printed = run.parent / f"printed-{number}"
        machine = start(folder, run, epochs, "multiworker", printed, TF_CONFIG=json.dumps(cluster))
        machines.append((machine, printed))
    finish(machines)
    return [keras.models.load_model(place / CHECKPOINT) for place in (run, run / "worker-1")]


@pytest.mark.slow
def test_two_machines_learn_one_network_and_go_on_together(folder, tmp_path):
    run = tmp_path / "run"
    train_together(folder, run, epochs=1)
    first, second = train_together(folder, run, epochs=4)
    for mine, theirs in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert int(first.optimizer.iterations) == 4 * len(VOTES) // 8
    with (run / LOG).open() as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["0", "1", "2", "3"]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert {"top1", "val_loss", "val_top1"} <= rows[0].keys()


@pytest.mark.slow
def test_two_devices_of_one_machine_learn_one_network(folder, tmp_path):
    run = tmp_path / "run"
    finish([(start(folder, run, 3, "mirrored", tmp_path / "printed"), tmp_path / "printed")])
    assert int(keras.models.load_model(run / CHECKPOINT).optimizer.iterations) == 3 * len(VOTES) // 8
    with (run / LOG).open() as file:
        losses = [float(row["loss"]) for row in csv.DictReader(file)]
    assert len(losses) == 3 and losses[-1] < losses[0]


def test_the_shares_of_a_batch_are_the_batch(folder):
    faces, recipe = load(f"ferplus:{folder}"), load_recipe("vgg")

    def batches(share):
        return list(pipeline.training_batches(faces, (16, 16, 1), pair_of_batches, 0, share).as_numpy_iterator())

    pair_of_batches = replace(recipe, batch_size=8)
    whole = batches(Share())
    shares = [batches(Share(machine, machines=2, devices=2)) for machine in range(2)]
    for index, parts in enumerate(whole):
        for part, (first, second) in zip(parts, zip(shares[0][index], shares[1][index], strict=True), strict=True):
            np.testing.assert_array_equal(part, np.stack([first, second], axis=1).reshape(part.shape))


def test_devices_that_cannot_share_a_batch_are_refused():
    class Three(tf.distribute.Strategy):
        num_replicas_in_sync = 3
        extended = SimpleNamespace(worker_devices=("cpu",) * 3)

        def __init__(self):
            pass

    with pytest.raises(ValueError, match="3 devices can't share batches of 8"):
        distribution.fit(None, Three(), 8, lambda share: None)


@pytest.mark.parametrize("strategy", ["mirrored", "multiworker"])
def test_another_backend_than_tensorflow_is_refused(strategy, monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "torch")
    result = CliRunner().invoke(
        training_run.main, ["--data", "ferplus:none", "--validate", "ferplus:none", "--strategy", strategy]
    )
    assert result.exit_code == 1
    assert "needs Keras's TensorFlow backend, and this is torch" in result.output


def test_machines_that_do_not_know_of_each_other_are_refused(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(ValueError, match="TF_CONFIG"):
        distribution.strategy("multiworker")
