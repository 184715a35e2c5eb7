"""People come by the link of a panel and go back there, and the owner sees how far they are."""

from dataclasses import replace

import pytest
from driving import agreed, at_part_of_study, click, opened, sign_in, told
from streamlit.testing.v1 import AppTest
from test_journey import give

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.people import OPERATOR
from fers.domain.protocols import Protocol, Quota, Task
from fers.domain.questions import Check, CheckKind, Choice, Moment, Question, Words
from fers.domain.recruiting import Exit, Recruiting, Status
from fers.errors import StoreUnavailable
from fers.languages import translations
from fers.ui.web.session_cookie import COOKIE, DEVICE
from tests.interrupting import unreachable
from tests.people import PASSWORD, arrived, from_panel, give_face, newcomer, participant, photo, recruit

THIS = "d" * 43
ATTENTION = Question(
    "attention", Words("Choose blue.", ("red", "blue")), Choice(check=Check(CheckKind.ATTENTION, frozenset({2})))
)
YOUNG = Question("age", Words("How old are you?", ("18 to 30", "older")), Choice(screens_out=frozenset({2})))
LAST = Question("comments", Words("How was it?", ("fine", "not fine")), Choice(), Moment.AFTER)


@pytest.fixture
def come(app, platform):
    """Open the link of a panel."""

    def come(app: AppTest = app, **said: str) -> AppTest:
        code = platform.studies.current().join_code
        for name, value in ({"study": code, "PROLIFIC_PID": "5f2a"} | said).items():
            app.query_params[name] = value
        return visit(app, "join")

    return come


def visit(app: AppTest, page: str) -> AppTest:
    """Open a page by its address, and be led from there as a browser is."""
    app.switch_page(f"pages/{page}.py").run()
    app._page_hash = ""
    return app


def listed(platform) -> list[Status]:
    return [one.status for one in platform.participations.of_study(OPERATOR, platform.studies.current().id)]


def codes(app) -> list[str]:
    return [element.value for element in app.code]


def ways_back(app) -> list[str]:
    """Where the buttons lead that leave FERS."""
    return [link.proto.url for link in app.get("link_button")]


def test_from_the_link_over_consent_and_a_photo_to_the_code(app, platform, come):
    recruit(platform, ask_first_share=0)
    come()
    assert "Take part in “FERS try-out”" in told(app)
    assert listed(platform) == [], "looking changes nothing"
    click(app, "Continue")
    assert opened(app) == "consent" and listed(platform) == [Status.CAME]
    assert "If a panel sent you here" in told(app)
    assert not codes(app), "there is no code to note down"
    agreed(app, "Keep my photos")
    assert opened(app) == "give" and listed(platform) == [Status.CONSENTED]
    assert not [button for button in app.button if button.label == "I'm done"]
    choose_posed_and_say_yes(give(app, photo()))
    assert "Thank you!" in told(app)
    click(app, "I'm done")
    assert "Thank you, that's everything!" in told(app)
    assert codes(app) == ["DONE-1"] and ways_back(app) == ["https://panel.example/done?id=5f2a"]
    assert not app.get("camera_input")
    visit(app, "my_data")
    assert "whose id for you is **5f2a**" in told(app)
    come()
    assert "You have already taken part" in told(app) and codes(app) == ["DONE-1"]
    assert not app.exception


def test_whoever_would_rather_not_goes_with_thanks_and_a_way_back(app, platform, come):
    recruit(platform)
    click(come(), "Continue")
    click(app, "Don't take part")
    assert "That's fine. Thank you!" in told(app) and codes(app) == ["NO-2"]
    assert listed(platform) == [Status.DECLINED]
    visit(app, "give")
    assert "Sign in to continue" in told(app)
    assert not app.exception


def test_nobody_else_is_asked_whether_they_would_rather_not(app, platform):
    recruit(platform)
    platform.accounts.sign_up("ada@example.org", "correct horse battery")
    sign_in(app)
    assert opened(app) == "consent"
    assert not [button for button in app.button if button.label == "Don't take part"]


