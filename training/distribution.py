"""Training on several devices or machines at once, by `tf.distribute`: each takes its part of every batch.

Keras 3's own `fit` does not run on several machines (keras-team/keras issue 20585), so the steps of an epoch are taken
here, each of them Keras's own.
"""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras
import tensorflow as tf

STRATEGIES = ("none", "mirrored", "multiworker")


@dataclass(frozen=True)
class Share:
    """What one machine reads of every batch of the recipe: it is one of `machines` with `devices` in all of them."""

    machine: int = 0
    machines: int = 1
    devices: int = 1


WHOLE = Share()


def strategy(name: str) -> tf.distribute.Strategy | None:
    """The strategy called `name`, one of `STRATEGIES`; None for "none". With "multiworker" it waits for the others.

    Raises ValueError where it can't be had.
    """
    if name == "none":
        return None
    if keras.config.backend() != "tensorflow":
        raise ValueError(
            f"--strategy {name} needs Keras's TensorFlow backend, and this is {keras.config.backend()}:"
            " set KERAS_BACKEND=tensorflow"
        )
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    if "worker" not in json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {}):
        raise ValueError(
            "--strategy multiworker needs TF_CONFIG to say where the other machines are: docs/operators/large.md"
        )
    return tf.distribute.MultiWorkerMirroredStrategy()


def folder(run: Path, among: tf.distribute.Strategy | None) -> Path:
    """Where this machine keeps what it trains: the first in `run` itself, the others, which have the same, below it."""
    number = _number(among) if among else 0
    return run / f"worker-{number}" if number else run


def fit(
    model: keras.Model, among: tf.distribute.Strategy, batch_size: int, batches: Callable[[Share], tf.data.Dataset]
) -> dict[str, float]:
    """Train `model`, compiled in the scope of `among`, for one epoch: on this machine's share of `batches`.

    Returns its metrics over all machines. Raises ValueError when the devices can't share batches equally.
    """
    devices, here = among.num_replicas_in_sync, len(among.extended.worker_devices)
    if batch_size % devices:
        raise ValueError(f"{devices} devices can't share batches of {batch_size} equally")
    mine = batches(Share(_number(among), devices // here, devices))
    # Metrics make their variables when they are first asked, which must not happen in a graph.
    among.run(model.test_step, args=(next(iter(mine)),))
    model.reset_metrics()

    @tf.function
    def step(batch):
        among.run(model.train_step, args=(batch,))

    # Not through a distributed dataset, whose machines ask each other at every batch whether there is one: all have
    # equally many.
    coming = iter(mine)
    for _ in range(int(mine.cardinality()) // here):
        step(among.experimental_distribute_values_from_function(lambda _: next(coming)))
    if model.optimizer.use_ema:
        model.optimizer.finalize_variable_values(model.trainable_variables)
    _average_statistics(model, among)
    return {name: float(value) for name, value in model.get_metrics_result().items()}


def _number(among: tf.distribute.Strategy) -> int:
    return (among.cluster_resolver.task_id or 0) if among.cluster_resolver else 0


def _average_statistics(model: keras.Model, among: tf.distribute.Strategy) -> None:
    """Make what batch normalisation has seen the same everywhere: gradients are shared at every step, this is not."""
    statistics = [variable for variable in model.non_trainable_variables if "float" in variable.dtype]
    if not statistics:
        return

    def average():
        here = tf.distribute.get_replica_context()
        for variable in statistics:
            variable.assign(here.all_reduce(tf.distribute.ReduceOp.MEAN, tf.identity(variable.value)))

    tf.function(lambda: among.run(average))()
