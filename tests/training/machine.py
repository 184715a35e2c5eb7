"""One machine that trains a tiny network: `python -m tests.training.machine FACES RUN EPOCHS STRATEGY`. It is switched
off after so many epochs of a run of four. With "multiworker", TF_CONFIG in its environment tells where the others are;
with "mirrored" it has two devices."""

import json
import socket
import sys
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import tensorflow as tf

from fers.datasets import load
from tests.training.tiny import RECIPE
from training import distribution
from training import run as runs
from training.recipe import Augmentation, Stage
from training.writing import write_whole

DEVICES = 2
"""On one machine or on two."""
STILL = Augmentation(zoom=(1.0, 1.0), shift=0, rotation=0, colour=0, contrast=0, brightness=0, gamma=0, noise=0)


def free_addresses(count):
    with ExitStack() as all_open:
        sockets = [all_open.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{each.getsockname()[1]}" for each in sockets]


def main(faces: str, run: str, epochs: str, strategy: str) -> None:
    if strategy == "mirrored":
        [processor] = tf.config.list_physical_devices("CPU")
        tf.config.set_visible_devices([], "GPU")
        tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * DEVICES)
    among = distribution.strategy(strategy)
    assert among.num_replicas_in_sync == DEVICES
    chosen = replace(
        RECIPE,
        stages=(Stage(4),),
        averaging=0.5,
        optimizer="adam",
        learning_rate=0.02,
        augmentation=STILL,
    )
    learning = load(f"ferplus:{faces}")
    runs.write_whole = partial(write_until, int(epochs))
    runs.train(chosen, learning, learning, Path(run), among=among)


def write_until(epochs, path, write):
    write_whole(path, write)
    if path.name == runs.PROGRESS and json.loads(path.read_text())["epochs_done"] == epochs:
        sys.exit()


if __name__ == "__main__":
    main(*sys.argv[1:])
