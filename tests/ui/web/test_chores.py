"""What the server does by itself now and then."""

import asyncio

import pytest

from fers.errors import StoreUnavailable
from fers.storage.sqlite.images import SqliteImages
from fers.ui.web import server
from fers.ui.web.server import repeatedly
from tests.interrupting import unreachable
from tests.people import give_face, participant
from tests.waiting import LONG


@pytest.mark.parametrize("failure", [StoreUnavailable("store.busy"), OSError("secret.jpg")])
def test_a_chore_that_failed_is_done_again(failure, caplog):
    done = []

    def task():
        done.append("again")
        if len(done) < 3:
            raise failure

    async def for_a_while():
        server = asyncio.create_task(repeatedly(0, task, "tidy up"))
        while len(done) < 3 and not server.done():
            await asyncio.sleep(0.001)
        server.cancel()

    asyncio.run(for_a_while())
    assert len(done) >= 3
    assert "Could not tidy up" in caplog.text
    assert "secret.jpg" not in caplog.text, "messages may hold what nobody should log"


def test_the_image_of_a_withdrawal_that_broke_off_is_gone_without_a_restart(platform, settings, monkeypatch):
    ada = participant(platform)
    face = give_face(platform, ada)
    with monkeypatch.context() as patch, pytest.raises(StoreUnavailable):
        patch.setattr(SqliteImages, "delete", unreachable)
        platform.withdrawal.withdraw_face(ada, face.id)
    assert platform.data_export.faces(ada) == [], "and nobody can withdraw it again"

    def images():
        return list((settings.data / "images").rglob("*.jpg"))

    async def until_it_is_gone():
        async with server.lifespan(server.app), asyncio.timeout(LONG):
            while images():
                await asyncio.sleep(0.01)

    monkeypatch.setattr(server.gc, "freeze", lambda: None)
    monkeypatch.setattr(server, "platform", lambda: platform)
    for processes in ("runs", "imports", "background"):
        monkeypatch.setattr(server, processes, lambda: None)
    assert images()
    asyncio.run(until_it_is_gone())
    assert platform.doctor.examine() == []
