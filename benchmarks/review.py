"""How fast an annotator can label, in a true browser on the true server (synthesised store, one real face).

    python -m benchmarks.review [--faces 120]

Presses one key a face, first at a quick human pace, then as soon as the next face is on the screen. Prints, for each,
milliseconds from the key to the next face painted (median, 95th percentile, slowest) and labels a second up to the
moment when the server has all of them. Exits with 1 when the 95th percentile reaches 300 ms or fewer than one label a
second gets through.
"""

import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from playwright.sync_api import Page, sync_playwright

from fers import config
from fers.assembly import assemble
from fers.domain.people import OPERATOR, Role
from tests.browser.conftest import BROWSERS, FLAGS
from tests.people import PASSWORD, OneFace, OneModel, give_face, participant
from tests.serving import serving

LIMIT_MS = 300
LEAST_PER_SECOND = 1
HUMAN_SECONDS = 0.4
EMAIL = "ann@example.org"
WATCH = """() => {
    window.waits = [];
    const root = [...document.querySelectorAll("*")].map((e) => e.shadowRoot?.querySelector(".review")).find(Boolean);
    window.review = root.review;
    const face = () => root.querySelector(".stage img");
    addEventListener("keydown", () => {
        const [pressed, before] = [performance.now(), face()];
        const look = (now) => {
            const there = face();
            if (there && there !== before && there.complete) window.waits.push(now - pressed);
            else requestAnimationFrame(look);
        };
        requestAnimationFrame((now) => requestAnimationFrame(look)); // By the second frame the first was painted.
    }, true);
}"""


def prepare(data: Path, faces: int) -> None:
    platform = assemble(replace(config.load({}), data=data), models=OneModel(), detector=OneFace())
    giver, annotator, study = participant(platform), participant(platform, EMAIL), platform.studies.current()
    platform.members.assign(OPERATOR, study.id, annotator.id, Role.ANNOTATOR)
    for _ in range(faces):
        give_face(platform, giver)


def sign_in(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("E-mail").first.fill(EMAIL)
    page.get_by_label("Password", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Review").click()
    page.get_by_alt_text("The face to label").wait_for()
    page.evaluate(WATCH)


def label(page: Page, count: int, pause: float) -> tuple[np.ndarray, float]:
    """Milliseconds to the next face for each of `count` labels, and labels a second."""
    page.evaluate("window.waits = []")
    started = time.perf_counter()
    for number in range(count):
        page.keyboard.press(str(number % 8 + 1))
        page.wait_for_function("(count) => window.waits.length === count", arg=number + 1)
        time.sleep(pause)
    page.wait_for_function("!window.review.unsent.length")
    return np.array(page.evaluate("window.waits")), count / (time.perf_counter() - started)


@click.command()
@click.option("--faces", default=120, show_default=True)
def main(faces: int) -> None:
    failed = False
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        prepare(Path(folder) / "data", faces)
        path = next(filter(None, map(shutil.which, BROWSERS)), None)
        with serving(Path(folder)) as server:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            page = browser.new_page(bypass_csp=True)
            sign_in(page, server.address)
            print("key to next face, ms: median / 95th percentile / slowest; labels a second")
            for name, pause in (("at a quick human pace", HUMAN_SECONDS), ("as fast as it goes", 0.0)):
                waits, per_second = label(page, faces // 2 - 1, pause)
                median, slow, slowest = np.quantile(waits, (0.5, 0.95, 1))
                print(f"{median:8.0f} {slow:8.0f} {slowest:8.0f}   {per_second:5.2f}  {name}")
                failed |= slow >= LIMIT_MS or per_second < LEAST_PER_SECOND
            browser.close()
    sys.exit(failed)


if __name__ == "__main__":
    main()
