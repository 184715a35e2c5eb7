"""Looking through faces and at one of them: addresses that can be sent, and what is to be done about a flag."""

from urllib.parse import parse_qs, urlsplit

import pytest
from driving import REPOSITORY, click, sign_in, told
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from fers.domain.emotions import Emotion
from fers.domain.faces import Answer
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Person, Role
from fers.services.people.withdrawal import Removal
from fers.ui.faces.face_filter import KEYS
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, Always, Several, give_face, participant, pattern
from tests.waiting import LONG

SAID = (Emotion.HAPPY, Emotion.SAD)


@pytest.fixture
def faces(platform):
    """A happy and a sad one."""
    ada = participant(platform)
    return [give_face(platform, ada, Answer(label, True), pattern(label)) for label in SAID]


@pytest.fixture
def flagged(platform, faces, clock):
    """The first face, which one annotator flagged and another one labelled."""
    face, (one, other) = faces[0], (Person(f"{n:032x}", Role.ANNOTATOR, clock(), asked_first=False) for n in (1, 2))
    platform.review.label(one, face.study_id, face.id, Verdict.FLAGGED, reason="a [drawing](https://elsewhere.example)")
    platform.review.label(other, face.study_id, face.id, Verdict.EMOTION, distribution=only(Emotion.SAD))
    return face


@pytest.fixture
def open_as(app, platform, faces):
    """Follow a link to a page, and there sign in as somebody with this role in the study."""

    def open_as(role: Role, page: str, **address):
        platform.members.assign(OPERATOR, faces[0].study_id, faces[0].person_id, role)
        app.query_params.update(address)
        app.switch_page(f"pages/{page}.py").run()
        sign_in(app)
        assert not app.exception
        return app

    return open_as


def faces_linked(app) -> list[str]:
    """The faces that the page leads to, by id."""
    addresses = [link.proto.query_string for link in app.get("page_link")]
    return [face_id for address in addresses for face_id in parse_qs(urlsplit(address).path).get("id", ())]


def test_the_address_of_explore_says_what_is_shown(open_as, faces):
    app = open_as(Role.RESEARCHER, "explore", **{"class": "Sad", "source": "Upload"})
    assert faces_linked(app) == [faces[1].id]
    app.switch_page("pages/datasets.py").run()
    app.query_params.clear()
    app.switch_page("pages/explore.py").run()
    assert faces_linked(app) == [faces[1].id], "as it was left"


def test_what_an_address_says_that_cannot_be_chosen_is_left_out(open_as, faces):
    app = open_as(Role.RESEARCHER, "explore", **{"class": ["Sad", "Bored"], "since": "0000-99-99", "view": "Nothing"})
    assert faces_linked(app) == [faces[1].id]
    assert app.query_params["class"] == "Sad" and "since" not in app.query_params


WORDS = st.text(st.characters(codec="utf-8"), max_size=20)
ANYTHING = st.dictionaries(st.sampled_from(KEYS), st.lists(WORDS, max_size=3))


@pytest.fixture
def follow(platform, faces, cookies):
    """Follow a link to Explore in a fresh tab, signed in by the browser."""
    platform.members.assign(OPERATOR, faces[0].study_id, faces[0].person_id, Role.RESEARCHER)
    cookies[COOKIE] = platform.accounts.sign_in("ada@example.org", PASSWORD).token

    def follow(address: dict[str, list[str]]):
        tab = AppTest.from_file(str(REPOSITORY / "app.py"), default_timeout=LONG)
        tab.query_params.update(address)
        return tab.switch_page("pages/explore.py").run()

    return follow


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING)
@example({key: ["Sad", "\0", "1" * 5000, "-1", "None", "0001-01-01", "9999-12-31"] for key in KEYS})
@example({"since": ["9999-12-31"], "until": ["0001-01-01"], "class": ["No class"], "view": ["Plots"]})
def test_no_address_breaks_explore(follow, address):
    tab = follow(address)
    assert not tab.exception and not tab.error
    assert tab.title[0].value == "Explore" and tab.metric


