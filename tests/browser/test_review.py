"""An annotator labels faces with the keyboard alone; what they said is what the store holds."""

import signal
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from fers import config
from fers.assembly import assemble
from fers.domain.emotions import Emotion
from fers.domain.labels import Verdict, only
from fers.domain.people import OPERATOR, Role
from fers.storage.sqlite.database import Database
from fers.storage.sqlite.labels import SqliteLabels
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, until
from tests.people import PASSWORD, OneFace, OneModel, give_face, participant
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)

FACES = 14
ANNOTATORS = tuple(f"{name}@example.org" for name in ("ann", "bea", "cem", "dan", "eve", "fay", "gus"))
SCREENS = ((1440, 900), (1366, 768))
REVIEW = "[...document.querySelectorAll('*')].map(e => e.shadowRoot?.querySelector('.review')?.review).find(Boolean)"
"""The widget's own state, in the page's script."""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server whose store holds annotators and faces to label."""
    folder = tmp_path_factory.mktemp("server")
    settings = replace(config.load({}), data=folder / "data")
    platform = assemble(settings, models=OneModel(), detector=OneFace())
    ada, study = participant(platform), platform.studies.current()
    platform.studies.update(OPERATOR, replace(study, overlap=len(ANNOTATORS)))
    for _ in range(FACES):
        give_face(platform, ada)
    for email in ANNOTATORS:
        person = participant(platform, email)
        platform.members.assign(OPERATOR, study.id, person.id, Role.ANNOTATOR)
    with serving(folder) as server:
        yield server


@pytest.fixture
def labels(server):
    """What the store holds by now, by face."""
    database = Database(server.data)
    store = SqliteLabels(database)

    def labels(page: Page, annotator: str):
        settled(page)
        platform = assemble(replace(config.load({}), data=server.data), models=OneModel(), detector=OneFace())
        person = platform.accounts.sign_in(annotator, PASSWORD).person
        return {label.face_id: label for label in store.labels_by(person.id)}

    yield labels
    database.close()


def begin(open_page, email: str, **window) -> Page:
    page = open_page(who=email, **window)
    expect(face(page)).to_be_visible()  # It is the page on which annotators land.
    return page


def face(page: Page):
    return page.get_by_alt_text("The face to label")


def shown(page: Page) -> str:
    return face(page).get_attribute("data-face")


def press(page: Page, *keys: str) -> str:
    """Press keys in a row. Returns the face that was on the screen before."""
    before = shown(page)
    for key in keys:
        page.keyboard.press(key)
    return before


def entries(page: Page):
    """One's own last labels, newest first."""
    return page.get_by_role("region", name="Your last labels").get_by_role("listitem")


def box(page: Page, selector: str) -> dict:
    """Where an element is on the screen: left, right, top, bottom."""
    return page.locator(selector).evaluate("(element) => element.getBoundingClientRect().toJSON()")


def settled(page: Page) -> None:
    """Wait until the server has taken in what was said."""
    until(page, f"{REVIEW} && !{REVIEW}.unsent.length")


def test_everything_can_be_said_with_the_keyboard(open_page, labels):
    page = begin(open_page, ANNOTATORS[0], **DESKTOP)
    sad, mixed = press(page, "3"), press(page, "Shift+Digit7", "3")
    unknown, nothing = press(page, "u"), press(page, "x")
    flagged = press(page, "f", *"Drawing 1", "Enter")
    felt = press(page, "v", "ArrowRight", "ArrowRight", "ArrowUp", "2")
    taken_back = press(page, "1")
    page.keyboard.press("Backspace")
    assert shown(page) == taken_back
    said = labels(page, ANNOTATORS[0])
    assert set(said) == {sad, mixed, unknown, nothing, flagged, felt}
    assert said[sad].distribution == only(Emotion.SAD)
    assert said[mixed].distribution == (0, 0, 0.75, 0, 0, 0, 0.25, 0)
    assert [said[id].verdict for id in (unknown, nothing)] == [Verdict.UNKNOWN, Verdict.NOT_A_FACE]
    assert (said[flagged].verdict, said[flagged].reason) == (Verdict.FLAGGED, "Drawing 1")
    assert (said[felt].valence, said[felt].arousal) == (0.2, 0.1)
    assert all(label.seconds > 0 and not label.saw_prediction for label in said.values())
    assert "guess" not in page.locator(".review").inner_text()
    press(page, "?")
    expect(page.get_by_text("back to the previous face")).to_be_visible()


