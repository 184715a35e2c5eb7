"""A study's own questions: who is asked what when, and what becomes of the answers."""

import io
import json
import zipfile
from dataclasses import replace

import pytest

from fers import adapters
from fers.assembly import assemble
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR
from fers.domain.protocols import Protocol, Task
from fers.domain.questions import Check, CheckKind, Choice, Likert, Moment, Number, Outcome, Question, ShortText, Words
from fers.errors import InvalidInput, NotPermitted
from fers.services.people.questions import Asking, Ended
from tests.people import EVERYTHING, OneFace, OneModel, give_face, participant, pattern

AGE = Question("age", Words("How old are you?"), Number(18, 99))
READ = Question(
    "read",
    Words("What will you show?", ("Faces", "Hands"), explanation="It is about faces."),
    Choice(check=Check(CheckKind.COMPREHENSION, frozenset({1}), tries=2)),
)
CAMERA = Question("camera", Words("Do you have a camera?", ("Yes", "No")), Choice(screens_out=frozenset({2})))
HARD = Question("hard", Words("How hard was it?", low="easy", high="hard"), Likert(5), Moment.AFTER_PHOTO)
WHY = Question("why", Words("Why?"), ShortText(shared=True), Moment.AFTER, optional=True)
FEAR, SAD = Task(Emotion.FEAR), Task(Emotion.SAD, "It rains.")


@pytest.fixture
def stores(settings, clock):
    return adapters.open_stores(settings, clock)


@pytest.fixture
def platform(settings, stores, clock):
    return assemble(settings, stores=stores, models=OneModel(), detector=OneFace(), now=clock)


@pytest.fixture
def ask(platform):
    def ask(*questions: Question, tasks: tuple[Task, ...] = ()) -> None:
        study = replace(platform.studies.current(), questions=questions, protocol=Protocol(tasks))
        platform.studies.update(OPERATOR, study)

    return ask


@pytest.fixture
def ada(platform):
    return lambda purposes=EVERYTHING: participant(platform, purposes=purposes)


def asked(platform, person, through=False) -> list[str]:
    due = platform.questions.due(person, through)
    return [question.name for question in due.questions if due.is_open(question)] if isinstance(due, Asking) else []


def answer(platform, person, through=False, shared=(), **given):
    return platform.questions.answer(person, platform.questions.due(person, through), given, shared)


def test_questions_come_before_after_each_photo_and_at_the_end(platform, ask, ada, clock):
    ask(AGE, HARD, WHY)
    ada = ada()
    assert asked(platform, ada) == ["age"]
    with pytest.raises(NotPermitted):
        give_face(platform, ada)
    answer(platform, ada, age=30)
    assert asked(platform, ada) == []
    for number in range(2):
        clock.advance(minutes=1)
        give_face(platform, ada, picture=pattern(number))
        assert asked(platform, ada) == ["hard"]
        with pytest.raises(NotPermitted):
            give_face(platform, ada, picture=pattern(9))
        answer(platform, ada, hard=number + 1)
    assert asked(platform, ada) == []
    assert asked(platform, ada, through=True) == ["why"]
    answer(platform, ada, through=True, why=None)
    assert asked(platform, ada, through=True) == []
    said = [(question.name, reply.value) for question, reply in platform.questions.mine(ada)]
    assert sorted(said, key=str) == [("age", 30), ("hard", 1), ("hard", 2), ("why", None)]


def test_a_question_after_a_task_comes_after_that_one_alone(platform, ask, ada, clock):
    after_sad = replace(HARD, name="sad", moment=Moment.AFTER_TASK, after_task=SAD.id)
    ask(after_sad, tasks=(FEAR, SAD))
    ada = ada()
    give_face(platform, ada)
    assert asked(platform, ada) == []
    clock.advance(minutes=1)
    give_face(platform, ada)
    assert asked(platform, ada) == ["sad"]


def test_nobody_is_asked_about_a_photo_they_may_have_forgotten(platform, ask, ada, clock):
    ada = ada()
    give_face(platform, ada)
    ask(HARD)
    platform.consents.give(ada, platform.consents.text(ada).sha256, EVERYTHING, adult=True)
    assert asked(platform, ada) == ["hard"]
    clock.advance(minutes=31)
    assert asked(platform, ada) == []


