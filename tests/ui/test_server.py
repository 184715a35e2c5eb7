"""The server as `python -m fers serve` starts it."""

import httpx
import pytest

from tests.serving import serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("server")) as server:
        yield server


def test_it_is_healthy_and_prints_the_one_time_link(server):
    assert httpx.get(f"{server.address}/health").text == "ok"
    assert server.setup_link().startswith(f"{server.address}/setup?token=")


def test_the_cookie_route_refuses_other_sites(server):
    session = f"{server.address}/session"
    assert httpx.post(session, content="x", headers={"Origin": "http://evil.test"}).status_code == 403
    assert httpx.request("DELETE", session, headers={"Origin": server.address}).status_code == 204
