"""Domain objects as JSON's types and back, the same for every store."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from fers.domain.boxes import Box
from fers.domain.consent import ConsentText, Purpose
from fers.domain.emotions import Emotion
from fers.domain.erasures import Erased, Erasure
from fers.domain.faces import (
    Answer,
    Challenger,
    Display,
    Face,
    LiveGuess,
    Prediction,
    Source,
    StoredImage,
    Unscored,
    UnscoredReason,
)
from fers.domain.groups import AgeBand, Gender, SelfDescription, SkinTone
from fers.domain.labels import Label, Verdict
from fers.storage.shared.stored_names import as_named, as_stored


def time_to_text(time: datetime) -> str:
    """UTC in ISO 8601, always equally long, so that texts sort like times. Raises ValueError without a time zone."""
    if time.tzinfo is None:
        raise ValueError("a time needs a time zone")
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def time_from_text(text: str) -> datetime:
    return datetime.fromisoformat(text)


def description_to_document(description: SelfDescription) -> dict[str, Any]:
    return asdict(description) | {"given_at": time_to_text(description.given_at)}


def description_from_document(document: dict[str, Any]) -> SelfDescription:
    return SelfDescription(
        person_id=document["person_id"],
        study_id=document["study_id"],
        words=ConsentText(**document["words"]),
        given_at=time_from_text(document["given_at"]),
        age=document["age"] and AgeBand(document["age"]),
        gender=document["gender"] and Gender(document["gender"]),
        skin=document["skin"] and SkinTone(document["skin"]),
    )


def erasure_to_document(erasure: Erasure) -> dict[str, Any]:
    return {
        "what": erasure.what.value,
        "subject": erasure.subject,
        "at": time_to_text(erasure.at),
        "study_id": erasure.study_id,
        "purposes": sorted(erasure.purposes),
    }


def erasure_from_document(document: dict[str, Any]) -> Erasure:
    """Raises KeyError, ValueError or TypeError for anything else."""
    return Erasure(
        what=Erased(document["what"]),
        subject=str(document["subject"]),
        at=time_from_text(document["at"]),
        study_id=str(document["study_id"]),
        purposes=frozenset(map(Purpose, document["purposes"])),
    )


def face_to_document(face: Face) -> dict[str, Any]:
    return {
        "id": face.id,
        "person_id": face.person_id,
        "study_id": face.study_id,
        "consent_id": face.consent_id,
        "purposes": sorted(face.purposes),
        "image": asdict(face.image),
        "source": face.source.value,
        "box": face.box.as_list(),
        "prediction": _prediction_to_document(face.prediction),
        "answer": _answer_to_document(face.answer),
        "captured_at": time_to_text(face.captured_at),
        "given_at": time_to_text(face.given_at),
        "purge_at": time_to_text(face.purge_at),
        "rival": face.challenger and _challenger_to_document(face.challenger),
        "missed": face.unscored and asdict(face.unscored) | {"why": face.unscored.why.value},
        "live": face.live and as_stored(asdict(face.live)) | {"probabilities": list(face.live.probabilities)},
        "intended": _label_of(face.intended),
    }


def face_from_document(document: dict[str, Any]) -> Face:
    return Face(
        id=document["id"],
        person_id=document["person_id"],
        study_id=document["study_id"],
        consent_id=document["consent_id"],
        purposes=frozenset(map(Purpose, document["purposes"])),
        image=StoredImage(**document["image"]),
        source=Source(document["source"]),
        box=Box(*document["box"]),
        prediction=_prediction_from_document(document["prediction"]),
        answer=_answer_from_document(document["answer"]),
        captured_at=time_from_text(document["captured_at"]),
        given_at=time_from_text(document["given_at"]),
        purge_at=time_from_text(document["purge_at"]),
        challenger=_challenger_from_document(document.get("rival")),  # faces from before there were trials have none
        unscored=_unscored_from_document(document.get("missed")),
        live=_live_from_document(document.get("live")),  # nor what the live page said, before it was kept
        intended=_emotion_of(document.get("intended")),  # nor what was asked for, before anything was
    )


def label_to_document(label: Label) -> dict[str, Any]:
    return asdict(label) | {
        "verdict": label.verdict.value,
        "distribution": list(label.distribution),
        "given_at": time_to_text(label.given_at),
    }


def label_from_document(document: dict[str, Any]) -> Label:
    typed = {
        "verdict": Verdict(document["verdict"]),
        "distribution": tuple(document["distribution"]),
        "given_at": time_from_text(document["given_at"]),
    }
    return Label(**document | typed)


def _prediction_to_document(prediction: Prediction) -> dict[str, Any]:
    probabilities, made_at = list(prediction.probabilities), time_to_text(prediction.made_at)
    return asdict(prediction) | {"probabilities": probabilities, "made_at": made_at}


def _prediction_from_document(document: dict[str, Any]) -> Prediction:
    typed = {"probabilities": tuple(document["probabilities"]), "made_at": time_from_text(document["made_at"])}
    return Prediction(**document | typed)  # Those of the first version lack `least_confidence`.


def _challenger_to_document(challenger: Challenger) -> dict[str, Any]:
    return {"trial_id": challenger.trial_id, "prediction": _prediction_to_document(challenger.prediction)}


def _challenger_from_document(document: dict[str, Any] | None) -> Challenger | None:
    if document is None:
        return None
    return Challenger(document["trial_id"], _prediction_from_document(document["prediction"]))


def _unscored_from_document(document: dict[str, Any] | None) -> Unscored | None:
    return None if document is None else Unscored(**document | {"why": UnscoredReason(document["why"])})


def _live_from_document(document: dict[str, Any] | None) -> LiveGuess | None:
    if document is None:
        return None
    return LiveGuess(**as_named(document) | {"probabilities": tuple(document["probabilities"])})


def _answer_to_document(answer: Answer) -> dict[str, Any]:
    label, display = answer.label, answer.display
    return asdict(answer) | {
        "label": _label_of(label),
        "display": None if display is None else display.value,
    }


def _answer_from_document(document: dict[str, Any]) -> Answer:
    label, display = document["label"], document["display"]
    typed = {
        "label": _emotion_of(label),
        "display": None if display is None else Display(display),
    }
    return Answer(**document | typed)


def _label_of(emotion: Emotion | None) -> str | None:
    return None if emotion is None else emotion.label


def _emotion_of(label: str | None) -> Emotion | None:
    return None if label is None else Emotion.from_label(label)
