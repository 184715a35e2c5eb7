"""What docs/operators/deployment.md deploys: the container's command and libraries, and the rules."""

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

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


def test_the_app_imports_nothing_that_the_container_leaves_out():
    _, training = (REPOSITORY / "requirements.txt").read_text().split("# Training\n")
    left_out = {re.match(r"[\w-]+", line)[0].lower() for line in training.split("\n") if line}
    distributions = packages_distributions()
    imported = {
        distribution.lower()
        for file in [REPOSITORY / "app.py", *(REPOSITORY / "fers").rglob("*.py"), *(REPOSITORY / "pages").glob("*.py")]
        for module in modules(file)
        for distribution in distributions.get(module, [])
    }
    assert "streamlit" in imported
    assert not imported & left_out


def modules(file: Path) -> set[str]:
    """The top names of what a Python file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("rules", ["firestore.rules", "storage.rules"])
def test_the_rules_let_nobody_in(rules):
    allowed = re.findall(r"\ballow\b[^;]*;", (REPOSITORY / rules).read_text())
    assert allowed == ["allow read, write: if false;"]
