"""A training run: a folder in which every epoch leaves a checkpoint and a line in a log, so that it goes on where it
stopped, also on another machine."""

import hashlib
import json
import os
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import keras
import tensorflow as tf

from fers.datasets import FaceSet
from training import curves, distribution, pace, pipeline, tasks
from training.compiled import compiled
from training.recipe import Recipe
from training.writing import write_whole

if TYPE_CHECKING:
    from training.torch_training import Way

CHECKPOINT = "checkpoint.keras"
PROGRESS = "progress.json"
LOG = "log.csv"
CURVES = "curves.svg"
STATE = "optimizer-{}.pt"
"""After so many epochs."""


def train(
    chosen: Recipe,
    learning: FaceSet,
    validation: FaceSet,
    run: Path,
    start: keras.Model | None = None,
    among: tf.distribute.Strategy | None = None,
    by_torch: bool = False,
    patience: int | None = None,
    taught_by: Sequence[str] = (),
) -> Path:
    """Train by `chosen`, or go on where the run in folder `run` stopped. Returns the `.keras` file of the last epoch.

    A fresh run begins with the weights of `start`, where there is one. With `among`, several devices train one network
    together; on several machines they do so from the same faces, and see the same folder `run`. `by_torch`: see
    `torch_training`; a run folder can be copied to another machine and gone on with there. After `patience` epochs
    that did not raise top-1 on `validation`, a run is over early. `taught_by` names the models that the targets of
    `learning` are partly from. The recipe is fitted to a set that is small. Raises ValueError when the weights do not
    fit or the devices can't share a batch, when the recipe keeps a share of a start that is not given or that an early
    end would leave out, and when the folder holds a run by another recipe, on other faces, by other teachers, from
    another beginning that keeps a share, or by the other engine.

    No epoch is chosen by its score: with a step size that falls to zero the last is the one to keep, and what is
    measured on `validation` stays a measurement.
    """
    if start is None and (chosen.start_share or not chosen.model):
        raise ValueError("this recipe learns on from a network: name one with --init-from")
    if patience and chosen.start_share:
        raise ValueError("this recipe keeps a share of what it began with, in its last epoch: leave --patience out")
    chosen = chosen.fitted(len(learning))
    run.mkdir(parents=True, exist_ok=True)
    about = _about(chosen, learning, validation, taught_by, start)
    done = _epochs_done(run, about, by_torch)
    model = keras.models.load_model(run / CHECKPOINT) if done else start
    if done and not by_torch:  # A kill may have come after this was saved and before that was said.
        done = int(model.optimizer.iterations) // (len(learning) // chosen.batch_size)
    kept = distribution.folder(run, among)
    kept.mkdir(exist_ok=True)
    if done:
        click.echo(
            f"{run} holds {done} of {chosen.epochs} epochs already. To begin anew, name a new folder with --out."
        )
        _forget_from(kept / LOG, done)
    foretold = pace.Pace(pace.costs(chosen))
    for epoch in range(done, chosen.epochs):
        if patience and curves.is_flat(curves.top1(kept / LOG), patience):
            click.echo(f"Top-1 has not risen for {patience} epochs: the run is over after {epoch} of {chosen.epochs}.")
            break
        began = time.monotonic()
        # A network that comes from a file has lost which weights do not decay, so it is built anew as well.
        if epoch == done or chosen.stage(epoch) is not chosen.stage(epoch - 1):
            with among.scope() if among else nullcontext():
                model = compiled(chosen, epoch, model, len(learning))
        if by_torch and epoch == done:
            way = _quickest_way(model, chosen, epoch, learning, _as_it_began(kept / PROGRESS))
            about |= {"bfloat16": way.bfloat16}
        ending = _Ending(start, chosen.start_share if epoch + 1 == chosen.epochs else 0.0)
        one = _Epoch(chosen, epoch, learning, validation, kept, ending)
        if among:
            _train_together(model, one, among)
        elif by_torch:
            _train_by_torch(model, one, way)
        else:
            _train(model, one)
        progress = json.dumps({"epochs_done": epoch + 1} | about)
        write_whole(kept / PROGRESS, partial(Path.write_text, data=progress))
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


