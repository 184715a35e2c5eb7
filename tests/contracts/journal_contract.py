"""What every Journal does."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.waiting import LONG, wait_until

from .samples import an_id

FACE = an_id("face")


class Failed(Exception):
    pass


def die_while_writing(backend) -> None:
    with backend.journal().writing(FACE):
        os._exit(1)


def write_until_told(backend, inside, leave) -> None:
    with backend.journal().writing(FACE):
        inside.set()
        leave.wait(LONG)


class JournalContract:
    @pytest.fixture
    def journal(self, backend):
        return backend.journal()

    @pytest.fixture
    def recovered(self, journal):
        """Settle and return the ids given to `finish`, having checked that they are those returned."""

        def recover() -> list[str]:
            finished = []
            assert journal.recover(finished.append) == finished
            return finished

        return recover

    def test_success_leaves_no_mark(self, journal, recovered):
        with journal.writing(FACE):
            pass
        assert recovered() == []

    def test_failure_leaves_a_mark_and_passes_on(self, journal, recovered):
        with pytest.raises(Failed), journal.writing(FACE):
            raise Failed
        assert recovered() == [FACE]

    def test_settling_once_is_enough(self, journal, recovered):
        with pytest.raises(Failed), journal.writing(FACE):
            raise Failed
        recovered()
        assert recovered() == []

    def test_a_later_success_removes_the_mark(self, journal, recovered):
        with pytest.raises(Failed), journal.writing(FACE):
            raise Failed
        with journal.writing(FACE):
            pass
        assert recovered() == []

    def test_a_mark_that_could_not_be_settled_stays(self, journal, recovered):
        with pytest.raises(Failed), journal.writing(FACE):
            raise Failed

        def fail(_):
            raise Failed

        with pytest.raises(Failed):
            journal.recover(fail)
        assert recovered() == [FACE]

    def test_every_mark_is_settled(self, journal, recovered):
        faces = {an_id(str(number)) for number in range(5)}
        for face in faces:
            with pytest.raises(Failed), journal.writing(face):
                raise Failed
        assert set(recovered()) == faces

    def test_marks_outlive_their_process(self, recovered, in_another_process):
        process = in_another_process(die_while_writing)
        process.join(LONG)
        assert process.exitcode == 1
        faces = []
        wait_until(lambda: faces.extend(recovered()) or faces)  # Some stores know a dead writer only by its silence.
        assert faces == [FACE]

    def test_settling_leaves_a_living_thread_alone(self, journal, recovered):
        inside, leave = threading.Event(), threading.Event()

        def write():
            with journal.writing(FACE):
                inside.set()
                leave.wait(LONG)

        with ThreadPoolExecutor(2) as threads:
            writer = threads.submit(write)
            assert inside.wait(LONG)
            settling = threads.submit(recovered)
            threading.Timer(0.2, leave.set).start()
            assert settling.result(LONG) == []
            writer.result(LONG)

    def test_settling_leaves_a_living_process_alone(self, recovered, in_another_process):
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        inside, leave = context.Event(), context.Event()
        process = in_another_process(write_until_told, inside, leave)
        assert inside.wait(LONG)
        threading.Timer(0.2, leave.set).start()
        assert recovered() == []
        process.join(LONG)
        assert process.exitcode == 0

    def test_a_face_has_one_writer_at_a_time(self, journal):
        writers, most = 0, 0

        def write(_):
            nonlocal writers, most
            with journal.writing(FACE):
                writers += 1
                most = max(most, writers)
                threading.Event().wait(0.005)
                writers -= 1

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(write, range(30)))
        assert most == 1
