"""How quick is the live page? Steps and frames a second in headless Chromium, whose camera shows a face, 640 x 480:
`python -m benchmarks.live`. Run it on a machine that does nothing else, or say what else ran.
"""

import os
import tempfile
from pathlib import Path

import click
import numpy as np
from playwright.sync_api import sync_playwright

from fers import config
from fers.adapters import registry
from fers.inference.browser import BrowserNetworks
from tests.browser.conftest import chromium
from tests.browser.test_live import camera_picture
from tests.browser.test_participant import consent, sign_up
from tests.serving import serving

STEPS = """async ([plan, url, times]) => {
    const { openEye } = await import(new URL("/browser/eye.js", location.origin).href);
    const eye = await openEye(plan);
    const bitmap = await createImageBitmap(await (await fetch(url)).blob());
    const pen = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
    const read = () => {
        pen.drawImage(bitmap, 0, 0);
        return pen.getImageData(0, 0, bitmap.width, bitmap.height);
    };
    const pixels = read();
    const { face } = await eye.look(pixels);
    const steps = { "read a frame": read, "search and answer": () => eye.look(pixels),
        "answer, face known": () => eye.look(pixels, face) };
    const taken = Object.fromEntries(Object.keys(steps).map((name) => [name, []]));
    for (let time = 0; time < times; time++) {
        for (const [name, step] of Object.entries(steps)) {
            const began = performance.now();
            await step();
            taken[name].push(performance.now() - began);
        }
    }
    return taken;
}"""


@click.command(help=__doc__)
@click.option("--times", default=40, show_default=True)
@click.option("--seconds", default=10, show_default=True)
def main(times: int, seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server, sync_playwright() as playwright:
        browser = chromium(playwright, Path(folder))
        page = browser.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{server.address}/health")
        models = registry(config.load())
        plan = BrowserNetworks(models).plan(models.default().id)
        for step, taken in page.evaluate(STEPS, [plan, camera_picture(), times]).items():
            print(f"{step}: median {np.median(taken):.1f} ms, quickest {min(taken):.1f} ms (n={times})")
        print(f"the page: {frames_a_second(page, server.address, seconds):.1f} frames a second over {seconds} s")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        browser.close()


def frames_a_second(page, address: str, seconds: int) -> float:
    page.goto(address)
    sign_up(page, "watcher@example.org")
    consent(page, "Keep my photos")
    page.get_by_role("link", name="Live").click()
    live = page.locator(".live")
    live.locator("li").first.wait_for()
    page.wait_for_timeout(3000)  # Streamlit is still busy with the page itself.
    first = int(live.get_attribute("data-frames"))
    page.wait_for_timeout(1000 * seconds)
    return (int(live.get_attribute("data-frames")) - first) / seconds


if __name__ == "__main__":
    main()
