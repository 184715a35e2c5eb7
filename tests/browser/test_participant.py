"""The participant's whole way, in a true browser on the true server with the bundled model and a real face."""

import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from fers.domain.emotions import LABELS
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, session_cookie, sign_in, until
from tests.people import PASSWORD, photo

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)

WINDOWS = [
    pytest.param("camera", DESKTOP, id="camera-desktop"),
    pytest.param("upload", DESKTOP | {"color_scheme": "dark"}, id="upload-desktop-dark"),
    pytest.param("camera", PHONE | {"color_scheme": "dark"}, id="camera-phone-dark"),
    pytest.param("upload", PHONE, id="upload-phone"),
]


def sign_up(page: Page, email: str) -> None:
    page.get_by_role("tab", name="I am new here").click()
    page.get_by_label("E-mail").last.fill(email)
    page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Create an account").click()
    expect(page.get_by_text("your account is ready")).to_be_visible()
    page.get_by_label("Password", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Your choices")).to_be_visible()


def consent(page: Page, *choices: str) -> None:
    for choice in (*choices, "I am 18"):
        box = page.get_by_role("checkbox", name=choice)
        page.locator("label", has_text=choice).click()
        expect(box).to_be_checked()
    page.get_by_role("button", name="I agree to take part").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()


def give_photo(page: Page, source: str) -> None:
    if source == "camera":
        # Until the camera shows something, the button takes nothing.
        until(page, 'document.querySelector("video")?.videoWidth > 0')
        page.get_by_role("button", name="Take Photo").click()
    else:
        page.get_by_text("Upload a photo").click()
        picture = {"name": "me.jfif", "mimeType": "image/jpeg", "buffer": photo()}
        chooser = page.locator("input[type=file]")
        expect(chooser).to_have_count(1)
        # While the script runs, the one of an earlier photo may stand there yet, and lose what it is given.
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        chooser.set_input_files(picture)
    expect(page.get_by_role("heading", name="Your face in the box")).to_be_visible()


def answer(page: Page) -> None:
    """Say what the expression is, in whichever order this person was drawn to be asked."""
    guess, blind = page.locator(".fers-guess.top"), page.get_by_text("Which expression is it?")
    expect(guess.or_(blind).first).to_be_visible()
    page.get_by_text("I posed it").click()
    if blind.count():
        page.get_by_text("Happy", exact=True).first.click()
        page.get_by_role("button", name="Save and see").click()
    else:
        assert re.search(r"\d+%", guess.inner_text())
        page.get_by_role("button", name="Yes, that's").click()
    expect(page.get_by_role("heading", name="Thank you!")).to_be_visible()


def say_more(page: Page) -> None:
    """Say how pleasant and how excited it looks: 0.6 and 0.5."""
    page.get_by_text("Say more (optional)").click()
    pad = page.get_by_role("slider", name="How pleasant and how excited")
    pad.scroll_into_view_if_needed()
    place = pad.bounding_box()
    pad.click(position={"x": place["width"] * 0.75, "y": place["height"] * 0.25})
    expect(pad).to_have_attribute("aria-valuetext", "pleasant 0.5, excited 0.5")
    pad.press("ArrowRight")
    expect(pad).to_have_attribute("aria-valuetext", "pleasant 0.6, excited 0.5")


def downloaded(page: Page) -> zipfile.ZipFile:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    return zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))


@pytest.mark.parametrize(("source", "window"), WINDOWS)
def test_the_whole_way(open_page, server, request, source, window):
    page = open_page(**window)
    outside = []
    page.on("request", lambda r: outside.append(r.url) if not at_home(r.url, server.address) else None)
    sign_up(page, f"{request.node.callspec.id}@example.org")
    consent(page, "Keep my photos", "Train and test")
    give_photo(page, source)
    expect(page.get_by_role("heading", name="Your face in the box")).to_be_focused()
    _crop_box_is_on_screen(page)
    until(page, lambda: session_cookie(page))
    page.reload()
    expect(page.get_by_role("heading", name="Your face in the box")).to_be_visible()
    _crop_box_is_on_screen(page)
    say_more(page)
    answer(page)
    expect(page.get_by_role("heading", name="Thank you!")).to_be_focused()
    page.get_by_role("button", name="Next photo").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_focused()

    page.goto(f"{server.address}/my_data")
    expect(page.get_by_text("You have given 1 photo")).to_be_visible()
    with downloaded(page) as archive:
        [face] = json.loads(archive.read("faces.json"))
        assert face["source"] == {"camera": "webcam", "upload": "upload"}[source]
        assert face["label"] in LABELS
        assert face["expression"] == "posed"
        assert (face["valence"], face["arousal"]) == pytest.approx((0.6, 0.5), abs=0.03)
        assert sorted(face["purposes"]) == ["store", "train"]
        left, top, width, height = face["box"]
        assert 0 <= left < left + width <= face["width"]
        assert 0 <= top < top + height <= face["height"]
    stored = server.data / "images" / face["id"][:2] / f"{face['id']}.jpg"
    assert stored.exists()

    page.get_by_role("button", name="Withdraw", exact=True).click()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_text("You have given 0 photos")).to_be_visible()
    assert not stored.exists()
    assert outside == [], "a page must not send anything elsewhere"


