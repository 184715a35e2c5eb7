"""Tables, row by row, with the number of each row for messages. Never a whole table in memory."""

import csv
import io
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from fers.datasets.faces import DataError

ROWS_AT_ONCE = 4096
_UNREADABLE = (OSError, EOFError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error)

Record = dict[str, Any]
"""A row's cells by the names of their columns."""


class Where:
    """The place that is being read, and a context that names it in every DataError raised within."""

    def __init__(self, file: str, row: int = 0):
        self.file = file
        self.row = row

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}" if self.row else self.file

    def __enter__(self) -> "Where":
        return self

    def __exit__(self, kind, error, trace) -> None:
        if isinstance(error, DataError):
            raise DataError(f"{self}: {error}") from error


def csv_rows(file: BinaryIO, where: Where) -> Iterator[list[str]]:
    """Yield the rows that aren't empty, counting all from 1 in `where`. Raises DataError for what isn't CSV."""
    with file:
        rows = csv.reader(io.TextIOWrapper(file, "utf-8-sig", newline=""))
        while True:
            where.row += 1
            try:
                row = next(rows, None)
            except (csv.Error, *_UNREADABLE) as error:
                raise DataError(f"{where}: not CSV in UTF-8 ({error})") from error
            if row is None:
                return
            if row:
                yield row


def csv_records(file: BinaryIO, where: Where) -> Iterator[Record]:
    """Yield the rows below the header."""
    rows = csv_rows(file, where)
    columns = [column.strip() for column in next(rows, [])]
    for row in rows:
        if len(row) != len(columns):
            raise DataError(f"{where}: {len(row)} cells under {len(columns)} columns")
        yield dict(zip(columns, row, strict=True))


def json_records(file: BinaryIO, where: Where) -> Iterator[Record]:
    """Yield the objects of a file that holds one a line."""
    with file:
        lines = io.TextIOWrapper(file, "utf-8")
        while True:
            where.row += 1
            try:
                line = next(lines, None)
                record = json.loads(line) if line is not None else None
            except (ValueError, RecursionError, *_UNREADABLE) as error:
                raise DataError(f"{where}: not JSON in UTF-8 ({error})") from error
            if line is None:
                return
            if not isinstance(record, dict):
                raise DataError(f"{where}: not a JSON object")
            yield record


def parquet_records(path: Path, where: Where, wanted: Callable[[str], bool]) -> Iterator[Record]:
    """Yield the rows of a Parquet file, without the columns that aren't wanted."""
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as table:
            columns = [column for column in table.schema_arrow.names if wanted(column)]
            for batch in table.iter_batches(ROWS_AT_ONCE, columns=columns):
                for record in batch.to_pylist():
                    where.row += 1
                    yield record
    except (pyarrow.ArrowException, OSError) as error:
        raise DataError(f"{where}: not a sound Parquet file ({error})") from error
