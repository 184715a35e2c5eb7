"""The official emulator of Cloud Storage, and what it lacks: it ignores `ifGenerationMatch`, on which "a key is written
once" rests, and neither makes a bucket nor knows one that is there, but takes every name for a bucket's.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, quote, urlsplit

from .node import running
from .proxy import Answer, Asked, Proxy


class _Completed(Proxy):
    """Stands before the emulator and adds the precondition, and that every bucket is there."""

    def answer(self, asked: Asked) -> Answer:
        asked_for = urlsplit(asked.path)
        if asked.command == "GET" and re.fullmatch("/storage/v1/b/[^/]+", asked_for.path):
            return Answer(200, b"{}", {"Content-Type": "application/json"})
        required = parse_qs(asked_for.query).get("ifGenerationMatch")
        if required is None:
            return asked.pass_on()
        with self.lock:
            if required != [_generation(asked, asked_for.path)]:
                return Answer(412)
            return asked.pass_on()


def _generation(asked: Asked, path: str) -> str:
    """That of the object which the request is about; "0" for none."""
    if asked.command == "POST":  # An upload, whose first part says the name.
        name = json.loads(re.search(rb"\{.*?\}", asked.body, re.DOTALL)[0])["name"]
        path = f"{path.removeprefix('/upload')}/{quote(name, safe='')}"
    known = asked.look(path)
    return json.loads(known.body)["generation"] if known.status == 200 else "0"


@contextmanager
def completed(address: str) -> Iterator[str]:
    """`address` of an official emulator → that of one with nothing lacking; both with "http://"."""
    proxy = _Completed(urlsplit(address).netloc)
    try:
        yield f"http://{proxy.address}"
    finally:
        proxy.close()


@contextmanager
def official_storage() -> Iterator[str]:
    """The address of a fresh emulator, as it comes."""
    with running("official_storage.mjs") as server:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
