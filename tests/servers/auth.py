"""The official emulator of Firebase Auth, from npm's firebase-tools, in a process of its own.

It takes every API key for the same project, sends no mail (`mails` shows what it would send), signs nothing
(firebase-admin accepts that from it) and never slows down guesses: FERS's own throttle does that.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import requests

from tests.waiting import LONG

from .node import running

PROJECT = "demo-fers"


@contextmanager
def auth() -> Iterator[str]:
    """The address of a fresh emulator, which ends with the block."""
    with running("auth.mjs") as server:
        yield f"127.0.0.1:{int(server.stdout.readline())}"


def mails() -> list[dict]:
    """What was written to people: `email`, `requestType`, `oobLink`, oldest first."""
    return requests.get(f"{_project()}/oobCodes", timeout=LONG).json()["oobCodes"]


def forget_everybody() -> None:
    requests.delete(f"{_project()}/accounts", timeout=LONG).raise_for_status()


def _project() -> str:
    return f"http://{os.environ['FIREBASE_AUTH_EMULATOR_HOST']}/emulator/v1/projects/{PROJECT}"
