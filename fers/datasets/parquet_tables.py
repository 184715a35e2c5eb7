"""Tables in Parquet. Hugging Face's hold the images themselves, and numbers whose classes they name."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, BinaryIO

from fers.datasets.box_columns import is_of_a_box
from fers.datasets.faces import DataError
from fers.datasets.tables import Record, Table, Where

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

ROWS_AT_ONCE = 4096
_GROUPS_AT_HAND = 4
"""Of rows, some hundred images each as `datasets` writes them."""


class ParquetTable:
    """A file that is opened anew for its columns, for its rows, and for images that lie in it."""

    def __init__(self, open: Callable[[], BinaryIO], where: Where):
        self._open = open
        self._where = where
        with self._opened() as file:
            schema = file.schema_arrow
            self._columns = {name: schema.field(name).type for name in schema.names}
            self._classes = _classes(schema.metadata or {})
            self._groups = [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
        self._images = lru_cache(_GROUPS_AT_HAND)(self._read_images)

    def table(self) -> Table:
        """Its rows; what is said of an image that lies in the table has no bytes, but its row. The sides of a box that
        is a struct are columns of their own, as those of JSON are."""
        sides = {name: list(_sides(name, kind)) for name, kind in self._columns.items()}
        return Table([each for name in sides for each in sides[name] or [name]], self._records)

    def image(self, column: str, row: int) -> bytes:
        """The image in a row, counted from 1. Raises DataError where there is none."""
        before = 0
        for group, rows in enumerate(self._groups):
            if row <= before + rows:
                data = self._images(column, group)[row - before - 1]
                if data is None:
                    raise DataError("table.no-image", row=row)
                return data
            before += rows
        raise DataError("table.no-row", row=row)

    def _records(self, wanted: Collection[str]) -> Iterator[Record]:
        readers = {name: self._reader(name) for name in wanted if name in self._columns}
        readers |= {name: (name, lambda cell: cell) for name in wanted if name not in self._columns}
        columns = [column for column, _ in readers.values() if column]
        with self._opened() as file:
            for batch in file.iter_batches(ROWS_AT_ONCE, columns=columns):
                for record in batch.to_pylist():
                    self._where.row += 1
                    yield {name: read(_cell(record, name)) for name, (_, read) in readers.items()}

    def _reader(self, column: str) -> tuple[str, Callable[[Any], Any]]:
        """What is read of a column, nothing where it holds images, and what is made of its cells. By its first cell it
        is seen whether bytes are text, and whether only the paths of images are there."""
        if names := self._classes.get(column):
            return column, partial(_named, names=names)
        parts = self._parts(column)
        if not self._is_bytes(column) and "bytes" not in parts:
            return column, lambda cell: cell
        first = self._first(column)
        if isinstance(first, bytes) and _is_text(first):
            return column, lambda cell: cell and cell.decode(errors="replace")
        if isinstance(first, dict) and first["bytes"] is None and first.get("path"):
            return f"{column}.path", lambda cell: cell and cell["path"]
        return "", lambda _: {"row": self._where.row}

    def _parts(self, column: str) -> set[str]:
        return {field.name for field in getattr(self._columns[column], "fields", ())}

    def _is_bytes(self, column: str) -> bool:
        return str(self._columns[column]) in ("binary", "large_binary", "binary_view")

    def _first(self, column: str) -> Any:
        with self._opened() as file:
            return next((batch[column][0].as_py() for batch in file.iter_batches(1, columns=[column])), None)

    def _read_images(self, column: str, group: int) -> list[bytes | None]:
        with self._opened() as file:
            if self._is_bytes(column):
                return file.read_row_group(group, [column])[column].to_pylist()
            images = file.read_row_group(group, [f"{column}.bytes"])[column].to_pylist()
        return [image and image["bytes"] for image in images]

    @contextmanager
    def _opened(self) -> Iterator["ParquetFile"]:
        import pyarrow
        from pyarrow import parquet

        try:
            with self._open() as file, parquet.ParquetFile(file) as table:
                yield table
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError("table.broken-parquet", problem=error).at(self._where) from error


def _sides(name: str, kind: Any) -> Iterator[str]:
    """The sides of a box within a column, by the way there: `face.x`. Of a list of boxes, `faces.boxes`."""
    if any(_sides(name, kind.value_type) if hasattr(kind, "value_type") else ()):
        yield f"{name}.boxes"
    for field in getattr(kind, "fields", ()):
        path = f"{name}.{field.name}"
        if getattr(field.type, "fields", ()):
            yield from _sides(path, field.type)
        elif is_of_a_box(path):
            yield path


def _cell(record: Record, name: str) -> Any:
    """The cell of a column, or of what lies within one."""
    cell: Any = record
    for step in [name] if name in record else name.split("."):
        cell = cell.get(step) if cell else None
    return cell


def _is_text(data: bytes) -> bool:
    try:
        return data.decode().isprintable()
    except UnicodeDecodeError:
        return False


def _classes(metadata: dict[bytes, bytes]) -> dict[str, list[str]]:
    """The names of the classes in columns of numbers, as `datasets` notes them beside the table."""
    try:
        features = json.loads(metadata.get(b"huggingface", b"{}"))["info"]["features"]
        single = {name: about.get("feature", about) for name, about in features.items()}  # Of lists, their elements.
        named = {name: about["names"] for name, about in single.items() if about.get("_type") == "ClassLabel"}
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return {}
    return {name: names for name, names in named.items() if isinstance(names, list)}


def _named(cell: Any, names: list[str]) -> Any:
    """-1 is how `datasets` writes that nobody knows."""
    if isinstance(cell, list):
        return [_named(each, names) for each in cell]
    if isinstance(cell, int) and -1 <= cell < len(names):
        return None if cell == -1 else names[cell]
    return cell
