"""The whole way of a participant, page by page."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
import streamlit as st
from driving import agreed, click, field, leave, open_app, opened, sign_in, signed_in, told

from fers.domain.boxes import Box
from fers.domain.consent import Purpose
from fers.domain.emotions import LABELS, Emotion
from fers.domain.faces import Answer, Display, Source
from fers.domain.models import Answers, OutputSpec
from fers.domain.people import OPERATOR
from fers.errors import StoreUnavailable
from fers.services.faces.capture import Capture
from fers.storage.sqlite.images import SqliteImages
from fers.ui import menu
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, OneModel, another_study, give_face, participant, pattern, photo

KEEP, TRAIN = "Keep my photos", "Train and test"


def ask_first(platform, share: float) -> None:
    study = platform.studies.current()
    platform.studies.update(OPERATOR, dataclasses.replace(study, ask_first_share=share))


def ada(app, platform):
    return platform.accounts.resume(app.session_state["fers"].token)


def give(app, file: bytes):
    app.segmented_control(key="source").set_value(Source.UPLOAD).run()
    app.file_uploader[0].upload("me.jpg", file, "image/jpeg")
    return app.run()


def choose(app, kind: str, value):
    """Choose in the pills or the segmented control whose key begins with `kind`."""
    group = next(group for group in (*app.pills, *app.segmented_control) if group.key.startswith(kind))
    group.set_value(value)
    return app.run()


def test_from_sign_up_to_thanks(app, platform):
    ask_first(platform, 0)
    field(app, "E-mail").input("ada@example.org")
    field(app, "Choose a password").input(PASSWORD)
    assert "your account is ready" in told(click(app, "Create an account"))
    field(app, "Password").input(PASSWORD)
    click(app, "Sign in")
    assert "Taking part in" in told(app)
    assert not any(box.value for box in app.checkbox), "nothing may be ticked beforehand"

    agreed(app, KEEP, TRAIN)
    give(app, photo())
    assert "Yes, that's happy" in [button.label for button in app.button]
    choose(app, "display", Display.POSED)
    assert "Thank you!" in told(click(app, "Yes"))

    (face,) = platform.data_export.faces(ada(app, platform))
    assert face.answer.label is Emotion.HAPPY and face.answer.display is Display.POSED
    assert not face.answer.before_prediction and face.source is Source.UPLOAD
    assert face.box.width == face.box.height and face.prediction.model_id == "always-happy"

    assert "Show an expression" in told(click(app, "Next photo"))
    assert not app.exception


def test_with_the_store_down_people_are_told_and_try_again_with_the_same_photo(app, platform, monkeypatch):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    choose(give(app, photo()), "display", Display.POSED)

    def down(images, key, data):
        raise StoreUnavailable("store.unreachable")

    with monkeypatch.context() as outage:
        outage.setattr(SqliteImages, "put", down)
        click(app, "Yes")
        assert "The store can't be reached.** Try again in a moment." in told(app)
        assert platform.data_export.faces(ada(app, platform)) == []
    assert "Thank you!" in told(click(app, "Yes"))
    assert len(platform.data_export.faces(ada(app, platform))) == 1
    assert not app.exception


def test_felt_or_posed_has_to_be_said(app, platform):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    assert "did you feel it or pose it?" in told(click(give(app, photo()), "Yes"))
    assert platform.data_export.faces(ada(app, platform)) == []


def test_another_expression_is_stored_when_the_guess_is_wrong(app, platform):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    choose(give(app, photo()), "display", Display.FELT)
    choose(app, "label", Emotion.SURPRISE)
    click(app, "Save my answer")
    assert platform.data_export.faces(ada(app, platform))[0].answer.label is Emotion.SURPRISE


def test_a_model_that_is_not_sure_says_so_and_suggests_no_answer(app, platform, monkeypatch):
    unsure = dataclasses.replace(OneModel.info, output=OutputSpec(least_confidence=0.95))
    monkeypatch.setattr(OneModel, "info", unsure)
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    give(app, photo())
    assert "Not sure" in told(app)
    assert not any(button.label.startswith("Yes") for button in app.button)
    choose(app, "display", Display.FELT)
    choose(app, "label", Emotion.SAD)
    click(app, "Save my answer")
    (face,) = platform.data_export.faces(ada(app, platform))
    assert face.answer.label is Emotion.SAD and not face.prediction.sure


def test_a_model_that_cant_tell_says_so_and_suggests_no_answer(app, platform, monkeypatch):
    strange = lambda self, faces: Answers(self.predict(faces), np.array([0.2]), np.array([[0.5, -0.25]]))  # noqa: E731
    limited = dataclasses.replace(OneModel.info, output=OutputSpec(familiarity="familiarity", least_familiarity=0.4))
    monkeypatch.setattr(OneModel, "answer", strange)
    monkeypatch.setattr(OneModel, "info", limited)
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    give(app, photo())
    assert "Can't tell" in told(app) and "Valence +0.5" in told(app)
    assert not any(button.label.startswith("Yes") for button in app.button)
    choose(app, "display", Display.FELT)
    choose(app, "label", Emotion.SAD)
    click(app, "Save my answer")
    (face,) = platform.data_export.faces(ada(app, platform))
    assert (face.prediction.familiarity, face.prediction.valence) == (0.2, 0.5) and not face.prediction.can_tell


def test_those_asked_first_see_no_guess_before_they_answer(app, platform):
    ask_first(platform, 1)
    agreed(signed_in(app, platform), KEEP)
    give(app, photo())
    assert not any("fers-guess" in block.value for block in app.html)
    choose(app, "label", "Can't tell")
    choose(app, "display", Display.FELT)
    click(app, "Save and see")
    assert any("90%" in block.value for block in app.html)
    (face,) = platform.data_export.faces(ada(app, platform))
    assert face.answer.before_prediction and face.answer.label is None


def test_without_agreeing_to_storing_the_guess_is_shown_and_nothing_kept(app, platform):
    ask_first(platform, 0)
    agreed(signed_in(app, platform))
    choose(give(app, photo()), "display", Display.POSED)
    assert "Nothing was kept" in told(click(app, "Yes"))
    assert platform.data_export.faces(ada(app, platform)) == []


def moved(platform, app):
    """Have the crop's box moved from where the detector found a face. Returns where it is then."""
    box = Box(20, 30, 200, 200)
    app.session_state["fers"].giving.box = box
    app.session_state["fers"].cropping = None
    assert app.run().session_state["fers"].giving.box == box
    return box


