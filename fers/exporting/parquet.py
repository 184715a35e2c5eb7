"""Parquet as Hugging Face's `datasets` writes it, and typed tables beside images."""

import json
from collections.abc import Iterable, Iterator
from importlib import metadata
from itertools import islice
from typing import TYPE_CHECKING

from fers.domain.versions import Entry, Split
from fers.exporting import columns
from fers.exporting.exported_version import ExportedVersion, Member

if TYPE_CHECKING:
    import pyarrow

IMAGE = "image"
FOLDER = "data"
WRITER = f"pyarrow {metadata.version('pyarrow')}"
"""What makes tables into files."""
FACES_A_GROUP, ROWS_A_GROUP = 50, 5000
"""Rows that are written, and later read, at once: with images and without."""


def packed(exported: ExportedVersion, entries: Iterable[Entry]) -> Iterator[bytes]:
    """A Parquet file of the faces with their images, a row group at a time."""

    rows = (
        {IMAGE: {"bytes": image, "path": f"{entry.face_id}.jpg"}} | columns.row(exported, entry)
        for entry, image in exported.pictured(entries)
    )
    return _written(columns.schema(IMAGE, image=True), rows, FACES_A_GROUP)


def table(rows: Iterable[dict]) -> Iterator[bytes]:
    """A Parquet file of rows of `columns.row`, each with the `file_name` of its image."""
    return _written(columns.schema("file_name", image=False), rows, ROWS_A_GROUP)


def plain_table(schema: "pyarrow.Schema", rows: Iterable[dict]) -> Iterator[bytes]:
    """A Parquet file of other rows than those of faces."""
    return _written(schema, rows, ROWS_A_GROUP)


def card(exported: ExportedVersion) -> Member:
    """README.md, whose heading tells `datasets` and the Hugging Face hub which files are which split."""
    splits = [split for split in Split if next(exported.entries(split), None)]
    listed = "".join(f"  - split: {split}\n    path: {FOLDER}/{split}-*.parquet\n" for split in splits)
    data = f"configs:\n- config_name: default\n  data_files:\n{listed}" if splits else ""
    title = json.dumps(exported.title, ensure_ascii=False)
    text = (
        f"---\npretty_name: {title}\nlicense: other\ntask_categories:\n- image-classification\n{data}---\n\n"
        f"# {exported.title}\n\n[The datasheet](DATASHEET.md) says what is in here, and what it may be used for.\n"
    )
    return Member("README.md", (text.encode(),))


class _Sink:
    """A file to write to whose bytes are taken away as they come."""

    closed = False

    def __init__(self):
        self._waiting = bytearray()
        self._position = 0

    def write(self, data) -> int:
        data = memoryview(data)
        self._waiting += data
        self._position += data.nbytes
        return data.nbytes

    def tell(self) -> int:
        return self._position

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass

    def taken(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def _written(schema: "pyarrow.Schema", rows: Iterable[dict], at_once: int) -> Iterator[bytes]:
    """Neither compressed nor, for images, summed up: the length follows from those of the images, so that a download's
    size is known before its images are read."""
    import pyarrow
    from pyarrow import parquet

    sink, rows = _Sink(), iter(rows)
    plain = [name for name in schema.names if name != IMAGE]
    with parquet.ParquetWriter(
        sink, schema, compression="none", use_dictionary=plain, write_statistics=plain
    ) as writer:
        while group := list(islice(rows, at_once)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema))
            yield sink.taken()
    yield sink.taken()
