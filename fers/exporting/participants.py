"""What participants answered to the study's own questions, as tables: one of people, one of photos, and a codebook that
says what stands in them.

There is a row only for whoever has a face in the exported version, and only what may be handed out.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fers.domain.fields import FLAG, TEXT
from fers.domain.questions import Check, Choice, Kind, Likert, Moment, Number, Question, ShortText, Value
from fers.domain.versions import DatasetVersion, Entry, FrozenReply, Split
from fers.exporting import csv_text
from fers.exporting.exported_version import ExportedVersion, Member

if TYPE_CHECKING:
    import pyarrow

PARTICIPANTS, PHOTOS = "participants", "photos"
"""The tables: answers once for all, by person; and about photos, by face."""
CODEBOOK = "codebook.json"
_WHOLE, _NUMBER = "int64", "float64"
"""Wider than what is said of faces: nobody knows which numbers a study asks for."""
_KINDS: dict[type[Kind], str] = {Likert: "scale", Number: "number", ShortText: "text"}
_Said = Mapping[tuple[str, str], Value]
"""A person's or a photo's answers, by their question's name and version."""


@dataclass(frozen=True)
class Column:
    name: str
    kind: str
    read: Callable[[_Said], Any]
    """None: not answered."""


@dataclass(frozen=True)
class Table:
    name: str
    key: tuple[str, ...]
    """The columns that say whose row it is."""
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[tuple[tuple[str, ...], _Said]]]
    """Each with its key."""

    @property
    def kinds(self) -> dict[str, str]:
        """Of all columns, by their names."""
        return dict.fromkeys(self.key, TEXT) | {column.name: column.kind for column in self.columns}


def tables(exported: ExportedVersion) -> list[Table]:
    """Those that have a column."""
    once = [one for one in exported.version.questions if not one.moment.is_about_photo]
    about_photos = [one for one in exported.version.questions if one.moment.is_about_photo]
    both = [
        Table(PARTICIPANTS, ("person",), _columns(once), lambda: _people(exported)),
        Table(PHOTOS, ("face", "person"), _columns(about_photos), lambda: _photos(exported)),
    ]
    return [table for table in both if table.columns]


