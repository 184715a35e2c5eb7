"""A study's own questions: its owner builds them, its participants answer them page by page."""

from dataclasses import replace

import pytest
from driving import click, open_app, sign_in, told
from test_journey import choose, give

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.people import OPERATOR, Role
from fers.domain.protocols import Protocol, Task
from fers.domain.questions import Check, CheckKind, Choice, Likert, Moment, Number, Question, ShortText, Words
from tests.people import PASSWORD, grant, participant, photo

AGE = Question("age", Words("How old are you?"), Number(18, 99))
READ = Question(
    "read",
    Words("What will you show?", ("Faces", "Hands"), explanation="It is about faces."),
    Choice(check=Check(CheckKind.COMPREHENSION, frozenset({1}), tries=2)),
)
WHERE = Question("places", Words("Where are you?", ("At home", "At *work*")), Choice(several=True), optional=True)
HARD = Question("hard", Words("How hard was it?", low="easy", high="hard"), Likert(5), Moment.AFTER_PHOTO)
WHY = Question("why", Words("Why?"), ShortText(shared=True), Moment.AFTER)
FEAR = Task(Emotion.FEAR)


@pytest.fixture
def ask(platform):
    def ask(*questions: Question, tasks: tuple[Task, ...] = ()) -> None:
        study = replace(platform.studies.current(), questions=questions, protocol=Protocol(tasks), ask_first_share=0)
        platform.studies.update(OPERATOR, study)

    return ask


def named(fields, name: str):
    """The field of the question called so."""
    return next(field for field in fields if field.key and field.key.startswith(f"ask-{name}-"))


def answers(platform, person) -> dict[str, object]:
    return {question.name: reply.value for question, reply in platform.questions.mine(person)}


def test_a_participant_answers_before_after_the_photo_and_at_the_end(app, platform, ask):
    ask(AGE, WHERE, HARD, WHY, tasks=(FEAR,))
    ada = participant(platform)
    sign_in(app)
    assert "A few questions first" in told(app) and r"Where are you? (optional)" in told(app)
    assert "Still to be answered: “How old are you?”" in told(click(app, "Continue"))
    named(app.number_input, "age").set_value(17)
    assert "takes 18 or more" in told(click(app, "Continue"))
    named(app.number_input, "age").set_value(27)
    next(box for box in app.checkbox if box.label == r"At \*work\*").check()
    click(app, "Continue")
    assert "Show fear" in told(app)
    choose(give(app, photo()), "display", Display.POSED)
    click(app, "Yes")
    click(app, "See how it went")
    assert "About the photo you just gave" in told(app) and "1: easy · 5: hard" in told(app)
    named(app.segmented_control, "hard").set_value(4)
    click(app, "Continue")
    assert "A few last questions" in told(app) and "write nothing that tells who you are" in told(app)
    named(app.text_area, "why").set_value("Because.")
    click(app, "Continue")
    assert "Thank you, that's everything!" in told(app)
    assert answers(platform, ada) == {"age": 27, "places": (2,), "hard": 4, "why": "Because."}
    app.switch_page("pages/my_data.py").run()
    assert "How old are you?  \n**27**" in told(app) and r"**At \*work\***" in told(app)
    assert not app.exception


def test_a_text_that_is_too_long_stays_in_its_field_and_its_limit_is_said(app, platform, ask):
    ask(replace(WHY, moment=Moment.BEFORE, kind=ShortText(longest=20)))
    participant(platform)
    sign_in(app)
    field = named(app.text_area, "why")
    assert not field.proto.max_chars, "by which a browser drops what is pasted, and says nothing"
    assert field.proto.placeholder == "20 characters at most"
    field.set_value(21 * "x")
    assert "Your answer to “Why?” has more than 20 characters." in told(click(app, "Continue"))
    assert named(app.text_area, "why").value == 21 * "x"


def test_answers_are_kept_page_by_page_and_one_can_go_back(app, platform, ask):
    ask(AGE, *(replace(HARD, name=f"q{number}", moment=Moment.BEFORE, optional=True) for number in range(6)))
    ada = participant(platform)
    sign_in(app)
    assert "A few questions first (1 of 2)" in told(app)
    named(app.number_input, "age").set_value(27)
    click(app, "Continue")
    assert "A few questions first (2 of 2)" in told(app)
    assert answers(platform, ada)["age"] == 27
    again = sign_in(open_app())
    assert "A few questions first (2 of 2)" in told(again), "they go on where they were"
    named(app.segmented_control, "q5").set_value(2)
    click(app, "Back")
    assert named(app.number_input, "age").value == 27
    named(app.number_input, "age").set_value(28)
    click(app, "Continue")
    assert named(app.segmented_control, "q5").value == 2, "what was not sent is there still"
    click(app, "Continue")
    assert "Show an expression" in told(app)
    assert (answers(platform, ada)["age"], answers(platform, ada)["q5"]) == (28, 2)
    assert not app.exception


def test_a_wrong_answer_is_explained_and_the_last_one_ends_it_kindly(app, platform, ask):
    ask(READ, AGE)
    participant(platform)
    sign_in(app)
    named(app.number_input, "age").set_value(27)
    named(app.radio, "read").set_value(2)
    click(app, "Continue")
    assert "It is about faces. Please answer again. This is your last try." in told(app)
    assert named(app.radio, "read").value is None and named(app.number_input, "age").value == 27
    named(app.radio, "read").set_value(2)
    click(app, "Continue")
    assert "Thank you for coming!" in told(app) and "ends here for you" in told(app)
    assert not app.segmented_control, "there is no photo to take"
    assert "ends here for you" in told(sign_in(open_app()))
    assert not app.exception