@dataclass(frozen=True)
class _Epoch:
    """One pass over the faces to learn from, and what it takes."""

    chosen: Recipe
    number: int
    learning: FaceSet
    validation: FaceSet
    folder: Path
    ending: _Ending

    def batches(self, model: keras.Model, share: distribution.Share = distribution.WHOLE) -> tf.data.Dataset:
        """What `model` learns from."""
        return pipeline.training_batches(self.learning, model.input_shape[1:], self.chosen, self.number, share)

    def measured(self, model: keras.Model) -> tf.data.Dataset:
        """What `model` is measured on."""
        shape, weighs = model.input_shape[1:], bool(self.chosen.valence_arousal_weight)
        return tasks.by_output(pipeline.batches(self.validation, shape, self.chosen.batch_size, weighs), model)


def _train(model: keras.Model, epoch: _Epoch) -> None:
    """Train for one epoch, log it and save the network."""
    model.fit(
        tasks.by_output(epoch.batches(model), model),
        validation_data=epoch.measured(model),
        initial_epoch=epoch.number,
        epochs=epoch.number + 1,
        shuffle=False,
        callbacks=[*_callbacks(epoch), epoch.ending],
    )
    write_whole(epoch.folder / CHECKPOINT, model.save)


def _train_together(model: keras.Model, epoch: _Epoch, among: tf.distribute.Strategy) -> None:
    """`_train` on several devices; each machine measures the saved network by itself, and logs it before it counts."""
    logs = distribution.fit(
        model, among, epoch.chosen.batch_size, lambda share: tasks.by_output(epoch.batches(model, share), model)
    )
    epoch.ending.apply(model)

    def save_and_measure(path: Path) -> None:
        model.save(path)
        _note(keras.models.load_model(path), epoch, logs)

    write_whole(epoch.folder / CHECKPOINT, save_and_measure)


def _train_by_torch(model: keras.Model, epoch: _Epoch, way: "Way") -> None:
    """`_train` by PyTorch, whose optimiser is kept beside the network, under the number of its epoch: a kill between
    the two leaves those of the epoch before."""
    from training.torch_training import TorchTrainer

    number, folder = epoch.number, epoch.folder
    trainer = TorchTrainer(model, epoch.chosen, epoch.chosen.steps(len(epoch.learning)), way)
    if number:
        trainer.carry_on(folder / STATE.format(number))
    logs = trainer.epoch(epoch.batches(model).as_numpy_iterator())
    trained = trainer.write_back()
    epoch.ending.apply(trained)
    write_whole(folder / STATE.format(number + 1), trainer.save)
    write_whole(folder / CHECKPOINT, trained.save)
    (folder / STATE.format(number - 1)).unlink(missing_ok=True)
    _note(trained, epoch, logs)


def _note(model: keras.Model, epoch: _Epoch, logs: dict[str, float]) -> None:
    """Measure the network as it is kept, say what came out, and log it."""
    measured = model.evaluate(epoch.measured(model), return_dict=True, verbose=0)
    logs |= {f"val_{name}": value for name, value in measured.items()}
    told = ", ".join(f"{name} {value:.4f}" for name, value in logs.items())
    click.echo(f"Epoch {epoch.number + 1}/{epoch.chosen.epochs}: {told}")
    log = _log(epoch)
    log.set_model(model)
    log.on_train_begin()
    log.on_epoch_end(epoch.number, logs)
    log.on_train_end()


def _quickest_way(model: keras.Model, chosen: Recipe, epoch: int, learning: FaceSet, bfloat16: bool | None) -> "Way":
    """As measured on a few batches, for half a minute at most; the rest of the run goes that way. In a run that is
    over soon, measuring would take a good part of its time."""
    from training.torch_training import Way, fastest

    cores, most = _cores(), chosen.steps(len(learning)) // 100
    if not most:
        return Way(bool(bfloat16), cores)
    batches = pipeline.training_batches(learning, model.input_shape[1:], chosen, epoch).as_numpy_iterator()
    way, measured = fastest(model, chosen, batches, most, cores, bfloat16)
    told = ", ".join(f"{one} {rate:.0f}" for one, rate in measured.items())
    click.echo(f"PyTorch computes in {way}, the quickest here (images a second: {told}).")
    return way


