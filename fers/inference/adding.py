"""From a file that somebody brings to a model folder: looked at and tried in the sandbox, checked outside of it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fers.errors import ModelRejected
from fers.inference.draft import ModelDraft
from fers.inference.foreign import SAVED_MODEL, SUFFIXES, keras_description, other_kind, tensorflow_js
from fers.inference.model_folder import DESCRIPTION, ModelFolder, described_id, fingerprint, read_model_folder
from fers.inference.sandbox import Sandbox
from fers.inference.self_test import SelfTestReport
from fers.inference.trial import KNOWN

_GIVEN, _TRIED = "given", "tried"
"""Folders in the sandbox."""


def describes_itself(path: Path) -> bool:
    return path.is_dir() and (path / DESCRIPTION).is_file() and not (tensorflow_js(path) or keras_description(path))


def weights_at(path: Path) -> Path:
    """The weights that `path` is or, a folder without a description, holds. Raises ModelRejected."""
    if not path.exists():
        raise ModelRejected("model.no-such-file", path=path)
    if tensorflow_js(path):
        raise other_kind(path)
    if path.name == SAVED_MODEL and (path.parent / "variables").is_dir():
        return path.parent
    if path.is_file() or (path / SAVED_MODEL).is_file():
        return path
    found = [file for file in _seen(path) if file.suffix.lower() in SUFFIXES or (file / SAVED_MODEL).is_file()]
    if not found:
        raise _no_weights(path)
    if len(found) > 1:
        raise ModelRejected("model.several-weights", folder=path.name, weights=[file.name for file in found])
    return found[0]


def _seen(folder: Path) -> list[Path]:
    """What lies in a folder, without what macOS leaves beside it, such as `._net.onnx`."""
    return [file for file in sorted(folder.iterdir()) if not file.name.startswith(".")]


def _no_weights(folder: Path) -> ModelRejected:
    """Why a folder holds none, by the first file in it of which more is known than that."""
    seen = _seen(folder)
    refusals = [other_kind(file) for file in seen if file.is_file()]
    telling = [refusal for refusal in refusals if refusal.code != "weights.unknown-kind"]
    if telling or (refusals and len(seen) == 1):
        return (telling or refusals)[0]
    return ModelRejected("model.no-weights", folder=folder.name)


@dataclass(frozen=True)
class Seen:
    """What the sandbox made of weights."""

    weights: str
    """In the sandbox, the file that can be served."""
    draft: ModelDraft

    @property
    def suffix(self) -> str:
        return Path(self.weights).suffix


def look(box: Sandbox, weights: Path, side: int | None = None) -> Seen:
    """Read off what `weights` are. `side`, in pixels, is for networks that read faces of any size.

    Raises ModelRejected.
    """
    seen = _looked(box, weights, side, [])
    if "lacks" in seen:
        refusal = ModelRejected.revived(seen["refusal"])
        seen = _looked(box, weights, side, [_beside(weights, name, refusal) for name in seen["lacks"]])
    if "lacks" in seen:
        raise ModelRejected.revived(seen["refusal"])
    return Seen(seen["weights"], ModelDraft.from_json(seen["draft"]))


def _looked(box: Sandbox, weights: Path, side: int | None, others: list[Path]) -> dict[str, Any]:
    """What the sandbox says of `weights`, with the files that it needs, from the same folder."""
    box.clear()
    for file in (weights, *others):
        name = f"{_GIVEN}/{file.relative_to(weights.parent).as_posix()}"
        (box.folder / name).parent.mkdir(parents=True, exist_ok=True)
        box.bring(file, name)
    return box.ask("look", file=f"{_GIVEN}/{weights.name}", side=side, needs_seal=weights.is_dir())


def _beside(weights: Path, name: str, refusal: ModelRejected) -> Path:
    """The file called `name` in the folder of `weights`. Raises `refusal` for any that is elsewhere, by a link, say."""
    beside = weights.parent / name
    if not beside.resolve().is_relative_to(weights.parent.resolve()) or not beside.is_file():
        raise refusal
    return beside


def taken_over(box: Sandbox, path: Path, staging: Path) -> Path:
    """A copy in `staging` of the model folder `path`, under its id, with its weights in a form that can be served.

    Raises ModelRejected.
    """
    staged = Path(shutil.copytree(path, staging / described_id(path)))
    folder = read_model_folder(staged)
    folder.check_weights()
    seen = look(box, folder.weights)
    made = folder.weights.with_suffix(seen.suffix)
    fetched = staging / ".fetched"  # No id begins so.
    box.fetch(seen.weights, fetched)
    if folder.weights.is_dir() or fingerprint(fetched) != folder.info.sha256:
        shutil.rmtree(folder.weights) if folder.weights.is_dir() else folder.weights.unlink()
        document = json.loads((staged / DESCRIPTION).read_text("utf-8-sig"))
        write_description(
            staged, document | {"weights": made.relative_to(staged).as_posix(), "sha256": fingerprint(fetched)}
        )
        fetched.replace(made)
    fetched.unlink(missing_ok=True)
    return staged


def write_description(folder: Path, document: dict[str, Any]) -> None:
    (folder / DESCRIPTION).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


@dataclass(frozen=True)
class Tested:
    report: SelfTestReport
    browsers: bool
    """Whether the live page will offer the model."""


def test(box: Sandbox, folder: ModelFolder, known: dict[str, Any]) -> Tested:
    """Test a complete model folder in the sandbox on `known` faces, as `examine` takes them by name. Raises
    ModelRejected."""
    box.clear()
    np.savez(box.folder / KNOWN, **{key: value for key, value in known.items() if value is not None})
    name = f"{_TRIED}/{folder.info.id}"
    for file in (DESCRIPTION, folder.info.weights):
        (box.folder / name / file).parent.mkdir(parents=True, exist_ok=True)
        box.bring(folder.path / file, f"{name}/{file}")
    told = box.ask("test", folder=name)
    return Tested(SelfTestReport.from_json(told["report"]), told["browsers"])
