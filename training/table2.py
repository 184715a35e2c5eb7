r"""Train every system of Table II of Siddiqui et al. (2021) to its end by one protocol, and put the table together:

    python -m training.table2 --out runs/table2 \
        --data ferplus-votes:FER2013Train.zip --validate ferplus:FER2013Valid.zip

The protocol is that of `training/protocol.py`, and PyTorch computes its steps (pip install torch). It takes many hours:
stopped at any moment, it goes on where it was.
`--only` names systems, `--plan` says what is left. Beside the table, `curves.svg` shows how each system learned.
"""

import importlib.util
import json
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import keras
import numpy as np

from fers.analysis.leaderboard import figures
from fers.analysis.scores import score
from fers.cli.explaining import explains_failures
from fers.datasets import FaceSet, load_all, load_to_measure
from training import curves, pipeline, specs, svr
from training.comparison_table import PAPER
from training.networks import emotion_network
from training.protocol import BATCH_SIZE, by_adam, grown
from training.recipe import Recipe
from training.recipes import affectnet_cnn, alexnet, att2_2mt, att2_cnn, att2_mt, mobilenet, vgg
from training.run import CHECKPOINT, LOG, train
from training.train import seeded
from training.twins import kept_apart
from training.writing import write_text, write_whole

FLAT = 0.003
"""A run is at its end when the last fifth of its epochs gained less top-1 than this."""
ANSWERS = "answers.npy"
"""In a run folder that is done: n x 8 probabilities for the faces that are measured on."""
FACES = "faces.json"
"""Says which faces all systems of a folder learn from and are measured on."""


@dataclass(frozen=True)
class System:
    """A row of the table."""

    name: str
    recipe: Recipe | None
    """None: no network that is trained step by step."""


SYSTEMS = {
    "svr": System("SVR on HOG", None),
    "vgg-small": System("VGG variant, a quarter of the width", vgg.RECIPE),
    "mobilenet-small": System("MobileNet variant, half of the width", mobilenet.RECIPE),
    "att2_cnn": System("2Att-CNN", att2_cnn.RECIPE),
    "att2_mt": System("2Att-Mt", att2_mt.RECIPE),
    "att2_2mt": System("2Att-2Mt", att2_2mt.RECIPE),
    "affectnet_cnn-small": System("AffectNet's CNN, a third of the width", affectnet_cnn.RECIPE),
    "mobilenet": System("MobileNet variant", grown("mobilenet", published=True)),
    "affectnet_cnn": System("AffectNet's CNN", by_adam("affectnet_cnn", published=True)),
    "vgg": System("VGG variant (VGG13)", grown("vgg", published=True)),
    "alexnet-13": System("The paper's AlexNet variant, its 13 epochs", by_adam("alexnet", epochs=13)),
    "alexnet": System("The paper's AlexNet variant", alexnet.RECIPE),
}
"""By the name of the run folder, the quickest first."""


@click.command(help=__doc__)
@click.option("--data", required=True, multiple=True, metavar="SPEC", help="Faces to learn from.")
@click.option("--validate", required=True, multiple=True, metavar="SPEC", help="Faces to measure on.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder of the runs and of the table.")
@click.option("--only", multiple=True, type=click.Choice(list(SYSTEMS)), help="Systems to train.  [default: all]")
@click.option("--seeds", type=click.IntRange(1), default=1, show_default=True, help="Networks of each system.")
@click.option("--plan", is_flag=True, help="Say what is left, and train nothing.")
@explains_failures
def main(
    data: tuple[str, ...], validate: tuple[str, ...], out: Path, only: tuple[str, ...], seeds: int, plan: bool
) -> None:
    chosen = only or tuple(SYSTEMS)
    try:
        if not plan and importlib.util.find_spec("torch") is None:
            raise ValueError("PyTorch computes the steps of this protocol: pip install torch")
        learning, validation = load_all(specs.to_learn_from(data)), load_to_measure(specs.to_measure_on(validate, data))
        about = {"learned from": _about(learning), "were measured on": _about(validation)}
        _refuse_others(out, about)
        learning = kept_apart(learning, validation)
        for name in chosen:
            click.echo(f"{name}: {left(name, out, seeds)}")
        if not plan:
            out.mkdir(parents=True, exist_ok=True)
            write_text(out / FACES, json.dumps(about, indent=2) + "\n")
            for name in chosen:
                click.echo(f"{SYSTEMS[name].name}:")
                for recipe, run in _runs(name, out, seeds):
                    learn(recipe, learning, validation, run)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    done = [name for name in SYSTEMS if all(_is_done(run) for _, run in _runs(name, out, seeds))]
    if done:
        table = markdown(done, out, seeds, validation)
        write_text(out / "table2.md", table)
        click.echo(table)
        logs = {SYSTEMS[name].name: _runs(name, out, seeds)[0][1] / LOG for name in done if SYSTEMS[name].recipe}
        if logs:
            curves.draw_together(logs, out / "curves.svg")


def _about(faces: FaceSet) -> dict[str, Any]:
    """What tells a set from another, in JSON's types."""
    return {"source": faces.source, "n": len(faces), "labels": sha256(faces.targets.tobytes()).hexdigest()}


