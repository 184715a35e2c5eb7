"""The model folder, the unit that FERS loads: weights and a `model.json` that says what they are.

Nothing in it is trusted that can be checked: a folder that does not keep its word is refused with a sentence.
"""

import hashlib
import json
import math
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self, TypeVar

from fers.domain.emotions import Emotion
from fers.domain.models import InputSpec, ModelInfo, OutputKind, OutputSpec
from fers.errors import FersError, ModelRejected

DESCRIPTION = "model.json"
SCHEMA = 1
OUTPUT_KINDS: tuple[OutputKind, ...] = ("probabilities", "logits", "scores")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What a model may be called: its folder and parts of addresses are, too."""
_Word = TypeVar("_Word", bound=str)


class Misdescribed(FersError):
    """A description can't be: `key` is what is wrong, in its words or as the question about it is called."""

    key = ""

    def of(self, key: str) -> Self:
        self.key = key
        return self


@dataclass(frozen=True)
class ModelFolder:
    """A checked model folder."""

    path: Path
    info: ModelInfo

    @property
    def weights(self) -> Path:
        return self.path / self.info.weights

    def check_weights(self) -> None:
        """Raise ModelRejected unless the weights are there, and those that were described."""
        try:
            found = fingerprint(self.weights)
        except OSError as error:  # They were removed since the description was read.
            raise ModelRejected("model.weights-missing", model=self.info.id, weights=self.info.weights) from error
        if found != self.info.sha256:
            raise ModelRejected("model.weights-changed", model=self.info.id)


@contextmanager
def adding_to(models: Path) -> Iterator[Path]:
    """A folder on the way to becoming a model, beside those registered in `models`, none of which it is yet.

    Raises ModelRejected when it can't be written, or when what is to become one can't be read.
    """
    try:
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".adding-", dir=models) as staging:
            yield Path(staging)
    except shutil.Error as error:  # Of a whole folder: (from, to, problem) of each of its files.
        source, target, problem = error.args[0][0]
        if str(target) in problem:
            raise ModelRejected("model.folder-not-writable", folder=models, problem=problem) from error
        raise ModelRejected("model.file-unreadable", file=source, problem=problem) from error
    except OSError as error:
        problem = error.strerror or error
        # Where something was to be copied to is what fails when both are named.
        where = error.filename2 or error.filename
        if where and not Path(where).resolve().is_relative_to(models.resolve()):
            raise ModelRejected("model.file-unreadable", file=where, problem=problem) from error
        raise ModelRejected("model.folder-not-writable", folder=models, problem=problem) from error


