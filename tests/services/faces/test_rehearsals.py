"""The owner tries their study as a participant, and nothing is left of it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR
from fers.domain.protocols import Protocol, Quota, Task
from fers.domain.questions import Moment, Number, Question, Words
from fers.domain.readiness import missing, readiness
from fers.storage.sqlite.database import FILE
from tests.people import HAPPY_POSED, draft, give_face, newcomer, participant


@pytest.fixture
def study(platform):
    protocol = Protocol((Task(Emotion.FEAR), Task(Emotion.SAD)), quotas=(Quota(Emotion.FEAR, 1),))
    platform.studies.update(OPERATOR, replace(platform.studies.current(), protocol=protocol, open=False))
    return platform.studies.current(OPERATOR)


@pytest.fixture
def kept(settings):
    """Everything that is stored, but for the log and the studies themselves."""

    def kept() -> dict[str, list]:
        with closing(sqlite3.connect(settings.data / FILE)) as database:
            tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = {name: sorted(map(repr, database.execute(f'SELECT * FROM "{name}"'))) for name in tables}
        images = sorted(path.name for path in (settings.data / "images").rglob("*"))
        left_out = {"audit", "sqlite_sequence", "studies"}
        return {name: rows[name] for name in rows.keys() - left_out} | {"images": images}

    return kept


def go_through(platform, person, rehearsal) -> list[Emotion]:
    """Give a face for each task. Returns what was asked for."""
    asked = []
    while (turn := rehearsal.tasks.turn(person)).task:
        photo = draft(rehearsal, person)
        box = photo.suggestions[0]
        guess = rehearsal.capture.predict(person, photo, box)
        assert rehearsal.capture.submit(person, photo, box, guess, HAPPY_POSED) is None
        asked.append(turn.task.intended)
    return asked


def test_every_task_is_met_and_nothing_is_kept_or_counted(platform, study, kept):
    owner = participant(platform)
    platform.studies.update(OPERATOR, replace(study, open=True))
    platform.tasks.turn(newcomer(platform))  # The one place for fear is somebody's.
    platform.studies.update(OPERATOR, study)
    before, progress = kept(), platform.progress.of(OPERATOR, study.id)
    rehearsal = platform.rehearsals.begin(OPERATOR, study.id)
    assert go_through(platform, owner, rehearsal) == [Emotion.FEAR, Emotion.SAD]
    assert rehearsal.tasks.ending(owner).given == 2
    platform.rehearsals.finish(OPERATOR, rehearsal)
    assert kept() == before
    assert platform.progress.of(OPERATOR, study.id) == progress


def test_the_checklist_remembers_what_was_tried(platform, study):
    def tried() -> bool:
        return next(item.is_done for item in readiness(platform.studies.current(OPERATOR)) if item.name == "Tried out")

    rehearsal = platform.rehearsals.begin(OPERATOR, study.id)
    assert not tried()
    platform.rehearsals.finish(OPERATOR, rehearsal)
    assert tried() and not missing(study)
    platform.studies.update(OPERATOR, replace(platform.studies.current(OPERATOR), purpose="Something else."))
    assert not tried()
    platform.rehearsals.finish(OPERATOR, rehearsal)
    assert not tried(), "what was tried is not what the study is by now"


def test_participants_of_the_study_are_asked_nothing_by_it(platform, study):
    """What is being tried is closed for everybody else."""
    rehearsal = platform.rehearsals.begin(OPERATOR, study.id)
    assert rehearsal.studies.current().open and not platform.studies.current(OPERATOR).open


def test_every_question_is_met_and_no_answer_is_kept(platform, study, kept):
    owner = participant(platform)
    before = Question("before", Words("How old are you?"), Number())
    sad = replace(before, name="sad", moment=Moment.AFTER_TASK, after_task=Task(Emotion.SAD).id)
    questions = (before, sad, replace(before, name="after", moment=Moment.AFTER))
    platform.studies.update(OPERATOR, replace(study, questions=questions))
    stored, rehearsal, asked = kept(), platform.rehearsals.begin(OPERATOR, study.id), []

    def answer(through: bool) -> None:
        while due := rehearsal.questions.due(owner, through):
            asked.extend(question.name for question in due.questions)
            rehearsal.questions.answer(owner, due, {question.name: 30 for question in due.questions})

    answer(through=False)
    while (turn := rehearsal.tasks.turn(owner)).task:
        asked.append(turn.task.intended.label)
        give_face(rehearsal, owner)
        answer(through=False)
    answer(through=True)
    assert asked == ["before", "fear", "sad", "sad", "after"]
    assert kept() == stored
