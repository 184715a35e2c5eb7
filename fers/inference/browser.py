"""What a browser needs to do the server's work: which networks to load, and how to feed and read them."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from fers.domain.emotions import Emotion
from fers.domain.images import FACE_SIDE
from fers.domain.models import ModelInfo
from fers.errors import ModelRejected
from fers.inference import faces
from fers.inference.conversion import for_one_face
from fers.inference.model_folder import ModelFolder, emotion_named, fingerprint
from fers.inference.registry import ModelRegistry
from fers.inference.runtimes import EMOTION, author_name


class BrowserNetworks:
    """The registered models that a browser can run, and the face detector's networks, as LiteRT files."""

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    def models(self) -> list[ModelInfo]:
        """Those of the registered models that are LiteRT files, by id."""
        return [info for info in self._registry.models() if litert_file(self._registry.find(info.id))]

    def plan(self, model_id: str) -> dict[str, Any]:
        """All that `fers/ui/browser/eye.js` has to know, ready for JSON. Raises UnknownModel or ModelRejected."""
        folder = self._registry.find(model_id)
        file = litert_file(folder)
        if file is None:
            raise ModelRejected("model.not-for-browsers", model=model_id)
        return {"detector": _detector(), "model": _model(folder.info, file)}

    def network(self, name: str) -> bytes | None:
        """The file that a plan calls `name`; None when no plan does."""
        for variant in (faces.NEAR, faces.FAR):
            if _name(faces.weights(variant)) == name:
                return faces.weights(variant).read_bytes()
        files = (litert_file(self._registry.find(info.id)) for info in self._registry.models())
        made_from = next((file for file in files if file is not None and _name(file) == name), None)
        return _served(made_from, made_from.stat().st_mtime_ns) if made_from else None


def litert_file(folder: ModelFolder) -> Path | None:
    """The LiteRT file of a model, whatever its batch; None when it has none that reads and gives float32."""
    file = folder.weights
    if file.suffix.lower() != ".tflite" or not file.is_file():
        return None
    changed = file.stat().st_mtime_ns
    # The server refuses weights that were exchanged or damaged, and so no browser is given them.
    described = _fingerprint(file, changed) == folder.info.sha256
    return file if described and _readable(file, changed) else None


@lru_cache(maxsize=64)
def _readable(file: Path, _changed: int) -> bool:
    """Whether our script can feed and read a LiteRT file: all inputs and outputs are float32, the outputs have names of
    their own without what exporters add, since it knows no others, and nothing has to be forgotten between faces."""
    from ai_edge_litert import schema_py_generated as schema

    try:
        model = schema.Model.GetRootAs(file.read_bytes(), 0)
        graph = model.Subgraphs(0)
        outside = [*graph.InputsAsNumpy(), *graph.OutputsAsNumpy()]
        tensors = [graph.Tensors(tensor) for tensor in outside]
        names = [graph.Tensors(tensor).Name() for tensor in graph.OutputsAsNumpy()]
        remembers = any(graph.Tensors(tensor).IsVariable() for tensor in range(graph.TensorsLength()))
        if model.SignatureDefsLength() == 1:
            signature = model.SignatureDefs(0)
            names = [signature.Outputs(index).Name() for index in range(signature.OutputsLength())]
    except Exception:  # noqa: BLE001 - flatbuffers raises many kinds for broken files
        return False
    apart = {author_name((name or b"").decode(errors="replace")) for name in names}
    plain = all(tensor.Type() == schema.TensorType.FLOAT32 for tensor in tensors)
    return plain and len(apart) == len(names) and not remembers


@lru_cache(maxsize=4)
def _served(file: Path, _changed: int) -> bytes:
    return for_one_face(file.read_bytes())


def _name(file: Path) -> str:
    """Called by its content, a file can be kept by browsers for good, and only who was given a plan finds it."""
    return f"{_fingerprint(file, file.stat().st_mtime_ns)}.tflite"


@lru_cache(maxsize=64)
def _fingerprint(file: Path, _changed: int) -> str:
    return fingerprint(file)


def _model(info: ModelInfo, file: Path) -> dict[str, Any]:
    emotions = [emotion_named(name) for name in info.output.classes]
    columns = [emotions.index(emotion) if emotion in emotions else None for emotion in Emotion]
    names = {"name": author_name(info.output.name or EMOTION)}
    if info.output.familiarity:
        names["familiarity"] = author_name(info.output.familiarity)
    return {
        "id": info.id,
        "answersId": info.fingerprint,
        "file": _name(file),
        "cropScale": info.crop_scale,
        "faceSide": FACE_SIDE,
        "input": asdict(info.input),
        "output": {**asdict(info.output), **names, "columns": columns},
    }


def _detector() -> dict[str, Any]:
    variants = (faces.NEAR, faces.FAR)
    return {
        "variants": [{"file": _name(faces.weights(v)), "side": v.side, "grids": v.grids} for v in variants],
        "looks": [
            {
                "windows": [{"file": _name(faces.weights(v)), "share": share} for v, share in look.windows],
                "leastScore": look.least_score,
            }
            for look in faces.LOOKS
        ],
        "previewSide": faces.PREVIEW_SIDE,
        "sameFaceOverlap": faces.SAME_FACE_OVERLAP,
    }
