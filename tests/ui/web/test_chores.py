"""What the server does by itself now and then."""

import asyncio

import pytest

from fers.errors import StoreUnavailable
from fers.ui.web.server import repeatedly


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
