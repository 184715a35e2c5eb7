"""Convert a Keras model for another runtime:
`python -m training.convert --model FOLDER --to litert|onnx --data SPEC`.

The file is written only when it answers like the Keras network on the given faces.
"""

from pathlib import Path

import click
import keras
import numpy as np

from fers import adapters, config
from fers.cli.explaining import explains_failures
from fers.datasets import FaceSet, load_all
from fers.errors import ModelRejected
from fers.inference.conversion import Precision, litert
from fers.inference.model_folder import DESCRIPTION, ModelFolder, read_model_folder
from fers.inference.prepare import to_emotions, to_input
from fers.inference.runtimes import EMOTION, Network, open_network, pick_output
from training.crops import crops

FILES = {"litert": "model.tflite", "onnx": "model.onnx"}
"""What is written, by kind."""
LARGEST_DIFFERENCE = {Precision.FLOAT32: 1e-3, Precision.FLOAT16: 1e-2, Precision.INT8: 1e-1}
"""Of any probability."""
PRECISION = {
    "type": click.Choice(Precision, case_sensitive=False),
    "default": Precision.FLOAT32,
    "show_default": "float32",
    "help": "How the LiteRT file keeps them: float16 takes half the room, int8 a quarter and a fraction of the time.",
}
"""What commands that write one say of their option --weights."""


@click.command(help=__doc__)
@click.option("--model", required=True, metavar="NAME_OR_FOLDER", help="A registered model or its folder.")
@click.option("--to", "kind", type=click.Choice(list(FILES)), required=True)
@click.option("--weights", **PRECISION)
@click.option("--data", required=True, multiple=True, metavar="SPEC", help="Faces to compare the answers on.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write.  [default: in the model's folder]")
@explains_failures
def main(model: str, kind: str, weights: Precision, data: tuple[str, ...], out: Path | None) -> None:
    folder = model_folder(model)
    if weights is not Precision.FLOAT32 and kind == "onnx":
        raise click.ClickException("ONNX files are written with weights of 32 bits. Leave --weights out.")
    target = out or folder.path / FILES[kind]
    if target.suffix != Path(FILES[kind]).suffix:
        raise click.ClickException(f"{target.name} is no name for this format: end it with {Path(FILES[kind]).suffix}.")
    if target.resolve() == folder.weights.resolve():
        raise click.ClickException(f"{folder.info.id} serves {target.name}. Name another file with --out.")
    difference = convert(folder, keras_file(folder), target, weights, load_all(data))
    megabytes = target.stat().st_size / 1e6
    click.echo(f"{target}: {megabytes:.2f} MB, largest difference of a probability {difference:.1e}")


def model_folder(name: str) -> ModelFolder:
    """The model folder at this path, whatever it serves, or the registered model of this name. Raises UnknownModel or
    ModelRejected."""
    here = Path(name)
    return read_model_folder(here) if (here / DESCRIPTION).is_file() else adapters.registry(config.load()).find(name)


def keras_file(folder: ModelFolder) -> Path:
    """The folder's Keras network: what it serves, or what that was converted from. Raises ModelRejected."""
    found = sorted(folder.path.glob("*.keras"))
    if len(found) != 1:
        raise ModelRejected("convert.not-keras", model=folder.info.id, files=len(found))
    return found[0]


def convert(folder: ModelFolder, source: Path, target: Path, weights: Precision, faces: FaceSet) -> float:
    """Write `source`, the Keras network of `folder`, as `target`, in the format of its suffix. Returns the largest
    difference of a probability between the two on `faces`. Raises ModelRejected, and leaves nothing, when that is more
    than LARGEST_DIFFERENCE."""
    network = keras.saving.load_model(source, compile=False, safe_mode=True)
    if len(network.outputs) > 1:
        network = keras.Model(network.inputs, network.outputs[_chosen(folder, open_network(source), source)])
    part = target.with_stem(f"{target.stem}.part")
    try:
        part.write_bytes(onnx(network) if target.suffix == ".onnx" else litert(network, weights))
        difference = _largest_difference(folder, source, part, faces)
        if not difference <= LARGEST_DIFFERENCE[weights]:
            raise ModelRejected("convert.answers-differently", difference=difference)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return difference


def _largest_difference(folder: ModelFolder, one: Path, other: Path, faces: FaceSet) -> float:
    networks = [(network := open_network(file), _chosen(folder, network, file)) for file in (one, other)]
    largest = 0.0
    for batch in crops(faces):
        inputs = to_input(batch, folder.info.input)
        first, second = (to_emotions(network.run(inputs, output), folder.info.output) for network, output in networks)
        largest = max(largest, float(np.abs(first - second).max()))
    return largest


def _chosen(folder: ModelFolder, network: Network, file: Path) -> int:
    """The output that is read; a converted network has that one alone."""
    return 0 if len(network.outputs) == 1 else pick_output(network.outputs, file.name, folder.info.output.name)


def onnx(network: keras.Model) -> bytes:
    """`network` as an ONNX file that takes batches of any size."""
    import tensorflow as tf
    import tf2onnx

    signature = [tf.TensorSpec(network.input_shape, tf.float32, name="face")]

    @tf.function(input_signature=signature)
    def answer(face):
        return {EMOTION: network(face, training=False)}

    model, _ = tf2onnx.convert.from_function(answer, input_signature=signature, opset=18)
    return model.SerializeToString()


if __name__ == "__main__":
    main()
