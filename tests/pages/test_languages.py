"""Pages in other languages: nothing that they say has escaped translation, and people get the language they read."""

import gettext
import json
import re
from collections import defaultdict
from dataclasses import replace

import pytest
from driving import click, field, open_app, told
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node
from test_journey import choose, give
from test_questions import AGE, HARD, READ, WHERE, WHY

from fers import languages
from fers.domain.emotions import Emotion
from fers.domain.faces import Display
from fers.domain.people import OPERATOR, Role
from fers.domain.protocols import Protocol, Quota, Task
from fers.domain.questions import Words
from fers.languages import LANGUAGES
from fers.services.people import consent_words
from fers.ui import languages as reading
from fers.ui.languages import language
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, give_face, grant, participant, photo

MARKED = re.compile("⟦[^⟦⟧]*⟧")
SAID = {"body", "label", "caption", "help", "text", "options", "content", "description", "placeholder", "alt", "title"}
NO_WORDS = re.compile(r"<style>.*?</style>|<[^>]*>|:material/\w+:|:small\[|&\w+;|https?://\S+", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
TYPED = {
    *("FERS", "ada", "example", "org", "always", "happy", "hears", "steps", "JPEG"),
    *(word for name in languages._NAMES.values() for word in WORD.findall(name)),
}


class Marking(gettext.NullTranslations):
    """A language that says everything in English, between marks."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, count):
        return f"⟦{one if count == 1 else many}⟧"

    def pgettext(self, context, message):
        return f"⟦{message}⟧"


def texts(node: Node) -> list[str]:
    """Whatever a browser shows or reads aloud at and below `node`."""
    proto = getattr(node, "proto", None)
    own = list(_texts(proto)) if proto is not None else []
    below = node.children.values() if isinstance(node, Block) else ()
    return own + [text for child in below for text in texts(child)]


def _texts(message):
    if message.DESCRIPTOR.name == "BidiComponent":
        yield from _of_widget(json.loads(message.json or "{}"))
        return
    for of, value in message.ListFields():
        for one in value if of.is_repeated else [value]:
            if of.message_type:
                yield from _texts(one)
            elif isinstance(one, str) and of.name in SAID:
                yield one


def _of_widget(data: dict):
    for name in ("emotions", "expressions", "inside"):
        yield from data.get(name, ())
    yield from filter(None, [data.get("guide"), *data.get("words", {}).values(), *data.get("streamlit", {}).values()])


def escaped(text: str) -> list[str]:
    """The words of a text that stand outside of all marks and nobody typed."""
    text = NO_WORDS.sub(" ", text)
    while MARKED.search(text):
        text = MARKED.sub(" ", text)
    return [word for word in WORD.findall(text) if word not in TYPED]


@pytest.fixture
def marking(monkeypatch):
    """Every page is read in a language that marks what it says, and holds nothing else."""
    monkeypatch.setitem(LANGUAGES, "de", "Deutsch")
    # AppTest asks what choices are called outside of any run.
    said_in = language
    monkeypatch.setattr(reading, "language", lambda: said_in() if get_script_run_ctx(suppress_warning=True) else "de")
    marked = {"de": Marking(), "en": gettext.NullTranslations()}
    monkeypatch.setattr(languages, "translations", marked.get)
    # What people agree to is written in files of its own.
    monkeypatch.setattr(consent_words, "_read", lambda version: ("${study}", defaultdict(str)))
    run = AppTest.run

    def run_and_look(app: AppTest, **more) -> AppTest:
        app.query_params["lang"] = "de"
        run(app, **more)
        assert not app.exception
        if app.session_state["fers"].language == "de":
            said = [*texts(app.main), *texts(app.sidebar)]
            assert [text for text in said if escaped(text)] == []
        return app

    monkeypatch.setattr(AppTest, "run", run_and_look)


@pytest.fixture
def study(platform):
    """What the study says is typed by its owner, and without words here."""
    change(platform, name="1", purpose="2", owner="3", contact="4")
    return platform.studies.current()


@pytest.fixture
def visit(platform, cookies, study, marking):
    """Opens a page as somebody who signed in with their e-mail."""

    def visit(page: str, email: str = "ada@example.org") -> AppTest:
        cookies[COOKIE] = platform.accounts.sign_in(email, PASSWORD).token
        app = open_app().switch_page(f"pages/{page}.py").run()
        assert app.session_state["fers"].language == "de"
        return app

    return visit


def change(platform, **more) -> None:
    platform.studies.update(OPERATOR, replace(platform.studies.current(), **more))


def test_the_ways_in(marking, study, platform, cookies):
    app = open_app()
    for page in ("give", "live", "my_data", "consent", "review", "setup", "join"):
        app.switch_page(f"pages/{page}.py").run()
    app.switch_page("pages/sign_in.py").run()
    for button in ("⟦Create an account", "⟦Sign in⟧", "⟦Sign in with my code", "⟦Join with the study code"):
        click(app, button)
    field(app, "⟦E-mail⟧").input("ada@example.org")
    field(app, "⟦Choose a password⟧").input(PASSWORD)
    assert "your account is ready" in told(click(app, "⟦Create an account"))
    field(app, "⟦Study code⟧").input(study.join_code)
    click(app, "⟦Join with the study code")
    assert "Your personal code" in told(app)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_invitations(role, marking, study, platform, cookies):
    app = open_app().switch_page("pages/join.py").run()
    app.text_input[0].input("1234").run()
    app.text_input[0].input(platform.invitations.invite(OPERATOR, study.id, role, 3, 1)).run()
    assert f"{role} you" in told(app)


def test_agreeing(visit, platform):
    platform.accounts.sign_up("ada@example.org", PASSWORD)
    app = visit("consent")
    click(app, "⟦I agree")
    app.checkbox[0].check().run()
    app.checkbox[-1].check().run()
    click(app, "⟦I agree")
    give_face(platform, platform.accounts.sign_in("ada@example.org", PASSWORD).person)
    app.switch_page("pages/consent.py").run()
    app.checkbox[0].uncheck().run()
    change(platform, name="5")
    assert "Something has changed" in told(app.run())


def test_giving_photos(visit, platform):
    change(platform, ask_first_share=0)
    participant(platform)
    app = visit("give")
    give(app, b"no photo")
    click(give(app, photo()), "⟦Yes")
    choose(app, "display", Display.POSED)
    app.toggle[0].set_value(True).run()
    assert "Thank you!" in told(click(app, "⟦Yes"))
    change(platform, ask_first_share=1, crop_only=True)
    ann = participant(platform, "ann@example.org")
    app = visit("give", "ann@example.org")
    choose(choose(give(app, photo()), "label", Emotion.FEAR), "display", Display.FELT)
    assert "Thank you!" in told(click(app, "⟦Save and see"))
    assert platform.data_export.faces(ann)


def test_tasks(visit, platform):
    tasks = [Task(emotion, display=Display.POSED) for emotion in Emotion]
    change(platform, ask_first_share=0, protocol=Protocol(tuple(tasks), quotas=(Quota(Emotion.FEAR, 4),)))
    participant(platform)
    app = visit("give")
    click(app, "⟦Stop here")
    click(app, "⟦Continue")
    for _ in Emotion:
        click(give(app, photo()), "⟦Yes")
        click(app, app.button[-1].label)
    assert "that's everything" in told(app)
    app.switch_page("pages/my_data.py").run()
    assert "contempt" in told(app)


def test_questions(visit, platform):
    asked = (AGE, READ, WHERE, HARD, WHY)
    words = Words("?", ("1", "2"), explanation="3", low="4", high="5")
    asked = [replace(one, words=words if one.words.options else replace(words, options=())) for one in asked]
    change(platform, questions=tuple(asked))
    participant(platform)
    app = visit("give")
    click(app, "⟦Continue")


def test_my_data(visit, platform):
    change(platform, asks_groups=True)
    give_face(platform, participant(platform))
    app = visit("my_data")
    click(app, "⟦Save")
    app.selectbox[0].select_index(1).run()
    next(box for box in app.checkbox if "explicitly" in box.label).check().run()
    click(app, "⟦Save")
    click(app, "⟦Change my password")
    click(app, "⟦Sign out everywhere else")
    click(app, "⟦What did it look at")


def test_live(visit, platform):
    ada = participant(platform)
    TYPED.update(word for info in platform.live.models(ada) for word in WORD.findall(info.name))
    visit("live")


def test_reviewing(visit, platform):
    ann = participant(platform, "ann@example.org")
    grant(platform, "ann@example.org", Role.ANNOTATOR)
    give_face(platform, participant(platform))
    assert ann
    visit("review", "ann@example.org")


def test_a_rehearsal(visit, platform):
    participant(platform)
    grant(platform, "ada@example.org", Role.ADMINISTRATOR)
    app = visit("rehearse")
    app.checkbox[-1].check().run()
    click(app, "⟦I agree")
    choose(give(app, photo()), "display", Display.FELT)
    click(app, "⟦Yes")


def test_pages_of_those_who_run_studies_are_in_english(platform, monkeypatch, cookies):
    participant(platform)
    grant(platform, "ada@example.org", Role.ADMINISTRATOR)
    monkeypatch.setitem(LANGUAGES, "de", "Deutsch")
    monkeypatch.setattr(languages, "translations", lambda language: Marking())
    cookies[COOKIE] = platform.accounts.sign_in("ada@example.org", PASSWORD).token
    app = open_app()
    app.query_params["lang"] = "de"
    app.switch_page("pages/study.py").run()
    assert app.session_state["fers"].language == "en"
    assert [box for box in app.selectbox if (box.key or "").startswith("read-in-")] == []