def test_keys_faster_than_the_server_land_on_the_faces_they_were_meant_for(open_page, labels):
    page = begin(open_page, ANNOTATORS[1], **DESKTOP)
    meant = page.evaluate(
        f"""() => {{
        const review = {REVIEW}, meant = [];
        for (let emotion = 1; review.queue.length; emotion = (emotion % 8) + 1) {{
            meant.push([review.queue[0], emotion - 1]);
            document.dispatchEvent(new KeyboardEvent("keydown", {{ code: `Digit${{emotion}}`, key: String(emotion) }}));
        }}
        return meant;
    }}"""
    )
    assert len(meant) > 4
    expect(face(page)).to_be_visible()
    while len(meant) < FACES:
        meant.append([press(page, "8"), Emotion.CONTEMPT])
        if len(meant) < FACES:
            expect(face(page)).to_be_visible()
    expect(page.get_by_text("Nothing to label right now.")).to_be_visible()
    assert {id: label.emotion for id, label in labels(page, ANNOTATORS[1]).items()} == dict(meant)
    page.reload()
    expect(page.get_by_text(f"You have labelled {FACES}")).to_be_visible()


@pytest.mark.parametrize(("width", "height"), SCREENS)
def test_whatever_is_opened_is_beside_the_face(open_page, width, height):
    page = begin(open_page, ANNOTATORS[3], viewport={"width": width, "height": height})
    expect(page.get_by_role("region", name="Labelling guide")).to_be_visible()  # Of a newcomer.
    page.keyboard.press("g")
    press(page, "u")
    picture = box(page, ".stage img")
    assert picture["width"] >= 400
    assert max(box(page, part)["bottom"] for part in (".stage img", ".under", ".others", ".latest")) <= height
    for key, panel in {"v": "affect", "f": "flag", "?": "help", "g": "guide"}.items():
        page.keyboard.press(key)
        beside = box(page, f".side .{panel}")
        assert beside["left"] >= picture["right"], panel
        assert picture["top"] <= beside["top"] < beside["bottom"] <= height, panel
        assert box(page, ".latest h2")["bottom"] <= height, panel
        page.keyboard.press("v" if panel == "affect" else "Escape")
    assert not page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    page.keyboard.press("Backspace")
    settled(page)


def test_undo_and_the_last_labels_outlive_a_reload(open_page, labels):
    page = begin(open_page, ANNOTATORS[4], **DESKTOP)
    first, second, last = press(page, "3"), press(page, "2"), press(page, "4")
    settled(page)
    page.reload()
    expect(entries(page)).to_have_text(["Surprise", "Happy", "Sad"])
    expect(page.get_by_text(f"You have labelled 3 · {FACES - 3} to go")).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_text("You said: Surprise.")).to_be_visible()
    expect(face(page)).to_be_visible()
    assert press(page, "5") == last
    entries(page).filter(has_text="Sad").get_by_role("button").click()
    assert shown(page) == first
    assert page.evaluate(f"{REVIEW}.root.getRootNode().activeElement.className") == "stage"
    page.keyboard.press("1")
    entries(page).filter(has_text="Happy").get_by_role("button").click()
    expect(page.get_by_role("button", name="Keep it as it was")).to_be_visible()
    page.keyboard.press("Escape")
    expect(entries(page)).to_have_text(["Happy", "Neutral", "Fear"])
    said = {id: label.emotion for id, label in labels(page, ANNOTATORS[4]).items()}
    assert said == {first: Emotion.NEUTRAL, second: Emotion.HAPPY, last: Emotion.FEAR}


def test_what_the_server_does_not_have_is_told_and_outlives_a_reload(open_page, labels, server):
    page = begin(open_page, ANNOTATORS[5], **DESKTOP)
    expect(page.get_by_text("All saved")).to_be_visible()
    server.send(signal.SIGSTOP)
    try:
        meant = {press(page, "6"), press(page, "7")}
        expect(page.get_by_text("2 not saved yet")).to_be_visible()
        expect(page.get_by_text("keep this page open")).to_be_visible()
    finally:
        server.send(signal.SIGCONT)
    expect(page.get_by_text("All saved")).to_be_visible()
    expect(page.get_by_text("keep this page open")).to_be_hidden()
    assert set(labels(page, ANNOTATORS[5])) == meant
    page.evaluate(f"{REVIEW}.send = () => {{}}")
    meant.add(press(page, "8"))
    page.once("dialog", lambda asked: asked.accept())
    page.reload()
    expect(entries(page)).to_have_count(3)
    assert set(labels(page, ANNOTATORS[5])) == meant


