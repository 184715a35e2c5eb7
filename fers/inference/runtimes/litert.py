"""LiteRT (`.tflite`)."""

import queue
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fers.errors import ModelRejected
from fers.inference import quiet
from fers.inference.runtimes import Network, cast, real, steps, the_input

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

_UNKNOWN_OPERATION = re.compile(r"[Uu]nresolved custom op: (\w+)|Select TensorFlow op.*?\((Flex\w+)\)", re.DOTALL)
"""What LiteRT says."""


def load(path: Path) -> Network:
    content = path.read_bytes()
    idle: queue.LifoQueue[_Interpreter] = queue.LifoQueue()

    def interpreter() -> "_Interpreter":
        try:
            return idle.get_nowait()
        except queue.Empty:
            return _Interpreter(quiet.interpreter(model_content=content, num_threads=1), path.name)

    def run(batch: np.ndarray, outputs: Sequence[int]) -> list[np.ndarray]:
        # An interpreter serves one thread at a time; as many are made as there are threads at work at once.
        borrowed = interpreter()
        try:
            return borrowed.run(batch, outputs)
        finally:
            idle.put(borrowed)

    first = interpreter()
    try:
        first.prepare(1)
    except Exception as error:
        if found := _UNKNOWN_OPERATION.search(str(error)):
            raise ModelRejected("litert.unknown-operation", file=path.name, operation=found[1] or found[2]) from error
        if (first.input_shape[0] or 1) == 1 and None not in first.input_shape:
            raise
    idle.put(first)
    return Network(run, first.input_shape, first.outputs, steps=first.steps)


class _Interpreter:
    def __init__(self, interpreter: "Interpreter", file: str):
        self._interpreter = interpreter
        inputs = interpreter.get_input_details()
        self._input = the_input(inputs, [each["name"] for each in inputs], file)
        self._outputs = interpreter.get_output_details()
        self.outputs = tuple(_output_names(interpreter))
        self._batch: tuple[int, ...] | None = None
        self.steps = steps(self._input["dtype"], *self._input["quantization"])
        self.input_shape = tuple(None if side == -1 else int(side) for side in self._input["shape_signature"])

    def run(self, batch: np.ndarray, outputs: Sequence[int]) -> list[np.ndarray]:
        if self.input_shape[0] is None:
            return self._run(batch, outputs)
        # A network made for batches of one size, which is nearly always 1.
        faces = [self._run(batch[start : start + 1], outputs) for start in range(len(batch))]
        return [np.concatenate(said) for said in zip(*faces, strict=True)]

    def prepare(self, batch: int, *face: int) -> None:
        """Make room for batches of this size, of faces of this shape. Raises what LiteRT raises."""
        shape = (batch, *(face or (side or 1 for side in self.input_shape[1:])))
        if self._batch != shape:
            self._interpreter.resize_tensor_input(self._input["index"], shape)
            self._interpreter.allocate_tensors()
            self._batch = shape

    def _run(self, batch: np.ndarray, outputs: Sequence[int]) -> list[np.ndarray]:
        self.prepare(*batch.shape)
        self._interpreter.set_tensor(
            self._input["index"], cast(batch, self._input["dtype"], *self._input["quantization"])
        )
        # What recurrent layers have in mind would go on from the face before, which is somebody else's.
        self._interpreter.reset_all_variables()
        self._interpreter.invoke()
        told = [self._outputs[index] for index in outputs]
        return [real(self._interpreter.get_tensor(each["index"]), *each["quantization"]) for each in told]


def _output_names(interpreter: "Interpreter") -> list[str]:
    """The names that the network's author gave its outputs, in their order: those of its signature where it has one."""
    details = interpreter.get_output_details()
    signatures = interpreter.get_signature_list()
    if len(signatures) != 1:
        return [output["name"] for output in details]
    (signature,) = signatures
    runner = interpreter.get_signature_runner(signature)
    by_tensor = {detail["name"]: name for name, detail in runner.get_output_details().items()}
    return [by_tensor.get(output["name"], output["name"]) for output in details]
