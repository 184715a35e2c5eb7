"""Files by name below a folder or inside a zip, whichever there is, and never outside it."""

import errno
import os
import threading
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from PIL import Image

from fers.datasets.faces import DataError
from fers.domain.images import SUFFIXES, open_picture

LARGEST_FILE = 100_000_000
"""Bytes of the largest file that is read at once: an image, that is. Tables are read row by row."""
LARGEST_PICTURE = 64_000_000
"""Pixels."""
MOST_PICTURES = 200_000
"""Of which names are looked for that are only alike: it takes memory."""
_PICTURES = {f".{suffix}" for suffix in (*SUFFIXES, "bmp", "tif", "tiff", "gif", "pgm", "ppm")}
_ARCHIVES = {".zip", ".tar", ".tgz", ".gz", ".xz", ".bz2", ".7z", ".rar"}
_LEFT_BEHIND = {"__MACOSX", "lost+found", "System Volume Information"}
_ENCRYPTED = 0x1
_IN_UTF8 = 0x800


class Files:
    """The files below `path`. Names are relative, with slashes. May be used by many threads."""

    def __init__(self, path: Path):
        self.path = path
        self._zip = None
        self._turn = nullcontext()
        require_there(path)
        if path.is_file():
            if not zipfile.is_zipfile(path):
                raise DataError("set.neither-folder-nor-zip", path=path)
            try:
                self._zip = zipfile.ZipFile(path)
            except Exception as error:  # noqa: BLE001 - a damaged zip raises many kinds
                raise DataError("set.broken-zip", path=path, problem=error) from error
            members = (info for info in self._zip.infolist() if not info.filename.endswith("/"))
            self._members = {_same(inside(_told(info))): info for info in members}
            if any(info.flag_bits & _ENCRYPTED for info in self._members.values()):
                raise DataError("set.encrypted-zip", path=path)
            # Threads would move the one handle's position under each other.
            self._turn = threading.Lock()

    def names(self) -> list[str]:
        """The names of all files, sorted, without what operating systems leave behind."""
        if self._zip:
            names = iter(self._members)
        else:
            names = (file.relative_to(self.path).as_posix() for file in _below(self.path))
        return sorted(name for name in names if not _litter(name))

    def __contains__(self, name: str) -> bool:
        return self._place(name) is not None

    def _place(self, name: str) -> "zipfile.ZipInfo | Path | None":
        """Where the file is, however its name's accents are written; None when it isn't there."""
        name = inside(name)
        if self._zip:
            return self._members.get(_same(name))
        try:
            return file if (file := self.path / name).is_file() else self._other_forms.get(_same(name))
        except OSError:  # A name too long to be one, say.
            return None

    @cached_property
    def _other_forms(self) -> dict[str, Path]:
        """Files whose names can be written in several Unicode forms, by the usual one."""
        below = ((file, file.relative_to(self.path).as_posix()) for file in _below(self.path))
        return {_same(name): file for file, name in below if not name.isascii()}

    def existing(self, *names: str) -> str:
        """Return the first of these names that there is a file of or, where there is none, the one picture that is
        called so but for the case of its letters and its suffix. Raises DataError when there is none, or are two."""
        for name in names:
            if name in self:
                return inside(name)
        alike = {found for name in names for found in self._pictures.get(inside(name).casefold(), ())}
        if len(alike) > 1:
            raise DataError("set.several-pictures", file=names[0], found=sorted(alike))
        if alike:
            return alike.pop()
        raise DataError("set.no-such-picture", file=names[0])

    @cached_property
    def _pictures(self) -> dict[str, list[str]]:
        """By their names without the case of letters, and without the suffix, too; empty where they are very many."""
        found: dict[str, list[str]] = {}
        for name in self._picture_names:
            for plain in (name.casefold(), str(PurePosixPath(name).with_suffix("")).casefold()):
                found.setdefault(plain, []).append(name)
        return found

    def called(self, name: str) -> list[str]:
        """The pictures of this name, in whatever folders; none where pictures are very many."""
        return self._pictures_by_own_name.get(_same(name).casefold(), [])

    @cached_property
    def _pictures_by_own_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self._picture_names:
            found.setdefault(_same(PurePosixPath(name).name).casefold(), []).append(name)
        return found

    @cached_property
    def _picture_names(self) -> list[str]:
        """Of all pictures; empty where they are very many."""
        names = [name for name in self.names() if is_picture(name)]
        return names if len(names) <= MOST_PICTURES else []

    def open(self, name: str) -> BinaryIO:
        """Return the file as a stream of bytes, for going through it once. Raises DataError when it is not there."""
        place = self._place(name)
        if place is None:
            raise DataError("set.no-such-file", path=self.path, file=name)
        try:
            return self._zip.open(place) if self._zip else place.open("rb")
        except Exception as error:  # noqa: BLE001 - as above
            raise DataError("set.unreadable-file", path=self.path, file=name, problem=error) from error

    def read(self, name: str) -> bytes:
        """Return the file's bytes. Raises DataError when it is not there, broken or larger than `LARGEST_FILE`."""
        try:
            with self.alone(name) as file:
                data = file.read(LARGEST_FILE + 1)
        except DataError:
            raise
        except Exception as error:  # noqa: BLE001 - as above
            raise DataError("set.unreadable-file", path=self.path, file=name, problem=error) from error
        if len(data) > LARGEST_FILE:
            raise DataError("set.file-too-large", path=self.path, file=name, limit=LARGEST_FILE)
        return data

    @contextmanager
    def alone(self, name: str) -> Iterator[BinaryIO]:
        """The file as a stream that no other thread moves meanwhile. Raises DataError when it is not there."""
        with self._turn, self.open(name) as file:
            yield file

    def image(self, name: str) -> Image.Image:
        """Open an image, which Pillow decodes when its pixels are asked for. Raises DataError for one of more pixels
        than any photo."""
        image = open_picture(self.read(name))
        if image.width * image.height > LARGEST_PICTURE:
            raise DataError("set.picture-too-large", limit=LARGEST_PICTURE // 1_000_000)
        return image


def is_there(path: Path) -> bool:
    """As far as anybody may look."""
    try:
        return path.exists()
    except OSError:
        return False


def require_there(path: Path) -> None:
    """Raises DataError where nothing is at `path`, or nobody may look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DataError("set.not-there", path=path) from error
    except OSError as error:
        raise DataError("set.unreadable", path=path, problem=error.strerror) from error
    if not os.access(path, os.R_OK):
        raise DataError("set.unreadable", path=path, problem=os.strerror(errno.EACCES))


def _below(folder: Path) -> Iterator[Path]:
    """The files below a folder, also where links lead to other folders, but not in circles. Raises DataError for a
    folder that can't be read: what is in it would be missing without a word."""

    def refuse(error: OSError) -> None:
        raise DataError("set.unreadable", path=error.filename, problem=error.strerror) from error

    for place, folders, files in os.walk(folder, followlinks=True, onerror=refuse):
        above = Path(place).resolve()
        folders[:] = [
            name for name in folders if not _litter(name) and not above.is_relative_to(Path(place, name).resolve())
        ]
        yield from (file for name in files if (file := Path(place, name)).is_file())


def inside(name: str) -> str:
    """Return a name that a data set gives, with slashes. Raises DataError when it leads out of the set."""
    path = PureWindowsPath(name)  # It knows every way to write a path, drives and backslashes too.
    if path.drive or path.root or ".." in path.parts or "\0" in name:
        raise DataError("set.name-leads-out", name=name)
    return path.as_posix()


def _same(name: str) -> str:
    """The same for all Unicode forms of a name."""
    return unicodedata.normalize("NFC", name)


def _told(info: zipfile.ZipInfo) -> str:
    """A member's name. macOS writes UTF-8 without saying so, and then it is taken for an encoding of 1981."""
    if not info.flag_bits & _IN_UTF8:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode("utf-8")
    return info.filename


def archives(names: Iterable[str]) -> list[str]:
    """Those that are archives, which nothing is read of inside another set."""
    return [name for name in names if PurePosixPath(name).suffix.lower() in _ARCHIVES]


def is_picture(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _PICTURES


def _litter(name: str) -> bool:
    return any(part.startswith(".") or part in _LEFT_BEHIND for part in PurePosixPath(name).parts)
