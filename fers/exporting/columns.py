"""The columns of every table of faces: one schema, the same in every split and version, whatever is unknown there.

What a column is called and means is said here once. Tables are typed by it and never by the values they happen to hold:
readers that guess types from values guess differently where all of a split's values are unknown.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from fers.domain.emotions import LABELS

if TYPE_CHECKING:
    import pyarrow

Kind = str | Mapping[str, "Kind"] | tuple["Kind"]
"""TEXT, CLASS, WHOLE, NUMBER or FLAG; a mapping for something with named parts, a tuple of one kind for a list."""
TEXT, CLASS, WHOLE, NUMBER, FLAG = "string", "class", "int32", "float32", "bool"
UNKNOWN_NUMBER = -2
"""What stands for an unknown number where a format has no null, as AffectNet writes it; an unknown text is empty."""
NO_CLASS = -1

_SHARES = dict.fromkeys(LABELS, NUMBER)
_VOTE = {
    "annotator": TEXT,
    "verdict": TEXT,
    "shares": _SHARES,
    "valence": NUMBER,
    "arousal": NUMBER,
    "saw_prediction": FLAG,
}
COLUMNS: dict[str, tuple[Kind, str]] = {
    "id": (TEXT, "the face"),
    "split": (TEXT, "train, validation or test"),
    "person": (TEXT, "a pseudonym, another one in every version"),
    "label": (CLASS, "the class to train on; unknown where annotators tie or see no emotion"),
    "label_source": (TEXT, "whose word the label is: annotators or participant"),
    "felt": (CLASS, "what the person says they felt and showed"),
    "posed": (CLASS, "what the person says they posed"),
    "perceived": (CLASS, "what annotators saw"),
    "own_label": (CLASS, "what the person says the face shows, felt, posed or not said which"),
    "expression": (TEXT, "felt or posed, as the person says"),
    "intensity": (WHOLE, "1 to 5, as the person says"),
    "valence": (NUMBER, "-1 to 1"),
    "arousal": (NUMBER, "-1 to 1"),
    "box": ((WHOLE,), "the face in the image: left, top, width, height in pixels"),
    "width": (WHOLE, "of the image, in pixels"),
    "height": (WHOLE, "of the image, in pixels"),
    "source": (TEXT, "how the photo came: camera, upload, live or import"),
    "photo_sha256": (TEXT, "of the photo that the image is or was cut from"),
    "consent": (TEXT, "SHA-256 of the words the person agreed to"),
    "model": ({"id": TEXT, "version": TEXT}, "the model whose guess the person met"),
    "probabilities": (_SHARES, "that guess"),
    "votes": ((_VOTE,), "every annotator's label"),
    "live": (
        {"model": {"id": TEXT, "answers_id": TEXT}, "probabilities": _SHARES},
        "what the live page said in the person's own browser",
    ),
}
_KINDS = {name: kind for name, (kind, _) in COLUMNS.items()}
SCALARS = {name: kind for name, kind in _KINDS.items() if isinstance(kind, str)}


def row(described: dict) -> dict:
    """A face's row in a typed table: `described`, as `ExportedVersion.describe` has it, with numbers for the
    classes."""
    return {name: _numbered(kind, described.get(name)) for name, kind in _KINDS.items()}


def flat(described: dict) -> dict:
    """The same without a null, for readers that take the first few rows' types for all: classes by name, unknown texts
    empty, unknown numbers `UNKNOWN_NUMBER`, and what has parts as JSON text."""
    return {name: _filled(kind, described.get(name)) for name, kind in _KINDS.items()}


@cache
def schema(first: str, image: bool) -> "pyarrow.Schema":
    """The Arrow schema, with a column `first` before the others: of images with `image`, else of their file names.

    Hugging Face's `datasets` finds its own types in the metadata, the names of the classes among them.
    """
    import pyarrow

    opening = pyarrow.struct({"bytes": pyarrow.binary(), "path": pyarrow.string()}) if image else pyarrow.string()
    fields = {first: opening} | {name: _arrow(kind) for name, kind in _KINDS.items()}
    features = {first: {"_type": "Image"} if image else _feature(TEXT)}
    features |= {name: _feature(kind) for name, kind in _KINDS.items()}
    return pyarrow.schema(fields, metadata={"huggingface": json.dumps({"info": {"features": features}})})


def in_words() -> str:
    """A list of the columns, in Markdown."""
    return "\n".join(f"- `{name}` ({_said(kind)}): {about}" for name, (kind, about) in COLUMNS.items())


def _numbered(kind: Kind, value):
    return LABELS.index(value) if kind == CLASS and value is not None else value


def _filled(kind: Kind, value):
    if kind in (TEXT, CLASS):
        return "" if value is None else value
    if kind in (WHOLE, NUMBER):
        return _number(kind, UNKNOWN_NUMBER if value is None else value)
    return json.dumps(value)


def _number(kind: Kind, value: float) -> float:
    return float(value) if kind == NUMBER else value


def _arrow(kind: Kind) -> "pyarrow.DataType":
    import pyarrow

    if isinstance(kind, tuple):
        return pyarrow.list_(_arrow(kind[0]))
    if isinstance(kind, Mapping):
        return pyarrow.struct({name: _arrow(part) for name, part in kind.items()})
    return pyarrow.int64() if kind == CLASS else pyarrow.type_for_alias(kind)


def _feature(kind: Kind) -> dict:
    """The kind as `datasets.Features.to_dict` writes it."""
    if isinstance(kind, tuple):
        return {"feature": _feature(kind[0]), "_type": "List"}
    if isinstance(kind, Mapping):
        return {name: _feature(part) for name, part in kind.items()}
    if kind == CLASS:
        return {"names": list(LABELS), "_type": "ClassLabel"}
    return {"dtype": kind, "_type": "Value"}


def _said(kind: Kind) -> str:
    words = {TEXT: "text", CLASS: "class", WHOLE: "whole number", NUMBER: "number", FLAG: "yes or no"}
    if isinstance(kind, str):
        return words[kind]
    return "list" if isinstance(kind, tuple) else "parts"
