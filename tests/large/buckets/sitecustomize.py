"""A place that is no folder, as a bucket is none: `kept://NAME` is kept inside the folder that KEPT_IN names. Whoever
has written there waits for the file that WAITS_FOR names, if it names one.

Where this file's folder is on PYTHONPATH, Python imports it by itself, and so in Beam's workers too.
"""

import os
import time
from pathlib import Path

from apache_beam.io.filesystem import FileMetadata, MatchResult
from apache_beam.io.localfilesystem import LocalFileSystem

_BEGINS = "kept://"


class Kept(LocalFileSystem):
    @classmethod
    def scheme(cls):
        return "kept"

    def join(self, basepath, *paths):
        return "/".join([basepath, *paths])

    def create(self, path, *more):
        return super().create(_inside(path), *more)

    def exists(self, path):
        return super().exists(_inside(path))

    def rename(self, sources, destinations):
        super().rename(list(map(_inside, sources)), list(map(_inside, destinations)))
        while "WAITS_FOR" in os.environ and not Path(os.environ["WAITS_FOR"]).exists():
            time.sleep(0.05)

    def delete(self, paths):
        for path in paths:
            Path(_inside(path)).unlink()

    def match(self, patterns, limits=None):
        return [MatchResult(pattern, list(map(_described, _kept_in().glob(_name(pattern))))) for pattern in patterns]


def _kept_in() -> Path:
    return Path(os.environ["KEPT_IN"])


def _name(address: str) -> str:
    assert address.startswith(_BEGINS), f"{address} is no address"
    return address.removeprefix(_BEGINS)


def _inside(address: str) -> str:
    return str(_kept_in() / _name(address))


def _described(path: Path) -> FileMetadata:
    return FileMetadata(f"{_BEGINS}{path.relative_to(_kept_in())}", path.stat().st_size)