def _as_it_began(progress: Path) -> bool | None:
    """Whether a run that is gone on with computes in bfloat16, wherever it began; None where nothing says so."""
    return json.loads(progress.read_text()).get("bfloat16") if progress.exists() else None


def _cores() -> int:
    """Those that this process may use; macOS doesn't say."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _callbacks(epoch: _Epoch) -> list[keras.callbacks.Callback]:
    # Keras puts the averages in the weights' place when `fit` ends; this measures them before, so that the log tells
    # how good the kept network is.
    return [keras.callbacks.SwapEMAWeights(), _log(epoch)] if epoch.chosen.averaging else [_log(epoch)]


def _log(epoch: _Epoch) -> keras.callbacks.CSVLogger:
    return keras.callbacks.CSVLogger(epoch.folder / LOG, append=epoch.number > 0)


def _about(
    chosen: Recipe, learning: FaceSet, validation: FaceSet, taught_by: Sequence[str], start: keras.Model | None
) -> dict[str, Any]:
    """What makes a run that run, in JSON's types."""
    recipe = asdict(chosen)
    recipe |= recipe.pop("augmentation")
    told = {
        "faces": learning.source,
        "of_them": len(learning),
        "measured_on": validation.source,
        "of_those": len(validation),
        "taught_by": list(taught_by),
        "begun_from": _began_with(chosen, start),
        "recipe": recipe,
    }
    return json.loads(json.dumps(told))


def _began_with(chosen: Recipe, start: keras.Model | None) -> str:
    """A digest of the weights that have a share in what a run ends with; empty where none have."""
    if start is None or not chosen.start_share:
        return ""
    return hashlib.sha256(b"".join(weights.tobytes() for weights in start.get_weights())).hexdigest()[:12]


def _epochs_done(run: Path, about: dict[str, Any], by_torch: bool) -> int:
    if not (run / PROGRESS).exists():
        return 0
    progress = json.loads((run / PROGRESS).read_text())
    _refuse_another(run, progress, about)
    done = progress["epochs_done"]
    if by_torch != (run / STATE.format(done)).exists():  # Neither can read the other's optimiser.
        before = "keras" if by_torch else "torch"
        raise ValueError(f"{run} holds a run that goes on with --engine {before}: name it, or a new folder with --out")
    return done


def _refuse_another(run: Path, was: dict[str, Any], now: dict[str, Any]) -> None:
    """Raise ValueError unless it is one run; what earlier releases did not write down may be anything."""
    for key, what in (
        ("faces", "on other faces"),
        ("of_them", "on so many faces"),
        ("measured_on", "measured on others"),
        ("of_those", "measured on so many"),
        ("taught_by", "taught by others"),
        ("begun_from", "begun from another network"),
    ):
        if was.get(key, now[key]) != now[key]:
            one, other = (", ".join(said) if isinstance(said, list) else said for said in (was[key], now[key]))
            told = f"{run} holds a run {what}, {one or 'none'}, not {other or 'none'}"
            raise ValueError(f"{told}: name them, or a new folder with --out")
    recipe = now["recipe"]
    others = {name: value for name, value in was.get("recipe", {}).items() if recipe.get(name, value) != value}
    if others:
        told = ", ".join(f"{name} {value}, not {recipe[name]}" for name, value in others.items())
        raise ValueError(f"{run} holds a run by another recipe ({told}): name that, or a new folder with --out")


def _forget_from(log: Path, epoch: int) -> None:
    """Take out of a log the epochs from `epoch` on, which are yet to be trained."""
    if not log.exists():
        return
    header, *rows = log.read_text().splitlines(keepends=True)
    kept = [row for row in rows if int(row.partition(",")[0]) < epoch]
    write_whole(log, partial(Path.write_text, data="".join([header, *kept])))