@pytest.mark.parametrize(("language", "onward"), [("de", "arrow_forward"), ("ar", "arrow_back")])
def test_an_arrow_onward_points_the_way_it_is_read(app, platform, come, language, onward):
    recruit(platform)
    come(lang=language)
    [icon] = [button.icon for button in app.button if button.label == translations(language).gettext("Continue")]
    assert icon == f":material/{onward}:"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"PROLIFIC_PID": ""}, "says nothing about who you are"),
        ({"PROLIFIC_PID": "{{%PROLIFIC_PID%}}"}, "there is something else"),
        ({"PROLIFIC_PID": "x" * 65}, "there is something else"),
        ({"study": "no-such-study"}, "leads to no study here"),
    ],
    ids=["no-id", "odd-id", "long-id", "no-study"],
)
def test_a_link_that_does_not_work_is_answered_in_words(app, platform, come, said, words):
    recruit(platform)
    come(**said)
    assert "This link doesn't work" in told(app) and words in told(app)
    assert "PROLIFIC" not in told(app) and not app.button
    assert not app.exception


def test_another_browser_opens_nobodys_data(app, platform, come):
    recruit(platform)
    give_face(platform, from_panel(platform))
    come()
    assert "This link was opened before" in told(app) and "the person who showed you this page" in told(app)
    assert not app.button and not codes(app) and not ways_back(app)
    assert not app.exception


def test_the_same_browser_goes_on_where_it_was(app, platform, come, cookies):
    recruit(platform)
    ada = arrived(platform, device=THIS)
    cookies[DEVICE] = THIS
    come()
    assert "Welcome back!" in told(app)
    click(app, "Continue")
    assert opened(app) == "consent"
    platform.consents.give(ada, platform.consents.text(ada).sha256, frozenset(), adult=True)
    come()
    assert opened(app) == "give", "whoever is signed in needs no button"
    assert len(listed(platform)) == 1
    assert not app.exception


def test_whoever_was_signed_in_in_the_browser_is_no_more(app, platform, come, cookies):
    recruit(platform)
    participant(platform, "eve@example.org")
    cookies[COOKIE] = token = platform.accounts.sign_in("eve@example.org", PASSWORD).token
    come()
    assert "they will be signed out" in told(app) and platform.accounts.resume(token)
    click(app, "Continue")
    assert opened(app) == "consent"
    assert platform.accounts.resume(token) is None


def test_a_study_that_is_full_or_closed_has_a_waiting_room(app, platform, come):
    protocol = Protocol((Task(Emotion.FEAR),), quotas=(Quota(Emotion.FEAR, 1),))
    study = recruit(platform, protocol=protocol)
    ada = newcomer(platform)
    face = give_face(platform, ada)
    come()
    assert "The study is full at the moment" in told(app) and "not counted as having taken part" in told(app)
    assert ways_back(app) == ["https://panel.example/full"] and listed(platform) == []
    platform.withdrawal.withdraw_face(ada, face.id)
    click(app, "Look again")
    assert "Take part in" in told(app)
    platform.studies.update(OPERATOR, replace(study, open=False))
    click(app, "Continue")
    assert listed(platform) == []
    assert "The study is closed" in told(app) and ways_back(app) == ["https://panel.example/full"]
    assert not app.exception


def test_tasks_end_with_the_code(app, platform, come):
    protocol = Protocol((Task(Emotion.FEAR), Task(Emotion.SAD)))
    recruit(platform, protocol=protocol, ask_first_share=0)
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    choose_posed_and_say_yes(give(app, photo()))
    assert "Thank you!" in told(app) and not codes(app)
    click(app, "Next task")
    click(app, "Skip this one")
    assert "Thank you, that's everything!" in told(app) and "You gave 1 photo." in told(app)
    assert codes(app) == ["DONE-1"] and listed(platform) == [Status.COMPLETED]
    assert not app.exception


def test_a_study_that_closes_under_a_photo_says_so_leads_back_and_has_the_photo_wait(app, platform, come):
    study = recruit(platform, protocol=Protocol((Task(Emotion.FEAR),)), ask_first_share=0)
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    give(app, photo())
    platform.studies.update(OPERATOR, replace(study, open=False))
    assert "The study is closed" in told(app.run()) and "Leave the study" in [button.label for button in app.button]
    platform.studies.update(OPERATOR, study)
    choose_posed_and_say_yes(click(app, "Look again"))
    assert "Thank you!" in told(app)
    platform.studies.update(OPERATOR, replace(study, open=False))
    assert "Thank you!" in told(app.run()), "that photo is given"
    assert not app.exception


def choose_posed_and_say_yes(app) -> None:
    next(group for group in app.segmented_control if group.key.startswith("display")).set_value("posed")
    click(app.run(), "Yes")


ONE_OF_FEAR = (Quota(Emotion.FEAR, 1),)


