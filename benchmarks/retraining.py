"""Does it help to retrain on what was collected? The whole loop, on photographs of people.

    python -m benchmarks.retraining --labels labels.csv [--seeds 3] [--first-seed 0] [--recipe more]

`labels.csv` has the columns image, label and subject, beside a folder `images`. For each seed half of the subjects are
imported into a fresh study, frozen and exported; the live model learns on from all but its validation split; and both
models, before and after, are measured on the other half of the subjects, whose faces are found as the app does.
"""

import csv
import random
import tempfile
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from fers import adapters, assembly, config
from fers.datasets import FaceSet, load, load_all
from fers.domain.people import OPERATOR
from fers.domain.versions import Split
from fers.exporting import csv_text
from fers.exporting.exported_version import Cut
from fers.inference.classifier import FolderClassifier
from fers.inference.conversion import Precision
from fers.inference.model_folder import read_model_folder
from fers.services.faces.importing import Terms
from training import package, recipe
from training.beginnings import learned
from training.evaluate import evaluate
from training.run import train
from training.train import taught

TERMS = Terms("For research.", "Photographs of public figures, for measuring only.")
FIGURES = ("top1", "macro_f1")


def halves(labels: Path, folder: Path, seed: int) -> tuple[Path, Path]:
    """Two lists of about as many pictures, no subject in both; written into `folder`."""
    with labels.open(newline="") as file:
        rows = list(csv.DictReader(file))
    subjects = sorted({row["subject"] for row in rows})
    random.Random(seed).shuffle(subjects)
    chosen = set(subjects[: len(subjects) // 2])
    (folder / "images").symlink_to(labels.resolve().parent / "images")
    paths = []
    for name, keep in (("collected", True), ("other", False)):
        paths.append(folder / f"{name}.csv")
        kept = ([row["image"], row["label"]] for row in rows if (row["subject"] in chosen) is keep)
        paths[-1].write_bytes(b"".join(csv_text.for_programs(["image", "label"], kept)))
    return tuple(paths)


def collected(faces: FaceSet, folder: Path) -> Path:
    """Import the faces into a study of its own, freeze them, and return the exported version."""
    services = assembly.assemble(replace(config.load(), data=folder / "data"))
    study = services.studies.current()
    services.importing.add(OPERATOR, study.id, faces, TERMS, detect=True)
    services.versions.freeze(OPERATOR, study.id, "v1")
    services.downloads.write(OPERATOR, study.id, "v1", "imagefolder", Cut.CROP, folder / "v1")
    return folder / "v1"


def retrained(version: Path, live: Path, folder: Path, seed: int, recipe_name: str) -> FolderClassifier:
    """The live model after it learned from the version and from itself, packaged as the app loads it."""
    chosen = replace(recipe.load(recipe_name), seed=seed)
    learning = load_all([f"fers:{version}#{split}" for split in (Split.TRAIN, Split.TEST)])
    learning = taught(learning, [FolderClassifier(read_model_folder(live))])
    train(chosen, learning, load(f"fers:{version}#validation"), folder / "run", learned(live))
    package.main.callback(
        run=folder / "run",
        model_id="retrained",
        version="1.0.0",
        name="Retrained",
        data="half of the photographs",
        licence=TERMS.licence,
        crop_scale=read_model_folder(live).info.crop_scale,
        detail_px=None,
        validate=f"fers:{version}#validation",
        weights=Precision.INT8,
        out=folder,
    )
    return FolderClassifier(read_model_folder(folder / "retrained"))


@click.command(help=__doc__)
@click.option("--labels", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--seeds", default=3, show_default=True)
@click.option("--first-seed", default=0, show_default=True)
@click.option("--recipe", "recipe_name", default="more", show_default=True)
def main(labels: Path, seeds: int, first_seed: int, recipe_name: str) -> None:
    settings = config.load()
    live = adapters.registry(settings).find(settings.default_model).path
    detector = adapters.face_detector()
    gained = []
    for seed in range(first_seed, first_seed + seeds):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            ours, theirs = (load(f"manifest:{path}") for path in halves(labels, folder, seed))
            after = retrained(collected(ours, folder), live, folder, seed, recipe_name)
            before = FolderClassifier(read_model_folder(live))
            was, now = (evaluate(model, theirs, detector) for model in (before, after))
        gained.append([now[figure] - was[figure] for figure in FIGURES])
        print(
            f"seed {seed}: learned from {len(ours)}, measured on {len(theirs)}: "
            + ", ".join(f"{figure} {was[figure]:.4f} -> {now[figure]:.4f}" for figure in FIGURES),
            flush=True,
        )
    spreads = np.std(gained, axis=0, ddof=1)
    for figure, mean, spread in zip(FIGURES, np.mean(gained, axis=0), spreads, strict=True):
        print(f"{figure}: {100 * mean:+.1f} points on average, standard deviation {100 * spread:.1f}")


if __name__ == "__main__":
    main()
