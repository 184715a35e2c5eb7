"""Keras on TensorFlow (`.keras`)."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from fers.inference.grad_cam import Maps, grad_cam
from fers.inference.quiet import tensorflow
from fers.inference.runtimes import Network, cast, real, steps, the_input


def load(path: Path) -> Network:
    tf = tensorflow()
    import keras

    # safe_mode refuses files that would run code of their own when loaded.
    network = keras.saving.load_model(path, compile=False, safe_mode=True)
    source = the_input(network.inputs, [each.name for each in network.inputs], path.name)
    # A Sequential has one output, without a name of its own.
    names = tuple(getattr(network, "output_names", [output.name for output in network.outputs]))
    # The input may be expected bare, or in a list or dictionary of one.
    expected = source if isinstance(network, keras.Sequential) else network.input
    signature = [tf.TensorSpec(source.shape, source.dtype)]

    @cache
    def answers(chosen: tuple[int, ...]) -> tuple[Callable[..., Any], Callable[..., Any]]:
        def answer(batch: Any) -> Any:
            fed = tf.nest.map_structure(lambda _: batch, expected)
            said = tf.nest.flatten(network(fed, training=False))
            return [said[index] for index in chosen]

        # Without a gradient to keep, and traced once for all batch sizes, this is several times faster than `predict`.
        return answer, tf.function(answer, input_signature=signature)

    def run(batch: np.ndarray, outputs: Sequence[int]) -> list[np.ndarray]:
        fed = cast(batch, source.dtype)
        return [real(said.numpy()) for said in answers(tuple(outputs))[1](fed)]

    def maps(output: int) -> Maps:
        return grad_cam(lambda batch: answers((output,))[0](batch)[0])

    return Network(run, tuple(source.shape), names, network.count_params(), maps, steps(source.dtype))
