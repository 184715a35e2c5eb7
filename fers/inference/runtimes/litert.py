"""LiteRT (`.tflite`)."""

import queue
from pathlib import Path

import numpy as np

from fers.inference.runtimes import Network, pick_output


def load(path: Path) -> Network:
    from ai_edge_litert.interpreter import Interpreter

    content = path.read_bytes()
    idle: queue.LifoQueue = queue.LifoQueue()

    def interpreter() -> "_Interpreter":
        try:
            return idle.get_nowait()
        except queue.Empty:
            return _Interpreter(Interpreter(model_content=content, num_threads=1), path.name)

    def run(batch: np.ndarray) -> np.ndarray:
        # An interpreter serves one thread at a time; as many are made as there are threads at work at once.
        borrowed = interpreter()
        try:
            return borrowed.run(batch)
        finally:
            idle.put(borrowed)

    first = interpreter()
    idle.put(first)
    return Network(run, first.input_shape)


class _Interpreter:
    def __init__(self, interpreter, file: str):
        self._interpreter = interpreter
        (self._input,) = interpreter.get_input_details()
        names = _output_names(interpreter)
        self._output = interpreter.get_output_details()[pick_output(names, file)]["index"]
        self._batch = None
        self.input_shape = tuple(None if side == -1 else int(side) for side in self._input["shape_signature"])

    def run(self, batch: np.ndarray) -> np.ndarray:
        if self.input_shape[0] is None:
            return self._run(batch)
        # A network made for batches of one size, which is nearly always 1.
        return np.concatenate([self._run(batch[start : start + 1]) for start in range(len(batch))])

    def _run(self, batch: np.ndarray) -> np.ndarray:
        if self._batch != len(batch):
            self._interpreter.resize_tensor_input(self._input["index"], batch.shape)
            self._interpreter.allocate_tensors()
            self._batch = len(batch)
        self._interpreter.set_tensor(self._input["index"], batch)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)


def _output_names(interpreter) -> list[str]:
    """The names that the network's author gave its outputs, in their order: those of its signature where it has one."""
    details = interpreter.get_output_details()
    signatures = interpreter.get_signature_list()
    if len(details) == 1 or len(signatures) != 1:
        return [output["name"] for output in details]
    (signature,) = signatures
    runner = interpreter.get_signature_runner(signature)
    by_tensor = {detail["name"]: name for name, detail in runner.get_output_details().items()}
    return [by_tensor.get(output["name"], output["name"]) for output in details]
