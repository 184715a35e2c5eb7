"""What whoever watches over the server is told of the store."""

import threading

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from fers.domain.health import Condition
from fers.errors import InvalidInput
from fers.storage.sqlite import disk
from fers.storage.sqlite.database import FILE
from fers.ui.web import health
from tests.people import participant
from tests.waiting import LONG


@pytest.fixture
def asked(platform, monkeypatch):
    monkeypatch.setattr(health, "platform", lambda: platform)
    client = TestClient(Starlette(routes=[Route("/health", health.health)]))
    return lambda: client.get("/health")


def said(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.text


def test_a_store_that_can_be_used_is_well(asked, platform):
    participant(platform)
    assert said(asked()) == (200, "ok")


def test_a_disk_that_is_nearly_full_is_said_to_be(asked, monkeypatch):
    monkeypatch.setattr(disk, "ROOM_BYTES", 1 << 60)
    assert said(asked()) == (503, "full")


def test_a_disk_that_became_read_only_is_said_to_be(asked, monkeypatch):
    monkeypatch.setattr(disk.Disk, "is_read_only", lambda self: True)
    assert said(asked()) == (503, "read-only")


@pytest.mark.parametrize("what", ["gone", "another"])
def test_a_database_that_is_gone_is_missed_though_it_can_still_be_read(asked, settings, what):
    (settings.data / FILE).rename(settings.data / "away")
    if what == "another":
        (settings.data / FILE).touch()
    assert said(asked()) == (503, "unavailable")


def test_a_damaged_database_is_not_well(asked, settings, platform):
    participant(platform)
    with (settings.data / FILE).open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(0)
        file.write(b"\xff" * size)
    (settings.data / f"{FILE}-wal").write_bytes(b"")
    assert said(asked()) == (503, "unavailable")


def test_settings_that_open_no_store_are_not_well(asked, monkeypatch):
    def none():
        raise InvalidInput("settings.unknown-store", store="nothing", stores=["embedded"])

    monkeypatch.setattr(health, "platform", none)
    assert said(asked()) == (503, "unavailable")


def test_a_store_that_never_answers_is_not_waited_for(asked, platform, monkeypatch):
    monkeypatch.setattr(health, "_PATIENCE_SECONDS", 0.1)
    over = threading.Event()

    class Stuck:
        def condition(self) -> Condition:
            over.wait(LONG)
            return Condition.OK

    monkeypatch.setattr(health, "platform", lambda: type("Platform", (), {"health": Stuck()}))
    threading.Timer(2, over.set).start()  # The client ends with its threads.
    assert said(asked()) == (503, "unavailable")