@pytest.mark.parametrize("event", ["reload", "timeout", "elsewhere"])
def test_the_photo_and_its_crop_survive(event, app, platform, cookies):
    agreed(signed_in(app, platform), KEEP)
    photo_id = give(app, photo()).session_state["fers"].giving.draft.id
    box = moved(platform, app)
    token = cookies[COOKIE] = app.session_state["fers"].token
    person = ada(app, platform)
    if event == "reload":
        app = open_app()
        app.switch_page("pages/give.py").run()
    else:
        if event == "timeout":
            platform.accounts.sign_out(token)  # What it comes to for this tab.
            app = open_app()
            app.switch_page("pages/give.py").run()
        else:
            elsewhere = open_app()
            elsewhere.session_state["fers"].token = token
            leave(elsewhere)
            app.run()
        assert "Your face in the box" not in told(app)
        sign_in(app)
    assert "Your face in the box" in told(app)
    giving = app.session_state["fers"].giving
    assert (giving.draft.id, giving.box) == (photo_id, box)
    choose(app, "display", Display.POSED)
    click(app, next(button.label for button in app.button if button.label.startswith(("Yes", "Save"))))
    assert [face.box for face in platform.data_export.faces(person)] == [box]
    assert "Your face in the box" not in told(open_app().switch_page("pages/give.py").run())
    assert not app.exception and not app.error


def test_whoever_signs_out_leaves_no_photo_behind(app, platform):
    agreed(signed_in(app, platform), KEEP)
    give(app, photo())
    leave(app)
    app.switch_page("pages/give.py")
    assert "Your face in the box" not in told(sign_in(app))


def test_somebody_else_who_signs_in_in_the_same_tab_sees_no_photo_of_the_one_before(app, platform):
    participant(platform, "bob@example.org")
    agreed(signed_in(app, platform), KEEP)
    give(app, photo())
    platform.accounts.sign_out(app.session_state["fers"].token)
    sign_in(app.run(), "bob@example.org")
    assert opened(app) == "give" and "Your face in the box" not in told(app)


