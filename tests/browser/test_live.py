"""The live page in a true browser, whose camera shows a real face."""

import base64
import io
import math
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageEnhance
from playwright.sync_api import expect
from skimage import data

from fers import config
from fers.adapters import open_stores, registry
from fers.domain.images import crop
from fers.inference.browser import BrowserNetworks
from fers.inference.faces import BlazeFaceDetector
from fers.inference.known_faces import public_pictures
from fers.ui.faces.result import word
from tests.browser.conftest import DESKTOP, PATIENCE_MS, PHONE, choose, until
from tests.browser.test_participant import answer, consent, sign_up
from tests.serving import serving

pytestmark = pytest.mark.slow
expect.set_options(timeout=PATIENCE_MS)

LARGEST_DIFFERENCE = 0.02
LOOK = """async ([plan, pictures]) => {
    const { openEye } = await import(new URL("/browser/eye.js", location.origin).href);
    const eye = await openEye(plan);
    const seen = [];
    for (const url of pictures) {
        const bitmap = await createImageBitmap(await (await fetch(url)).blob(), { colorSpaceConversion: "none" });
        const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
        pen.drawImage(bitmap, 0, 0);
        seen.push(await eye.look(pen.getImageData(0, 0, bitmap.width, bitmap.height)));
    }
    return seen;
}"""


PAINTED = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
GOES_ON = """async (live) => {
    const wanted = Number(live.dataset.frames) + 20;
    const wait = () => new Promise((resolve) => setTimeout(resolve, 100));
    for (let tries = 0; tries < 1200 && live.dataset.frames < wanted; tries++) await wait();
    return live.isConnected && live.dataset.frames >= wanted;
}"""
HOLD_CAMERA = """(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    window.asked = 0;
    window.tracks = [];
    navigator.mediaDevices.getUserMedia = async (what) => {
        window.asked++;
        await window.allowed;
        const stream = await ask(what);
        window.tracks.push(...stream.getTracks());
        return stream;
    };
})()"""
CAMERA_IS_OFF = "window.tracks.length && window.tracks.every((track) => track.readyState === 'ended')"
SMOOTH = """async ([before, now, [whole, ...parts]]) => {
    const { smoothed } = await import(new URL("/browser/smoothing.js", location.origin).href);
    return {
        first: smoothed(null, now, whole),
        once: smoothed(before, now, whole),
        often: parts.reduce((shown, part) => smoothed(shown, now, part), before),
    };
}"""


def portraits() -> list[Image.Image]:
    """The astronaut as cameras may show her: near, far, dark, tilted, large, off the middle."""
    whole = Image.fromarray(data.astronaut())
    return [
        whole,
        whole.resize((1280, 1280), Image.Resampling.BICUBIC),
        whole.crop((120, 20, 380, 215)),
        whole.crop((0, 0, 511, 301)),
        whole.resize((240, 240), Image.Resampling.LANCZOS),
        whole.rotate(20, center=(222, 120)),
        ImageEnhance.Brightness(whole).enhance(0.3),
        whole.crop((175, 65, 275, 175)),
    ]


def test_the_browser_answers_like_the_server(open_page):
    models = registry(config.load())
    default = models.default().id
    page = open_page("/health", **DESKTOP)
    others = [info.id for info in models.models() if info.id != default]
    assert others
    known = [picture for picture, _ in public_pictures()]
    for model_id, pictures in [(default, portraits() + known), *((other, known) for other in others)]:
        info, classifier, detector = models.find(model_id).info, models.classifier(model_id), BlazeFaceDetector()
        plan = BrowserNetworks(models).plan(model_id)
        seen = page.evaluate(LOOK, [plan, [_url(picture) for picture in pictures]])
        for picture, here in zip(pictures, seen, strict=True):
            box = detector.detect(picture)[0].with_context(info.crop_scale, picture.size)
            expected = classifier.predict(crop(picture, box)[None])[0]
            assert np.abs(np.subtract(here["box"], box.as_list())).max() <= 1
            assert np.abs(expected - here["probabilities"]).max() < LARGEST_DIFFERENCE, model_id


def test_without_a_face_it_says_nothing(open_page):
    models = registry(config.load())
    page = open_page("/health", **DESKTOP)
    plan = BrowserNetworks(models).plan(models.default().id)
    assert page.evaluate(LOOK, [plan, [_url(Image.new("RGB", (320, 240), "gray"))]]) == [None]