def at_home(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def _crop_box_is_on_screen(page: Page) -> None:
    canvas = page.frame_locator("iframe").locator("canvas.upper-canvas")
    canvas.wait_for()
    place = canvas.bounding_box()
    assert place["width"] > 200
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= page.viewport_size["width"]
    if page.viewport_size["width"] < 640:
        assert place["width"] >= page.viewport_size["width"] - 2 * place["x"] - 1, "all the room there is"


def test_a_refresh_keeps_people_signed_in_and_signing_out_ends_it(open_page):
    page = open_page(**DESKTOP)
    sign_up(page, "refresh@example.org")
    until(page, lambda: session_cookie(page))
    cookie = session_cookie(page)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    page.reload()
    expect(page.get_by_role("heading", name="Your choices")).to_be_visible()
    page.get_by_role("link", name="Sign out").click()
    expect(page.get_by_role("tab", name="I am new here")).to_be_visible()
    until(page, lambda: not session_cookie(page))
    page.reload()
    expect(page.get_by_role("tab", name="I am new here")).to_be_visible()


def test_a_new_password_keeps_this_browser_signed_in_and_no_other(open_page):
    page, elsewhere = open_page(**DESKTOP), open_page(**DESKTOP)
    sign_up(page, "grace@example.org")
    until(page, lambda: session_cookie(page))
    before = session_cookie(page)["value"]
    sign_in(elsewhere, "grace@example.org")
    expect(elsewhere.get_by_role("heading", name="Your choices")).to_be_visible()
    page.get_by_role("link", name="My data").click()
    page.get_by_text("Your account", exact=True).click()
    page.get_by_role("textbox", name="Current password").fill(PASSWORD)
    page.get_by_role("textbox", name="New password").fill("nine purple elephants")
    page.get_by_role("button", name="Change my password").click()
    expect(page.get_by_text("Your new password works")).to_be_visible()
    until(page, lambda: (cookie := session_cookie(page)) and cookie["value"] != before)
    page.reload()
    expect(page.get_by_text("You are signed in as grace@example.org.")).to_be_visible()
    expect(page.get_by_role("link", name="grace@example.org")).to_have_count(0)
    elsewhere.reload()
    expect(elsewhere.get_by_role("tab", name="I am new here")).to_be_visible()


def test_a_cookie_that_could_not_be_cleared_at_sign_out_goes_with_the_next_visit(open_page):
    page = open_page(**DESKTOP)
    sign_up(page, "hasty@example.org")
    until(page, lambda: session_cookie(page))
    page.route("**/session", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.get_by_role("link", name="Sign out").click()
    page.unroute("**/session")
    until(page, lambda: session_cookie(page))
    page.reload()
    expect(page.get_by_role("tab", name="I am new here")).to_be_visible()
    until(page, lambda: not session_cookie(page))


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_bad_file_is_refused_in_words_until_the_next_one(open_page, server, request, window):
    page = open_page(**window)
    sign_up(page, f"badfile-{request.node.callspec.id}@example.org")
    consent(page, "Keep my photos")
    page.get_by_text("Upload a photo").click()
    before = sorted(server.data.joinpath("images").rglob("*"))
    for number, (file, words) in enumerate([*BAD_FILES, BAD_FILES[0]]):
        name, data = file
        _drop(page, name, data) if number == 1 else _choose(page, name, data)
        expect(page.get_by_text(words)).to_be_visible()
        for _, others in BAD_FILES:
            expect(page.get_by_text(others)).to_have_count(1 if others == words else 0)
        expect(page.get_by_text(name)).to_be_hidden()
    assert sorted(server.data.joinpath("images").rglob("*")) == before
    assert "Traceback" not in page.content()
    _choose(page, "me.jpg", photo())
    expect(page.get_by_role("heading", name="Your face in the box")).to_be_visible()
    page.get_by_role("button", name="Take another photo").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()
    expect(page.locator("input[type=file]")).to_have_count(1)  # Whoever uploads goes on uploading.
    expect(page.get_by_role("alert")).to_have_count(0)


BAD_FILES = [
    (("holiday.jpg", b"GIF89a not a photo at all"), "FERS can't read this kind of file: GIF."),
    (("large.jpg", photo() + bytes(20_000_000)), "The file is larger than 20 MB."),
    (("letter.txt", b"Dear Ada"), "This is not a picture that FERS can read."),
]
"""What they are, and the words about them."""


def test_a_step_takes_the_focus_however_quickly_it_is_reached(open_page):
    page = open_page(**DESKTOP)
    sign_up(page, "quick@example.org")
    consent(page, "Keep my photos")
    until(page, "window.fersStep?.heading")
    page.evaluate("delete window.fersStep")  # As it is before the page has begun to watch the steps.
    give_photo(page, "upload")
    expect(page.get_by_role("heading", name="Your face in the box")).to_be_focused()


def _choose(page: Page, name: str, data: bytes) -> None:
    chooser = page.locator("input[type=file]")
    expect(chooser).to_have_count(1)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    kind = "text/plain" if name.endswith(".txt") else "image/jpeg"
    chooser.set_input_files({"name": name, "mimeType": kind, "buffer": data})


def _drop(page: Page, name: str, data: bytes) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    bring = """([name, size]) => {
        const files = new DataTransfer();
        files.items.add(new File([new Uint8Array(size)], name, { type: "image/jpeg" }));
        const place = document.querySelector('[data-testid="stFileUploaderDropzone"]');
        for (const step of ["dragenter", "dragover", "drop"])
            place.dispatchEvent(new DragEvent(step, { bubbles: true, cancelable: true, dataTransfer: files }));
    }"""
    page.evaluate(bring, [name, len(data)])


def test_on_a_phone_the_menu_closes_by_itself_and_a_tap_beside_it_presses_nothing(open_page):
    page = open_page(**PHONE)
    sign_up(page, "menu@example.org")
    consent(page, "Keep my photos")
    until(page, 'document.querySelector("video")?.videoWidth > 0')
    menu, button = page.get_by_test_id("stSidebar"), page.get_by_role("button", name="Take Photo")
    button.scroll_into_view_if_needed()
    place = button.bounding_box()
    page.get_by_test_id("stExpandSidebarButton").click()
    expect(menu.get_by_role("link", name="My data")).to_be_in_viewport()
    page.touchscreen.tap(place["x"] + place["width"] - 5, place["y"] + place["height"] / 2)
    expect(menu).to_have_attribute("data-collapsed", "true")
    expect(button).to_be_visible()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()
    page.get_by_test_id("stExpandSidebarButton").click()
    menu.get_by_role("link", name="My data").tap()
    expect(page.get_by_role("heading", name="My data")).to_be_visible()
    expect(menu).to_have_attribute("data-collapsed", "true")


def test_the_one_time_link_makes_an_administrator(open_page, server):
    page = open_page(server.setup_link(), **DESKTOP)
    page.get_by_label("E-mail").fill("owner@example.org")
    page.get_by_role("textbox", name="password").first.fill(PASSWORD)
    page.get_by_role("button").filter(has_text=re.compile("administrator", re.I)).click()
    page.get_by_role("link", name="Study").click()
    expect(page.get_by_label("What the photos are for")).to_be_visible()


@pytest.mark.usefixtures("platform")
def test_a_page_asked_for_by_its_address_waits_behind_the_way_in(open_page):
    for path, title in (("/explore", "Explore"), ("/my_data", "My data")):
        page = open_page(path, **PHONE)
        sign_in(page, "researcher@example.org")
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page).to_have_title(f"{title} · FERS")
        assert page.url.endswith(path)


@pytest.mark.parametrize("path", ["/give", "/my_data", "/consent", "/study", "/models", "/sign_out", "/nonsense"])
def test_signed_out_every_address_is_calm_and_only_one_that_is_not_there_is_not_found(open_page, path):
    page = open_page(path, **DESKTOP)
    expect(page.get_by_role("tab", name="I am new here")).to_be_visible()
    expect(page.get_by_text("not found")).to_have_count(1 if path == "/nonsense" else 0)
    assert "Traceback" not in page.content()


PRESS_AT_ONCE = """name => new MutationObserver((_, watching) => {
  const link = [...document.querySelectorAll('[data-testid="stTopNavLink"]')]
    .find(link => link.textContent.includes(name));
  if (!link) return;
  watching.disconnect();
  link.click();
}).observe(document, { childList: true, subtree: true })"""


@pytest.mark.parametrize("comes", ["by signing in", "signed in"])
def test_what_is_pressed_the_moment_the_menu_shows_is_not_lost(open_page, platform, comes):
    page = open_page(**DESKTOP)
    if comes == "signed in":
        sign_in(page, "researcher@example.org")
        expect(page.get_by_role("heading", name="Explore")).to_be_visible()
        page.add_init_script(f"({PRESS_AT_ONCE})('Agreement')")
        page.goto(page.url.removesuffix("explore"))
    else:
        page.evaluate(PRESS_AT_ONCE, "Agreement")
        sign_in(page, "researcher@example.org")
    expect(page.get_by_role("heading", name="Inter-rater agreement")).to_be_visible()
    expect(page).to_have_url(re.compile("/agreement$"))
