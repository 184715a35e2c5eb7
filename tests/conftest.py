import os
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from fers import config
from fers.assembly import assemble
from fers.storage.shared import credentials
from fers.storage.sqlite import database, disk
from tests.people import OneFace, OneModel, SettableClock

# A busy two-core machine is slow at times; that says nothing about the code under test.
hypothesis_settings.register_profile("fers", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("fers")


def pytest_collection_modifyitems(items):
    """Those that ask for the Firebase servers are marked: they need what `scripts/ensure-test-servers` brings. Files
    with slow tests come first, so that whichever process is done with its share finds quick ones left."""
    for item in items:
        if "firebase_servers" in getattr(item, "fixturenames", ()):
            item.add_marker("firebase")
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_xdist_auto_num_workers():
    """One more than there are cores: now and then a test waits for a server, or for a moment to pass."""
    return os.cpu_count() + 1


@pytest.fixture(autouse=True)
def main_module(monkeypatch):
    """Streamlit's AppTest puts its page in its place, from where later tests would start their processes."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session", autouse=True)
def quick_hashes():
    """What argon2id costs on purpose, tests would pay hundreds of times."""
    quick = partial(PasswordHasher, time_cost=1, memory_cost=1024, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "PasswordHasher", quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def stores_at_once():
    """A new store of this process copies its shape from one that has taken all the steps, and nothing waits until the
    disk has it: no test can cut the power."""
    ready = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    database.migrate(ready)
    migrate, pragmas = database.migrate, (line.replace("= FULL", "= OFF") for line in database._PRAGMAS)

    def copy_or_migrate(connection: sqlite3.Connection) -> None:
        is_new = not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        ready.backup(connection) if is_new else migrate(connection)

    with closing(ready), pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrate", copy_or_migrate)
        patch.setattr(database, "_PRAGMAS", tuple(pragmas))
        patch.setattr(os, "fsync", lambda _: None)
        yield


@pytest.fixture(autouse=True)
def small_reserves(monkeypatch):
    """Stores that tests leave behind take up little of the disk."""
    monkeypatch.setattr(disk, "RESERVE_BYTES", 1 << 16)


@pytest.fixture
def clock():
    return SettableClock()


@pytest.fixture
def settings(tmp_path):
    """Settings of a store of its own."""
    return replace(config.load({}), data=tmp_path / "data")


@pytest.fixture
def platform(settings, clock):
    """Every service on a fresh embedded store, with a model and a detector that answer at once."""
    return assemble(settings, models=OneModel(), detector=OneFace(), now=clock)


@pytest.fixture
def started(monkeypatch):
    """The processes that the code under test starts; those that are left are ended with the test."""
    processes = []

    class Noted(subprocess.Popen):
        def __init__(self, *arguments, **more):
            super().__init__(*arguments, **more)
            processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Noted)
    yield processes
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture(scope="session")
def firebase_servers():
    """The Firebase servers that the environment names, started where it names none; FERS finds them there too."""
    from tests.servers.auth import auth
    from tests.servers.firestore import firestore
    from tests.servers.official_storage import completed
    from tests.servers.storage import storage

    servers = {
        "FIRESTORE_EMULATOR_HOST": lambda: started.enter_context(firestore()).address,
        "STORAGE_EMULATOR_HOST": lambda: started.enter_context(storage()).address,
        "FIREBASE_AUTH_EMULATOR_HOST": lambda: started.enter_context(auth()),
    }
    with ExitStack() as started, pytest.MonkeyPatch.context() as environment:
        for variable, start in servers.items():
            if not os.environ.get(variable):
                environment.setenv(variable, start())
            elif variable == "STORAGE_EMULATOR_HOST":
                environment.setenv(variable, started.enter_context(completed(os.environ[variable])))
        yield
