"""What the sandbox does: `python -m fers.inference.trial FOLDER MEMORY`, a task a line on the standard input.

Nothing but the standard library is imported before the process is sealed.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from fers.errors import ModelRejected
from fers.inference.sealing import seal

CODE = Path(__file__).parents[1]
KNOWN = "known.npz"
"""In the sandbox, the faces to test on."""


def look(file: str, side: int | None, needs_seal: bool, shut: dict[str, Any]) -> dict[str, Any]:
    """Bring the network of `file` into the form that is served, and read off what it is."""
    from fers.inference.draft import read_off
    from fers.inference.foreign import MADE_AS, normal_form
    from fers.inference.foreign.onnx_files import Lacking

    source, folder = Path(file), Path("normal")
    if needs_seal and not shut["files"]:
        raise ModelRejected("sandbox.needs-landlock")
    folder.mkdir(exist_ok=True)
    try:
        made = normal_form(source, folder)
        draft = read_off(made.weights, side)
    except Lacking as error:
        return {"lacks": error.fields["others"], "refusal": error.as_record()}
    except ModelRejected as error:
        # People know the file that they brought, and no other.
        named = {"file": source.name} if error.fields.get("file") in MADE_AS else {}
        raise ModelRejected.revived({"code": error.code, "fields": error.fields | named}) from error
    return {
        "weights": str(made.weights),
        "draft": replace(draft, parameters=draft.parameters or made.parameters).to_json(),
    }


def test(folder: str, shut: dict[str, Any]) -> dict[str, Any]:
    """Test the model folder `folder` on the known faces, and see whether browsers can run it."""
    import numpy as np

    from fers.inference.browser import litert_file
    from fers.inference.classifier import FolderClassifier
    from fers.inference.model_folder import read_model_folder
    from fers.inference.self_test import examine

    known = np.load(KNOWN, allow_pickle=False)
    described = read_model_folder(Path(folder))
    trusted = known.get("trusted")
    classifier = FolderClassifier(described)
    report = examine(classifier, known["faces"], known["labels"], trusted, int(known["views_each"]))
    return {"report": report.to_json(), "browsers": litert_file(described) is not None}


_UNUSED = ("matplotlib", "pandas", "sklearn")
"""What Keras loads wherever it is installed, for uses that are none of ours: nearly half of what it takes to start."""
TASKS: dict[str, Callable[..., Any]] = {"look": look, "test": test}


def main(work: Path, memory: int) -> None:
    shut = seal(work, (CODE,), memory)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What libraries print is no answer.
    for name in _UNUSED:
        sys.modules[name] = None  # type: ignore[assignment]  # Whoever asks for it goes without.
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            answer = {"done": TASKS[request.pop("task")](**request, shut=shut)}
        except ModelRejected as error:
            answer = {"refused": error.as_record()}
        answers.write(json.dumps(answer | {"shut": shut}).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
