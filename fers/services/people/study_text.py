"""A study as one readable file, in TOML: what it asks of people and how it is run, and nothing of who runs it or takes
part. The same study is always the same text, so that its SHA-256 stands for it."""

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import tomli_w

from fers.domain.emotions import LABELS, Emotion
from fers.domain.faces import Display
from fers.domain.groups import DIMENSIONS
from fers.domain.own_words import guide, own_words
from fers.domain.protocols import Protocol, Quota, Task, TaskOrder
from fers.domain.questions import (
    Check,
    CheckKind,
    Choice,
    Kind,
    Likert,
    Moment,
    Number,
    Question,
    ShortText,
    Words,
)
from fers.domain.review import QueueOrder
from fers.domain.studies import Study, Translated, Translation
from fers.errors import InvalidInput
from fers.languages import LANGUAGES, ORIGINAL
from fers.services.people.toml_table import TomlTable

FORMAT = 1
_MARK = "fers-study"
_HEADING = "# A study of FERS. Read it into FERS with: fers study import FILE\n"
_SETTINGS = {
    "retention-days": "retention_days",
    "keep-only-the-face": "crop_only",
    "asked-before-the-guess": "ask_first_share",
    "participants-say-the-expression": "participants_label",
    "participants-describe-themselves": "asks_groups",
    "annotators-per-face": "overlap",
    "annotators-see-the-guess": "show_prediction",
    "labelled-first": "queue_order",
}
"""What the file calls settings of a study."""
_LANGUAGES = {code: code for code in LANGUAGES}
_ORDERS = {order.value: order for order in TaskOrder}
_DISPLAYS = {display.value: display for display in Display}
_QUEUES = {order.value: order for order in QueueOrder}
_MOMENTS = {moment.value: moment for moment in Moment}
_CHECKS = {kind.value: kind for kind in CheckKind}
_CHOICE, _CHOICES, _SCALE, _NUMBER, _TEXT = "one answer", "several answers", "scale", "number", "text"


def written(study: Study, to_translate: str | None = None) -> str:
    """The study's file. `to_translate`: a language of which it has every text, to be filled in where nobody has yet."""
    content = _without_nothing(
        {
            _MARK: FORMAT,
            "name": study.name,
            "language": study.language if study.language != ORIGINAL else None,
            "purpose": study.purpose,
            "consent-words": study.consent_words or None,
            "labelling-guide": study.labelling_guide,
            "settings": {name: _plain(getattr(study, field)) for name, field in _SETTINGS.items()},
            "protocol": _protocol(study.protocol),
            "questions": [_question(question, study.protocol) for question in study.questions] or None,
            "translations": _translations(study, to_translate) or None,
        }
    )
    # In a text of several lines a carriage return would be lost.
    several_lines = "\\r" not in json.dumps(content)
    return _HEADING + tomli_w.dumps(content, multiline_strings=several_lines)


