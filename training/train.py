"""Train a network by its recipe: `python -m training.train --recipe NAME --data SPEC --validate SPEC`.

Every epoch ends with a checkpoint and a line in the log; the same command resumes after a kill, and on another machine
that the run folder is copied to. The learning curves are drawn in `curves.svg` at the end. `--init-from` begins with
what another network has learned, such as the live model when new faces came in. Of a dataset version that is named
whole, `--data fers:PATH`, the train part is learned from and, without `--validate`, the validation part measured on.
"""

import importlib
import importlib.util
import json
import os
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import keras
import numpy as np
import tensorflow as tf

from fers import adapters, config
from fers.datasets import FaceSet, load_all
from fers.domain.interfaces import Classifier
from fers.errors import FersError
from training import beginnings, curves, distribution, pace, pipeline, recipe, specs, tasks
from training.crops import predictions
from training.twins import apart

if TYPE_CHECKING:
    from training.torch_training import Way

CHECKPOINT = "checkpoint.keras"
PROGRESS = "progress.json"
LOG = "log.csv"
CURVES = "curves.svg"
STATE = "optimizer-{}.pt"
"""After so many epochs."""
ENGINES = ("auto", "keras", "torch")
FRESH, LEARNING_ON = "alexnet", "fersnet_more"
"""The recipes of those who name none: for a new network, and for one that learns on."""


@click.command(help=__doc__)
@click.option(
    "--recipe",
    "recipe_name",
    metavar="NAME",
    help=f"A file in training/recipes/.  [default: {FRESH}; {LEARNING_ON} with --init-from]",
)
@click.option(
    "--data", required=True, multiple=True, metavar="SPEC", help="Faces to learn from: docs/researchers/data.md."
)
@click.option("--validate", multiple=True, metavar="SPEC", help="Faces to measure every epoch on.")
@click.option("--teacher", "teachers", multiple=True, metavar="NAME_OR_FOLDER", help="A model to learn from as well.")
@click.option(
    "--init-from",
    metavar="MODEL",
    help="A model (name or folder) with a .keras file, a run folder or a .keras file of the same architecture to begin"
    " with.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Run folder.  [default: runs/RECIPE]")
@click.option(
    "--patience",
    type=click.IntRange(1),
    metavar="EPOCHS",
    help="Stop once top-1 accuracy on the faces to measure on has not risen for so many epochs. The last network is"
    " kept, not the best.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1),
    default=1,
    metavar="N",
    help="Train so many networks, each by a seed of its own in a folder of its own, and say how far they spread.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="What computes the steps: PyTorch, much the quicker on a CPU (pip install torch), or Keras; auto takes PyTorch"
    " where it is there, unless --strategy names several devices.",
)
@click.option(
    "--strategy",
    type=click.Choice(distribution.STRATEGIES),
    default="none",
    show_default=True,
    help="Train on all GPUs of this machine (mirrored), or on several machines (multiworker): docs/operators/large.md.",
)
def main(
    recipe_name: str | None,
    data: tuple[str, ...],
    validate: tuple[str, ...],
    teachers: tuple[str, ...],
    init_from: str | None,
    out: Path | None,
    patience: int | None,
    seeds: int,
    engine: str,
    strategy: str,
) -> None:
    recipe_name = recipe_name or (LEARNING_ON if init_from else FRESH)
    try:
        among = distribution.strategy(strategy)  # First: TensorFlow must not have worked before it knows the others.
        by_torch = _is_by_torch(engine, among)
        chosen = recipe.load(recipe_name)
        learning = load_all(specs.to_learn_from(data))
        validation = load_all(specs.to_measure_on(validate, data))
        registry = adapters.registry(config.load())
        begun = init_from and beginnings.place(init_from, registry)
        known = [registry.classifier(name) for name in teachers or beginnings.own_teacher(chosen, begun)]
        start = begun and learned(begun)
        for faces in (learning, validation):
            dropped = ", ".join(f"{count} {reason}" for reason, count in faces.dropped.items()) or "none"
            click.echo(f"{faces.source}: {len(faces)} faces, dropped: {dropped}")
        faces, learning = len(learning), apart(learning, validation)
        if left_out := faces - len(learning):
            click.echo(f"{left_out} of the faces to learn from are pictures that are measured on: they are left out.")
        if not len(learning):
            raise ValueError("all of the faces to learn from are measured on: name others with --validate SPEC")
        if known:
            learning = taught(learning, known)
        run = out or Path("runs") / recipe_name
        for one, folder in seeded(chosen, run, seeds):
            trained = train(one, learning, validation, folder, start, among, by_torch, patience)
            click.echo(f"The trained network is {trained}.")
    except (ValueError, FersError) as error:
        raise click.ClickException(str(error)) from error
    if seeds > 1:
        click.echo(spread([folder for _, folder in seeded(chosen, run, seeds)]))