def test_what_is_answered_while_they_choose_in_another_window_that_nothing_is_kept_does_not_stay(
    platform, stores, ask, ada, monkeypatch
):
    ask(AGE)
    ada = ada()
    save = stores.replies.save_replies

    def meanwhile(replies) -> None:
        platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(), adult=True)
        save(replies)

    monkeypatch.setattr(stores.replies, "save_replies", meanwhile)
    with pytest.raises(InvalidInput):
        answer(platform, ada, age=30)
    assert stores.replies.all_replies_of(ada.id) == []


def test_everything_that_is_missing_is_named_and_nothing_is_kept(platform, ask, ada):
    ask(AGE, READ, replace(WHY, moment=Moment.BEFORE))
    ada = ada()
    with pytest.raises(InvalidInput) as refusal:
        answer(platform, ada, age=None, read=None, why="")
    assert AGE.words.text in str(refusal.value) and READ.words.text in str(refusal.value)
    with pytest.raises(InvalidInput, match="99 or less"):
        answer(platform, ada, age=100, read=1, why="")
    assert platform.questions.mine(ada) == []


def test_a_comprehension_check_is_asked_again_so_many_times(platform, ask, ada):
    ask(READ, AGE)
    ada = ada()
    assert answer(platform, ada, read=2, age=30) == {"read": Outcome.WRONG}
    assert asked(platform, ada) == ["read"]
    assert answer(platform, ada, read=1, age=31) == {}
    assert asked(platform, ada) == []
    give_face(platform, ada)


def test_another_tab_in_which_it_is_still_asked_is_no_second_chance(platform, ask, ada):
    ask(READ, CAMERA)
    ada = ada()
    elsewhere = platform.questions.due(ada)
    answer(platform, ada, read=1)
    assert platform.questions.answer(ada, elsewhere, {"read": 2, "camera": 2}) == {"camera": Outcome.SCREENED_OUT}
    assert {reply.outcome for _, reply in platform.questions.mine(ada)} == {Outcome.PASSED, Outcome.SCREENED_OUT}
    with pytest.raises(NotPermitted, match="ends here"):
        platform.questions.answer(ada, elsewhere, {"camera": 1})
    assert platform.questions.due(ada) == Ended(Outcome.SCREENED_OUT)


def test_whoever_fails_a_check_goes_no_further_and_can_not_come_back(platform, ask, ada):
    ask(READ)
    ada = ada()
    for _ in range(2):
        answer(platform, ada, read=2)
    assert platform.questions.due(ada) == Ended(Outcome.FAILED)
    with pytest.raises(NotPermitted, match="ends here"):
        give_face(platform, ada)
    [(_, reply)] = platform.questions.mine(ada)
    assert (reply.tries, reply.outcome) == (2, Outcome.FAILED)


def test_an_answer_can_screen_out(platform, ask, ada):
    ask(CAMERA)
    ada = ada()
    assert answer(platform, ada, camera=2) == {"camera": Outcome.SCREENED_OUT}
    assert platform.questions.due(ada) == Ended(Outcome.SCREENED_OUT)


def test_an_answer_can_be_changed_until_all_are_given_but_for_one_that_decided(platform, ask, ada):
    ask(AGE, CAMERA, *(replace(HARD, name=f"q{number}", moment=Moment.BEFORE) for number in range(6)))
    ada = ada()
    answer(platform, ada, age=30, camera=1)
    answer(platform, ada, age=31, camera=2)
    assert {question.name: reply.value for question, reply in platform.questions.mine(ada)} == {"age": 31, "camera": 1}


def test_whoever_keeps_nothing_is_asked_nothing(platform, ask, ada):
    ask(AGE)
    trying = ada(frozenset())
    assert platform.questions.due(trying) is None
    give_face(platform, trying)


def test_questions_are_asked_again_in_new_words_and_answers_to_the_old_ones_stay(platform, ask, ada):
    ask(AGE)
    ada = ada()
    answer(platform, ada, age=30)
    older = replace(AGE, words=Words("How old are you, in years?"))
    ask(older)
    assert asked(platform, ada) == ["age"]
    assert platform.questions.mine(ada)[0][0] == AGE
    answer(platform, ada, age=31)
    assert [(question, reply.value) for question, reply in platform.questions.mine(ada)] == [(older, 31)]


def test_people_agree_to_being_asked_before_anything_is_kept(platform, ask, ada):
    study = platform.studies.current()
    ada = ada()
    assert "questions of its own" not in platform.consents.text(ada).body
    assert platform.consents.asked_again(OPERATOR, replace(study, questions=(AGE,))) == 1
    ask(AGE)
    assert "questions of its own" in platform.consents.text(ada).body
    assert platform.questions.due(ada) is None, "they have not agreed to it yet"


