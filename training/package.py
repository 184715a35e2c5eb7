"""Make a model folder, the unit the app loads, from a finished run:
`python -m training.package --run runs/alexnet --id alexnet-ferplus --version 1.0.0 …`."""

from pathlib import Path

import click
import keras

from fers.cli.explaining import explains_failures
from fers.cli.model_questions import Identifier
from fers.datasets import load_to_measure
from fers.domain.emotions import LABELS
from fers.inference.classifier import FolderClassifier
from fers.inference.conversion import Precision, litert
from fers.inference.model_folder import DESCRIPTION, ModelFolder, adding_to, fingerprint, info_of
from training import compact
from training.convert import PRECISION
from training.evaluate import evaluate
from training.networks import emotion_network
from training.run import CHECKPOINT
from training.writing import describe

NETWORK = "model.keras"
"""What is trained on and converted from."""
SERVED = "model.tflite"
"""What the app runs: it needs no TensorFlow."""
METRICS = ("n", "top1", "top3", "macro_f1", "ece")


@click.command(help=__doc__)
@click.option("--run", type=click.Path(exists=True, path_type=Path), required=True, help="The run folder.")
@click.option(
    "--id", "model_id", type=Identifier(), required=True, help="The model's id, which is also its folder's name."
)
@click.option("--version", required=True)
@click.option("--name", required=True, help="What people call it.")
@click.option("--data", required=True, help="What it was trained on, in a sentence.")
@click.option("--licence", required=True)
@click.option(
    "--crop-scale",
    type=click.FloatRange(0.5, 4),
    default=1.0,
    show_default=True,
    help="Crop side over detected face side.",
)
@click.option("--detail-px", type=click.IntRange(16, 1024), help="Side that faces are reduced to first.")
@click.option("--validate", required=True, metavar="SPEC", help="Faces to state the metrics on.")
@click.option("--weights", **PRECISION)
@click.option("--out", type=click.Path(path_type=Path), default=Path("models"), show_default=True)
@explains_failures
def main(run, model_id, version, name, data, licence, crop_scale, detail_px, validate, weights, out) -> None:
    if not (run / CHECKPOINT).is_file():
        raise click.ClickException(f"{run} holds no {CHECKPOINT}: name the folder of a run")
    # Before anything is written, where one of these is amiss.
    faces, trained = load_to_measure([validate]), _trained(run / CHECKPOINT)
    folder = out / model_id
    with adding_to(out) as staging:
        network = _write_weights(trained, staging / NETWORK, weights)
        (staging / SERVED).write_bytes(litert(network, weights))
        _, height, width, channels = network.input_shape
        description = {
            "schema": 1,
            "id": model_id,
            "version": version,
            "name": name,
            "weights": SERVED,
            "sha256": fingerprint(staging / SERVED),
            "input": {"width": width, "height": height, "channels": channels, "range": [0, 1], "detail_px": detail_px},
            "output": {"classes": list(LABELS)},
            "crop": {"scale": crop_scale},
            "licence": licence,
            "data": data,
            "parameters": network.count_params(),
        }
        measured = evaluate(FolderClassifier(ModelFolder(staging, info_of(description))), faces)
        description["metrics"] = {faces.source: {key: measured[key] for key in METRICS}}
        describe(staging, description)
        # What else lies in the folder stays, such as a model card.
        folder.mkdir(exist_ok=True)
        for file in (NETWORK, SERVED, DESCRIPTION):
            (staging / file).replace(folder / file)
    click.echo(f"{folder} is ready: {description['metrics']}. Write its model card beside it.")


def _trained(checkpoint: Path) -> keras.Model:
    try:
        return keras.models.load_model(checkpoint, compile=False)
    except ValueError as error:
        raise click.ClickException(f"{checkpoint} can't be loaded: it is broken, or no Keras file") from error


def _write_weights(trained: keras.Model, target: Path, served: Precision) -> keras.Model:
    """Save the part of the network that tells the emotion: without the optimiser, without other tasks, and no more
    exactly than half precision where less is served."""
    network = emotion_network(trained)
    if served is not Precision.FLOAT32:
        compact.halve(network)
    network.save(target)
    compact.compress(target)
    return network


if __name__ == "__main__":
    main()