def seeded(chosen: recipe.Recipe, run: Path, seeds: int) -> list[tuple[recipe.Recipe, Path]]:
    """The recipe with each of so many seeds, beginning with its own, and the run folder of each."""
    if seeds == 1:
        return [(chosen, run)]
    return [(replace(chosen, seed=seed), run / f"seed-{seed}") for seed in range(chosen.seed, chosen.seed + seeds)]


def spread(runs: Sequence[Path]) -> str:
    """Mean and standard deviation of top-1 accuracy over runs that are over, and that of each."""
    scores = [curves.top1(run / LOG)[-1] for run in runs]
    mean, deviation, each = np.mean(scores), np.std(scores, ddof=1), ", ".join(f"{score:.4f}" for score in scores)
    return f"Top-1 of {len(scores)} seeds: {mean:.4f}, standard deviation {deviation:.4f} ({each})."


def taught(learning: FaceSet, teachers: Sequence[Classifier]) -> FaceSet:
    """Return the same faces whose targets are half the votes and half what the teachers say on average: knowledge
    distillation (Hinton et al. 2015), from one model or from several."""
    guesses = np.mean([predictions(teacher, learning) for teacher in teachers], axis=0)
    return replace(learning, targets=(learning.targets + guesses) / 2)


def learned(place: Path) -> keras.Model:
    """Return the network in a `.keras` file, or in the only one of a model folder or run folder. Raises ValueError."""
    files = sorted(place.glob("*.keras")) if place.is_dir() else [place]
    if len(files) != 1:
        raise ValueError(f"{place} holds {len(files)} .keras files; name the one to begin with")
    return keras.models.load_model(files[0], compile=False)


def train(
    chosen: recipe.Recipe,
    learning: FaceSet,
    validation: FaceSet,
    run: Path,
    start: keras.Model | None = None,
    among: tf.distribute.Strategy | None = None,
    by_torch: bool = False,
    patience: int | None = None,
) -> Path:
    """Train by `chosen`, or go on where the run in folder `run` stopped. Returns the `.keras` file of the last epoch.

    A fresh run begins with the weights of `start`, where there is one. With `among`, several devices train one network
    together; on several machines they do so from the same faces, and see the same folder `run`. `by_torch`: see
    `torch_training`; a run folder can be copied to another machine and gone on with there. After `patience` epochs
    that did not raise top-1 on `validation`, a run is over early. The recipe is fitted to a set that is small. Raises
    ValueError when the weights do not fit or the devices can't share a batch, when the recipe keeps a share of a start
    that is not given, and when the folder holds a run on other faces.

    No epoch is chosen by its score: with a step size that falls to zero the last is the one to keep, and what is
    measured on `validation` stays a measurement.
    """
    if chosen.start_share and start is None:
        raise ValueError("this recipe learns on from a network: name one with --init-from")
    chosen = chosen.fitted(len(learning))
    run.mkdir(parents=True, exist_ok=True)
    done = _epochs_done(run, learning)
    model = keras.models.load_model(run / CHECKPOINT) if done else start
    kept = distribution.folder(run, among)
    kept.mkdir(exist_ok=True)
    foretold = pace.Pace(pace.costs(chosen, len(learning)))
    for epoch in range(done, chosen.epochs):
        if patience and curves.is_flat(curves.top1(kept / LOG), patience):
            click.echo(f"Top-1 has not risen for {patience} epochs: the run is over after {epoch} of {chosen.epochs}.")
            break
        began = time.monotonic()
        # A network that comes from a file has lost which weights do not decay, so it is built anew as well.
        if epoch == done or chosen.stage(epoch) is not chosen.stage(epoch - 1):
            with among.scope() if among else nullcontext():
                model = _network(chosen, epoch, model, len(learning))
        if by_torch and epoch == done:
            way = _quickest_way(model, chosen, epoch, learning)
        if among:
            train_epoch = partial(_epoch_together, among=among)
        else:
            train_epoch = partial(_epoch_by_torch, way=way) if by_torch else _epoch
        ending = _Ending(start, chosen.start_share if epoch + 1 == chosen.epochs else 0.0)
        train_epoch(model, chosen, epoch, learning, validation, kept, ending)
        progress = json.dumps({"epochs_done": epoch + 1, "faces": learning.source})
        _replace(kept / PROGRESS, partial(Path.write_text, data=progress))
        foretold.took(epoch, time.monotonic() - began)
        if epoch + 1 < chosen.epochs:
            click.echo(f"Time left: {pace.in_words(foretold.left(epoch))}.")
    curves.draw(kept / LOG, kept / CURVES)
    return kept / CHECKPOINT


