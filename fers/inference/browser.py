"""What a browser needs to do the server's work: which networks to load, and how to feed and read them."""

from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from fers.domain.emotions import Emotion
from fers.domain.images import FACE_SIDE
from fers.domain.models import ModelInfo
from fers.errors import ModelRejected
from fers.inference import faces
from fers.inference.model_folder import ModelFolder, emotion_named, fingerprint
from fers.inference.registry import ModelRegistry
from fers.inference.runtimes import EMOTION

CONVERTED = "browser.tflite"
"""What `training.convert --to browser` adds to a model folder."""


class BrowserNetworks:
    """The registered models that a browser can run, and the face detector's networks, as LiteRT files."""

    def __init__(self, registry: ModelRegistry):
        self._registry = registry

    def models(self) -> list[ModelInfo]:
        """Those of the registered models that were converted, the live model first. Raises ModelRejected."""
        default = self._registry.default().id
        folders = [self._registry.find(info.id) for info in self._registry.models()]
        runnable = [folder.info for folder in folders if _file(folder) is not None]
        return sorted(runnable, key=lambda info: info.id != default)

    def plan(self, model_id: str) -> dict:
        """All that `fers/ui/browser/eye.js` has to know, ready for JSON. Raises UnknownModel or ModelRejected."""
        folder = self._registry.find(model_id)
        file = _file(folder)
        if file is None:
            raise ModelRejected(
                f"{model_id} can't run in a browser.", "Convert it with `python -m training.convert --to browser`."
            )
        return {"detector": _detector(), "model": _model(folder.info, file)}

    def network(self, name: str) -> Path | None:
        """The file that a plan calls `name`; None when no plan does."""
        files = [_file(self._registry.find(info.id)) for info in self._registry.models()]
        files += [faces.weights(variant) for variant in (faces.NEAR, faces.FAR)]
        return next((file for file in files if file is not None and _name(file) == name), None)


def _file(folder: ModelFolder) -> Path | None:
    """What of a model folder a browser loads; the served file won't do, since browsers need a fixed batch."""
    converted = folder.path / CONVERTED
    return converted if converted.is_file() else None


def _name(file: Path) -> str:
    """Called by its content, a file can be kept by browsers for good, and only who was given a plan finds it."""
    return f"{_fingerprint(file, file.stat().st_mtime_ns)}.tflite"


@lru_cache(maxsize=64)
def _fingerprint(file: Path, _changed: int) -> str:
    return fingerprint(file)


def _model(info: ModelInfo, file: Path) -> dict:
    emotions = [emotion_named(name) for name in info.output.classes]
    columns = [emotions.index(emotion) if emotion in emotions else None for emotion in Emotion]
    return {
        "file": _name(file),
        "cropScale": info.crop_scale,
        "faceSide": FACE_SIDE,
        "input": asdict(info.input),
        "output": {**asdict(info.output), "name": EMOTION, "columns": columns},
    }


def _detector() -> dict:
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
