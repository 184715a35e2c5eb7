"""A study that asks: its owner sets tasks up, its participants are led through them."""

from dataclasses import replace

import pytest
from driving import at_part_of_study, click, opened, sign_in, told
from test_journey import choose, give

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.people import OPERATOR
from fers.domain.protocols import Protocol, Quota, Task
from tests.people import give_face, newcomer, participant, photo

FEAR, SAD = Task(Emotion.FEAR, "You hear *steps*.", Display.POSED), Task(Emotion.SAD)


@pytest.fixture
def ask(platform):
    def ask(*tasks: Task, **more) -> None:
        study = platform.studies.current()
        protocol = Protocol(tasks, **more)
        platform.studies.update(OPERATOR, replace(study, protocol=protocol, ask_first_share=0, asks_groups=True))

    return ask


def test_a_participant_is_led_through_the_tasks_and_thanked(app, platform, ask):
    ask(FEAR, SAD, Task(Emotion.NEUTRAL), quotas=(Quota(Emotion.FEAR, 4),))
    ada = participant(platform)
    sign_in(app)
    assert opened(app) == "give"
    assert "Show fear" in told(app) and r"You hear \*steps\*." in told(app)
    assert [bar.proto.text for bar in app.get("progress")] == ["**1 of 3**"]
    give(app, photo())
    assert "1 of 3 · You were asked to show fear." in told(app)
    assert not [group for group in app.segmented_control if group.key.startswith("display")], "it is posed already"
    assert "Thank you!" in told(click(app, "Yes"))
    click(app, "Next task")
    assert "Show sadness" in told(app)
    choose(give(app, photo()), "display", Display.FELT)
    click(app, "Yes")
    click(app, "Next task")
    assert "Show a neutral face" in told(app)
    click(app, "Skip this one")
    assert "Thank you, that's everything!" in told(app)
    assert "You gave 2 photos." in told(app) and "You skipped 1 task." in told(app)
    assert "You and the machine agreed on **2 of 2**." in told(app)
    assert [bar.proto.text for bar in app.get("progress")] == ["The study has 25% of the photos it asks for."]
    faces = platform.data_export.faces(ada)
    assert {(face.intended, face.answer.display) for face in faces} == {
        (Emotion.FEAR, Display.POSED),
        (Emotion.SAD, Display.FELT),
    }
    app.switch_page("pages/my_data.py").run()
    assert "You were asked to show fear." in told(app)
    assert not app.exception


def test_whoever_stops_for_now_goes_on_where_they_were(app, platform, ask):
    ask(FEAR, SAD, quotas=(Quota(Emotion.FEAR, 1),))
    participant(platform)
    sign_in(app)
    click(app, "Stop here for now")
    assert "Thanks so far!" in told(app) and "You have done 0 of 2." in told(app)
    assert platform.tasks.turn(newcomer(platform)).task == FEAR
    click(app, "Continue")
    assert "Show sadness" in told(app)
    assert not app.exception


def test_whoever_did_a_task_in_another_window_is_told_and_goes_on(app, platform, ask):
    ask(FEAR, replace(SAD, display=Display.POSED))
    ada = participant(platform)
    sign_in(app)
    for left in ("Show sadness", "Thank you, that's everything!"):
        give(app, photo())
        give_face(platform, ada)
        assert "You have done this task in another window already." in told(click(app, "Yes"))
        assert left in told(app)
    assert len(platform.data_export.faces(ada)) == 2
    assert not app.exception


def test_a_study_that_is_full_says_so_kindly(app, platform, ask):
    ask(FEAR, quotas=(Quota(Emotion.FEAR, 1),))
    give_face(platform, newcomer(platform))
    participant(platform)
    sign_in(app)
    assert "Thank you for coming!" in told(app)
    assert "all the photos it needs" in told(app)
    assert not app.get("file_uploader") and not app.get("camera_input")
    assert not app.exception


def test_an_owner_sets_tasks_and_quotas_up_and_sees_how_far_they_are(app, platform):
    study = platform.studies.current()
    platform.studies.update(OPERATOR, replace(study, asks_groups=True))
    at_part_of_study(app, platform, "Tasks")
    assert "Participants show whatever they like" in told(app)
    click(app, "Add a task")
    click(app, "Add a task")
    row, fear = f"task-{study.id}", Emotion.FEAR.value
    app.selectbox(key=f"{row}-0-intended").set_value(Emotion.FEAR)
    app.text_input(key=f"{row}-0-scenario").set_value("You hear steps.")
    app.selectbox(key=f"{row}-1-intended").set_value(Emotion.SAD)
    app.number_input(key=f"{row}-1-times").set_value(2).run()
    app.number_input(key=f"protocol-{study.id}-per-person").set_value(2)
    app.selectbox(key=f"protocol-{study.id}-dimension").set_value("Gender").run()
    app.number_input(key=f"protocol-{study.id}-quota-{fear}-all").set_value(20)
    app.number_input(key=f"protocol-{study.id}-quota-{fear}-Gender").set_value(5).run()
    assert "Not saved yet." in told(app)
    click(app, "Save tasks")
    assert "Not saved yet." not in told(app)
    saved = platform.studies.current().protocol
    assert saved.tasks == (Task(Emotion.FEAR, "You hear steps."), Task(Emotion.SAD, times=2))
    assert (saved.per_person, [(quota.wanted, quota.group and quota.group[1]) for quota in saved.quotas]) == (
        2,
        [(20, None), (5, "woman"), (5, "man"), (5, "non-binary or another gender")],
    )
    platform.studies.update(OPERATOR, replace(platform.studies.current(), protocol=replace(saved, per_person=None)))
    give_face(platform, newcomer(platform))
    platform.tasks.turn(newcomer(platform))
    app.run()
    assert [bar.proto.text for bar in app.get("progress")] == [
        "**Sad**: 0, no limit",
        "**Fear**: 1 of 20, 1 in progress",
    ]
    click(app, "Remove")
    click(app, "Save tasks")
    assert [task.intended for task in platform.studies.current().protocol.tasks] == [Emotion.SAD]
    assert not app.exception


def test_what_cannot_be_followed_is_refused_in_words(app, platform, ask):
    ask(FEAR, quotas=(Quota(Emotion.FEAR, 3),))
    at_part_of_study(app, platform, "Tasks")
    study = platform.studies.current()
    app.number_input(key=f"task-{study.id}-0-times").set_value(50).run()
    click(app, "Add a task")
    click(app, "Save tasks")
    assert "50 tasks at most" in told(app)
    assert platform.studies.current().protocol == study.protocol


def test_tasks_that_are_being_changed_stay_when_others_save_some(app, platform):
    at_part_of_study(app, platform, "Tasks")
    study = platform.studies.current()
    click(app, "Add a task")
    app.text_input(key=f"task-{study.id}-0-scenario").set_value("You hear steps.").run()
    platform.studies.update(OPERATOR, replace(study, overlap=7, protocol=Protocol((SAD,))), study)
    assert "What you are changing was changed meanwhile" in told(click(app, "Save tasks"))
    assert platform.studies.current().protocol.tasks == (SAD,)
    click(app, "Save tasks")
    now = platform.studies.current()
    assert (now.protocol.tasks, now.overlap) == ((Task(Emotion.NEUTRAL, "You hear steps."),), 7)
    platform.studies.update(OPERATOR, replace(now, protocol=Protocol((SAD, FEAR))), now)
    assert len([box for box in app.run().selectbox if box.label == "Expression"]) == 2
    assert "Not saved yet." not in told(app)
    assert not app.exception