def test_whoever_says_something_else_in_another_window_is_told(open_page, labels):
    """Only the first of two labels of a face counts, and nobody is to believe otherwise."""
    page = begin(open_page, ANNOTATORS[6], **DESKTOP)
    other = page.context.new_page()
    other.goto(page.url)
    expect(face(other)).to_be_visible()
    both = shown(other)
    for _ in range(FACES):
        if press(page, "3") == both:
            break
    settled(page)
    other.keyboard.press("2")
    expect(other.get_by_text("You labelled this face differently before")).to_be_visible()
    expect(entries(other).first).to_have_text("Sad")
    assert labels(other, ANNOTATORS[6])[both].emotion is Emotion.SAD


def test_single_keys_can_be_switched_off(open_page):
    page = begin(open_page, ANNOTATORS[5], **DESKTOP)
    page.keyboard.press("?")
    page.get_by_role("button", name="Use single keys").click()
    before = press(page, "1", "u", "g")
    assert shown(page) == before
    expect(page.get_by_role("button", name="Help")).to_have_attribute("aria-expanded", "true")
    page.get_by_role("button", name="Use single keys").click()
    page.keyboard.press("Escape")
    press(page, "1")
    assert shown(page) != before


def test_long_work_suggests_a_pause(open_page):
    page = begin(open_page, ANNOTATORS[0], **DESKTOP)
    pause = page.get_by_text("Eyes get tired after a while")
    press(page, "u")
    expect(pause).to_be_hidden()
    page.evaluate(f"{REVIEW}.pause.since -= 25 * 60_000")
    press(page, "u")
    expect(pause).to_be_visible()
    press(page, "u")
    page.get_by_role("button", name="I've had a break").click()
    expect(pause).to_be_hidden()


def test_a_phone_has_buttons_for_everything(open_page, labels):
    page = begin(open_page, ANNOTATORS[2], **PHONE)
    mixed = shown(page)
    page.get_by_role("button", name="A little").tap()
    page.get_by_role("button", name="Anger").tap()
    page.get_by_role("button", name="Sad").tap()
    first = shown(page)
    page.get_by_role("button", name="Can't tell").tap()
    page.get_by_role("button", name="Undo").tap()
    page.get_by_role("button", name="Happy").tap()
    said = labels(page, ANNOTATORS[2])
    assert (said[mixed].distribution[Emotion.ANGER], said[first].emotion) == (0.25, Emotion.HAPPY)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    buttons = page.locator(".emotions button")
    assert all(buttons.nth(number).bounding_box()["height"] >= 44 for number in range(len(Emotion)))
    page.get_by_role("button", name="Feeling").tap()
    page.locator(".stage").scroll_into_view_if_needed()
    picture, pad, last = box(page, ".stage img"), box(page, ".grid"), box(page, ".emotions button:last-child")
    assert picture["right"] <= pad["left"], "how it feels is said beside the face"
    assert last["bottom"] <= PHONE["viewport"]["height"], "and all expressions are in sight"
    page.locator(".grid").tap(position={"x": pad["width"] * 0.75, "y": pad["height"] / 2})
    felt = shown(page)
    page.get_by_role("button", name="Neutral").tap()
    label = labels(page, ANNOTATORS[2])[felt]
    assert (label.emotion, round(label.valence, 1), round(label.arousal, 1)) == (Emotion.NEUTRAL, 0.5, 0.0)


def test_a_label_says_whether_the_guess_was_on_the_screen(open_page, labels, server):
    def show_guesses(wanted: bool) -> None:
        platform = assemble(replace(config.load({}), data=server.data), models=OneModel(), detector=OneFace())
        platform.studies.update(OPERATOR, replace(platform.studies.current(), show_prediction=wanted))

    page = begin(open_page, ANNOTATORS[2], **DESKTOP)
    guess = page.get_by_text("The machine's guess")
    show_guesses(True)
    expect(guess).to_be_hidden()
    handed_out_before = press(page, "1")
    settled(page)
    page.reload()
    expect(guess).to_be_visible()
    show_guesses(False)
    handed_out_since = press(page, "1")
    said = labels(page, ANNOTATORS[2])
    assert (said[handed_out_before].saw_prediction, said[handed_out_since].saw_prediction) == (False, True)


def test_pictures_stay_with_the_annotator(open_page):
    stranger = open_page("/review", **DESKTOP)
    expect(stranger.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    assert face(stranger).count() == 0
