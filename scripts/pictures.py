"""Take the pictures of the documents anew: `python -m scripts.pictures`, or only those that are named.

They show the sample study, made in a temporary folder: every face in them is drawn."""

import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import click
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from fers import config
from fers.assembly import Platform, assemble
from fers.demo import drawing, place
from fers.domain.consent import Purpose
from fers.domain.emotions import Emotion
from fers.domain.people import OPERATOR, Role
from tests import REPOSITORY
from tests.browser.accessibility import recover
from tests.browser.conftest import LAPTOP, PATIENCE_MS, PHONE, chromium
from tests.serving import serving

PICTURES = REPOSITORY / "docs/images"
LARGEST = 150_000
"""Bytes of a picture: a page that shows several is there at once."""
TALL = 3600
"""Pixels of a window that any page fits in."""
SETTLES_MS = 2500
"""Until plots are drawn, and what was pressed has lost its glow."""
COLUMN = (250, 56, 940)
"""Where the pages of participants have their column: left, top and width in a window 1440 wide."""
SMILING, STRENGTH = 148, 0.6
"""The seed of somebody drawn so that GUESSING is sure they look happy, and how much they smile."""
GUESSING = "mobilenet-ferplus"
"""A model that takes a drawing for a face. The default one says that it can't tell."""


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it."""

    who: Role
    page: str
    """Its address."""
    height: int
    """Pixels that are shown."""
    prepare: Callable[[Page], None] = lambda page: None
    """What they do there first."""
    begins: str = ""
    """With this heading; else at the top."""
    column: bool = False
    """Whether the margins beside the page's column are left out, and the menu."""
    phone: bool = False
    dark: bool = False


def upload_a_smile(page: Page) -> None:
    page.get_by_text("Upload a photo").click()
    recover(page)
    smile = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": a_smile()}
    page.locator("input[type=file]").set_input_files(smile)
    page.locator(".fers-guess.top").wait_for()
    page.frame_locator("iframe").locator("canvas.upper-canvas").wait_for()


def a_smile() -> bytes:
    """A JPEG, as wide as a webcam's, of somebody who doesn't exist."""
    random = Random(SMILING)
    drawn, _ = drawing.draw(drawing.somebody(random), Emotion.HAPPY, STRENGTH, random)
    wide = Image.new("RGB", (drawn.width * 4 // 3, drawn.height), drawn.getpixel((0, 0)))
    wide.paste(drawn, ((wide.width - drawn.width) // 2, 0))
    file = io.BytesIO()
    wide.resize((1280, 960), Image.Resampling.LANCZOS).save(file, "JPEG", quality=92)
    return file.getvalue()


def turn_to(tab: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("tab", name=tab).click()


def bring_a_model(page: Page) -> None:
    page.get_by_text("Register a model").click()
    weights = (REPOSITORY / "models/vgg-ferplus/model.tflite").read_bytes()
    file = {"name": "my-network.tflite", "mimeType": "application/octet-stream", "buffer": weights}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Register", exact=True).wait_for()


ADMINISTRATOR, RESEARCHER, ANNOTATOR, PARTICIPANT = reversed(Role)
ALL = {
    "give": Picture(PARTICIPANT, "give", 700, upload_a_smile, column=True),
    "review": Picture(ANNOTATOR, "review", 660),
    "review-phone-dark": Picture(ANNOTATOR, "review", 844, phone=True, dark=True),
    "explore": Picture(RESEARCHER, "explore", 900),
    "compare": Picture(RESEARCHER, "arena", 900, begins="Leaderboard"),
    "side-by-side": Picture(RESEARCHER, "arena", 660, begins="Side by side"),
    "agreement": Picture(RESEARCHER, "agreement", 900),
    "datasets": Picture(RESEARCHER, "datasets", 900),
    "study": Picture(ADMINISTRATOR, "study", 900),
    "opening": Picture(ADMINISTRATOR, "study", 900, turn_to("Opening")),
    "people": Picture(ADMINISTRATOR, "study", 900, turn_to("People")),
    "register": Picture(ADMINISTRATOR, "models", 900, bring_a_model),
    "trial": Picture(ADMINISTRATOR, "field", 900),
}


def take(names: list[str]) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = replace(config.load({}), data=folder / "data")
        password = place.open_or_make(settings, click.echo)
        code = somebody_who_sees_the_guess(assemble(settings))
        with (
            serving(folder, ("python", "-m", "fers", "demo", "--folder", "data"), FERS_MODEL=GUESSING) as server,
            sync_playwright() as driver,
        ):
            browser = chromium(driver, folder)
            for name in names:
                with signed_in(browser, server.address, ALL[name], password, code) as page:
                    shot = shoot(page, ALL[name])
                (PICTURES / f"{name}.webp").write_bytes(small(shot))
                click.echo(f"{name} is taken.")
            browser.close()


def somebody_who_sees_the_guess(platform: Platform) -> str:
    """The personal code of a new participant, who answers after they have seen it."""
    study = platform.studies.current()
    platform.studies.update(OPERATOR, replace(study, ask_first_share=0.0))
    joined, code = platform.accounts.join(study.join_code)
    platform.studies.update(OPERATOR, study)
    text = platform.consents.text(joined.person)
    platform.consents.give(joined.person, text.sha256, frozenset(Purpose), adult=True)
    return code


@contextmanager
def signed_in(browser: Browser, address: str, picture: Picture, password: str, code: str) -> Iterator[Page]:
    window = PHONE | {"device_scale_factor": 2} if picture.phone else LAPTOP
    context = browser.new_context(**window, color_scheme="dark" if picture.dark else "light")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    with page.expect_response("**/session"):  # Which sets the cookie.
        if picture.who is PARTICIPANT:
            page.get_by_role("textbox", name="Your personal code").fill(code)
            page.get_by_role("button", name="Sign in with my code").click()
        else:
            page.get_by_label("E-mail").first.fill(place.ADDRESSES[picture.who])
            page.get_by_label("Password", exact=True).first.fill(password)
            page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{address}/{picture.page}")
    yield page
    context.close()


def shoot(page: Page, picture: Picture) -> bytes:
    """The page as it is once it stands still."""
    recover(page)
    picture.prepare(page)
    recover(page)
    if picture.begins:
        page.set_viewport_size({"width": page.viewport_size["width"], "height": TALL})
    page.wait_for_timeout(SETTLES_MS)
    left, top, width = COLUMN if picture.column else (0, 0, page.viewport_size["width"])
    if picture.begins:
        top = page.get_by_role("heading", name=picture.begins).bounding_box()["y"]
    return page.screenshot(clip={"x": left, "y": top, "width": width, "height": picture.height}, animations="disabled")


def small(shot: bytes) -> bytes:
    """The same as a WebP: pixel for pixel where that is within `LARGEST`, else as good as fits."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for options in ({"lossless": True}, {"quality": 90}, {"quality": 80}):
        file = io.BytesIO()
        picture.save(file, "WEBP", method=6, **options)
        if len(file.getvalue()) <= LARGEST:
            return file.getvalue()
    raise ValueError(f"no picture of {picture.size} is small enough")


if __name__ == "__main__":
    take(sys.argv[1:] or list(ALL))
