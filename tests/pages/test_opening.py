"""Opening a study: its checklist, and going through it as a participant would."""

from dataclasses import replace

import pytest
from driving import agreed, click, field, opened, sign_in, told
from test_journey import choose, give

from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.people import OPERATOR, Role
from fers.domain.protocols import Protocol, Task
from tests.people import grant, participant, photo


@pytest.fixture
def owner(app, platform):
    """Signed in, who runs everything; not asked before the guess."""
    platform.studies.update(OPERATOR, replace(platform.studies.current(), ask_first_share=0))
    owner = participant(platform, "boss@example.org")
    grant(platform, "boss@example.org", Role.ADMINISTRATOR)
    sign_in(app, "boss@example.org")
    return owner


def look(app):
    """At the part of the study's page about opening."""
    app.switch_page("pages/study.py").run()
    app.session_state["parts"] = "Opening"
    return app.run()


def button(app, label: str):
    return next(button for button in app.button if button.label == label)


def test_a_new_study_is_described_and_opened_by_its_checklist(app, platform, owner, clock):
    clock.advance(minutes=1)
    app.switch_page("pages/study.py").run()
    field(app, "Name of the study").input("Smiles")
    click(app, "Create it")
    [study] = [study for study in platform.studies.mine(OPERATOR) if study.name == "Smiles"]
    assert "**Purpose**" not in told(app), "only the open part is worked out"
    look(app)
    assert "**Purpose** · needed to open" in told(app) and "**Tried out** · advice" in told(app)
    assert button(app, "Open the study").disabled
    app.button(key="mend-Purpose").click().run()
    assert app.session_state["parts"] == "About"

    next(area for area in app.text_area if area.label.startswith("What the photos")).set_value("To learn.")
    field(app, "Who runs it").input("Ada")
    field(app, "How to reach them").input("ada@example.org")
    field(app, "Number of the ethics approval").input("*2026*/12")
    app.checkbox[0].check()
    click(app, "Save")
    look(app)
    assert r"Approved, number \*2026\*/12." in told(app)
    click(app, "Open the study")
    assert platform.studies.get(OPERATOR, study.id).open
    click(app, "Close the study")
    assert not platform.studies.get(OPERATOR, study.id).open
    assert not app.exception and not app.error


def test_the_ethics_board_gets_the_text_in_every_language(app, platform, owner):
    look(app)
    links = {link.proto.label: link.proto.url for link in app.get("link_button")}
    assert {"English", "Deutsch", "العربية"} <= set(links)
    assert links["Deutsch"].endswith("/consent?lang=de")
    assert "can't put the letters of العربية and 简体中文 into a PDF" in told(app)
    assert {"Data-protection summary", "The same as text"} <= {button.label for button in app.get("download_button")}


def test_an_owner_tries_a_closed_study_as_a_participant(app, platform, owner):
    study = platform.studies.current(owner)
    protocol = Protocol((Task(Emotion.FEAR), Task(Emotion.HAPPY)))
    platform.studies.update(OPERATOR, replace(study, protocol=protocol, open=False))
    app.switch_page("pages/rehearse.py").run()
    assert "**Rehearsal.**" in told(app) and "Taking part in" in told(app)
    assert "18 or older" in told(click(app, "I agree")), "participants can't go on so either"
    agreed(app, "Keep my photos")
    assert "Show fear" in told(app)
    give(app, photo())
    assert "Nothing was kept: this is a rehearsal." in told(answer(app))
    click(app, "Next task")
    click(app, "Skip this one")
    assert "You have tried the study as it is now." in told(app)
    assert platform.data_export.faces(owner) == []
    look(app)
    assert "You tried the study as it is now." in told(app)
    assert not app.exception and not app.error


def answer(app):
    return click(choose(app, "display", Display.POSED), "Yes")


def test_a_rehearsal_ends_with_leaving_its_page(app, platform, owner):
    app.switch_page("pages/rehearse.py").run()
    agreed(app, "Keep my photos")
    give(app, photo())
    assert "Your face in the box" in told(app)
    app.switch_page("pages/give.py").run()
    assert "Your face in the box" not in told(app), "what is given in a rehearsal stays there"
    assert opened(app) == "give"
    answer(give(app, photo()))
    assert len(platform.data_export.faces(owner)) == 1, "from here on it is in earnest"
    app.switch_page("pages/rehearse.py").run()
    assert "Taking part in" in told(app), "it begins anew"


def test_nobody_else_gets_to_a_rehearsal(app, platform):
    participant(platform)
    sign_in(app)
    app.switch_page("pages/rehearse.py").run()
    assert "Rehearsal" not in told(app)
