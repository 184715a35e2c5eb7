"""Saying something about oneself, on one's own page, where the study asks."""

from dataclasses import replace

from driving import agreed, click, signed_in, told

from fers.domain.groups import AgeBand, SkinTone
from fers.domain.people import OPERATOR

ABOUT = ("Age", "Gender", "Skin tone")


def ask(platform) -> None:
    platform.studies.update(OPERATOR, replace(platform.studies.current(), asks_groups=True))


def choose(app, question: str, answer):
    next(box for box in app.selectbox if box.label == question).set_value(answer)


def test_nobody_is_asked_where_the_study_does_not_ask(app, platform):
    agreed(signed_in(app, platform), "Keep my photos")
    app.switch_page("pages/my_data.py").run()
    assert "explicitly agree" not in " ".join(box.label for box in app.checkbox)
    assert not app.exception and not app.error


def test_somebody_says_a_little_and_erases_it_again(app, platform):
    ask(platform)
    agreed(signed_in(app, platform), "Keep my photos")
    person = platform.accounts.resume(app.session_state["fers"].token)
    app.switch_page("pages/my_data.py").run()
    assert [box.value for box in app.selectbox if box.label in ABOUT] == [None, None, None]
    choose(app, "Skin tone", SkinTone.MEDIUM)
    assert "Nothing is kept unless you agree" in told(click(app, "Save"))
    choose(app, "Age", AgeBand.OLDER)
    choose(app, "Skin tone", None)
    next(box for box in app.checkbox if box.label.startswith("I explicitly agree")).check()
    click(app, "Save")
    assert platform.groups.mine(person).said() == {"Age": "60 or older"}
    assert "- Age: 60 or older" in told(app)
    click(app, "Yes, erase it")
    assert platform.groups.mine(person) is None
    assert "What you said" not in told(app)
    assert not app.exception and not app.error
