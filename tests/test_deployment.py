"""What docs/operators/deployment.md deploys: the container's command, and the rules."""

import json
import re
import subprocess
import sys

import httpx
import pytest

from fers.storage.sqlite.database import FILE
from tests import REPOSITORY
from tests.serving import fetch, serving
from tests.waiting import LONG, wait_until

SECRET_ADDRESSES = ("/downloads/SECRET", "/join?code=SECRET", "/setup?token=SECRET")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """What the container runs, as its Dockerfile says."""
    [command] = re.findall("^CMD (.*)$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)
    with serving(tmp_path_factory.mktemp("server"), json.loads(command)) as server:
        yield server


@pytest.mark.slow
def test_the_container_serves_pages_and_its_health(server):
    wait_until(lambda: fetch(f"{server.address}/health").text == "ok")
    assert "<title>" in fetch(server.address).text


@pytest.mark.slow
def test_the_probe_of_the_container_believes_the_health_alone(server, monkeypatch):
    [command] = re.findall("^HEALTHCHECK .*\n +CMD (.*)$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)
    probe = [sys.executable, *json.loads(command)[1:]]
    monkeypatch.setenv("PORT", server.address.rpartition(":")[2])
    assert subprocess.run(probe).returncode == 0
    away = (server.data / FILE).rename(server.data / "away")
    assert fetch(f"{server.address}/health").status_code == 503
    assert subprocess.run(probe, stderr=subprocess.DEVNULL).returncode != 0
    away.rename(server.data / FILE)


@pytest.mark.slow
def test_nothing_secret_reaches_the_containers_log(server):
    for address in SECRET_ADDRESSES:
        fetch(server.address + address)
    assert "SECRET" not in server.printed.read_text()
    assert "/setup" not in server.printed.read_text()


@pytest.mark.slow
def test_the_proxy_is_believed_about_https(server):
    said = {"Origin": server.address, "X-Forwarded-Proto": "https"}
    assert "Secure" in httpx.delete(f"{server.address}/session", headers=said, timeout=LONG).headers["Set-Cookie"]


@pytest.mark.parametrize("rules", ["firestore.rules", "storage.rules"])
def test_the_rules_let_nobody_in(rules):
    allowed = re.findall(r"\ballow\b[^;]*;", (REPOSITORY / rules).read_text())
    assert allowed == ["allow read, write: if false;"]
