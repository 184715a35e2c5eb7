"""How somebody gets their language, and what they are told about a translation."""

import json
from dataclasses import replace

import pytest
import streamlit as st
from driving import agreed, click, keys, open_app, sign_in, signed_in, told
from streamlit.testing.v1 import AppTest

from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR, Role
from fers.domain.protocols import Protocol, Task
from fers.domain.questions import Choice, Question, Words
from fers.domain.studies import Translated, Translation
from fers.languages import translations
from fers.ui.languages import COOKIE
from tests.people import grant, participant

BY_MACHINE = "This translation was made by a machine, and the people who run this study have not checked it yet."


def german(message: str) -> str:
    return translations("de").gettext(message)


@pytest.fixture
def headers(monkeypatch, platform, cookies) -> dict[str, str]:
    """What the browser sent with them when it opened the page."""
    sent = {}
    monkeypatch.setattr(type(st.context), "headers", sent)
    return sent


def spoken(app: AppTest) -> dict:
    """What the browser is told about the language of the page."""
    said = (json.loads(each.proto.json) for each in app.get("bidi_component") if each.proto.json)
    return next(data for data in said if "chosen" in data)


def follow(app: AppTest, language: str) -> AppTest:
    app.query_params["lang"] = language
    return app.run()


def choose(app: AppTest, language: str) -> AppTest:
    next(box for box in app.selectbox if box.key.startswith("read-in-")).select(language)
    return app.run()


def test_a_page_is_in_english_for_whoever_asks_for_nothing(headers):
    assert spoken(open_app())["language"] == "en"


