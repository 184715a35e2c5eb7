"""Worker: one network on every runtime that is installed, and the arithmetic floor, on some threads.

`python -m benchmarks.runtimes FOLDER THREADS` answers for the `.keras`, `.tflite` and `.onnx` files in FOLDER.
"""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from benchmarks.turns import take_turns, use_cores

BATCHES = (1, 32)
SQUARE = 1024
"""Side of the matrices whose product shows how fast this machine multiplies."""
FLOOR = "floor"


def tasks(folder: Path, threads: int) -> dict[str, Callable[[], object]]:
    use_cores(threads)
    import numpy as np

    from fers.inference.runtimes import open_network

    random = np.random.default_rng(0)
    runners = {"LiteRT": lambda batch: litert(folder / "model.tflite", threads, batch)}
    runners["LiteRT, float16"] = lambda batch: litert(folder / "float16.tflite", threads, batch)
    runners["LiteRT, int8"] = lambda batch: litert(folder / "int8.tflite", threads, batch)
    runners["ONNX Runtime"] = lambda batch: onnxruntime(folder / "model.onnx", threads, batch)
    if find_spec("openvino"):
        runners["OpenVINO"] = lambda batch: openvino(folder / "model.onnx", threads, batch)
    network = open_network(folder / "model.keras")
    runners["Keras, tf.function"] = lambda batch: lambda: network.run(batch)
    matrix = random.random((SQUARE, SQUARE), np.float32)
    found = {FLOOR: lambda: matrix @ matrix}
    for size in BATCHES:
        batch = random.random((size, *network.input_shape[1:]), np.float32)
        for name, make in runners.items():
            run = make(batch)
            run()  # The first run also makes plans and buffers.
            found[f"{name}|{size}"] = run
    return found


def litert(file: Path, threads: int, batch) -> Callable[[], object]:
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(file), num_threads=threads)
    (source,), (target,) = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(source["index"], batch.shape)
    interpreter.allocate_tensors()

    def run():
        interpreter.set_tensor(source["index"], batch)
        interpreter.invoke()
        return interpreter.get_tensor(target["index"])

    return run


def onnxruntime(file: Path, threads: int, batch) -> Callable[[], object]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # Threads that spin between runs would take the other contenders' time.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: batch})


def openvino(file: Path, threads: int, batch) -> Callable[[], object]:
    import openvino

    settings = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    network = openvino.Core().compile_model(str(file), "CPU", settings)
    return lambda: network(batch)


if __name__ == "__main__":
    take_turns(lambda: tasks(Path(sys.argv[1]), int(sys.argv[2])))
