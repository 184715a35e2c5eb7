"""Convert a Keras model for another runtime:
`python -m training.convert --model FOLDER --to litert|onnx|browser --data SPEC`.

The file is written only when it answers like the Keras network on the given faces.
"""

import tempfile
from pathlib import Path

import click
import keras
import numpy as np

from fers import config, platform
from fers.errors import FersError, ModelRejected
from fers.inference.model_folder import ModelFolder
from fers.inference.prepare import to_emotions, to_input
from fers.inference.runtimes import EMOTION, open_network
from training.crops import crops
from training.data import DataError, FaceSet, load_all

FILES = {"litert": "model.tflite", "onnx": "model.onnx", "browser": "browser.tflite"}
"""What is written, by kind. Browsers get LiteRT's format, which LiteRT.js runs, with half-precision weights: it is what
a page has to load, and for one face at a time: LiteRT.js runs no network whose batch is left open."""
LARGEST_DIFFERENCE = {False: 1e-3, True: 1e-2}
"""Of any probability, for single- and half-precision weights."""


@click.command(help=__doc__)
@click.option("--model", required=True, metavar="NAME_OR_FOLDER", help="A registered model or its folder.")
@click.option("--to", "kind", type=click.Choice(list(FILES)), required=True)
@click.option("--half", is_flag=True, help="Store the weights in half precision (LiteRT only): half the size.")
@click.option("--data", required=True, multiple=True, metavar="SPEC", help="Faces to compare the answers on.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write.  [default: in the model's folder]")
def main(model: str, kind: str, half: bool, data: tuple[str, ...], out: Path | None) -> None:
    try:
        folder = platform.registry(config.load()).find(model)
        half = half or kind == "browser"
        if half and kind == "onnx":
            raise click.ClickException("ONNX files are written in single precision. Leave --half out.")
        target = out or folder.path / FILES[kind]
        if target.suffix != Path(FILES[kind]).suffix:
            raise click.ClickException(
                f"{target.name} is no name for this format: end it with {Path(FILES[kind]).suffix}."
            )
        if target.resolve() == folder.weights.resolve():
            raise click.ClickException(f"{folder.info.id} serves {target.name}. Name another file with --out.")
        difference = convert(folder, keras_file(folder), target, half, load_all(data))
    except (FersError, DataError) as error:
        raise click.ClickException(str(error)) from error
    megabytes = target.stat().st_size / 1e6
    click.echo(f"{target}: {megabytes:.2f} MB, largest difference of a probability {difference:.1e}")


def keras_file(folder: ModelFolder) -> Path:
    """The folder's Keras network: what it serves, or what that was converted from. Raises ModelRejected."""
    found = sorted(folder.path.glob("*.keras"))
    if len(found) != 1:
        raise ModelRejected(
            f"{folder.info.id} holds {len(found)} .keras files.", "Only a Keras model can be converted."
        )
    return found[0]


def convert(folder: ModelFolder, source: Path, target: Path, half: bool, faces: FaceSet) -> float:
    """Write `source`, the Keras network of `folder`, as `target`, in the format of its suffix. Returns the largest
    difference of a probability between the two on `faces`. Raises ModelRejected, and leaves nothing, when that is more
    than LARGEST_DIFFERENCE."""
    network = keras.saving.load_model(source, compile=False, safe_mode=True)
    part = target.with_stem(f"{target.stem}.part")
    try:
        content = onnx(network) if target.suffix == ".onnx" else litert(network, half)
        part.write_bytes(for_one_face(content) if target.name == FILES["browser"] else content)
        difference = largest_difference(folder, source, part, faces)
        if not difference <= LARGEST_DIFFERENCE[half]:
            raise ModelRejected(f"The converted network answers differently, by up to {difference:.3f}.")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return difference


def for_one_face(content: bytes) -> bytes:
    """A LiteRT file of the same network for batches of exactly one face, the size that its tensors are drawn up for."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(bytearray(content), 0))
    for tensor in (tensor for graph in model.subgraphs for tensor in graph.tensors):
        tensor.shapeSignature = None  # Where it says which sides are open.
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def litert(network: keras.Model, half: bool = False) -> bytes:
    """`network` as a LiteRT file that takes batches of any size, with weights of 32 or, if `half`, 16 bits."""
    import tensorflow as tf

    # Without TensorFlow's own operations, which would need TensorFlow to serve.
    target = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    options = {}
    if half:
        target["supported_types"] = [tf.float16]
        options["optimizations"] = [tf.lite.Optimize.DEFAULT]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / FILES["litert"]
        network.export(file, format="litert", verbose=False, target_spec=target, **options)
        return file.read_bytes()


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


def largest_difference(folder: ModelFolder, one: Path, other: Path, faces: FaceSet) -> float:
    """Between the probabilities, 0 to 1, that two files of the same network give to `faces`."""
    networks = open_network(one), open_network(other)
    largest = 0.0
    for batch in crops(faces):
        inputs = to_input(batch, folder.info.input)
        first, second = (to_emotions(network.run(inputs), folder.info.output) for network in networks)
        largest = max(largest, float(np.abs(first - second).max()))
    return largest


if __name__ == "__main__":
    main()