def codebook(exported: ExportedVersion) -> Member | None:
    """What each column means, as JSON; None where nobody answered anything."""
    questions = exported.version.questions
    if not questions:
        return None
    described = [
        _described(exported.version, question, names)
        for table_questions in (
            [one for one in questions if not one.moment.is_about_photo],
            [one for one in questions if one.moment.is_about_photo],
        )
        for question, names in _named(table_questions)
    ]
    content = {"study_sha256": exported.version.study_sha256, "questions": described}
    return Member(CODEBOOK, (json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n",))


def in_words(exported: ExportedVersion) -> str:
    """The questions as a list in Markdown."""
    return "\n".join(
        f"- `{one.name}`, {_when(one)}: {' '.join(one.words.text.split())}" for one in exported.version.questions
    )


def as_csv(table: Table) -> Member:
    """What is not answered is empty. Texts are as they were typed: this is data, whoever opens it."""
    rows = ([*key, *(column.read(said) for column in table.columns)] for key, said in table.rows())
    return Member(f"{table.name}.csv", csv_text.for_programs(table.kinds, rows))


def as_parquet(table: Table) -> Member:
    from fers.exporting.parquet import plain_table

    return Member(f"{table.name}.parquet", plain_table(_schema(table), _records(table)))


def _people(exported: ExportedVersion) -> Iterator[tuple[tuple[str, ...], _Said]]:
    """By pseudonym: each has the same answers in all of their entries."""
    found = {exported.person(entry): said for entry in _entries(exported) if (said := _said(entry, about_photo=False))}
    for person in sorted(found):
        yield (person,), found[person]


def _photos(exported: ExportedVersion) -> Iterator[tuple[tuple[str, ...], _Said]]:
    for entry in _entries(exported):
        if said := _said(entry, about_photo=True):
            yield (entry.face_id, exported.person(entry)), said


def _entries(exported: ExportedVersion) -> Iterator[Entry]:
    return (entry for split in Split for entry in exported.entries(split) if entry.replies)


def _said(entry: Entry, about_photo: bool) -> _Said:
    replies: tuple[FrozenReply, ...] = entry.replies or ()
    return {(one.question, one.version): one.value for one in replies if one.about_photo is about_photo}


def _columns(questions: list[Question]) -> tuple[Column, ...]:
    return tuple(
        Column(name, _kind_of(question), _reader(question, number))
        for question, names in _named(questions)
        for number, name in enumerate(names, start=1)
    )


def _named(questions: list[Question]) -> Iterator[tuple[Question, list[str]]]:
    """Each question with its columns: one, or one an option where several may be chosen. Where a question was put in
    more than one way, or another has its columns, the one that comes first has the plain name."""
    taken: set[str] = set()
    for question in questions:
        earlier = replace(question, name=f"{question.name}_{question.version}")
        yield question, (earlier if question.names & taken else question).columns
        taken |= question.names


def _reader(question: Question, number: int) -> Callable[[_Said], Any]:
    key = (question.name, question.version)

    def read(said: _Said) -> Any:
        value = said.get(key)
        return number in value if isinstance(value, tuple) else value

    return read


def _kind_of(question: Question) -> str:
    match question.kind:
        case Choice(several=True):
            return FLAG
        case Number(whole=False):
            return _NUMBER
        case ShortText():
            return TEXT
    return _WHOLE


def _described(version: DatasetVersion, question: Question, names: list[str]) -> dict[str, Any]:
    """A question in JSON's types, with a text in each language there is."""
    table = PHOTOS if question.moment.is_about_photo else PARTICIPANTS
    several = isinstance(question.kind, Choice) and question.kind.several
    return {
        "name": question.name,
        "table": table,
        "columns": names,
        "words_version": question.version,
        "text": _in_languages(version, question.words.text),
        "type": _type(question.kind),
        "levels": _levels(version, question),
        "level_of_column": dict(zip(names, range(1, len(names) + 1), strict=True)) if several else None,
        **_limits(question.kind),
        "asked": question.moment.value,
        "after_task": question.after_task,
        "optional": question.optional,
        "check": _check(question),
        "screens_out": sorted(question.kind.screens_out) if isinstance(question.kind, Choice) else [],
    }


def _in_languages(version: DatasetVersion, text: str) -> dict[str, str]:
    """By the code of each language there is; nothing for no text."""
    said = {version.language: text}
    for translation in version.translations:
        if found := [each.translated for each in translation.texts if each.original == text]:
            said[translation.language] = found[0]
    return said if text else {}


def _type(kind: Kind) -> str:
    if isinstance(kind, Choice):
        return "several answers" if kind.several else "one answer"
    return _KINDS[type(kind)]


def _levels(version: DatasetVersion, question: Question) -> dict[str, dict[str, str]] | None:
    """What numbers stand for, where they stand for something."""
    if isinstance(question.kind, Choice):
        return {
            str(number): _in_languages(version, text) for number, text in enumerate(question.words.options, start=1)
        }
    if isinstance(question.kind, Likert):
        ends = {1: question.words.low, question.kind.points: question.words.high}
        return {str(point): _in_languages(version, ends.get(point, "")) for point in range(1, question.kind.points + 1)}
    return None


def _limits(kind: Kind) -> dict[str, Any]:
    if isinstance(kind, Number):
        return {"least": kind.least, "most": kind.most, "whole": kind.whole}
    return {"longest": kind.longest} if isinstance(kind, ShortText) else {}


def _check(question: Question) -> dict[str, Any] | None:
    check: Check | None = question.check
    return check and {"kind": check.kind.value, "right": sorted(check.right), "tries": check.tries}


def _when(question: Question) -> str:
    return {
        Moment.BEFORE: "asked before the photos",
        Moment.AFTER_PHOTO: "asked after each photo",
        Moment.AFTER_TASK: "asked after the photos of a task",
        Moment.AFTER: "asked at the end",
    }[question.moment]


def _records(table: Table) -> Iterator[dict[str, Any]]:
    for key, said in table.rows():
        yield dict(zip(table.key, key, strict=True)) | {column.name: column.read(said) for column in table.columns}


def _schema(table: Table) -> "pyarrow.Schema":
    import pyarrow

    return pyarrow.schema({name: pyarrow.type_for_alias(kind) for name, kind in table.kinds.items()})