def _refuse_others(out: Path, about: dict[str, dict[str, Any]]) -> None:
    """Raise ValueError where the systems in `out` are of other faces, as far as is known: of earlier releases, which
    kept no note, as many answers as there were faces to measure on."""
    note = out / FACES
    if not note.is_file():
        measured = about["were measured on"]["n"]
        for file in sorted(out.rglob(ANSWERS)):
            if (answered := len(np.load(file, mmap_mode="r"))) != measured:
                raise ValueError(
                    f"{file.parent} was measured on {answered:,} faces, not on the {measured:,} of --validate: name"
                    " those, or a new folder with --out"
                )
        return
    known = json.loads(note.read_text("utf-8"))
    for what, now in about.items():
        was = known[what]
        if was != now:
            before, here = (f"{one['source']} ({one['n']:,} faces)" for one in (was, now))
            here += ", labelled otherwise" if here == before else ""
            raise ValueError(
                f"{out} holds systems that {what} {before}, not {here}: name those, or a new folder with --out"
            )


def left(name: str, out: Path, seeds: int) -> str:
    """What is left of a system's training."""
    runs = _runs(name, out, seeds)
    if all(_is_done(run) for _, run in runs):
        return "done"
    epochs = sum(recipe.epochs if recipe else 1 for recipe, _ in runs)
    return f"{epochs - sum(len(curves.top1(run / LOG)) for _, run in runs)} of {epochs} epochs are left"


def learn(recipe: Recipe | None, learning: FaceSet, validation: FaceSet, run: Path) -> None:
    """Train one network, or go on where it stopped, and keep what it answers."""
    if _is_done(run):
        return
    if recipe:
        train(recipe, learning, validation, run, by_torch=True)
    else:
        run.mkdir(parents=True, exist_ok=True)
        svr.train(learning).save(run / CHECKPOINT)
    network = emotion_network(keras.models.load_model(run / CHECKPOINT, compile=False))
    answers = network.predict(pipeline.batches(validation, network.input_shape[1:], BATCH_SIZE), verbose=0)
    write_whole(run / ANSWERS, partial(np.save, arr=answers))


def markdown(names: list[str], out: Path, seeds: int, faces: FaceSet) -> str:
    """The table of the systems that are done, the best first."""
    rows = sorted(((_scored(name, out, seeds, faces), name) for name in names), reverse=True)
    lines = [
        f"{len(faces):,} faces; {seeds} seed{'s' * (seeds > 1)}.",
        "",
        "| system | top-1 | top-3 | macro-F1 | least recall | gained in the last fifth | in the paper |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for scored, name in rows:
        gained = (
            "–" if np.isnan(scored.gained) else f"{scored.gained:+.4f}" + ("" if scored.gained < FLAT else ", rising")
        )
        lines.append(
            f"| {SYSTEMS[name].name} | {scored.top1:.3f} [{scored.low:.3f}, {scored.high:.3f}] | {scored.top3:.3f}"
            f" | {scored.macro_f1:.3f} | {scored.least_recall:.2f} | {gained} | {PAPER[name.split('-')[0]]} |"
        )
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, order=True)
class _Scored:
    """Means over a system's seeds. The interval is that of the mean, for these networks on other faces; by people where
    the set says whom it shows."""

    top1: float
    low: float
    high: float
    top3: float
    macro_f1: float
    least_recall: float
    gained: float
    """In top-1, by the last fifth of the epochs; NaN without epochs."""


def _scored(name: str, out: Path, seeds: int, faces: FaceSet) -> _Scored:
    runs, labels = [run for _, run in _runs(name, out, seeds)], faces.labels
    answers = [np.load(run / ANSWERS) for run in runs]
    found = np.ones(len(labels), bool)
    scores = [score(one, labels, found) for one in answers]
    right = np.mean([one.argmax(axis=1) == labels for one in answers], axis=0)
    top1, low, high = figures(["top1"], lambda sample: right[sample].mean(keepdims=True), faces.whose)["top1"]
    gained = [gain for run in runs if not np.isnan(gain := gained_at_the_end(curves.top1(run / LOG)))]
    return _Scored(
        top1,
        low,
        high,
        float(np.mean([one.top3 for one in scores])),
        float(np.mean([one.macro_f1 for one in scores])),
        float(np.mean([np.nanmin(one.recall) for one in scores])),
        float(np.mean(gained)) if gained else float("nan"),
    )


def gained_at_the_end(top1: list[float]) -> float:
    """What the best of the last fifth of the epochs has over the best before; NaN for fewer than five."""
    fifth = len(top1) // 5
    return max(top1[-fifth:]) - max(top1[:-fifth]) if fifth else float("nan")


def _runs(name: str, out: Path, seeds: int) -> list[tuple[Recipe | None, Path]]:
    recipe = SYSTEMS[name].recipe
    return [(None, out / name)] if recipe is None else list(seeded(recipe, out / name, seeds))


def _is_done(run: Path) -> bool:
    return (run / ANSWERS).exists()


if __name__ == "__main__":
    main()
