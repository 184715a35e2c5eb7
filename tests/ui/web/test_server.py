"""The server as `python -m fers serve` starts it."""

import asyncio
import socket
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import httpx
import pytest
from websockets.asyncio.client import connect as async_connect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from fers import config
from fers.assembly import assemble
from fers.errors import InvalidInput
from fers.ui.web.server import run
from fers.ui.web.session_cookie import COOKIE
from tests.people import PASSWORD, participant
from tests.serving import SERVE, fetch, serving
from tests.waiting import LONG, wait_until

pytestmark = pytest.mark.slow
PATIENT = {"proxy": None, "open_timeout": LONG, "ping_interval": None}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


def test_it_is_healthy_and_prints_the_one_time_link(server):
    wait_until(lambda: fetch(f"{server.address}/health").text == "ok")
    assert server.setup_link().startswith(f"{server.address}/setup?token=")


def test_a_port_where_something_answers_already_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = replace(config.load({}), data=tmp_path, port=taken.getsockname()[1])
        with pytest.raises(InvalidInput, match=f"can't answer at port {settings.port} .*set PORT to another one"):
            run(settings)


def test_a_misspelt_model_is_told_at_once_and_people_come_to_what_they_gave(tmp_path):
    with serving(tmp_path, FERS_MODEL="fersnet") as server:
        assert "There is no model called fersnet" in server.printed.read_text()
        assert fetch(f"{server.address}/my_data").status_code == 200


def test_the_cookie_route_refuses_other_sites(server):
    session = f"{server.address}/session"
    assert httpx.post(session, content="x", headers={"Origin": "http://evil.test"}, timeout=LONG).status_code == 403
    assert httpx.request("DELETE", session, headers={"Origin": server.address}, timeout=LONG).status_code == 204


def test_a_foreign_page_gets_no_socket_and_nothing_goes_out(tmp_path):
    """Streamlit asks another server how this machine is called from outside, before it says no: here by a proxy."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        outside.settimeout(0)
        proxy = f"http://127.0.0.1:{outside.getsockname()[1]}"
        with serving(tmp_path, HTTP_PROXY=proxy, HTTPS_PROXY=proxy, NO_PROXY="") as server:
            address = server.address.replace("http", "ws", 1) + "/_stcore/stream"
            with pytest.raises(InvalidStatus, match="403"):
                connect(address, origin="http://evil.test", **PATIENT)
            with connect(address, origin=server.address, **PATIENT):
                pass
        with pytest.raises(BlockingIOError):
            outside.accept()


def test_strangers_with_hundreds_of_pages_shut_nobody_out(tmp_path):
    few_files = ("sh", "-c", 'ulimit -n 1024 && exec "$@"', "sh", *SERVE)
    with serving(tmp_path, few_files) as server:
        people = assemble(replace(config.load({}), data=server.data))
        participant(people, "me@example.org")
        token = people.accounts.sign_in("me@example.org", PASSWORD).token
        address = server.address.replace("http", "ws", 1) + "/_stcore/stream"

        async def crowd():
            async with AsyncExitStack() as stack:
                strangers = 0
                for _ in range(300):
                    with suppress(InvalidStatus):
                        await stack.enter_async_context(async_connect(address, **PATIENT))
                        strangers += 1
                cookie = {"Cookie": f"{COOKIE}={token}"}
                await stack.enter_async_context(async_connect(address, additional_headers=cookie, **PATIENT))
                return strangers

        assert 50 < asyncio.run(crowd()) < 250
        wait_until(lambda: fetch(f"{server.address}/health").text == "ok")