class _Ending(keras.callbacks.Callback):
    """Gives the weights that a run began with their share in those it ends with, before these are measured."""

    def __init__(self, start: keras.Model | None, share: float):
        super().__init__()
        self._weights = start.get_weights() if share else []
        self._share = share

    def on_test_begin(self, logs=None) -> None:
        self.apply(self.model)

    def apply(self, model: keras.Model) -> None:
        if self._weights:
            learned = model.get_weights()
            pairs = zip(self._weights, learned, strict=True)
            model.set_weights([self._share * mine + (1 - self._share) * theirs for mine, theirs in pairs])
            self._weights = []  # Once.


def _epoch(
    model: keras.Model,
    chosen: recipe.Recipe,
    epoch: int,
    learning: FaceSet,
    validation: FaceSet,
    run: Path,
    ending: _Ending,
) -> None:
    """Train for one epoch, log it and save the network."""
    model.fit(
        tasks.by_output(pipeline.training_batches(learning, model.input_shape[1:], chosen, epoch), model),
        validation_data=_measured(model, chosen, validation),
        initial_epoch=epoch,
        epochs=epoch + 1,
        shuffle=False,
        callbacks=[*_callbacks(chosen, run, epoch), ending],
    )
    _replace(run / CHECKPOINT, model.save)


def _epoch_together(
    model: keras.Model,
    chosen: recipe.Recipe,
    epoch: int,
    learning: FaceSet,
    validation: FaceSet,
    run: Path,
    ending: _Ending,
    among: tf.distribute.Strategy,
) -> None:
    """`_epoch` on several devices; each machine measures the saved network by itself."""

    def batches(share):
        return tasks.by_output(pipeline.training_batches(learning, model.input_shape[1:], chosen, epoch, share), model)

    logs = distribution.fit(model, among, chosen.batch_size, batches)
    ending.apply(model)
    _replace(run / CHECKPOINT, model.save)
    _note(keras.models.load_model(run / CHECKPOINT), chosen, epoch, validation, run, logs)


def _epoch_by_torch(
    model: keras.Model,
    chosen: recipe.Recipe,
    epoch: int,
    learning: FaceSet,
    validation: FaceSet,
    run: Path,
    ending: _Ending,
    way: "Way",
) -> None:
    """`_epoch` by PyTorch, whose optimiser is kept beside the network, under the number of its epoch: a kill between
    the two leaves those of the epoch before."""
    from training.torch_training import TorchTrainer

    trainer = TorchTrainer(model, chosen, chosen.steps(len(learning)), way)
    if epoch:
        trainer.carry_on(run / STATE.format(epoch))
    batches = pipeline.training_batches(learning, model.input_shape[1:], chosen, epoch)
    logs = trainer.epoch(batches.as_numpy_iterator())
    trained = trainer.write_back()
    ending.apply(trained)
    _replace(run / STATE.format(epoch + 1), trainer.save)
    _replace(run / CHECKPOINT, trained.save)
    (run / STATE.format(epoch - 1)).unlink(missing_ok=True)
    _note(trained, chosen, epoch, validation, run, logs)


