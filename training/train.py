"""Train a network by its recipe: `python -m training.train --recipe NAME --data SPEC --validate SPEC`.

Every epoch ends with a checkpoint and a line in the log; the same command resumes after a kill.
"""

import importlib
import json
from pathlib import Path

import click
import keras

from training import pipeline, recipe
from training.data import DataError, FaceSet, load

CHECKPOINT = "checkpoint.keras"
BEST = "best.keras"
PROGRESS = "progress.json"
LOG = "log.csv"


@click.command(help=__doc__)
@click.option("--recipe", "recipe_name", default="alexnet", show_default=True, help="A file in training/recipes/.")
@click.option("--data", required=True, help="Faces to learn from: ferplus:PATH or manifest:PATH.")
@click.option("--validate", required=True, help="Faces to choose the best epoch on.")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder.  [default: runs/RECIPE]")
def main(recipe_name: str, data: str, validate: str, out: Path | None) -> None:
    try:
        chosen = recipe.load(recipe_name)
        learning, validation = load(data), load(validate)
    except (ValueError, DataError) as error:
        raise click.ClickException(str(error)) from error
    for faces in (learning, validation):
        dropped = ", ".join(f"{count} {reason}" for reason, count in faces.dropped.items()) or "none"
        click.echo(f"{faces.source}: {len(faces)} faces, dropped: {dropped}")
    best = train(chosen, learning, validation, out or Path("runs") / recipe_name)
    click.echo(f"The best epoch's network is {best}.")


def train(chosen: recipe.Recipe, learning: FaceSet, validation: FaceSet, run: Path) -> Path:
    """Train by `chosen`, or go on where the run in folder `run` stopped. Returns the best epoch's `.keras` file.

    The best epoch is the one of the final network form with the highest top-1 accuracy on `validation`.
    """
    run.mkdir(parents=True, exist_ok=True)
    progress = _read_progress(run)
    model = None
    for epoch in range(progress["epochs_done"], chosen.epochs):
        model = _network_for(chosen, epoch, run, model, steps=len(learning) // chosen.batch_size)
        side = model.input_shape[1]
        history = model.fit(
            pipeline.training_batches(learning, side, chosen, epoch),
            validation_data=pipeline.batches(validation, side, chosen.batch_size),
            initial_epoch=epoch,
            epochs=epoch + 1,
            shuffle=False,
            callbacks=[keras.callbacks.CSVLogger(run / LOG, append=epoch > 0)],
        )
        top1 = history.history["val_top1"][-1]
        if epoch >= chosen.strided_epochs and top1 > progress["best_top1"]:
            progress["best_top1"] = top1
            _save(model, run / BEST)
        _save(model, run / CHECKPOINT)
        progress["epochs_done"] = epoch + 1
        _replace(run / PROGRESS, lambda temporary: temporary.write_text(json.dumps(progress)))
    return run / BEST


def _network_for(chosen, epoch, run, model, steps) -> keras.Model:
    """Return the compiled network to train in `epoch`, carrying on from `model` or from the run's checkpoint."""
    if model is None and epoch > 0:
        model = keras.models.load_model(run / CHECKPOINT)
    if model is not None and epoch != chosen.strided_epochs:
        return model
    if model is None:
        keras.utils.set_random_seed(chosen.seed)
    architecture = importlib.import_module(f"training.models.{chosen.model}")
    network = architecture.build(strided=True) if epoch < chosen.strided_epochs else architecture.build()
    rate = keras.optimizers.schedules.CosineDecay(
        0.0,
        steps * chosen.epochs - chosen.warmup_steps,
        warmup_target=chosen.learning_rate,
        warmup_steps=chosen.warmup_steps,
    )
    network.compile(
        optimizer=keras.optimizers.Adam(rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8),
        loss="categorical_crossentropy",
        metrics=[
            keras.metrics.CategoricalAccuracy(name="top1"),
            keras.metrics.TopKCategoricalAccuracy(3, name="top3"),
        ],
        jit_compile=False,
    )
    network.optimizer.build(network.trainable_variables)
    if model is not None:
        network.set_weights(model.get_weights())
        for mine, theirs in zip(network.optimizer.variables, model.optimizer.variables, strict=True):
            mine.assign(theirs)
    return network


def _read_progress(run: Path) -> dict:
    if (run / PROGRESS).exists():
        return json.loads((run / PROGRESS).read_text())
    return {"epochs_done": 0, "best_top1": 0.0}


def _save(model: keras.Model, path: Path) -> None:
    _replace(path, model.save)


def _replace(path: Path, write) -> None:
    """Write beside `path` first, so that a kill never leaves half a file under its name."""
    temporary = path.with_stem(path.stem + ".part")
    write(temporary)
    temporary.replace(path)


if __name__ == "__main__":
    main()