def test_whoever_comes_to_a_study_that_is_full_by_then_is_led_to_the_way_back(app, platform, come):
    recruit(platform, protocol=Protocol((Task(Emotion.FEAR),), quotas=ONE_OF_FEAR))
    click(come(), "Continue")
    give_face(platform, newcomer(platform))
    agreed(app, "Keep my photos")
    assert "Thank you for coming!" in told(app)
    assert ways_back(app) == ["https://panel.example/full"] and listed(platform) == [Status.SCREENED_OUT]
    assert not app.exception


def test_while_others_are_at_the_last_places_somebody_may_wait_or_leave(app, platform, come):
    recruit(platform, protocol=Protocol((Task(Emotion.FEAR),), quotas=ONE_OF_FEAR))
    click(come(), "Continue")
    another = newcomer(platform)
    assert platform.tasks.turn(another).task
    agreed(app, "Keep my photos")
    assert "others are giving the last ones right now" in told(app) and listed(platform) == [Status.CONSENTED]
    platform.tasks.leave(another)
    click(app, "Look again")
    assert "Show fear" in told(app)
    click(app, "Stop here for now")
    assert platform.tasks.turn(another).task
    click(app, "Continue")
    click(app, "Leave the study")
    assert ways_back(app) == ["https://panel.example/full"] and listed(platform) == [Status.SCREENED_OUT]
    assert not app.exception


@pytest.mark.parametrize("questions", [(), (LAST,)], ids=["no questions", "a last question"])
@pytest.mark.parametrize("is_given", [True, False], ids=["full", "others are at it"])
def test_whoever_did_something_gets_the_code_by_itself_once_nothing_is_left_to_ask(
    app, platform, come, questions, is_given
):
    protocol = Protocol((Task(Emotion.SAD), Task(Emotion.FEAR)), quotas=ONE_OF_FEAR)
    recruit(platform, protocol=protocol, questions=questions)
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    another = newcomer(platform)
    platform.tasks.skip(another, platform.tasks.turn(another))
    assert platform.tasks.turn(another).task.intended is Emotion.FEAR
    if is_given:
        give_face(platform, another)
    click(app, "Skip this one")
    if questions:
        answer_with(app, LAST, 1)
    assert codes(app) == ["DONE-1"] and listed(platform) == [Status.COMPLETED]
    assert not app.exception


@pytest.mark.parametrize("page", ["give", "live"])
def test_whoever_failed_a_check_is_led_to_the_way_back_and_asked_nothing_more(app, platform, come, page):
    recruit(platform)
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    [person] = {
        one.person_id
        for one in platform.participations._participations.participations_in(platform.studies.current().id)
    }
    platform.participations.fail_check(platform.accounts._person(person))
    visit(app, page)
    assert "Thank you for your time!" in told(app) and codes(app) == ["CHECK-4"]
    assert not app.get("camera_input") and not app.get("file_uploader")
    visit(app, "my_data")
    assert "You have not given a photo yet" not in told(app) and "personal code." not in told(app)
    assert not app.exception


@pytest.mark.parametrize(
    ("question", "answer", "status", "heading"),
    [
        (ATTENTION, 1, Status.FAILED_CHECK, "Thank you for your time!"),
        (YOUNG, 2, Status.SCREENED_OUT, "Thank you for coming!"),
    ],
    ids=["check", "screening"],
)
def test_an_answer_that_ends_it_leads_to_its_own_way_back(app, platform, come, question, answer, status, heading):
    study = recruit(platform, questions=(question,))
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    answer_with(app, question, answer)
    assert heading in told(app) and listed(platform) == [status]
    way = study.recruiting.exit_for(status)
    assert codes(app) == [way.code][: bool(way.code)] and ways_back(app) == [way.url][: bool(way.url)]
    assert not app.exception


@pytest.mark.parametrize(("question", "status"), [(ATTENTION, Status.FAILED_CHECK), (YOUNG, Status.SCREENED_OUT)])
def test_whose_answer_was_kept_as_the_server_died_is_led_to_the_way_back(
    app, platform, come, monkeypatch, question, status
):
    study = recruit(platform, questions=(question,))
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    with monkeypatch.context() as dying:
        dying.setattr(platform.questions, "_tell_panel", unreachable)
        answer_with(app, question, 1 if question is ATTENTION else 2)
    assert listed(platform) == [Status.CONSENTED]
    visit(app, "give")
    assert listed(platform) == [status]
    way = study.recruiting.exit_for(status)
    assert codes(app) == [way.code][: bool(way.code)] and ways_back(app) == [way.url][: bool(way.url)]
    assert not app.exception


