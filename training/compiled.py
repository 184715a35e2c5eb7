"""A network that is ready to be trained by Keras."""

import importlib
from collections.abc import Iterator

import keras
import numpy as np

from fers.domain.emotions import LABELS
from fers.inference.runtimes import EMOTION
from training import tasks
from training.recipe import Recipe


def compiled(chosen: Recipe, epoch: int, model: keras.Model | None, faces: int) -> keras.Model:
    """Return a compiled network to train in `epoch`, which carries on from `model`, that of the epoch before."""
    keras.utils.set_random_seed(chosen.seed + epoch)
    network = _untrained(chosen, epoch, model)
    if chosen.frozen_statistics:
        for layer in _layers(network):
            layer.trainable = layer.trainable and not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(
        optimizer=_optimizer(chosen, chosen.steps(faces)),
        jit_compile=False,
        **tasks.objectives(network, chosen.valence_arousal_weight),
    )
    network.optimizer.build(network.trainable_variables)
    if model is not None:
        _take_over(network, model)
    return network


def _untrained(chosen: Recipe, epoch: int, model: keras.Model | None) -> keras.Model:
    if chosen.model:
        return importlib.import_module(f"training.models.{chosen.model}").build(**chosen.stage(epoch).options)
    if EMOTION not in model.output_names:
        raise ValueError(f"the network to begin with has no output called {EMOTION}")
    _refuse_other_than_probabilities(model)
    return keras.models.clone_model(model)


def _layers(network: keras.Model) -> Iterator[keras.layers.Layer]:
    """Those of networks within it as well."""
    for layer in network.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _refuse_other_than_probabilities(network: keras.Model) -> None:
    """Raise ValueError unless each output that tells emotions tells how probable each of them is, as found by trying:
    the cross-entropy of logits, say, would be taken for that of probabilities, without a word."""
    faces = np.random.default_rng(0).random((2, *network.input_shape[1:]), np.float32)
    for name, said in zip(network.output_names, keras.tree.flatten(network(faces, training=False)), strict=True):
        if not name.startswith(EMOTION):
            continue
        told = keras.ops.convert_to_numpy(said)
        if told.shape != (2, len(LABELS)) or (told < 0).any() or not np.allclose(told.sum(1), 1, atol=0.01):
            raise ValueError(
                f"the output {name} of the network to begin with tells no probabilities of the {len(LABELS)} classes:"
                " end it in a softmax over these, or name another network"
            )


def _take_over(network: keras.Model, model: keras.Model) -> None:
    """Carry the weights of `model` on, and where it is compiled the state of its optimiser."""
    try:
        network.set_weights(model.get_weights())
    except ValueError as error:
        raise ValueError(
            f"the network to begin with is no {network.name}: name its own recipe with --recipe"
        ) from error
    if model.compiled:
        for mine, theirs in zip(network.optimizer.variables, model.optimizer.variables, strict=True):
            mine.assign(theirs)


def _optimizer(chosen: Recipe, steps: int) -> keras.optimizers.Optimizer:
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, steps - chosen.warmup_steps, warmup_target=chosen.learning_rate, warmup_steps=chosen.warmup_steps
    )
    shared = {"weight_decay": chosen.weight_decay or None}
    if chosen.averaging:
        shared |= {"use_ema": True, "ema_momentum": chosen.averaging}
    if chosen.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, **shared)
    else:
        optimizer = keras.optimizers.Adam(rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **shared)
    if chosen.weight_decay:
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer
