"""Do people notice that others upload? Page times of twenty people, with and without a load of uploads beside them:

    python -m benchmarks.crowd [--people 20] [--uploaders 4] [--seconds 60] [--rounds 3] [--pause 10]

Each of the people is signed in over a socket of their own, and asks for the pages of somebody who gives photos in turn,
with a pause of about so many seconds before each. The uploaders, participants too, each send photos of 20 MB one after
the other as fast as the server takes them, from a process of their own, and a researcher sends datasets of 500 MB
likewise. A round is so many seconds without them, then as many with them. Prints the median and the 95th percentile of
the time from asking for a page to its last element, with and without, as a ratio too, and the server's peak memory.

It starts a server of its own on a store of its own. On Linux alone.
"""

import io
import multiprocessing
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
import httpx
import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from benchmarks.floods import memory
from fers import config
from fers.assembly import assemble
from fers.domain.people import Role
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, OneFace, OneModel, give_face, grant, participant
from tests.serving import serving

PAGES = ("my_data", "consent", "give")
PHOTOS_EACH = 3
PHOTO_BYTES, DATASET_BYTES = 20_000_000, 500_000_000


@dataclass
class Browser:
    """Somebody who is signed in, and their open page."""

    address: str
    token: str
    cookies: str = ""
    xsrf: str = ""
    session: str = ""
    socket: ClientConnection | None = None

    @contextmanager
    def opened(self) -> Iterator["Browser"]:
        self.xsrf = httpx.get(f"{self.address}/_stcore/health", timeout=120).cookies["_streamlit_xsrf"]
        self.cookies = f"_streamlit_xsrf={self.xsrf}; {COOKIE}={self.token}"
        stream = self.address.replace("http", "ws", 1) + "/_stcore/stream"
        with connect(stream, additional_headers={"Cookie": self.cookies}, proxy=None, max_size=None) as self.socket:
            self.ask("")
            yield self

    def ask(self, page: str) -> float:
        """Seconds until all of a page is here."""
        request = BackMsg()
        request.rerun_script.page_name = page
        began = time.perf_counter()
        self.socket.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(self.socket.recv(timeout=120))
            if message.WhichOneof("type") == "new_session":
                self.session = message.new_session.initialize.session_id
            if (
                message.WhichOneof("type") == "script_finished"
                and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                return time.perf_counter() - began


def look_around(browser: Browser, over: Callable[[], bool], pause: float, seconds: list[float], seed: int) -> None:
    chance = random.Random(seed)
    with browser.opened():
        while True:
            time.sleep(chance.uniform(0, 2 * pause))
            seconds.append(browser.ask(chance.choice(PAGES)))
            if over():
                break


def upload(address: str, token: str, size: int, sent) -> None:
    """A file of so many bytes again and again, each in the place of the one before."""
    with Browser(address, token).opened() as browser, closing(httpx.Client(base_url=address, timeout=120)) as client:
        where = f"/_stcore/upload_file/{browser.session}/file"
        headers, content = {"Cookie": browser.cookies, "X-Xsrftoken": browser.xsrf}, bytes(size)
        while True:
            answer = client.put(where, files={"file": ("file.zip", io.BytesIO(content))}, headers=headers)
            if answer.status_code == 204:
                with sent.get_lock():
                    sent.value += size
            else:
                time.sleep(1)


@contextmanager
def uploading(address: str, tokens: list[str], researcher: str) -> Iterator:
    """The load. Yields the bytes that the server took so far."""
    context = multiprocessing.get_context("spawn")
    sent = context.Value("q", 0)
    loads = [(address, token, PHOTO_BYTES, sent) for token in tokens]
    processes = [
        context.Process(target=upload, args=load, daemon=True)
        for load in (*loads, (address, researcher, DATASET_BYTES, sent))
    ]
    for process in processes:
        process.start()
    deadline = time.monotonic() + 60
    while not sent.value and time.monotonic() < deadline:
        time.sleep(0.1)
    try:
        yield sent
    finally:
        for process in processes:
            process.kill()
            process.join()


def measured(address: str, tokens: list[str], seconds: float, pause: float) -> list[float]:
    """Seconds that each page took that was asked for."""
    times, over = [], threading.Event()
    people = [
        threading.Thread(target=look_around, args=(Browser(address, token), over.is_set, pause, times, number))
        for number, token in enumerate(tokens)
    ]
    for person in people:
        person.start()
    time.sleep(seconds)
    over.set()
    for person in people:
        person.join()
    return times


def prepare(data: Path, people: int, uploaders: int) -> tuple[list[str], list[str], str]:
    """Tokens of people, of uploaders and of a researcher."""
    platform = assemble(replace(config.load(), data=data), models=OneModel(), detector=OneFace())
    tokens = []
    for number in range(people + uploaders):
        email = f"{number}@example.org"
        person = participant(platform, email)
        if number < people:
            for _ in range(PHOTOS_EACH):
                give_face(platform, person)
        tokens.append(platform.accounts.sign_in(email, PASSWORD).token)
    participant(platform, "researcher@example.org")
    grant(platform, "researcher@example.org", Role.RESEARCHER)
    return tokens[:people], tokens[people:], platform.accounts.sign_in("researcher@example.org", PASSWORD).token


def percentiles(times: list[float]) -> np.ndarray:
    """Median and 95th percentile, milliseconds."""
    return np.quantile(times, (0.5, 0.95)) * 1000


@click.command(help=__doc__)
@click.option("--people", default=20, show_default=True)
@click.option("--uploaders", default=4, show_default=True)
@click.option("--seconds", default=60.0, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--pause", default=10.0, show_default=True)
def main(people: int, uploaders: int, seconds: float, rounds: int, pause: float) -> None:
    without, beside, taken = [], [], 0
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        tokens, others, researcher = prepare(server.data, people, uploaders)
        measured(server.address, tokens, 3, pause)  # So that everything is loaded.
        before = memory(server.pid)
        for _ in range(rounds):
            without += measured(server.address, tokens, seconds, pause)
            with uploading(server.address, others, researcher) as sent:
                begun = sent.value
                beside += measured(server.address, tokens, seconds, pause)
                taken += sent.value - begun
        after, peak = memory(server.pid), memory(server.pid, "VmHWM")
    alone, crowded = percentiles(without), percentiles(beside)
    click.echo(f"{people} people, {len(without)} pages without and {len(beside)} beside uploads")
    click.echo(f"{uploaders} uploaders and a dataset: {taken / 1e6 / rounds / seconds:.0f} MB a second")
    for name, one, other in zip(("median", "95th percentile"), alone, crowded, strict=True):
        click.echo(f"{name:16} {one:6.0f} ms, beside uploads {other:6.0f} ms: {other / one:.2f} times")
    click.echo(f"server: {before:.0f} MB before, {after:.0f} MB after, {peak:.0f} MB at most")


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    main()
