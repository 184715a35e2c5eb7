"""Images that lie inside the Parquet files of an export, found by their face's id."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import PurePosixPath

from PIL import Image

from fers.datasets.faces import DataError
from fers.datasets.files import Files
from fers.domain.images import open_picture

_GROUPS_AT_HAND = 8
"""Row groups of some fifty images each. Faces are learned from in any order, but measured and imported in theirs."""


class PackedImages:
    """The images of every Parquet file below `files` that has a column of ids and one of images."""

    def __init__(self, files: Files):
        self._files = files
        self._places: dict[str, tuple[str, int, int]] = {}
        """By face id: the file, the row group and the row in it."""
        for name in files.names():
            if PurePosixPath(name).suffix == ".parquet":
                self._note(name)
        self._group = lru_cache(_GROUPS_AT_HAND)(self._read)

    def __contains__(self, face_id: str) -> bool:
        return face_id in self._places

    def image(self, face_id: str) -> Image.Image:
        """Open a face's image. Raises DataError when its file is broken."""
        name, group, row = self._places[face_id]
        return open_picture(self._group(name, group)[row])

    def _note(self, name: str) -> None:
        with _sound(self._files, name) as (file, parquet):
            table = parquet.ParquetFile(file)
            if not {"id", "image"} <= set(table.schema_arrow.names):
                return
            for group in range(table.num_row_groups):
                ids = table.read_row_group(group, ["id"])["id"].to_pylist()
                self._places |= {face_id: (name, group, row) for row, face_id in enumerate(ids)}

    def _read(self, name: str, group: int) -> list[bytes]:
        with _sound(self._files, name) as (file, parquet):
            images = parquet.ParquetFile(file).read_row_group(group, ["image"])["image"]
            return [image["bytes"] for image in images.to_pylist()]


@contextmanager
def _sound(files: Files, name: str) -> Iterator[tuple]:
    """The open file, and what reads it. Raises DataError when that finds it broken."""
    import pyarrow
    from pyarrow import parquet

    try:
        with files.alone(name) as file:
            yield file, parquet
    except (pyarrow.ArrowException, OSError, TypeError, KeyError) as error:
        raise DataError("table.broken-parquet", problem=error).at(f"{files.path}: {name}") from error
