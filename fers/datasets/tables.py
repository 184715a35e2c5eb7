"""Tables, row by row, with the number of each row for messages. Never a whole table in memory."""

import codecs
import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any, BinaryIO

from fers.datasets.faces import DataError
from fers.datasets.faults import Faults
from fers.datasets.nested_boxes import flat

SEPARATORS = (",", ";", "\t", "|")
LONGEST_HEADER = 65_536
"""In bytes."""
LONGEST_CELL = 10_000_000
"""In characters: some tables hold landmarks or whole pictures that nobody asks for here."""
csv.field_size_limit(LONGEST_CELL)
_WITH_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
"""A number as most of Europe writes it."""
_END = "\uffff"
"""Follows a table's last line. It's no character, so that no table has one."""
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",  # Before UTF-16's, which it begins with.
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_UNREADABLE = (OSError, EOFError, zipfile.BadZipFile, zlib.error)
_OTHER_KINDS = {
    b"PK\x03\x04": partial(DataError, "table.spreadsheet"),
    b"\xd0\xcf\x11\xe0": partial(DataError, "table.old-spreadsheet"),
    b"\x1f\x8b": partial(DataError, "table.gzip"),
    b"<": partial(DataError, "table.xml"),
    b"PAR1": partial(DataError, "table.parquet"),
    b"ARROW1": partial(DataError, "table.arrow"),
    b"\xff\xff\xff\xff": partial(DataError, "table.arrow"),
}
"""What isn't text, by how it begins."""

Record = dict[str, Any]
"""A row's cells by the names of their columns."""


@dataclass(frozen=True)
class Table:
    columns: list[str]
    records: Callable[[Collection[str]], Iterator[Record]]
    """Yields the rows, once; called with the columns that are wanted."""


class Where:
    """The place that is being read, and a context that notes every DataError raised within under its name, and ends
    there: what follows is read on."""

    def __init__(self, file: str, faults: Faults, row: int = 0):
        self.file = file
        self.faults = faults
        self.row = row

    def __str__(self) -> str:
        return f"{self.file}, row {self.row}" if self.row else self.file

    def __enter__(self) -> "Where":
        return self

    def __exit__(self, kind, error, trace) -> bool:
        if isinstance(error, DataError):
            self.faults.note(error, str(self))
        return isinstance(error, DataError)

    @contextmanager
    def for_all(self) -> Iterator[None]:
        """For what the whole file rests on: a DataError within ends the reading, naming this place."""
        try:
            yield
        except DataError as error:
            error.at(self)
            raise


def csv_rows(file: BinaryIO, where: Where, separator: str = ",") -> Iterator[list[str]]:
    """Yield the rows that aren't empty, counting all from 1 in `where`. Raises DataError for what isn't CSV."""
    with file, where.for_all():
        text = io.TextIOWrapper(file, encoding_of(_head(file)), newline="")
        rows = csv.reader(chain(text, [_END]), delimiter=separator, skipinitialspace=True)
        while (row := _next(rows, where)) not in (None, [_END]):
            if row and row[-1].endswith(_END):
                raise DataError("table.open-quote")
            if any(map(str.strip, row)):
                yield row


def _next(lines: Iterator[Any], where: Where) -> Any:
    """The next line or row, None after the last. Raises DataError."""
    where.row += 1
    try:
        return next(lines, None)
    except UnicodeError as error:
        raise DataError("table.not-utf-8", problem=error) from error
    except (csv.Error, *_UNREADABLE) as error:
        raise DataError("table.not-text", problem=error) from error


def csv_table(open: Callable[[], BinaryIO], where: Where, is_header: Callable[[list[str]], bool]) -> Table:
    """From a file that is opened anew for its columns and for its rows. What separates the columns is seen in the
    header: of the usual separators that by which `is_header` knows it, else that which makes most columns."""
    with where.for_all(), open() as file:
        separator = _separator(file, is_header)

    def rows() -> Iterator[list[str]]:
        """From the header on."""
        where.row = 0
        told = csv_rows(open(), where, separator)
        return (row for row in told if not row[0].lower().startswith("sep=") or where.row > 1)  # For Excel alone.

    with closing(rows()) as header:
        columns = [column.strip() for column in next(header, [])]

    def records(wanted: Collection[str]) -> Iterator[Record]:
        below = islice(rows(), 1, None)
        # Where a comma parts numbers, spreadsheets take another character to part the columns.
        return _csv_records(below if separator == "," else map(_with_points, below), columns, where)

    return Table(columns, records)


def _with_points(row: list[str]) -> list[str]:
    return [cell.replace(",", ".") if _WITH_COMMA.fullmatch(cell) else cell for cell in row]


def _csv_records(rows: Iterator[list[str]], columns: list[str], where: Where) -> Iterator[Record]:
    for row in rows:
        while len(row) > len(columns) and not row[-1]:
            row.pop()
        if len(row) == len(columns):
            yield dict(zip(columns, row, strict=True))
        else:
            with where:
                raise DataError("table.row-length", cells=len(row), columns=len(columns))


def _separator(file: BinaryIO, is_header: Callable[[list[str]], bool]) -> str:
    head = _head(file)
    lines = head.decode(encoding_of(head), errors="ignore").lstrip().splitlines()
    lines = [line for line in lines if line.strip() and not line.lower().startswith("sep=")]
    line = lines[0] if lines else ""
    headers = {
        separator: next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
        for separator in (*SEPARATORS, " ")
    }
    best = max(SEPARATORS, key=lambda separator: (is_header(headers[separator]), len(headers[separator])))
    return " " if len(headers[best]) == 1 and is_header(headers[" "]) else best


def _head(file: BinaryIO) -> bytes:
    """The first bytes of a file that is read from its beginning afterwards. Raises DataError."""
    try:
        head = file.read(LONGEST_HEADER)
        file.seek(0)
    except _UNREADABLE as error:
        raise DataError("table.unreadable", problem=error) from error
    for beginning, refusal in _OTHER_KINDS.items():
        if head.startswith(beginning):
            raise refusal()
    return head


def encoding_of(head: bytes) -> str:
    """The encoding of a text that begins with these bytes: what its byte order mark says, UTF-16 without one where
    every other byte is zero, else UTF-8."""
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    zeros = [head[start:200:2].count(0) for start in (0, 1)]
    if len(head) > 3 and max(zeros) > len(head[:200]) // 4 > 0 and min(zeros) == 0:
        return "utf-16-le" if zeros[1] else "utf-16-be"
    return "utf-8"


def json_records(file: BinaryIO, where: Where) -> Iterator[Record]:
    """Yield the objects of a file that holds one a line. Raises DataError for what isn't text."""
    with file, where.for_all():
        lines = io.TextIOWrapper(file, encoding_of(_head(file)))
        while (line := _next(lines, where)) is not None:
            record = None
            with where:
                record = _json(line) if line.strip() else None
            if record is not None:
                yield record


def _json(line: str) -> Record:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError("table.not-json", problem=error) from error
    if not isinstance(record, dict):
        raise DataError("table.no-object")
    return flat(record)


def json_table(open: Callable[[], BinaryIO], where: Where) -> Table:
    """From a file that is opened anew for its columns, which are those of any object, and for its rows."""
    with closing(json_records(open(), Where(where.file, Faults()))) as records:
        columns = list(dict.fromkeys(chain.from_iterable(records)))
    return Table(columns, lambda wanted: json_records(open(), where))