def test_nothing_leaves_the_device_until_the_face_is_given(open_page, server):
    page = open_page(**DESKTOP)
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda payload: sent.append(len(payload))))
    page.on("request", lambda request: sent.append(len(request.post_data_buffer or b"")))
    outside = []
    page.on(
        "request", lambda r: None if r.url.startswith((server.address, "data:", "blob:")) else outside.append(r.url)
    )
    page.reload()  # What was opened before is not listened to.
    sign_up(page, "watcher@example.org")
    consent(page, "Keep my photos")
    page.get_by_role("link", name="Live").click()
    expect(page.locator(".live ol li")).to_have_count(3)
    with page.expect_response(lambda response: "/browser/networks/" in response.url and response.ok):
        choose(page, "Model", "MobileNet")
    expect(page.locator(".live ol li")).to_have_count(3)
    expect(page.locator(".live .pace")).to_have_text(re.compile(r"\d+ frames a second"))
    assert page.locator(".live .marks").evaluate(PAINTED), "a box around the face"
    assert outside == []
    assert max(sent) < 5_000, "a picture would be larger"

    camera = page.locator("video").evaluate("video => [video.videoWidth, video.videoHeight]")
    page.get_by_role("button", name="Give this face").click()
    expect(page.get_by_role("heading", name="Your face in the box")).to_be_visible()
    assert max(sent) > 5_000
    expect(page.get_by_text("The live guess was")).to_be_visible()
    page.get_by_text("What did it look at?").click()
    expect(page.get_by_role("img", name="What speaks for")).to_have_count(3)
    answer(page)
    kept = live_guesses(server)
    mobile_net = registry(config.load()).find("mobilenet-ferplus").info
    assert [(guess.model_id, guess.fingerprint) for guess in kept] == [(mobile_net.id, mobile_net.fingerprint)]
    page.get_by_role("link", name="My data").click()
    expect(page.get_by_text(f"Live, your browser guessed: {word(kept[0].first[0])}")).to_be_visible()
    [stored] = (server.data / "images").rglob("*.jpg")
    with Image.open(stored) as picture:
        assert picture.size == tuple(camera), "the whole frame, as it was seen"


def live_guesses(server) -> list:
    """What the store of a server keeps of the live page."""
    faces = open_stores(replace(config.load({}), data=server.data)).records.faces()
    return [face.live for face in faces if face.live]


def test_it_goes_on_when_the_server_is_gone(open_page, tmp_path):
    with serving(tmp_path) as server:
        page = watch(open_page(server.address, **DESKTOP), "offline@example.org")
    assert page.locator(".live").evaluate(GOES_ON)
    expect(page.locator(".live ol li")).to_have_count(3)


def test_whoever_leaves_turns_the_camera_off(open_page):
    page = open_page(**DESKTOP)
    page.evaluate(HOLD_CAMERA)
    watch(page, "leaver@example.org")
    page.get_by_role("link", name="My data").click()
    until(page, CAMERA_IS_OFF)


def test_whoever_leaves_before_allowing_the_camera_turns_it_off_too(open_page):
    page = open_page(**DESKTOP)
    page.evaluate(HOLD_CAMERA)
    page.evaluate("void (window.allowed = new Promise((resolve) => (window.allow = resolve)))")
    sign_up(page, "hesitant@example.org")
    consent(page, "Keep my photos")
    page.get_by_role("link", name="Live").click()
    until(page, "window.asked > 0")
    page.get_by_role("link", name="My data").click()
    expect(page.get_by_role("heading", name="My data")).to_be_visible()
    page.evaluate("window.allow()")
    until(page, CAMERA_IS_OFF)


def test_a_browser_that_cannot_run_the_model_shows_another_way(open_page, server):
    page = open_page(**PHONE)
    page.add_init_script(HOLD_CAMERA)
    page.route("**/browser/litert/*.wasm", lambda route: route.abort())
    sign_up(page, "old-browser@example.org")
    consent(page, "Keep my photos")
    page.goto(f"{server.address}/live")
    expect(page.get_by_text("Your browser can't run the model.")).to_be_visible()
    until(page, CAMERA_IS_OFF)
    page.get_by_role("link", name="Take a single photo instead").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()


def test_a_guess_is_smoothed_over_time_and_not_over_frames(open_page):
    page = open_page("/health", **DESKTOP)
    steps = page.evaluate(SMOOTH, [[0.0, 1.0], [1.0, 0.0], [250, *[25] * 10]])
    assert steps["first"] == [1.0, 0.0], "nothing to smooth with"
    assert steps["once"] == pytest.approx([1 - math.exp(-1), math.exp(-1)])
    assert steps["often"] == pytest.approx(steps["once"]), "as many frames as it takes"


def watch(page, email: str):
    """A new participant on the live page, which has found their face."""
    sign_up(page, email)
    consent(page, "Keep my photos")
    page.get_by_role("link", name="Live").click()
    expect(page.locator(".live ol li")).to_have_count(3)
    return page


def test_without_a_camera_it_shows_another_way(open_page, server):
    page = open_page(**PHONE)
    page.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error('denied'))")
    sign_up(page, "shy@example.org")
    consent(page, "Keep my photos")
    page.goto(f"{server.address}/live")
    expect(page.get_by_text("The camera can't be used.")).to_be_visible()
    page.get_by_role("link", name="Take a single photo instead").click()
    expect(page.get_by_role("heading", name="Show an expression")).to_be_visible()


def camera_picture() -> str:
    """The astronaut as a webcam frames her, 640 x 480, as an address."""
    return _url(Image.fromarray(data.astronaut()).crop((0, 0, 512, 384)).resize((640, 480)))


def _url(picture: Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