def test_somebody_else_s_cookie_brings_no_photo_of_the_one_before(app, platform, cookies):
    """The page has lost its connection, and comes back once another person has signed in in the same browser."""
    participant(platform, "bob@example.org")
    platform.accounts.sign_up("ada@example.org", PASSWORD)
    cookies[COOKIE] = platform.accounts.sign_in("ada@example.org", PASSWORD).token
    agreed(app.run(), KEEP)
    assert "Your face in the box" in told(give(app, photo()))
    cookies[COOKIE] = platform.accounts.sign_in("bob@example.org", PASSWORD).token
    assert "Your face in the box" not in told(app.run())
    cookies[COOKIE] = platform.accounts.sign_in("ada@example.org", PASSWORD).token
    assert "Your face in the box" in told(app.run()), "it waits for its person"
    assert not app.exception and not app.error


def test_a_photo_waits_in_the_study_that_it_was_taken_for(app, platform):
    agreed(signed_in(app, platform), KEEP)
    assert "Your face in the box" in told(give(app, photo()))
    first, other = platform.studies.current(), another_study(platform, "Another")
    for study, waits in ((other, False), (first, True)):
        platform.invitations.accept(ada(app, platform), study.join_code)
        person = ada(app, platform)
        platform.consents.give(person, platform.consents.text(person).sha256, frozenset({Purpose.STORE}), adult=True)
        assert ("Your face in the box" in told(app.run())) is waits
    assert not app.exception and not app.error


@pytest.mark.parametrize(
    ("crop_only", "choices", "words"),
    [(False, [KEEP], "the whole photo is kept"), (True, [KEEP], "is cropped out"), (False, [], "")],
    ids=["whole photos", "crops", "nothing is kept"],
)
def test_people_are_told_what_is_kept_of_others(app, platform, crop_only, choices, words):
    platform.studies.update(OPERATOR, dataclasses.replace(platform.studies.current(), crop_only=crop_only))
    said = told(agreed(signed_in(app, platform), *choices))
    assert "Show an expression" in said and words in said
    assert ("in the picture" in said) == bool(words)


def why(app):
    next(toggle for toggle in app.toggle if toggle.label == "What did it look at?").set_value(True)
    return app.run()


def test_whoever_asks_why_sees_a_picture_for_each_guess(app, platform):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    give(app, photo())
    assert "Bright parts speak for the guess." in told(why(app))
    assert "Thank you!" in told(click(choose(app, "display", Display.POSED), "Yes"))


def test_a_guess_that_cannot_be_explained_can_be_answered(app, platform, monkeypatch):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    monkeypatch.setattr(OneModel, "explain", lambda *_: 1 / 0)
    give(app, photo())
    assert "Something went wrong on our side." in told(why(app))
    assert "Thank you!" in told(click(choose(app, "display", Display.POSED), "Yes"))


def test_a_refused_photo_is_explained_and_forgotten(app, platform):
    agreed(signed_in(app, platform), KEEP)
    give(app, b"GIF89a, or so it says")
    assert app.error and app.file_uploader[0].value is None
    assert app.session_state["fers"].giving is None
    give(app, photo())
    assert "Your face in the box" in told(app) and not app.error
    click(app, "Take another photo")
    assert app.segmented_control(key="source").value is Source.UPLOAD and not app.error


def test_a_click_while_a_photo_is_looked_at_does_not_lose_it(app, platform, monkeypatch):
    agreed(signed_in(app, platform), KEEP)
    receive, clicks = Capture.receive, ["elsewhere"]

    def clicked_away(*args):
        draft = receive(*args)
        if clicks:
            clicks.pop()
            st.rerun()  # What a click does to the run that looks.
        return draft

    monkeypatch.setattr(Capture, "receive", clicked_away)
    give(app, photo())
    assert "Your face in the box" in told(app)


