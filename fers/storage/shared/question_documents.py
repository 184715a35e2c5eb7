"""A study's own questions and what people answer to them as JSON's types and back, the same for every store."""

from dataclasses import asdict
from typing import Any

from fers.domain.questions import (
    Check,
    CheckKind,
    Choice,
    Kind,
    Likert,
    Moment,
    Number,
    Outcome,
    Question,
    Reply,
    ShortText,
    Value,
    Words,
)
from fers.storage.shared.documents import time_from_text, time_to_text

_KINDS: dict[str, type[Kind]] = {"choice": Choice, "likert": Likert, "number": Number, "text": ShortText}
_NAMES = {kind: name for name, kind in _KINDS.items()}


def question_to_document(question: Question) -> dict[str, Any]:
    return vars(question) | {
        "words": asdict(question.words) | {"options": list(question.words.options)},
        "kind": {"is": _NAMES[type(question.kind)]} | _kind_to_document(question.kind),
        "moment": question.moment.value,
    }


def question_from_document(document: dict[str, Any]) -> Question:
    words = document["words"] | {"options": tuple(document["words"]["options"])}
    typed = {
        "words": Words(**words),
        "kind": _kind_from_document(**document["kind"]),
        "moment": Moment(document["moment"]),
    }
    return Question(**document | typed)


def reply_to_document(reply: Reply) -> dict[str, Any]:
    return vars(reply) | {
        "value": value_to_document(reply.value),
        "given_at": time_to_text(reply.given_at),
        "purge_at": time_to_text(reply.purge_at),
        "outcome": reply.outcome and reply.outcome.value,
    }


def reply_from_document(document: dict[str, Any]) -> Reply:
    typed = {
        "value": value_from_document(document["value"]),
        "given_at": time_from_text(document["given_at"]),
        "purge_at": time_from_text(document["purge_at"]),
        "outcome": document["outcome"] and Outcome(document["outcome"]),
    }
    return Reply(**document | typed)


def value_to_document(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


def value_from_document(value: Any) -> Value:
    return tuple(value) if isinstance(value, list) else value


def _kind_to_document(kind: Kind) -> dict[str, Any]:
    if not isinstance(kind, Choice):
        return dict(vars(kind))
    check = kind.check and vars(kind.check) | {"kind": kind.check.kind.value, "right": sorted(kind.check.right)}
    return vars(kind) | {"check": check, "screens_out": sorted(kind.screens_out)}


def _kind_from_document(**document: Any) -> Kind:
    kind = _KINDS[document.pop("is")]
    if kind is Choice:
        if check := document["check"]:
            check = Check(**check | {"kind": CheckKind(check["kind"]), "right": frozenset(check["right"])})
        document |= {"check": check, "screens_out": frozenset(document["screens_out"])}
    return kind(**document)
