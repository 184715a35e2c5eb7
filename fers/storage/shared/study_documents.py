"""Studies, their protocols and people's ways through them as JSON's types and back, the same for every store."""

from dataclasses import asdict
from typing import Any

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.protocols import Outcome, Protocol, Quota, Sitting, Step, Task, TaskOrder
from fers.domain.recruiting import Exit, Participation, Recruiting, Status
from fers.domain.studies import Study, Translated, Translation
from fers.storage.shared.documents import time_from_text, time_to_text
from fers.storage.shared.question_documents import question_from_document, question_to_document


def study_to_document(study: Study) -> dict[str, Any]:
    return asdict(study) | {
        "protocol": _protocol_to_document(study.protocol),
        "questions": list(map(question_to_document, study.questions)),
        "retired_questions": list(map(question_to_document, study.retired_questions)),
    }


def study_from_document(document: dict[str, Any]) -> Study:
    """Studies from before there were protocols have none, and are free; nor had they questions of their own, nor did
    a panel send anybody there, nor did they say anything in two languages."""
    typed = {
        "protocol": _protocol_from_document(document.get("protocol", {})),
        "questions": tuple(map(question_from_document, document.get("questions", ()))),
        "retired_questions": tuple(map(question_from_document, document.get("retired_questions", ()))),
        "translations": tuple(map(translation_from_document, document.get("translations", ()))),
        "checked_languages": tuple(document.get("checked_languages", ())),
        "recruiting": _recruiting_from_document(document.get("recruiting", {})),
    }
    return Study(**document | typed)


def sitting_to_document(sitting: Sitting) -> dict[str, Any]:
    return vars(sitting) | {
        "steps": [
            {"task": _task_to_document(step.task), "outcome": step.outcome and step.outcome.value, "face": step.face_id}
            for step in sitting.steps
        ],
        "held_until": sitting.held_until and time_to_text(sitting.held_until),
    }


def sitting_from_document(document: dict[str, Any]) -> Sitting:
    steps = tuple(
        Step(_task_from_document(step["task"]), step["outcome"] and Outcome(step["outcome"]), step["face"])
        for step in document["steps"]
    )
    held_until = document["held_until"] and time_from_text(document["held_until"])
    return Sitting(**document | {"steps": steps, "held_until": held_until})


def participation_to_document(participation: Participation) -> dict[str, Any]:
    return vars(participation) | {
        "reached": [{"status": status.value, "since": time_to_text(since)} for status, since in participation.reached]
    }


def participation_from_document(document: dict[str, Any]) -> Participation:
    reached = tuple((Status(each["status"]), time_from_text(each["since"])) for each in document["reached"])
    return Participation(**document | {"reached": reached})


def translation_from_document(document: dict[str, Any]) -> Translation:
    return Translation(document["language"], tuple(Translated(**text) for text in document["texts"]))


def _recruiting_from_document(document: dict[str, Any]) -> Recruiting:
    exits = {name: Exit(**said) for name, said in document.items() if name != "parameter"}
    return Recruiting(document.get("parameter", ""), **exits)


def _protocol_to_document(protocol: Protocol) -> dict[str, Any]:
    return {
        "tasks": list(map(_task_to_document, protocol.tasks)),
        "order": protocol.order.value,
        "per_person": protocol.per_person,
        "quotas": [
            {"intended": quota.intended.label, "wanted": quota.wanted, "group": quota.group and list(quota.group)}
            for quota in protocol.quotas
        ],
    }


def _protocol_from_document(document: dict[str, Any]) -> Protocol:
    quotas = (
        Quota(Emotion.from_label(quota["intended"]), quota["wanted"], quota["group"] and tuple(quota["group"]))
        for quota in document.get("quotas", ())
    )
    return Protocol(
        tasks=tuple(map(_task_from_document, document.get("tasks", ()))),
        order=TaskOrder(document.get("order", TaskOrder.FIXED)),
        per_person=document.get("per_person"),
        quotas=tuple(quotas),
    )


def _task_to_document(task: Task) -> dict[str, Any]:
    return vars(task) | {"intended": task.intended.label, "display": task.display and task.display.value}


def _task_from_document(document: dict[str, Any]) -> Task:
    display = document["display"] and Display(document["display"])
    return Task(**document | {"intended": Emotion.from_label(document["intended"]), "display": display})
