"""What is particular to images in a folder."""

import errno
import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from fers.errors import NotFound, StoreUnavailable
from fers.storage.sqlite.images import SqliteImages
from tests.contracts.samples import an_id

KEY = an_id("face")
PHOTO = b"photo" * 100_000


@pytest.fixture
def images(folder):
    return SqliteImages(folder)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_only_the_owner_can_read_a_photo(images, folder):
    images.put(KEY, PHOTO)
    (file,) = files(folder)
    assert file == folder / "images" / KEY[:2] / f"{KEY}.jpg"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_dir()} == {0o700}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("successes", [0, 1, 2])
def test_a_full_disk_leaves_nothing(images, folder, monkeypatch, code, successes):
    """It shows when the new folder, the file, or the file's name is made durable."""
    fsync, calls = os.fsync, iter(range(successes))

    def fills_up(descriptor):
        if next(calls, None) is None:
            raise OSError(code, os.strerror(code))
        fsync(descriptor)

    with monkeypatch.context() as patched, pytest.raises(StoreUnavailable, match="full"):
        patched.setattr(os, "fsync", fills_up)
        images.put(KEY, PHOTO)
    assert files(folder) == []
    images.put(KEY, PHOTO)
    assert images.get(KEY) == PHOTO


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's always full device")
def test_a_disk_that_fills_up_while_the_photo_is_written_leaves_nothing(images, folder, monkeypatch):
    open_ = os.open

    def on_the_full_device(path, flags, mode=0o777):
        if flags & os.O_CREAT:
            os.close(open_(path, flags, mode))
            return open_("/dev/full", os.O_WRONLY)
        return open_(path, flags, mode)

    with monkeypatch.context() as patched, pytest.raises(StoreUnavailable, match="full"):
        patched.setattr(os, "open", on_the_full_device)
        images.put(KEY, PHOTO)
    assert files(folder) == []


def _put_and_die_halfway(folder: Path) -> None:
    images = SqliteImages(folder)
    (folder / "images" / KEY[:2]).mkdir()
    os.fsync = lambda _: os._exit(9)
    images.put(KEY, PHOTO)


def test_a_process_that_dies_while_it_puts_leaves_no_photo_and_no_bytes_after_delete(images, folder):
    process = multiprocessing.get_context("spawn").Process(target=_put_and_die_halfway, args=(folder,))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert list(images.keys()) == []
    with pytest.raises(NotFound):
        images.get(KEY)
    images.delete(KEY)
    assert files(folder) == []


def test_deleting_one_photo_leaves_another_with_the_same_first_letters(images):
    neighbour = KEY[:-1] + ("0" if KEY[-1] != "0" else "1")
    images.put(KEY, PHOTO)
    images.put(neighbour, b"neighbour")
    images.delete(KEY)
    assert list(images.keys()) == [neighbour]


def test_every_key_that_is_listed_can_be_read(images, folder):
    images.put(KEY, PHOTO)
    (folder / "images" / KEY[:2] / f"{an_id('misplaced')}.jpg").write_bytes(b"in another's folder")
    (folder / "images" / "notes.txt").touch()
    assert list(images.keys()) == [KEY]
