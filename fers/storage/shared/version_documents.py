"""Dataset versions as JSON's types and back, the same for every store."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any

from fers.domain.consent import ConsentText
from fers.domain.emotions import Emotion
from fers.domain.exploring import FaceFilter
from fers.domain.faces import Source
from fers.domain.field import VersionSums
from fers.domain.versions import ConsensusRule, DatasetVersion, Portion
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.question_documents import question_from_document, question_to_document
from fers.storage.shared.stored_names import as_named, as_stored
from fers.storage.shared.study_documents import translation_from_document


def version_to_document(version: DatasetVersion) -> dict[str, Any]:
    return asdict(version) | {
        "created_at": time_to_text(version.created_at),
        "consensus": version.consensus.value,
        "chosen": _filter_to_document(version.chosen),
        "questions": list(map(question_to_document, version.questions)),
    }


def version_from_document(document: dict[str, Any]) -> DatasetVersion:
    typed = {
        "created_at": time_from_text(document["created_at"]),
        "consent_texts": tuple(ConsentText(**text) for text in document["consent_texts"]),
        # Versions from before there was a choice hold everything, by majority.
        "chosen": _filter_from_document(document.get("chosen", {})),
        "consensus": ConsensusRule(document.get("consensus", ConsensusRule.MAJORITY)),
        "questions": tuple(map(question_from_document, document.get("questions", ()))),
        "translations": tuple(map(translation_from_document, document.get("translations", ()))),
        "portions": tuple(Portion(**portion) for portion in document.get("portions", ())),
    }
    return DatasetVersion(**document | typed)


def _filter_to_document(wanted: FaceFilter) -> dict[str, Any]:
    """Only what it names."""
    said = {
        "labels": _numbers(wanted.labels),
        "intended": _numbers(wanted.intended),
        "sources": sorted(source.value for source in wanted.sources),
        "confidence": sorted(wanted.confidence),
        "agreement": sorted(wanted.agreement),
        "group": wanted.group and list(wanted.group),
        "disputed": wanted.disputed,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
    }
    return {field: value for field, value in said.items() if value not in (None, [])}


def _filter_from_document(said: dict[str, Any]) -> FaceFilter:
    return FaceFilter(
        labels=_emotions(said.get("labels", ())),
        intended=_emotions(said.get("intended", ())),
        sources=frozenset(map(Source, said.get("sources", ()))),
        confidence=frozenset(said.get("confidence", ())),
        agreement=frozenset(said.get("agreement", ())),
        group=tuple(said["group"]) if "group" in said else None,
        disputed=said.get("disputed"),
        since=date.fromisoformat(said["since"]) if "since" in said else None,
        until=date.fromisoformat(said["until"]) if "until" in said else None,
    )


def _numbers(labels: Iterable[Emotion | None]) -> list[int | None]:
    return sorted((None if label is None else label.value for label in labels), key=str)


def _emotions(numbers: Iterable[int | None]) -> frozenset[Emotion | None]:
    return frozenset(None if number is None else Emotion(number) for number in numbers)


def sums_to_document(sums: VersionSums) -> dict[str, Any]:
    return as_stored(asdict(sums)) | {"labels": list(sums.labels)}


def sums_from_document(document: dict[str, Any]) -> VersionSums | None:
    """None for sums from before imported faces were left out of them: they are worked out anew."""
    if "given" not in document:
        return None
    return VersionSums(**as_named(document) | {"labels": tuple(document["labels"])})
