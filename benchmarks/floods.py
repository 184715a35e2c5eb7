"""The server's memory while somebody who is not signed in, and somebody who is, sends 60 photos of 20 MB over one open
page: `python -m benchmarks.floods [--beside CHECKOUT]`, where CHECKOUT is another version of FERS to compare with.

It starts a server of its own on an empty store. On Linux alone.
"""

import os
import tempfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click
import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from benchmarks.turns import ROOT
from fers import config
from fers.assembly import assemble
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, participant
from tests.serving import serving

PHOTOS = 60
PHOTO = bytes(20_000_000)


def memory(pid: int, what: str = "VmRSS") -> float:
    """MB that a process holds; at most so far, as VmHWM."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith(what)) / 1e3


def page_of(socket) -> str:
    """The id under which the page that is open over `socket` uploads."""
    asked = BackMsg()
    asked.rerun_script.query_string = ""
    socket.send(asked.SerializeToString())
    while True:
        message = ForwardMsg.FromString(socket.recv(timeout=60))
        if message.WhichOneof("type") == "new_session":
            return message.new_session.initialize.session_id


def flood(address: str, token: str) -> list[int]:
    """Answers to the photos."""
    with closing(httpx.Client(base_url=address, timeout=60)) as browser:
        xsrf = browser.get("/_stcore/health").cookies["_streamlit_xsrf"]
        cookies = f"_streamlit_xsrf={xsrf}" + (f"; {COOKIE}={token}" if token else "")
        headers = {"Cookie": cookies, "X-Xsrftoken": xsrf}
        socket = address.replace("http", "ws", 1) + "/_stcore/stream"
        with connect(socket, additional_headers={"Cookie": cookies}, proxy=None) as page:
            upload = f"/_stcore/upload_file/{page_of(page)}"
            answers = []
            for number in range(PHOTOS):
                try:
                    sent = browser.put(f"{upload}/{number}", files={"file": ("me.jpg", PHOTO)}, headers=headers)
                    answers.append(sent.status_code)
                except httpx.TransportError:  # It was told no before it had sent everything.
                    answers.append(0)
            return answers


@click.command(help=__doc__)
@click.option("--beside", type=click.Path(exists=True, path_type=Path), metavar="CHECKOUT")
def main(beside: Path | None) -> None:
    for checkout in filter(None, (beside, ROOT)):
        for who in ("signed out", "signed in"):
            with tempfile.TemporaryDirectory() as folder:
                command = ("env", f"PYTHONPATH={checkout.resolve()}", "python", "-m", "fers", "serve")
                with serving(Path(folder), command) as server:
                    people = assemble(replace(config.load({}), data=server.data))
                    participant(people, "me@example.org")
                    token = people.accounts.sign_in("me@example.org", PASSWORD).token if who == "signed in" else ""
                    before = memory(server.pid)
                    answers = flood(server.address, token)
                    taken = sum(answer == 204 for answer in answers)
                    after = memory(server.pid)
            click.echo(f"{checkout.name:12} {who:10}  {taken:2} of {PHOTOS} taken, {before:4.0f} MB → {after:5.0f} MB")


if __name__ == "__main__":
    os.environ.setdefault("NO_PROXY", "127.0.0.1")
    main()
