"""The page of models: what each card says, which one is live, and why others can't be used."""

from dataclasses import replace

import pytest
from driving import click, sign_in, signed_in_as_researcher, told
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import local_script_runner

from fers.assembly import assemble
from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR, Role
from fers.errors import ModelDoubted, ModelRejected
from fers.ui.models import registering
from tests.people import Always, OneFace, Several, give_face, participant

METRICS = {
    "a benchmark": {"n": 1234, "top1": 0.875, "ece": "who knows", "calibration": {}},
    "another": "very good",
}


class WithABrokenOne(Several):
    def __init__(self):
        happy, sad = Always(Emotion.HAPPY), Always(Emotion.SAD)
        happy.info = replace(happy.info, metrics=METRICS, licence="CC BY 4.0", data="Two portraits", weights="a.onnx")
        super().__init__(happy, sad)
        self.default = lambda: happy.info

    def refused(self):
        return {"left-over": ModelRejected("model.key-missing", folder="left-over", key="id")}


@pytest.fixture
def platform(settings, clock, monkeypatch):
    from fers.ui import services

    platform = assemble(settings, models=WithABrokenOne(), detector=OneFace(), now=clock)
    monkeypatch.setattr(services, "assemble", lambda settings: platform)
    services.platform.cache_clear()
    yield platform
    services.platform.cache_clear()


@pytest.fixture
def page(app, platform):
    """As a researcher sees it."""
    return signed_in_as_researcher(app, platform).switch_page("pages/models.py").run()


def cards(page) -> list[str]:
    return [expander.label for expander in page.expander if expander.label != "Register a model"]


def test_each_card_says_what_is_known(page):
    assert not page.exception
    assert cards(page) == ["**happy** 1.0.0 · live — Always happy", "**sad** 1.0.0 — Always happy"]
    assert ".onnx, 0.1 KB, 10 parameters. Reads colour faces of 224 × 224 pixels." in told(page)
    assert "CC BY 4.0" in told(page) and "Two portraits" in told(page)
    stated = [line for line in told(page).splitlines() if "Measured" in line]
    assert stated == ["**Measured on a benchmark:** Faces 1,234 · Top-1 0.875"]


def test_a_folder_that_holds_no_model_is_named_with_the_reason(page):
    assert [warning.value for warning in page.warning] == [
        "**left-over**: left-over/model.json can't be used: “id” is missing. Add it, or register another model."
    ]


def test_a_model_goes_live_and_back(page, platform):
    next(box for box in page.selectbox if box.label == "Another model").select("sad")
    page.run()
    click(page, "Make it live")
    assert cards(page)[0].startswith("**sad** 1.0.0 · live")
    assert "The live model is **sad** 1.0.0." in told(page)
    click(page, "Yes, make happy live")
    assert cards(page)[0].startswith("**happy** 1.0.0 · live")
    said = [entry.action for entry in platform.members.whole_log(OPERATOR, 2)]
    assert said == ["rolled back to: happy 1.0.0", "made live: sad 1.0.0"]


@pytest.fixture
def kept(monkeypatch):
    """What the server holds of what was uploaded, one manager a run of the page."""
    managers = []

    class Noted(MemoryUploadedFileManager):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            managers.append(self)

    monkeypatch.setattr(local_script_runner, "MemoryUploadedFileManager", Noted)
    return lambda: [file for files in managers[-1].file_storage.values() for file in files.values()]


def test_what_was_uploaded_is_let_go_of_once_the_model_is_registered(page, kept, monkeypatch):
    tried = iter((ModelDoubted("model.doubted", option="--yes"), "1 of 1 named rightly\n\nmy-net is there."))

    def register(*_):
        said = next(tried)
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(registering, "register", register)
    page.file_uploader[0].set_value(("my-net.onnx", b"weights", "application/octet-stream"))
    click(page.run(), "Register")
    assert len(kept()) == 1, "it may be registered all the same"
    click(page, "Register it anyway")
    assert kept() == [] and page.file_uploader[0].value is None
    assert "my-net is there." in told(page)
    assert not [button for button in page.button if button.label.startswith("Register")]
    assert "my-net is there." not in told(page.run())
    assert not page.exception


def test_whoever_came_by_invitation_sees_the_models_and_who_decides_about_them(app, platform):
    ada, study = participant(platform), platform.studies.current()
    give_face(platform, ada)
    platform.members.assign(OPERATOR, study.id, ada.id, Role.RESEARCHER)
    sign_in(app)
    menu = [page["url_pathname"] for page in app._registered_pages.values()]
    assert menu.index("field") < menu.index("sign_out"), "what is not in the menu comes after it"

    app.switch_page("pages/models.py").run()
    assert "ask whoever runs FERS here" in told(app)
    assert not [button for button in app.button if button.label == "Make it live"] and not app.file_uploader

    app.switch_page("pages/field.py").run()
    assert "There is no dataset version to compare with yet." in told(app)
    assert "cover all studies here" in told(app) and not app.tabs
    platform.versions.freeze(OPERATOR, study.id, "v1")
    assert "differ" in told(app.run()) and not app.button_group

    for name in ("happy", "sad"):
        platform.arena.evaluate(OPERATOR, name)
    app.switch_page("pages/arena.py").run()
    assert "Leaderboard" in [header.value for header in app.header]
    assert not app.exception and not app.error
