"""Fixtures: every contract runs once on each backend."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest

from tests.servers.auth import forget_everybody
from tests.servers.firestore_indexes import every_query_has_its_index

from .backends import BACKENDS
from .samples import FakeClock

CONTRACTS = (
    "answer_store",
    "erasure_store",
    "face_index",
    "field_store",
    "group_store",
    "image_store",
    "job_store",
    "journal",
    "label_store",
    "participation_store",
    "promotion_store",
    "record_store",
    "reply_store",
    "result_store",
    "sign_in",
    "sitting_store",
    "dataset_version_store",
    "study_store",
)
pytest.register_assert_rewrite(*(f"{__package__}.{name}_contract" for name in CONTRACTS))


@pytest.fixture(params=BACKENDS)
def backend_name(request) -> str:
    return request.param


@pytest.fixture
def backend(backend_name, tmp_path, request):
    looked_at = nullcontext()
    if backend_name == "firebase":
        request.getfixturevalue("firebase_servers")
        forget_everybody()
        looked_at = every_query_has_its_index()
    backend = BACKENDS[backend_name](tmp_path)
    with looked_at:
        yield backend
    backend.close()


@pytest.fixture
def in_another_process(backend_name, tmp_path) -> Callable:
    """Start `work(backend, *arguments)` in a process of its own; returns the process."""
    import multiprocessing

    started = []

    def start(work: Callable, *arguments):
        process = multiprocessing.get_context("spawn").Process(
            target=_work_on, args=(backend_name, tmp_path, work, arguments)
        )
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.join()


def _work_on(backend_name: str, folder, work: Callable, arguments: tuple) -> None:
    work(BACKENDS[backend_name](folder), *arguments)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()