def test_whose_only_photo_was_kept_as_the_server_died_has_completed(app, platform, come, monkeypatch):
    recruit(platform, protocol=Protocol((Task(Emotion.HAPPY, display=Display.POSED),)))
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    with monkeypatch.context() as dying, pytest.raises(StoreUnavailable):
        dying.setattr(platform.participations, "note_progress", unreachable)
        give_face(platform, platform.accounts.resume(app.session_state["fers"].token))
    assert listed(platform) == [Status.CONSENTED]
    visit(app, "give")
    assert codes(app) == ["DONE-1"] and listed(platform) == [Status.COMPLETED]
    assert not app.exception and not app.error


@pytest.mark.parametrize("tasks", [(), (Task(Emotion.HAPPY, display=Display.POSED),)], ids=["free", "tasks"])
def test_it_is_completed_once_the_last_questions_are_answered(app, platform, come, tasks):
    recruit(platform, protocol=Protocol(tasks), questions=(LAST,), ask_first_share=0)
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    give(app, photo())
    if not tasks:
        next(group for group in app.segmented_control if group.key.startswith("display")).set_value("posed")
    click(app.run(), "Yes")
    click(app, "See how it went" if tasks else "I'm done")
    assert "A few last questions" in told(app) and listed(platform) == [Status.IN_PROGRESS]
    assert not [button for button in app.button if button.label.startswith("I'm done")]
    answer_with(app, LAST, 1)
    assert codes(app) == ["DONE-1"] and listed(platform) == [Status.COMPLETED]
    assert not app.exception


def answer_with(app, question: Question, number: int) -> None:
    next(radio for radio in app.radio if question.name in radio.key).set_value(number)
    click(app, "Continue")


def test_whoever_withdraws_everything_is_told_the_way_back(app, platform, come):
    recruit(platform)
    click(come(), "Continue")
    agreed(app, "Keep my photos")
    visit(app, "my_data")
    click(app, "Make a personal code")
    [code] = codes(app)
    assert platform.accounts.sign_in_with_code(code)
    click(app, "Delete everything")
    assert "Everything is deleted" in told(app) and codes(app) == ["NO-2"]
    assert listed(platform) == [Status.WITHDREW]
    assert not app.exception


def test_an_owner_sets_the_link_and_the_ways_back(app, platform):
    at_part_of_study(app, platform, "Panels")
    study = platform.studies.current()
    key = f"recruiting-{study.id}"
    app.selectbox(key=f"{key}-panel").select("Prolific").run()
    assert any(f"/join?study={study.join_code}&PROLIFIC_PID={{{{%PROLIFIC_PID%}}}}" in code for code in codes(app))
    app.text_input(key=f"{key}-completed-url").input("http://panel.example")
    app.text_input(key=f"{key}-declined-code").input(" NO-2 ")
    save(app, key)
    assert "A link back to the panel can't be used" in told(app)
    app.text_input(key=f"{key}-completed-url").input("https://panel.example/{id}").run()
    assert "Not saved yet." in told(app)
    platform.consents.give(newcomer(platform), platform.consents.text().sha256, frozenset(), adult=True)
    save(app, key)
    next(button for button in app.button if button.key == f"{key}-save").click()  # Keeps the question open.
    click(app, "Save and ask them again")
    saved = platform.studies.current().recruiting
    assert saved == Recruiting("PROLIFIC_PID", Exit("https://panel.example/{id}"), Exit(code="NO-2"))
    assert not app.exception


def save(app, key: str) -> None:
    next(button for button in app.button if button.key == f"{key}-save").click().run()


def panel_ids(app) -> list[str]:
    [listed] = (table.value["Panel id"] for table in app.dataframe if "Panel id" in table.value)
    return sorted(listed)


def test_an_owner_sees_downloads_and_erases_the_list(app, platform):
    recruit(platform)
    for panel_id in ("first", "second", "third"):
        from_panel(platform, panel_id)
    at_part_of_study(app, platform, "Panels")
    assert "3 consented" in told(app)
    assert panel_ids(app) == ["first", "second", "third"]
    study = platform.studies.current()
    app.selectbox(key=f"recruiting-{study.id}-one").select("third").run()
    click(app, "Delete everything they gave")
    assert "2 consented, 1 withdrew" in told(app)
    app.selectbox(key=f"recruiting-{study.id}-one").select("second").run()
    click(app, "Erase this one")
    assert panel_ids(app) == ["first", "third"]
    next(button for button in app.button if button.key == f"yes-panel-ids-of-{study.id}").click().run()
    assert listed(platform) == [] and "Nobody has come yet." in told(app)
    assert not app.exception