def test_answers_go_with_a_photo_with_the_choice_to_keep_nothing_and_with_their_person(platform, ask, ada, stores):
    ask(AGE, HARD)
    ada = ada()
    answer(platform, ada, age=30)
    face = give_face(platform, ada)
    answer(platform, ada, hard=4)
    platform.withdrawal.withdraw_face(ada, face.id)
    assert [question.name for question, _ in platform.questions.mine(ada)] == ["age"]
    platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(), adult=True)
    assert platform.questions.mine(ada) == []
    platform.consents.give(ada, platform.consents.text(ada).sha256, EVERYTHING, adult=True)
    answer(platform, ada, age=30)
    platform.withdrawal.withdraw_everything(ada)
    assert list(stores.replies.replies_in(platform.studies.current().id)) == []


def test_an_old_copy_of_the_records_brings_no_answer_back(platform, ask, ada, stores, clock):
    ask(AGE)
    ada = ada()
    answer(platform, ada, age=30)
    old = stores.replies.all_replies_of(ada.id)
    platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(), adult=True)
    stores.replies.save_replies(old)
    assert len(platform.withdrawal.enforce()) == 1
    assert stores.replies.all_replies_of(ada.id) == []
    clock.advance(hours=1)
    platform.consents.give(ada, platform.consents.text(ada).sha256, EVERYTHING, adult=True)
    answer(platform, ada, age=31)
    assert platform.withdrawal.enforce() == []
    assert [reply.value for reply in stores.replies.all_replies_of(ada.id)] == [31]


def test_answers_are_deleted_after_as_many_days_as_photos(platform, ask, ada, stores, clock):
    ask(AGE)
    ada = ada()
    answer(platform, ada, age=30)
    days = platform.studies.current().retention_days
    for passed in range(days):
        clock.advance(days=1)
        platform.retention.purge_due()
        assert len(stores.replies.all_replies_of(ada.id)) == (passed + 1 < days)


def test_everybody_takes_their_answers_home_with_the_words_they_answered_to(platform, ask, ada):
    ask(CAMERA, HARD)
    ada = ada()
    answer(platform, ada, camera=1)
    face = give_face(platform, ada)
    answer(platform, ada, hard=4)
    ask(HARD)
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(ada)))) as files:
        said = json.loads(files.read("answers.json"))
    assert [(one["words"], one["answer"], one["meaning"], one["photo"]) for one in said] == [
        ("Do you have a camera?", 1, "Yes", None),
        ("How hard was it?", 4, "4 of 5", face.id),
    ]


def test_a_reworded_question_stays_where_it_was_among_ones_own_answers(platform, ask, ada):
    ask(AGE, CAMERA)
    ada = ada()
    answer(platform, ada, age=30, camera=1)
    ask(replace(AGE, words=Words("How old are you, in years?")), CAMERA)
    assert [question for question, _ in platform.questions.mine(ada)] == [AGE, CAMERA]


def test_the_owner_sees_how_questions_are_answered(platform, ask, ada):
    ask(CAMERA, replace(WHY, moment=Moment.BEFORE))
    ada = ada()
    study_id = platform.studies.current().id
    answer(platform, ada, camera=2, why="")
    counts = [(one.replies, one.left_out, one.ended) for one in platform.questions.counts(OPERATOR, study_id)]
    assert counts == [(1, 0, 1), (0, 1, 0)]


def test_a_page_that_was_opened_before_the_questions_changed_is_not_kept(platform, ask, ada):
    ask(AGE)
    ada = ada()
    due = platform.questions.due(ada)
    ask(replace(AGE, kind=Number(21, 99)))
    with pytest.raises(InvalidInput, match="just changed"):
        platform.questions.answer(ada, due, {"age": 18})


def test_only_what_its_person_may_share_and_ticked_is_marked_so(platform, ask, ada):
    ask(WHY, replace(WHY, name="own", kind=ShortText()))
    ada = ada(frozenset({Purpose.STORE}))
    answer(platform, ada, through=True, shared=["why", "own"], why="Because.", own="No.")
    assert {question.name: reply.shared for question, reply in platform.questions.mine(ada)} == {
        "why": True,
        "own": False,
    }