@pytest.mark.parametrize(
    ("asked_for", "language", "direction"), [("de-AT,en;q=0.5", "de", "ltr"), ("ar", "ar", "rtl")], ids=["de", "ar"]
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(headers, asked_for, language, direction):
    headers["Accept-Language"] = asked_for
    app = open_app()
    assert (spoken(app)["language"], spoken(app)["direction"]) == (language, direction)
    assert spoken(app)["chosen"] is None, "nobody chose, so nothing is kept in the browser"
    assert any(button.label == translations(language).gettext("Sign in") for button in app.button)


def test_what_was_chosen_in_a_browser_before_counts_for_more_than_what_it_asks_for(headers, cookies):
    headers["Accept-Language"], cookies[COOKIE] = "ar", "de"
    assert spoken(open_app())["language"] == "de"


@pytest.mark.parametrize("kept", ["", "xx", "../de"], ids=["nothing", "no language", "a path"])
def test_a_cookie_that_names_no_language_is_as_good_as_none(headers, cookies, kept):
    headers["Accept-Language"], cookies[COOKIE] = "de", kept
    assert spoken(open_app())["language"] == "de"


def test_a_link_counts_for_more_than_the_cookie_and_is_kept(headers, cookies):
    cookies[COOKIE] = "ar"
    told_browser = spoken(follow(open_app(), "de"))
    assert (told_browser["language"], told_browser["chosen"], told_browser["cookie"]) == ("de", "de", COOKIE)


def test_a_language_that_is_chosen_under_the_page_is_read_at_once_and_kept(headers):
    app = choose(open_app(), "de")
    assert (spoken(app)["language"], spoken(app)["chosen"]) == ("de", "de")
    assert any(button.label == german("Sign in") for button in app.button)
    assert spoken(choose(app, "en"))["chosen"] == "en", "English is a choice, too"


def test_whoever_came_by_a_link_may_read_on_in_another_language(headers):
    app = choose(follow(open_app(), "de"), "ar")
    assert spoken(app.run())["language"] == "ar", "though the link is in the address still"


def test_the_language_stays_when_somebody_signs_in(headers, app, platform):
    app = choose(signed_in(app, platform), "de")
    assert spoken(app.switch_page("pages/my_data.py").run())["language"] == "de"


def test_a_consent_says_that_a_machine_translated_it_until_the_owner_has_checked_it(headers, app, platform):
    app = signed_in(app, platform).switch_page("pages/consent.py").run()
    assert BY_MACHINE not in told(app), "nobody translated the English one"
    choose(app, "de")
    assert german(BY_MACHINE) in told(app)
    platform.studies.update(OPERATOR, replace(platform.studies.current(), checked_languages=("ar",)))
    assert german(BY_MACHINE) in told(app.run()), "another language was checked"
    platform.studies.update(OPERATOR, replace(platform.studies.current(), checked_languages=("ar", "de")))
    assert german(BY_MACHINE) not in told(app.run())


def test_whoever_agreed_in_english_is_not_asked_again_in_german(headers, app, platform):
    app = agreed(signed_in(app, platform).switch_page("pages/consent.py").run(), "Keep")
    app = choose(app, "de").switch_page("pages/consent.py").run()
    assert german("Something has changed") not in told(app)
    assert any(button.label == german("Save my choices") for button in app.button)


@pytest.fixture
def study(platform):
    """Nothing of it is translated yet."""
    question = Question("hand", Words("Which hand?", ("Left", "Right")), Choice())
    protocol = Protocol((Task(Emotion.FEAR, "You hear steps."),))
    study = replace(platform.studies.current(), protocol=protocol, questions=(question,))
    platform.studies.update(OPERATOR, study)
    return study


def translate(platform, study, *lacking: str) -> None:
    said = {study.name: "Versuch", study.purpose: "Zum Lernen.", "You hear steps.": "Sie hören Schritte."}
    said |= {"Which hand?": "Welche Hand?", "Left": "Linke", "Right": "Rechte"}
    texts = tuple(Translated(*pair) for pair in said.items() if pair[0] not in lacking)
    platform.studies.update(OPERATOR, replace(study, translations=(Translation("de", texts),)))


def test_a_study_is_read_in_the_language_of_the_page_where_all_of_it_was_translated(headers, app, platform, study):
    participant(platform)
    translate(platform, study)
    assert "Versuch" in told(follow(app, "de"))
    app = choose(sign_in(choose(app, "en")), "de").switch_page("pages/give.py").run()
    [hand] = app.radio
    assert (hand.label, hand.options) == ("Welche Hand?", ["Linke", "Rechte"])
    click(app, german("Continue"))
    assert any("Welche Hand?" in error.value for error in app.error), "what is missing goes by the same name"
    app.radio[0].set_value(1)
    click(app, german("Continue"))
    assert "Sie hören Schritte." in told(app)
    assert [key for key in keys(app.main) if "-said-in-" in key] == []
    assert "Linke" in told(app.switch_page("pages/my_data.py").run())
    assert "Left" in told(choose(app, "en"))


def test_what_lacks_a_translation_is_read_as_the_study_says_it_and_marked_as_being_in_its_language(
    headers, app, platform, study
):
    participant(platform)
    translate(platform, study, "You hear steps.")
    app = choose(sign_in(app), "de").switch_page("pages/give.py").run()
    assert app.radio[0].label == "Which hand?"
    assert "asked-hand-said-in-en" in keys(app.main)
    app.radio[0].set_value(2)
    click(app, german("Continue"))
    assert "You hear steps." in told(app) and "scenario-said-in-en" in keys(app.main)


def guide_on(app: AppTest) -> tuple[str, str]:
    """What annotators read beside the faces, and in which language it is said to be."""
    said = (json.loads(each.proto.json) for each in app.get("bidi_component") if each.proto.json)
    return next((data["guide"].strip(), data["guideLanguage"]) for data in said if "guide" in data)


def test_annotators_read_the_guide_in_their_language_where_it_is_there_and_else_as_the_owner_wrote_it(
    headers, app, platform
):
    participant(platform)
    grant(platform, "ada@example.org", Role.ANNOTATOR)
    app = choose(sign_in(app), "de").switch_page("pages/review.py").run()
    words, language = guide_on(app)
    assert "Neutral</strong>: in Ruhe" in words and language == "de", "as long as the owner has written none"
    texts = (Translated("Look *twice*.", "Zweimal *schauen*."),)
    study = replace(platform.studies.current(), labelling_guide="Look *twice*.")
    platform.studies.update(OPERATOR, replace(study, translations=(Translation("de", texts),)))
    assert guide_on(app.run()) == ("<p>Zweimal <em>schauen</em>.</p>", "de")
    assert guide_on(choose(app, "ar")) == ("<p>Look <em>twice</em>.</p>", "en")


def test_an_invitation_and_the_questions_about_oneself_name_the_study_in_the_language_of_the_page(
    app, cookies, platform, study
):
    translate(platform, replace(study, asks_groups=True))
    participant(platform)
    app = choose(sign_in(app), "de").switch_page("pages/my_data.py").run()
    assert "Sie können der Studie „Versuch“" in told(app)
    app = open_app()
    app.query_params["code"] = platform.invitations.invite(OPERATOR, study.id, Role.ANNOTATOR, 1, 1)
    app = follow(app.switch_page("pages/join.py"), "de")
    assert "Versuch" in app.title[0].value and "Zum Lernen." in told(app)


def test_an_owner_fills_in_the_file_and_the_study_can_be_read_in_german(headers, app, platform, study):
    participant(platform, "owner@example.org")
    grant(platform, "owner@example.org", Role.ADMINISTRATOR)
    sign_in(app, "owner@example.org").switch_page("pages/study.py").run()
    next(box for box in app.selectbox if box.label == "With your words to be translated").select("de")
    assert not app.run().exception
    text = platform.study_files.text(OPERATOR, study.id, "de")
    for number in range(text.count('translated = ""')):
        text = text.replace('translated = ""', f'translated = "Wort {number}"', 1)
    uploader = next(one for one in app.file_uploader if one.label == "Take everything from a file")
    uploader.upload("study.toml", text.encode(), "application/toml")
    click(app.run(), "Use this file")
    app.session_state["parts"] = "Opening"
    app.run()
    assert "What you say yourself is there in Deutsch, too." in told(app)
    app = follow(open_app(), "de")
    assert "Wort 0" in told(app) and study.name not in told(app)