def test_a_face_has_a_page_that_tells_what_people_and_models_say(open_as, platform, flagged):
    platform.arena._models = Several(Always(Emotion.SAD), Always(Emotion.FEAR))
    for name in ("sad", "fear"):
        platform.arena.evaluate(OPERATOR, name)
    platform.versions.freeze(OPERATOR, flagged.study_id, "v1")
    app = open_as(Role.RESEARCHER, "face", id=flagged.id)
    people, models, history = [table.value for table in app.dataframe]
    assert people["Says"].tolist() == ["Happy", "Flagged", "Sad"]
    assert models[["Model", "Guess"]].values.tolist() == [
        ["always-happy 1.0.0", "Happy"],
        ["fear 1.0.0", "Fear"],
        ["sad 1.0.0", "Sad"],
    ]
    assert "Frozen in version v1" in history["What"].tolist()
    assert len(app.image) == 1 and not app.error


def test_whoever_compares_models_sees_what_any_of_them_looked_at(open_as, platform, faces):
    app = open_as(Role.RESEARCHER, "face", id=faces[1].id)
    [choice] = app.selectbox
    choice.set_value("always-happy").run()
    assert len(app.image) == 1 + 3
    assert not app.exception and not app.error


def test_a_researcher_settles_a_flag_and_opens_it_again(open_as, platform, flagged):
    app = open_as(Role.RESEARCHER, "face", id=flagged.id)
    assert [text.value for text in app.text] == ["“a [drawing](https://elsewhere.example)”"]
    assert "can remove it" in told(app) and not [button for button in app.button if button.label == "Remove"]
    click(app, "Resolve and keep the photo")
    assert "the photo stays" in told(app)
    assert platform.agreement.report(OPERATOR, flagged.study_id).flags == []
    click(app, "Reopen the flags")
    assert len(platform.agreement.report(OPERATOR, flagged.study_id).flags) == 1
    assert not app.exception and not app.error


def test_the_owner_may_remove_a_face_and_the_page_then_says_that_it_is_gone(open_as, platform, flagged):
    app = open_as(Role.ADMINISTRATOR, "face", id=flagged.id)
    click(app, "Remove")
    assert "deleted at once, for good" in told(app)
    platform.withdrawal.remove(OPERATOR, flagged.study_id, flagged.id, Removal.PICTURE)
    assert "no longer exists" in told(app.run())
    assert not app.exception


@pytest.mark.parametrize("address", ["", "nothing", "a/b", "../face", "\x00"])
def test_an_address_of_no_face_says_so(open_as, address):
    app = open_as(Role.RESEARCHER, "face", id=address)
    assert "no longer exists" in told(app) and not app.dataframe


def test_somebody_else_is_told_that_they_may_not_see_it(open_as, faces):
    app = open_as(Role.ANNOTATOR, "face", id=faces[0].id)
    assert "Your account may not do this: see the collected faces" in told(app)
    assert not app.image and not app.dataframe


def test_every_page_that_shows_a_face_leads_to_all_about_it(open_as, platform, flagged, faces):
    platform.agreement.set_gold_standard(OPERATOR, flagged.study_id, faces[1].id, Emotion.SAD)
    platform.arena._models = Several(Always(Emotion.SAD), Always(Emotion.HAPPY))
    for name in ("sad", "happy"):
        platform.arena.evaluate(OPERATOR, name)
    both = {face.id for face in faces}
    app = open_as(Role.RESEARCHER, "explore")
    assert set(faces_linked(app)) == both
    for page in ("agreement", "arena"):
        app.switch_page(f"pages/{page}.py").run()
        assert set(faces_linked(app)) == both, page


@pytest.mark.parametrize("page", ["explore", "my_data", "face"])
def test_a_face_lies_at_no_address_where_it_could_be_asked_for_later(open_as, faces, page):
    app = open_as(Role.ADMINISTRATOR, page, **({"id": faces[0].id} if page == "face" else {}))
    addresses = [picture.url for image in app.get("image") for picture in image.proto.imgs]
    assert addresses
    assert all(address.startswith("data:image/jpeg;base64,") for address in addresses)
