"""Make a model folder, the unit the app loads, from a finished run:
`python -m training.package --run runs/alexnet --id alexnet-ferplus --version 1.0.0 …`."""

import hashlib
import importlib
import json
from pathlib import Path

import click
import keras

from fers.domain.emotions import LABELS
from fers.inference.keras_classifier import KerasClassifier
from fers.inference.model_folder import read_model_folder
from training import recipe
from training.data import load
from training.evaluate import evaluate
from training.train import BEST

WEIGHTS = "model.keras"
METRICS = ("n", "top1", "top3", "macro_f1", "ece")


@click.command(help=__doc__)
@click.option("--run", type=click.Path(exists=True, path_type=Path), required=True, help="The run folder.")
@click.option("--recipe", "recipe_name", required=True, help="The recipe it was trained by.")
@click.option("--id", "model_id", required=True, help="The model's id, which is also its folder's name.")
@click.option("--version", required=True)
@click.option("--name", required=True, help="What people call it.")
@click.option("--data", required=True, help="What it was trained on, in a sentence.")
@click.option("--licence", required=True)
@click.option("--crop-scale", type=float, default=1.0, show_default=True, help="Crop side over detected face side.")
@click.option("--detail-px", type=int, help="Side that faces are reduced to first.")
@click.option("--validate", required=True, metavar="SPEC", help="Faces to state the metrics on.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("models"), show_default=True)
def main(run, recipe_name, model_id, version, name, data, licence, crop_scale, detail_px, validate, out) -> None:
    folder = out / model_id
    folder.mkdir(parents=True, exist_ok=True)
    network = _write_weights(run / BEST, recipe.load(recipe_name).model, folder / WEIGHTS)
    _, height, width, channels = network.input_shape
    description = {
        "schema": 1,
        "id": model_id,
        "version": version,
        "name": name,
        "weights": WEIGHTS,
        "sha256": hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest(),
        "classes": list(LABELS),
        "input": {"width": width, "height": height, "channels": channels, "range": [0, 1], "detail_px": detail_px},
        "crop": {"scale": crop_scale},
        "licence": licence,
        "data": data,
        "metrics": {},
    }
    _write_description(folder, description)
    faces = load(validate)
    measured = evaluate(KerasClassifier(read_model_folder(folder)), faces)
    description["metrics"] = {faces.source: {key: measured[key] for key in METRICS}}
    _write_description(folder, description)
    click.echo(f"{folder} is ready: {description['metrics']}. Write its model card beside it.")


def _write_weights(best: Path, architecture: str, target: Path) -> keras.Model:
    """Save the weights in a freshly built network: without the optimiser, and without whatever a run may have added."""
    network = importlib.import_module(f"training.models.{architecture}").build()
    network.set_weights(keras.models.load_model(best, compile=False).get_weights())
    network.save(target)
    return network


def _write_description(folder: Path, description: dict) -> None:
    (folder / "model.json").write_text(json.dumps(description, indent=2) + "\n")


if __name__ == "__main__":
    main()
