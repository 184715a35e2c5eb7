"""What every ResultStore does."""

from dataclasses import replace

import pytest

from fers.domain.evaluation_sets import PEOPLE, Result, RunProgress

from .samples import NOON

VERSION = "ab" * 32
RESULT = Result(
    evaluation_set=VERSION,
    who="1" * 64,
    model_id="fersnet",
    model_version="1.0.0",
    n=120,
    faces_sha256="cd" * 32,
    size=121,
    figures={"top1": (0.5, 0.25, 0.75)},
    milliseconds=3.5,
    measured_at=NOON,
    fers_version="1.0",
    confusion=((1, 2), (3, 4)),
    parameters=1000,
    weights_bytes=4000,
    against={"2" * 64: 0.04},
)
PROGRESS = RunProgress(VERSION, "1" * 64, 60, 120)


class ResultStoreContract:
    @pytest.fixture
    def store(self, backend):
        return backend.results()

    def test_results_come_back_by_evaluation_set(self, store):
        people = replace(RESULT, who=PEOPLE, parameters=None, weights_bytes=None, against={})
        test_part = replace(RESULT, evaluation_set=f"{VERSION}#test")
        for result in (people, test_part, RESULT):
            store.save_result(result)
        assert store.results(VERSION) == [RESULT, people]
        assert store.results(f"{VERSION}#test") == [test_part]
        assert store.results("own") == []
        assert len(store.results()) == 3

    def test_a_second_result_replaces_the_first(self, store):
        store.save_result(RESULT)
        store.save_result(replace(RESULT, n=119))
        assert [result.n for result in store.results(VERSION)] == [119]

    def test_progress_is_the_latest(self, store):
        other = replace(PROGRESS, evaluation_set="own")
        for progress in (PROGRESS, other, replace(PROGRESS, done=120, finished_at=NOON)):
            store.save_progress(progress)
        assert store.progress(VERSION) == [replace(PROGRESS, done=120, finished_at=NOON)]
        assert store.progress("consensus") == []
        assert len(store.progress()) == 2
