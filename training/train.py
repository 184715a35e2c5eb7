"""Train a network by its recipe: `python -m training.train --recipe NAME --data SPEC --validate SPEC`.

Every epoch ends with a checkpoint and a line in the log; the same command resumes after a kill, and on another machine
that the run folder is copied to. The learning curves are drawn in `curves.svg` at the end. `--init-from` begins with
what another network has learned, such as the live model when new faces came in. Of a dataset version that is named
whole, `--data fers:PATH`, the train part is learned from and, without `--validate`, the validation part measured on.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import tensorflow as tf

from fers import adapters, config
from fers.cli.explaining import explains_failures
from fers.datasets import FaceSet, load_all, load_to_measure
from fers.domain.interfaces import Classifier
from training import beginnings, curves, distribution, recipe, specs
from training.crops import predictions
from training.run import LOG, train
from training.twins import kept_apart

ENGINES = ("auto", "keras", "torch")
FRESH, LEARNING_ON = "alexnet", "more"
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
    help="A model (name or folder) with a .keras file, a run folder or a .keras file to begin with: of the recipe's"
    f" architecture, or of any for {LEARNING_ON}.",
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
@explains_failures
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
        validation = load_to_measure(specs.to_measure_on(validate, data))
        registry = adapters.registry(config.load())
        begun = init_from and beginnings.place(init_from, registry)
        known = [registry.classifier(name) for name in teachers or beginnings.own_teacher(chosen, begun)]
        start = begun and beginnings.learned(begun)
        for faces in (learning, validation):
            dropped = ", ".join(f"{count} {reason}" for reason, count in faces.dropped.items()) or "none"
            click.echo(f"{faces.source}: {len(faces)} faces, dropped: {dropped}")
        learning = kept_apart(learning, validation)
        if known:
            learning = taught(learning, known)
        taught_by = [f"{teacher.info.id} {teacher.info.version}" for teacher in known]
        run = out or Path("runs") / recipe_name
        for one, folder in seeded(chosen, run, seeds):
            trained = train(one, learning, validation, folder, start, among, by_torch, patience, taught_by)
            click.echo(f"The trained network is {trained}.")
    except ValueError as error:
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


def _is_by_torch(engine: str, among: tf.distribute.Strategy | None) -> bool:
    """Raises ValueError where PyTorch is asked for and can't be had."""
    there = importlib.util.find_spec("torch") is not None
    if engine == "torch" and (among or not there):
        raise ValueError("--strategy is for Keras" if among else "--engine torch needs PyTorch: pip install torch")
    return engine != "keras" and there and among is None


if __name__ == "__main__":
    main()
