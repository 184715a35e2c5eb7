"""The file of what was taken back is read once, and then only where it grew."""

from datetime import UTC, datetime

import pytest

from fers.domain.erasures import Erased, Erasure
from fers.storage.shared import documents
from fers.storage.sqlite import erasures
from fers.storage.sqlite.erasures import FILE, SqliteErasures
from tests.contracts.samples import an_id

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def gone(number: int) -> Erasure:
    return Erasure(Erased.FACE, an_id(str(number)), NOW)


def test_looking_up_a_face_reads_what_came_since_the_last_time(folder, monkeypatch):
    store, lines = SqliteErasures(folder), []
    monkeypatch.setattr(
        erasures, "erasure_from_document", lambda line: lines.append(line) or documents.erasure_from_document(line)
    )
    for number in range(100):
        store.note(gone(number))
    assert store.is_gone(an_id("7")) and len(lines) == 100
    lines.clear()
    store.note(gone(100))
    assert store.is_gone(an_id("100")) and store.is_gone(an_id("0")) and not store.is_gone(an_id("101"))
    assert len(lines) < 10


def test_a_line_that_is_half_there_is_read_once_it_is_whole(folder):
    store = SqliteErasures(folder)
    for number in range(2):
        store.note(gone(number))
    whole = (folder / FILE).read_bytes()
    (folder / FILE).write_bytes(whole[:-20])
    assert store.is_gone(an_id("0")) and not store.is_gone(an_id("1"))
    (folder / FILE).write_bytes(whole)
    assert store.is_gone(an_id("1"))


def test_a_file_that_took_its_place_is_read_from_its_beginning(folder):
    store = SqliteErasures(folder)
    for number in range(9):
        store.note(gone(number))
    assert store.is_gone(an_id("8"))
    (folder / FILE).unlink()
    store.note(gone(9))
    assert store.is_gone(an_id("9"))