def read(text: str, into: Study) -> Study:
    """`into` as the file has it; whether it can be run so is for others to check. Raises InvalidInput, which names the
    line or the field that is wrong."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("study-file.not-toml", problem=str(error)) from None
    except RecursionError:
        raise InvalidInput("study-file.not-toml", problem="something in it is nested too deeply") from None
    table = TomlTable(content)
    if _MARK not in content:
        raise InvalidInput("study-file.not-a-study", mark=_MARK)
    if table.whole(_MARK) != FORMAT:
        raise InvalidInput("study-file.other-format", format=str(content[_MARK]), known=FORMAT)
    study = replace(
        into,
        name=table.text("name"),
        purpose=table.text("purpose"),
        language=table.one_of("language", _LANGUAGES, ORIGINAL),
        consent_words=table.text("consent-words", ""),
        labelling_guide=table.text("labelling-guide", None),
    )
    study = _with_settings(study, table.table("settings"))
    protocol = _read_protocol(table.table("protocol"))
    questions = tuple(_read_question(each, protocol) for each in table.tables("questions"))
    translations = tuple(filter(None, (_read_translation(each) for each in table.tables("translations"))))
    table.require_nothing_else()
    return replace(study, protocol=protocol, questions=questions, translations=translations)


def _plain(value: object) -> object:
    return value.value if isinstance(value, QueueOrder) else value


def _without_nothing(table: dict[str, Any]) -> dict[str, Any]:
    """TOML knows no null."""
    return {name: value for name, value in table.items() if value is not None}


def _with_settings(study: Study, table: TomlTable) -> Study:
    read_as: dict[type, Callable[..., Any]] = {bool: table.flag, int: table.whole, float: table.number}
    found: dict[str, Any] = {}
    for name, field in _SETTINGS.items():
        now = getattr(study, field)
        if isinstance(now, QueueOrder):
            found[field] = table.one_of(name, _QUEUES, now)
        else:
            found[field] = read_as[type(now)](name, now)
    table.require_nothing_else()
    return replace(study, **found)


def _protocol(protocol: Protocol) -> dict[str, Any] | None:
    if protocol == Protocol():
        return None
    return _without_nothing(
        {
            "order": protocol.order.value,
            "tasks-per-person": protocol.per_person,
            "tasks": [_task(task) for task in protocol.tasks],
            "quotas": [_quota(quota) for quota in sorted(protocol.quotas, key=_place_of)] or None,
        }
    )


def _task(task: Task) -> dict[str, Any]:
    return _without_nothing(
        {
            "expression": task.intended.label,
            "scenario": task.scenario or None,
            "shown": task.display and task.display.value,
            "times": task.times if task.times != 1 else None,
        }
    )


def _quota(quota: Quota) -> dict[str, Any]:
    about, answer = quota.group or (None, None)
    return _without_nothing(
        {"expression": quota.intended.label, "wanted": quota.wanted, "about": about, "answer": answer}
    )


def _place_of(quota: Quota) -> tuple[Any, ...]:
    """Quotas have no order of their own."""
    return quota.intended.value, quota.group or ("", "")


def _read_protocol(table: TomlTable) -> Protocol:
    protocol = Protocol(
        tasks=tuple(_read_task(each) for each in table.tables("tasks")),
        order=table.one_of("order", _ORDERS, TaskOrder.FIXED),
        per_person=table.whole("tasks-per-person", None),
        quotas=tuple(_read_quota(each) for each in table.tables("quotas")),
    )
    table.require_nothing_else()
    return protocol


def _expression(table: TomlTable) -> Emotion:
    return table.one_of("expression", {label: Emotion.from_label(label) for label in LABELS})


def _read_task(table: TomlTable) -> Task:
    task = Task(
        _expression(table),
        table.text("scenario", ""),
        table.one_of("shown", _DISPLAYS, None),
        table.whole("times", 1),
    )
    table.require_nothing_else()
    return task


def _read_quota(table: TomlTable) -> Quota:
    about = table.one_of("about", {name: name for name in DIMENSIONS}, None)
    group = None
    if about is not None:
        group = (about, table.one_of("answer", {answer: answer for answer in DIMENSIONS[about]}))
    quota = Quota(_expression(table), table.whole("wanted"), group)
    table.require_nothing_else()
    return quota


def _question(question: Question, protocol: Protocol) -> dict[str, Any]:
    ids = [task.id for task in protocol.tasks]
    task = ids.index(question.after_task) + 1 if question.after_task in ids else None
    return _without_nothing(
        {
            "name": question.name,
            "asked": question.moment.value,
            "task": task,
            "text": question.words.text,
            "optional": question.optional or None,
            **dict(_kind(question)),
        }
    )


def _kind(question: Question) -> Iterator[tuple[str, Any]]:
    kind, words = question.kind, question.words
    match kind:
        case Choice():
            yield "kind", _CHOICES if kind.several else _CHOICE
            yield "answers", list(words.options)
            if kind.check:
                yield "check", kind.check.kind.value
                yield "right", sorted(kind.check.right)
                yield "tries", kind.check.tries if kind.check.kind is CheckKind.COMPREHENSION else None
            yield "explanation", words.explanation or None
            yield "screens-out", sorted(kind.screens_out) or None
        case Likert():
            yield "kind", _SCALE
            yield "points", kind.points
            yield "low", words.low or None
            yield "high", words.high or None
        case Number():
            yield "kind", _NUMBER
            yield "least", _short(kind.least)
            yield "most", _short(kind.most)
            yield "whole", kind.whole
        case ShortText():
            yield "kind", _TEXT
            yield "longest", kind.longest
            yield "in-dataset-versions", kind.shared or None


def _short(number: float | None) -> float | None:
    """18 for 18.0."""
    return int(number) if number is not None and number == int(number) else number


def _read_question(table: TomlTable, protocol: Protocol) -> Question:
    moment = table.one_of("asked", _MOMENTS)
    number = table.whole("task") if moment is Moment.AFTER_TASK else None
    if number is not None and not 1 <= number <= len(protocol.tasks):
        raise InvalidInput("study-file.no-such-task", field=table.place("task"), tasks=len(protocol.tasks))
    words, name, optional = Words(table.text("text")), table.text("name"), table.flag("optional", False)
    kind, words = _read_kind(table, words)
    table.require_nothing_else()
    after_task = None if number is None else protocol.tasks[number - 1].id
    return Question(name, words, kind, moment, after_task, optional)


def _translations(study: Study, to_translate: str | None) -> list[dict[str, Any]]:
    """Those of texts that the study says no longer are left out."""
    known = {each.language: {text.original: text.translated for text in each.texts} for each in study.translations}
    if to_translate is not None:
        known.setdefault(to_translate, {})
    listed = []
    for language, translated in known.items():
        every = dict.fromkeys((*own_words(study), *guide(study)))
        wanted = [text for text in every if text in translated or language == to_translate]
        texts = [{"original": text, "translated": translated.get(text, "")} for text in wanted]
        listed.append({"language": language, "texts": texts})
    return [each for each in listed if each["texts"]]


def _read_translation(table: TomlTable) -> Translation | None:
    """None where nothing is filled in yet."""
    language, texts = table.one_of("language", _LANGUAGES), []
    for each in table.tables("texts"):
        text = Translated(each.text("original"), each.text("translated"))
        each.require_nothing_else()
        if text.translated.strip():
            texts.append(text)
    table.require_nothing_else()
    return Translation(language, tuple(texts)) if texts else None


def _read_kind(table: TomlTable, words: Words) -> tuple[Kind, Words]:
    kinds = {name: name for name in (_CHOICE, _CHOICES, _SCALE, _NUMBER, _TEXT)}
    kind = table.one_of("kind", kinds)
    if kind == _SCALE:
        words = replace(words, low=table.text("low", ""), high=table.text("high", ""))
        return Likert(table.whole("points", Likert().points)), words
    if kind == _NUMBER:
        return Number(table.number("least", None), table.number("most", None), table.flag("whole", True)), words
    if kind == _TEXT:
        return ShortText(table.whole("longest", ShortText().longest), table.flag("in-dataset-versions", False)), words
    words = replace(words, options=table.texts("answers"), explanation=table.text("explanation", ""))
    check = None
    if (check_kind := table.one_of("check", _CHECKS, None)) is not None:
        tries = table.whole("tries", 1) if check_kind is CheckKind.COMPREHENSION else 1
        check = Check(check_kind, frozenset(table.wholes("right")), tries)
    return Choice(kind == _CHOICES, check, frozenset(table.wholes("screens-out", ()))), words
