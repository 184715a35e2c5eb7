"""CSV as FERS writes it: UTF-8, commas, a line feed after each row; what is unknown is empty, yes and no are 1 and 0.

A spreadsheet takes a text that begins with one of FORMULA for a formula, which could send away what stands beside it
(CSV injection, https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe in front keeps it a text, but is
then part of the text for every other program. So it depends on who reads the file:

- `for_people`: what people open in a spreadsheet, such as a list of participants, is guarded.
- `for_programs`: data, such as the tables of a dataset version, keeps every character as it was typed. It is checked
  by hashes, stands as Parquet too, and must say the same there. The datasheet tells how to open it in a spreadsheet.
"""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from fers.exporting.exported_version import gathered

Cell = str | float | None
"""Also yes or no."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The last four are full-width: some spreadsheets take them for the first."""


def for_people(columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> bytes:
    """A file for spreadsheets."""
    return b"".join(_lines(columns, ((_guarded(cell) for cell in row) for row in rows)))


def for_programs(columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    """A file of data, in pieces that are worth sending, made as they are asked for."""
    return gathered(_lines(columns, rows))


def _lines(columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[bytes]:
    writer = csv.writer(_Line())  # It quotes a text with a break in it if that is part of its own, "\r\n".
    for row in chain([columns], rows):
        yield writer.writerow([_plain(cell) for cell in row])


class _Line:
    """Gives back what is written to it, as `csv.writer` then does."""

    def write(self, text: str) -> bytes:
        return text.removesuffix("\r\n").encode() + b"\n"


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return int(cell)
    return None if cell != cell else cell  # Not a number.


def _guarded(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
