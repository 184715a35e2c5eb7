"""A file that scripts fetch in parts is the same whether it fits into memory or not, and however many read it."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest

from fers.ui.web import made_file
from fers.ui.web.made_file import MadeFile

WHOLE = bytes(range(256)) * 12_000


@pytest.fixture(params=[0, made_file.IN_MEMORY], ids=["on disk", "in memory"])
def made(request, monkeypatch):
    monkeypatch.setattr(made_file, "IN_MEMORY", request.param or 1)
    return MadeFile(WHOLE[start : start + 1000] for start in range(0, len(WHOLE), 1000))


@pytest.mark.parametrize("part", [range(len(WHOLE)), range(0), range(5, 6), range(1_000_000, 2_100_000)])
def test_any_part_can_be_read(made, part):
    assert made.size == len(WHOLE)
    assert b"".join(made.read(part)) == WHOLE[part.start : part.stop]


def test_readers_do_not_get_into_each_other_s_way(made):
    parts = [range(start, start + 1_200_000) for start in range(0, 800_000, 100_000)]
    with ThreadPoolExecutor(8) as readers:
        for part, read in zip(parts, readers.map(lambda part: b"".join(made.read(part)), parts), strict=True):
            assert read == WHOLE[part.start : part.stop]


def test_a_large_one_is_not_in_memory():
    piece = bytes(1 << 20)
    tracemalloc.start()
    made = MadeFile(piece for _ in range(2 * made_file.IN_MEMORY // len(piece)))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.size == 2 * made_file.IN_MEMORY
    assert held < made_file.IN_MEMORY / 8
