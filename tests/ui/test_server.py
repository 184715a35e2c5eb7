"""The server as `python -m fers serve` starts it."""

import os
import socket
import subprocess
import sys
import time

import httpx
import pytest

from fers.config import REPOSITORY

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """(address, what the server printed so far) of a server on a fresh store, started from another folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    environment = os.environ | {
        "PORT": str(port),
        "FERS_DATA": str(folder / "data"),
        "FERS_MODELS": str(folder),
        "PYTHONPATH": str(REPOSITORY),
    }
    with (folder / "printed").open("w") as printed:
        command = [sys.executable, "-m", "fers", "serve"]
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, process)
        yield address, (folder / "printed").read_text()
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str, process: subprocess.Popen, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{address}/health")
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server did not start")


def test_it_is_healthy_and_prints_the_one_time_link(server):
    address, printed = server
    assert httpx.get(f"{address}/health").text == "ok"
    assert f"{address}/setup?token=" in printed


def test_the_cookie_route_refuses_other_sites(server):
    address, _ = server
    assert httpx.post(f"{address}/session", content="x", headers={"Origin": "http://evil.test"}).status_code == 403
    assert httpx.request("DELETE", f"{address}/session", headers={"Origin": address}).status_code == 204