def test_in_a_free_study_people_say_when_they_are_done(app, platform, ask):
    ask(WHY)
    ada = participant(platform)
    sign_in(app)
    choose(give(app, photo()), "display", Display.POSED)
    click(app, "Yes")
    click(app, "Next photo")
    click(app, "I'm done giving photos")
    named(app.text_area, "why").set_value("Because.")
    next(box for box in app.checkbox if box.label.startswith("What I wrote here may be included")).check()
    click(app, "Continue")
    assert "Thank you, that's everything!" in told(app)
    click(app, "Give another photo")
    assert "Show an expression" in told(app)
    assert "I'm done giving photos" not in [button.label for button in app.button]
    [(_, reply)] = platform.questions.mine(ada)
    assert (reply.value, reply.shared) == ("Because.", True)
    assert not app.exception


@pytest.fixture
def owner(app, platform):
    platform.accounts.sign_up("owner@example.org", PASSWORD)
    grant(platform, "owner@example.org", Role.ADMINISTRATOR)
    sign_in(app, "owner@example.org")
    app.session_state["parts"] = "Questions"
    return app.switch_page("pages/study.py").run()


def of_row(fields, number: int, what: str):
    return next(field for field in fields if field.key and field.key.endswith(f"-{number}-{what}"))


def test_an_owner_builds_questions_and_sees_them_as_participants_do(owner, platform):
    app = owner
    click(app, "Add a question")
    of_row(app.text_area, 0, "text").set_value("What will you show today?").run()
    of_row(app.text_area, 0, "options").set_value("Faces\nHands").run()
    of_row(app.selectbox, 0, "check").set_value(CheckKind.COMPREHENSION).run()
    next(box for box in app.multiselect if "-0-right" in box.key).set_value([1]).run()
    of_row(app.text_input, 0, "explanation").set_value("It is about faces.").run()
    click(app, "Add a question")
    of_row(app.text_area, 1, "text").set_value("How hard was it?").run()
    of_row(app.selectbox, 1, "kind").set_value("Scale").run()
    of_row(app.selectbox, 1, "when").set_value((Moment.AFTER_PHOTO, None)).run()
    of_row(app.text_input, 1, "high").set_value("Hard").run()
    of_row(app.text_input, 1, "name").set_value("hard").run()
    assert "Not saved yet." in told(app)
    app.toggle(key=f"preview-{platform.studies.current().id}").set_value(True).run()
    assert "Before the first photo, page 1" in told(app) and "5: Hard" in told(app)
    click(app, "Save questions")
    [first, second] = platform.studies.current().questions
    assert first == replace(
        READ, name="what_will_you_show", words=replace(READ.words, text="What will you show today?")
    )
    assert second == Question("hard", Words("How hard was it?", high="Hard"), Likert(5), Moment.AFTER_PHOTO)
    assert "Not saved yet." not in told(app)
    click(app, "Later")
    click(app, "Save questions")
    assert platform.studies.current().questions == (second, first)
    assert not app.exception


def test_an_owner_is_told_which_question_can_not_be_asked(owner, platform):
    app = owner
    click(app, "Add a question")
    of_row(app.text_area, 0, "text").set_value("Yes?").run()
    assert "The question “yes” needs 2 to 20 answers" in told(click(app, "Save questions"))
    assert platform.studies.current().questions == ()
    assert not app.exception


def test_an_owner_learns_whom_new_questions_ask_again(owner, platform):
    app = owner
    participant(platform)
    click(app, "Add a question")
    of_row(app.text_area, 0, "text").set_value("How old are you?").run()
    of_row(app.selectbox, 0, "kind").set_value("Number").run()
    assert "1 person has agreed to the text you are changing." in told(click(app, "Save questions"))
    next(button for button in app.button if button.label == "Save questions").click()  # AppTest runs the whole page.
    click(app, "Save and ask them again")
    [question] = platform.studies.current().questions
    assert question.kind == Number()
    assert not app.exception


def test_a_question_after_a_task_follows_it_when_the_task_changes(owner, platform, ask):
    after = replace(HARD, moment=Moment.AFTER_TASK, after_task=FEAR.id)
    ask(after, tasks=(FEAR,))
    app = owner
    app.session_state["parts"] = "Tasks"
    app.run()
    next(box for box in app.text_input if box.key and box.key.endswith("-scenario")).set_value("A dog barks.").run()
    click(app, "Save tasks")
    study = platform.studies.current()
    assert study.protocol.tasks[0].scenario and study.questions[0].after_task == study.protocol.tasks[0].id
    click(app, "Remove")
    click(app, "Add a task")
    assert "is asked after a task that the study doesn't have" in told(click(app, "Save tasks"))
    assert not app.exception


def test_a_study_takes_everything_from_a_file_and_its_page_says_so(owner, platform, ask):
    ask(AGE, tasks=(FEAR,))
    app, study = owner, platform.studies.current()
    text = platform.study_files.text(OPERATOR, study.id).replace("FERS try-out", "Anew").replace("old are", "tall are")
    ask()
    app.session_state["parts"] = "About"
    app.run()
    uploader = next(one for one in app.file_uploader if one.label == "Take everything from a file")
    uploader.upload("study.toml", b"fers-study = 2", "application/toml")
    assert "of format “2”" in told(app.run())
    uploader = next(one for one in app.file_uploader if one.label == "Take everything from a file")
    uploader.upload("study.toml", text.encode(), "application/toml")
    assert "**Anew**, with 1 task and 1 question." in told(app.run())
    click(app, "Use this file")
    now = platform.studies.current()
    assert (now.name, now.questions[0].words.text, now.protocol.tasks) == ("Anew", "How tall are you?", (FEAR,))
    assert [box.value for box in app.text_input if box.label == "Name"] == ["Anew"]
    assert not app.exception