def test_my_data_downloads_and_withdraws(app, platform):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP)
    choose(give(app, photo()), "display", Display.FELT)
    click(app, "Yes")
    app.switch_page("pages/my_data.py").run()
    assert "You have given 1 photo." in told(app)
    person = ada(app, platform)
    links = {button.proto.label: button.proto.url for button in app.get("link_button")}
    assert links["Download everything"] == f"/my-data/{person.number}/my-data.zip"
    assert links["Download what I agreed to"] == f"/my-data/{person.number}/my-consent"
    assert not app.get("download_button"), "Streamlit would keep what it hands out"
    with zipfile.ZipFile(io.BytesIO(b"".join(platform.data_export.download(person)))) as files:
        assert json.loads(files.read("faces.json"))[0]["label"] == "happy"
    click(app, "Withdraw it")
    assert platform.data_export.faces(person) == []


def test_my_data_shows_the_newest_photo_first_on_a_phone_too(app, platform, clock):
    """Where columns stand below each other."""
    agreed(signed_in(app, platform), KEEP)
    shown = [Emotion.SAD, Emotion.FEAR, Emotion.ANGER, Emotion.HAPPY, Emotion.NEUTRAL]
    for number, emotion in enumerate(shown):
        give_face(platform, ada(app, platform), Answer(emotion, True, Display.POSED), pattern(number))
        clock.advance(minutes=1)
    app.switch_page("pages/my_data.py").run()
    labels = [one.value.strip("*") for one in app.markdown if one.value.strip("*").lower() in LABELS]
    assert labels == [emotion.label.capitalize() for emotion in reversed(shown)]


def test_withdrawing_everything_ends_at_the_welcome_page(app, platform):
    agreed(signed_in(app, platform), KEEP)
    app.switch_page("pages/my_data.py").run()
    click(app, "Delete everything")
    assert "Your photos, your answers and your account are gone." in told(app)
    assert "I am new here" in [tab.label for tab in app.tabs]
    assert platform.sign_in.person_by_email("ada@example.org") is None


def test_a_changed_text_asks_again_with_the_choices_made_before(app, platform):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP, TRAIN)
    click(choose(give(app, photo()), "display", Display.FELT), "Yes")
    person, purpose = ada(app, platform), platform.studies.current().purpose
    platform.studies.update(OPERATOR, dataclasses.replace(platform.studies.current(), purpose="Something new."))
    assert menu.pages_of(person) == ["consent", "give", "live", "my_data"]
    app.switch_page("pages/consent.py").run()
    shown = told(app)
    assert "Something has changed" in shown
    assert "**What this is for.** Something new." in shown and f"Before: **What this is for.** {purpose}" in shown
    assert not any(caption.value.startswith("Before: **Who runs it.**") for caption in app.caption)
    ticked = [box.label.split()[0] for box in app.checkbox if box.value]
    assert ticked == ["Keep", "Train", "I"], "what was chosen before, and nothing else"
    click(app, "I agree to the changes")
    assert "Thank you!" in told(app), "back where they were"
    assert len(platform.data_export.faces(person)) == 1
    assert platform.consents.current(person).purposes == {Purpose.STORE, Purpose.TRAIN}
    assert not app.exception and not app.error


def test_choices_that_lose_photos_ask_first_and_say_so(app, platform):
    ask_first(platform, 0)
    agreed(signed_in(app, platform), KEEP, TRAIN)
    click(choose(give(app, photo()), "display", Display.FELT), "Yes")
    app.switch_page("pages/my_data.py").run()
    assert "Change my choices" in [link.proto.label for link in app.get("page_link")], "as the text says"
    app.switch_page("pages/consent.py").run()
    next(box for box in app.checkbox if box.label.startswith(TRAIN)).uncheck()
    assert "will no longer be used for what you unticked" in told(app.run())
    next(box for box in app.checkbox if box.label.startswith(KEEP)).uncheck()
    app.run()
    assert "Save my choices" not in [button.label for button in app.button]
    assert "The photo you have given to this study will be deleted" in told(app)
    click(app, "Save and delete my photos")
    assert "Your choices have been saved" in told(app)
    assert platform.data_export.faces(ada(app, platform)) == []
    assert not app.exception and not app.error


def test_whoever_forgets_to_say_that_they_are_an_adult_is_reminded(app, platform):
    click(signed_in(app, platform), "I agree")
    assert "Tick the box if you are: only people aged 18 or over can take part." in told(app)
    assert platform.consents.current(ada(app, platform)) is None
    agreed(app, KEEP)
    assert "Show an expression" in told(app)