def fingerprint(weights: Path) -> str:
    """The sha256 of a file; for a folder, that of the sorted lines "sha256 path" of the files in it."""
    if not weights.is_dir():
        return hashlib.sha256(weights.read_bytes()).hexdigest()
    files = sorted(file for file in weights.rglob("*") if file.is_file())
    lines = [f"{fingerprint(file)} {file.relative_to(weights).as_posix()}\n" for file in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def read_model_folder(path: Path) -> ModelFolder:
    """Read and check a folder's description, without loading its weights. Raises ModelRejected."""
    name = _called(path)
    try:
        info = info_of(_document(path))
    except KeyError as error:
        raise ModelRejected("model.key-missing", folder=name, key=error.args[0]) from error
    except (Misdescribed, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise ModelRejected("model.misdescribed", folder=name, problem=error) from error
    if info.id != name:
        raise ModelRejected("model.folder-misnamed", folder=name, model=info.id)
    return ModelFolder(path, replace(info, weights_bytes=_size(_weights(path, info))))


def _called(path: Path) -> str:
    """A folder's name, which "." has, too; of a link, its own, by which people ask for the model."""
    return path.resolve().name if path.name in ("", "..") else path.name


def _weights(path: Path, info: ModelInfo) -> Path:
    """Where the weights are. Raises ModelRejected when that is not inside of the folder."""
    try:
        weights = (path / info.weights).resolve()
        inside = weights != path.resolve() and weights.is_relative_to(path.resolve()) and weights.exists()
    except (OSError, ValueError, RuntimeError):  # Of names that can't be, and links that lead to themselves.
        inside = False
    if not inside:
        raise ModelRejected("model.weights-missing", model=info.id, weights=info.weights)
    return weights


def described_id(path: Path) -> str:
    """The id that a folder's description gives, whatever the folder is called. Raises ModelRejected."""
    document = _document(path)
    try:
        return _id(document)
    except (Misdescribed, KeyError, TypeError, ValueError) as error:
        raise ModelRejected("model.no-id", folder=_called(path)) from error


def _document(path: Path) -> dict[str, Any]:
    """Raises ModelRejected for anything but an object, and for what can't be written down again, such as half of a
    surrogate pair."""
    try:
        document = json.loads((path / DESCRIPTION).read_text("utf-8-sig"))  # Editors on Windows begin files so.
        json.dumps(document, ensure_ascii=False).encode()
    except (OSError, ValueError, RecursionError) as error:
        raise ModelRejected("model.no-description", folder=_called(path)) from error
    if not isinstance(document, dict):
        raise ModelRejected("model.no-description", folder=_called(path))
    return document


def _size(weights: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = weights.rglob("*") if weights.is_dir() else [weights]
    return sum(file.stat().st_size for file in files if file.is_file())


def info_of(document: dict[str, Any]) -> ModelInfo:
    """What a `model.json` says. Raises Misdescribed, or what Python raises for keys and types that are not there."""
    if document["schema"] != SCHEMA:
        raise Misdescribed("description.schema", schema=document["schema"], known=SCHEMA).of("schema")
    parameters = document.get("parameters")
    return ModelInfo(
        id=_id(document),
        version=_text(document, "version"),
        name=_text(document, "name"),
        weights=_text(document, "weights"),
        sha256=_text(document, "sha256"),
        input=_input(_part(document["input"], "input")),
        output=_output(_part(document["output"], "output")),
        crop_scale=_within(_part(document["crop"], "crop")["scale"], 0.5, 4, "crop scale"),
        licence=_text(document, "licence"),
        data=_text(document, "data"),
        metrics=_part(document.get("metrics") or {}, "metrics"),
        parameters=None if parameters is None else int(_within(parameters, 1, 1e12, "parameters")),
    )


def _input(document: dict[str, Any]) -> InputSpec:
    bounds = _numbers(document.get("range", (0, 1)), "range")
    if len(bounds) != 2 or bounds[0] >= bounds[1]:
        raise Misdescribed("description.range").of("range")
    channels = document["channels"]
    if channels not in (1, 3):
        raise Misdescribed("description.channels").of("channels")
    mean, std = (_numbers(document.get(key, ()), key) for key in ("mean", "std"))
    if len(mean) != len(std) or len(mean) not in (0, channels) or any(deviation <= 0 for deviation in std):
        raise Misdescribed("description.mean-and-std").of("mean")
    detail = document.get("detail_px")
    return InputSpec(
        width=_whole(document["width"], 16, 1024, "input width"),
        height=_whole(document["height"], 16, 1024, "input height"),
        channels=int(channels),
        range=(bounds[0], bounds[1]),
        mean=mean,
        std=std,
        order=_one_of(document.get("order", "RGB"), ("RGB", "BGR"), "channel order"),
        layout=_one_of(document.get("layout", "NHWC"), ("NHWC", "NCHW"), "layout"),
        detail_px=None if detail is None else _whole(detail, 16, 1024, "detail_px"),
    )


def _output(document: dict[str, Any]) -> OutputSpec:
    familiarity = _part(document.get("familiarity") or {}, "familiarity")
    if not isinstance(document["classes"], list | tuple):  # An object's order is not that of the numbers in it.
        raise Misdescribed("description.classes-no-list").of("classes")
    classes = tuple(map(str, document["classes"]))
    known = [emotion for emotion in map(emotion_named, classes) if emotion is not None]
    if len(set(known)) < len(known):
        raise Misdescribed("description.classes-twice").of("classes")
    needed = [emotion for emotion in Emotion if emotion is not Emotion.CONTEMPT]
    if missing := [emotion for emotion in needed if emotion not in known]:
        lacking = Misdescribed("description.classes-missing", needed=_labels(needed), missing=_labels(missing))
        raise lacking.of("classes")
    return OutputSpec(
        classes=classes,
        kind=_one_of(document.get("kind", "probabilities"), OUTPUT_KINDS, "output kind"),
        flip=_flag(document.get("flip"), "flip"),
        temperature=_within(document.get("temperature", 1.0), 0.01, 100, "temperature"),
        least_confidence=_within(document.get("least_confidence", 0.0), 0, 1, "least_confidence"),
        name=_text(document, "name") if "name" in document else None,
        familiarity=_text(familiarity, "name") if familiarity else None,
        least_familiarity=_within(familiarity.get("least", 0.0), 0, 1, "least familiarity"),
        valence_arousal=_text(document, "valence_arousal") if "valence_arousal" in document else None,
    )


def _labels(emotions: Iterable[Emotion]) -> list[str]:
    return sorted(emotion.label for emotion in emotions)


def emotion_named(name: str) -> Emotion | None:
    """The emotion that a class name means, or None for a name such as "unknown"."""
    try:
        return Emotion.from_label(name)
    except ValueError:
        return None


def _one_of(value: object, allowed: tuple[_Word, ...], what: str) -> _Word:
    for word in allowed:
        if value == word:
            return word
    raise Misdescribed("description.unknown-word", name=what, value=str(value), allowed=allowed).of(what)


def _id(document: dict[str, Any]) -> str:
    if not ID.fullmatch(named := _text(document, "id")):
        raise Misdescribed("description.id", id=named).of("id")
    return named


def _text(document: dict[str, Any], key: str) -> str:
    text = document[key]
    if not isinstance(text, str) or not text.strip():
        raise Misdescribed("description.no-text", name=key).of(key)
    return text


def _part(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misdescribed("description.no-object", name=what).of(what)
    return value


def _numbers(values: object, what: str) -> tuple[float, ...]:
    try:
        numbers = tuple(map(float, values)) if isinstance(values, list | tuple) else (math.nan,)
    except (TypeError, ValueError, OverflowError):
        numbers = (math.nan,)
    if not all(map(math.isfinite, numbers)):
        raise Misdescribed("description.no-numbers", name=what).of(what)
    return numbers


def _flag(value: object, what: str) -> bool:
    """False where nothing is said. A text that says "false" counts for Python as true."""
    if value not in (None, True, False):
        raise Misdescribed("description.no-flag", name=what).of(what)
    return bool(value)


def _whole(value: object, low: int, high: int, what: str) -> int:
    number = _within(value, low, high, what)
    if number != int(number):
        raise Misdescribed("description.no-whole-number", name=what, value=str(value)).of(what)
    return int(number)


def _within(value: object, low: float, high: float, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise Misdescribed("description.out-of-range", name=what, value=str(value), low=low, high=high).of(what)
    return value
