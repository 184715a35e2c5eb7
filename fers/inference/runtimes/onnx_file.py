"""ONNX Runtime (`.onnx`)."""

from pathlib import Path

import numpy as np

from fers.inference.runtimes import Network, pick_output


def load(path: Path) -> Network:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Many people are served at once: one thread a prediction beats threads that wait for one another.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # What goes wrong is raised, too.
    # Weights kept in other files are refused, as nothing vouches for them: they are looked for where no folder is.
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path))
    session = onnxruntime.InferenceSession(
        path.read_bytes(), options, providers=["CPUExecutionProvider"], enable_fallback=False
    )
    (source,) = session.get_inputs()
    names = [output.name for output in session.get_outputs()]
    chosen = names[pick_output(names, path.name)]
    shape = tuple(side if isinstance(side, int) and side > 0 else None for side in source.shape)

    def run(batch: np.ndarray) -> np.ndarray:
        if shape[0] is None:
            return session.run([chosen], {source.name: batch})[0]
        return np.concatenate([session.run([chosen], {source.name: face[None]})[0] for face in batch])

    return Network(run, shape)
