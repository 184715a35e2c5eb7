"""The columns of every table of faces: one schema, the same in every split and version, whatever is unknown there.

What a column is called and means, and what stands in it, is said here once. Tables are typed by it and never by the
values they happen to hold: readers that guess types from values guess differently where all of a split's values are
unknown.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from fers.domain.emotions import LABELS, Emotion
from fers.domain.faces import DETAILS, INTENDED, Source
from fers.domain.fields import CLASS, FLAG, NUMBER, TEXT, WHOLE, Field, Kind
from fers.domain.versions import Entry, Vote, pseudonym
from fers.exporting.exported_version import ExportedVersion

if TYPE_CHECKING:
    import pyarrow

UNKNOWN_NUMBER = -2
"""What stands for an unknown number where a format has no null, as AffectNet writes it; an unknown text is empty."""
NO_CLASS = -1


def _class(emotion: Emotion | None) -> str | None:
    return None if emotion is None else LABELS[emotion]


def _shares(numbers: tuple[float, ...]) -> dict[str, float]:
    return dict(zip(LABELS, numbers, strict=True))


@lru_cache(maxsize=4096)
def _described_vote(scope: str, vote: Vote) -> dict:
    """Many faces have the same vote of the same annotator. That a vote is none's is said of such a one alone: what was
    handed out before there was that mark stays as it was."""
    mark = {_NOBODYS: True} if vote.of_a_set else {}
    return {
        "annotator": pseudonym(scope, vote.annotator),
        "verdict": vote.verdict,
        "shares": _shares(vote.distribution) if vote.distribution else None,
        "valence": vote.valence,
        "arousal": vote.arousal,
        "saw_prediction": vote.saw_prediction,
        **mark,
    }


def _votes(exported: ExportedVersion, entry: Entry) -> list[dict]:
    return [_described_vote(exported.version.id, vote) for vote in entry.votes]


_NOBODYS = "of_a_set"
_SHARES = dict.fromkeys(LABELS, NUMBER)
_VOTE = {
    "annotator": TEXT,
    "verdict": TEXT,
    "shares": _SHARES,
    "valence": NUMBER,
    "arousal": NUMBER,
    "saw_prediction": FLAG,
    _NOBODYS: FLAG,
}


def _of_entry(field: Field) -> Field:
    return replace(field, read=lambda _, entry: field.read(entry))


COLUMNS = (
    Field("id", TEXT, "the face", lambda _, entry: entry.face_id),
    Field("split", TEXT, "train, validation or test", lambda _, entry: entry.split),
    Field("person", TEXT, "a pseudonym, different in every version", ExportedVersion.person),
    Field(
        "label",
        CLASS,
        "the class to train on; unknown where annotators tie or see no emotion",
        lambda _, entry: _class(entry.label),
    ),
    Field(
        "label_source",
        TEXT,
        "who the label comes from: annotators or participant",
        lambda _, entry: entry.label_source,
    ),
    Field("felt", CLASS, "what the person says they felt and showed", lambda _, entry: _class(entry.felt)),
    Field("posed", CLASS, "what the person says they posed", lambda _, entry: _class(entry.posed)),
    Field("perceived", CLASS, "what annotators saw", lambda _, entry: _class(entry.perceived)),
    Field(
        "own_label",
        CLASS,
        "what the person says the face shows, whether felt, posed or not stated",
        lambda _, entry: _class(entry.own_label),
    ),
    *map(_of_entry, DETAILS),
    Field("box", (WHOLE,), "the face in the image: left, top, width, height in pixels", ExportedVersion.box),
    Field("width", WHOLE, "of the image, in pixels", lambda exported, entry: exported.size(entry)[0]),
    Field("height", WHOLE, "of the image, in pixels", lambda exported, entry: exported.size(entry)[1]),
    Field(
        "source",
        TEXT,
        f"how the photo arrived: {', '.join(Source)}; those from the live page have a `live`, too",
        lambda _, entry: entry.source,
    ),
    Field("photo_sha256", TEXT, "of the photo that the image is or was cut from", lambda _, entry: entry.sha256),
    Field("consent", TEXT, "SHA-256 of the words the person agreed to", lambda _, entry: entry.consent_sha256),
    Field(
        "model",
        {"id": TEXT, "version": TEXT},
        "the model whose guess the person saw",
        lambda _, entry: {"id": entry.model_id, "version": entry.model_version},
    ),
    Field("probabilities", _SHARES, "that guess", lambda _, entry: _shares(entry.probabilities)),
    Field(
        "votes",
        (_VOTE,),
        "every annotator's label; one that is `of_a_set` is an imported dataset's own, and tells nothing of how people "
        "agree",
        _votes,
    ),
    Field(
        "live",
        {"model": {"id": TEXT, "answers_id": TEXT}, "probabilities": _SHARES},
        "what the live page said in the person's own browser",
        lambda _, entry: entry.live and entry.live.described(),
        always=False,
    ),
    _of_entry(INTENDED),
)
"""Each is read from an exported version and one of its entries."""
_KINDS = {column.name: column.kind for column in COLUMNS}
LATER = tuple(column.name for column in COLUMNS if not column.always)
"""Those that are left out where nothing is known."""
SCALARS = {name: kind for name, kind in _KINDS.items() if isinstance(kind, str)}


def described(exported: ExportedVersion, entry: Entry) -> dict:
    """Everything known about a face, in JSON's types."""
    values = {column.name: column.read(exported, entry) for column in COLUMNS}
    for name in LATER:
        if values[name] is None:
            del values[name]
    return values


def row(exported: ExportedVersion, entry: Entry) -> dict:
    """A face's row in a typed table, with numbers for the classes."""
    values = described(exported, entry)
    values["votes"] = [{_NOBODYS: False} | vote for vote in values["votes"]]
    return {name: _numbered(kind, values.get(name)) for name, kind in _KINDS.items()}


def flat(exported: ExportedVersion, entry: Entry) -> dict:
    """The same without a null, for readers that take the first few rows' types for all: classes by name, unknown texts
    empty, unknown numbers `UNKNOWN_NUMBER`, and what has parts as JSON text."""
    values = described(exported, entry)
    return {name: _filled(kind, values.get(name)) for name, kind in _KINDS.items()}


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
    return "\n".join(f"- `{column.name}` ({_said(column.kind)}): {column.words}" for column in COLUMNS)


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


def _feature(kind: Kind) -> dict | list:
    """The kind as `datasets.Features.to_dict` writes it; lists as every release of it reads them."""
    if isinstance(kind, tuple):
        return [_feature(kind[0])]
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
