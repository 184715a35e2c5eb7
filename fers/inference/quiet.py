"""TensorFlow and LiteRT without what their libraries write to the terminal while they load."""

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ai_edge_litert.interpreter import Interpreter

_ITS_OWN = re.compile(
    rb"[IWE]\d{4} |\d{4}-\d\d-\d\d [\d:.]+: [IWE] |WARNING: All log messages before absl|To enable the following instr|"
    rb"INFO: Created TensorFlow Lite"
)
"""How those lines begin. None of them means that something is wrong with a model."""
_lock = threading.Lock()
_spoke = threading.Event()


def tensorflow() -> ModuleType:
    """The module, imported and at work, with Keras on top of it."""
    with _lock:
        if "tensorflow" not in sys.modules or "keras" not in sys.modules:
            with _filtered():
                import keras  # noqa: F401
                import tensorflow as tf

                tf.constant(0.0)  # Devices are looked for, and their lack complained of, once a number is needed.
        return sys.modules["tensorflow"]


def interpreter(**options: Any) -> "Interpreter":
    """LiteRT's `Interpreter`."""
    from ai_edge_litert.interpreter import Interpreter

    made = Interpreter(**options)
    if not _spoke.is_set():  # It introduces itself once, when the first network gets its memory.
        with _lock, _filtered(), suppress(Exception):
            made.allocate_tensors()
        _spoke.set()
    return made


@contextmanager
def _filtered() -> Iterator[None]:
    """Hold back what is written to the standard error, and then let pass what is not TensorFlow's own."""
    sys.stderr.flush()
    theirs = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(theirs, 2)
            os.close(theirs)
            written.seek(0)
            os.write(2, b"".join(line for line in written if not _ITS_OWN.match(line)))