def _note(
    model: keras.Model, chosen: recipe.Recipe, epoch: int, validation: FaceSet, run: Path, logs: dict[str, float]
) -> None:
    """Measure the network as it is kept, say what came out, and log it."""
    measured = model.evaluate(_measured(model, chosen, validation), return_dict=True, verbose=0)
    logs |= {f"val_{name}": value for name, value in measured.items()}
    click.echo(
        f"Epoch {epoch + 1}/{chosen.epochs}: " + ", ".join(f"{name} {value:.4f}" for name, value in logs.items())
    )
    log = keras.callbacks.CSVLogger(run / LOG, append=epoch > 0)
    log.set_model(model)
    log.on_train_begin()
    log.on_epoch_end(epoch, logs)
    log.on_train_end()


def _is_by_torch(engine: str, among: tf.distribute.Strategy | None) -> bool:
    """Raises ValueError where PyTorch is asked for and can't be had."""
    there = importlib.util.find_spec("torch") is not None
    if engine == "torch" and (among or not there):
        raise ValueError("--strategy is for Keras" if among else "--engine torch needs PyTorch: pip install torch")
    return engine != "keras" and there and among is None


def _quickest_way(model: keras.Model, chosen: recipe.Recipe, epoch: int, learning: FaceSet) -> "Way":
    """As measured on a few batches, for half a minute at most; the rest of the run goes that way. In a run that is
    over soon, measuring would take a good part of its time."""
    from training.torch_training import Way, fastest

    cores, most = len(os.sched_getaffinity(0)), chosen.steps(len(learning)) // 100
    if not most:
        return Way(bfloat16=False, threads=cores)
    batches = pipeline.training_batches(learning, model.input_shape[1:], chosen, epoch).as_numpy_iterator()
    way, measured = fastest(model, chosen, batches, most, cores)
    told = ", ".join(f"{one} {rate:.0f}" for one, rate in measured.items())
    click.echo(f"PyTorch computes in {way}, the quickest here (images a second: {told}).")
    return way


def _measured(model: keras.Model, chosen: recipe.Recipe, validation: FaceSet) -> tf.data.Dataset:
    shape = model.input_shape[1:]
    return tasks.by_output(
        pipeline.batches(validation, shape, chosen.batch_size, bool(chosen.valence_arousal_weight)), model
    )


def _network(chosen: recipe.Recipe, epoch: int, model: keras.Model | None, faces: int) -> keras.Model:
    """Return a compiled network to train in `epoch`, which carries on from `model`, that of the epoch before."""
    keras.utils.set_random_seed(chosen.seed + epoch)
    network = importlib.import_module(f"training.models.{chosen.model}").build(**chosen.stage(epoch).options)
    if chosen.frozen_statistics:
        for layer in network.layers:
            layer.trainable = not isinstance(layer, keras.layers.BatchNormalization)
    network.compile(
        optimizer=_optimizer(chosen, chosen.steps(faces)),
        jit_compile=False,
        **tasks.objectives(network, chosen.valence_arousal_weight),
    )
    network.optimizer.build(network.trainable_variables)
    if model is not None:
        _take_over(network, model)
    return network


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


def _optimizer(chosen: recipe.Recipe, steps: int) -> keras.optimizers.Optimizer:
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


def _callbacks(chosen: recipe.Recipe, run: Path, epoch: int) -> list[keras.callbacks.Callback]:
    log = keras.callbacks.CSVLogger(run / LOG, append=epoch > 0)
    # Keras puts the averages in the weights' place when `fit` ends; this measures them before, so that the log tells
    # how good the kept network is.
    return [keras.callbacks.SwapEMAWeights(), log] if chosen.averaging else [log]


def _epochs_done(run: Path, learning: FaceSet) -> int:
    if not (run / PROGRESS).exists():
        return 0
    progress = json.loads((run / PROGRESS).read_text())
    if progress.get("faces", learning.source) != learning.source:
        raise ValueError(f"{run} holds a run on other faces, {progress['faces']}: name a new folder with --out")
    return progress["epochs_done"]


def _replace(path: Path, write) -> None:
    """Write beside `path` first, so that a kill never leaves half a file under its name."""
    temporary = path.with_stem(path.stem + ".part")
    write(temporary)
    temporary.replace(path)


if __name__ == "__main__":
    main()
