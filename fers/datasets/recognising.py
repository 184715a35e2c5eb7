"""Which format files are in that somebody hands in without a word."""

from pathlib import Path, PurePosixPath

from fers.datasets import affectnet, exported, fer2013, folder, json_tables, manifest
from fers.datasets.columns import is_header
from fers.datasets.faces import DataError
from fers.datasets.faults import Faults
from fers.datasets.files import Files, is_picture
from fers.datasets.tables import Where, csv_rows, csv_table


def format_of(path: Path) -> str:
    """The name in `FORMATS` of what a table, a zip or a folder is, as far as its looks tell. Raises DataError."""
    if path.is_file() and path.suffix.lower() != ".zip":
        return _of_table(path)
    files = Files(path)
    names = files.names()
    if any(PurePosixPath(name).name == exported.LIST for name in names):
        return "fers"
    if any(affectnet.is_part(name) for name in names):
        return "affectnet"
    if any(PurePosixPath(name).name == "label.csv" and _counts_votes(files, name) for name in names):
        return "ferplus"
    are_classes = folder.name_classes(names)
    if any(_lists_faces(files, name, are_classes) for name in names):
        return "manifest"
    if any(name.lower().endswith(".csv") and fer2013.is_header(_columns(files, name)) for name in names):
        raise DataError("fer2013.packed", path=path.name)
    return "folder"


def _of_table(path: Path) -> str:
    files, where = Files(path.parent), Where(path.name, Faults())
    if path.suffix.lower() not in manifest.KINDS:
        raise DataError("upload.neither-zip-nor-table", file=path.name, kinds=manifest.KINDS)
    if path.suffix.lower() != ".csv":
        return "manifest"
    columns = csv_table(lambda: files.open(path.name), where, is_header).columns
    return "fer2013" if fer2013.is_header(columns) else "manifest"


def _lists_faces(files: Files, name: str, are_classes: bool) -> bool:
    """A table may be of anything; so may JSON, if it lies beside class folders. Where no folder names a class, one that
    names pictures is it, in whatever words: which column is what is asked."""
    kind = PurePosixPath(name).suffix.lower()
    if kind in (".csv", ".tsv") or (kind == ".json" and are_classes):
        return is_header(_columns(files, name)) or (not are_classes and _names_pictures(files, name))
    return kind in manifest.KINDS


def _names_pictures(files: Files, name: str) -> bool:
    """Whether a table does so in its first rows."""
    there = {PurePosixPath(picture).stem.casefold() for picture in files.names() if is_picture(picture)}
    try:
        table = csv_table(lambda: files.open(name), Where(name, Faults()), is_header)
        first = next(iter(table.records(table.columns)), {})
    except DataError:
        return False
    words = [str(cell).strip() for cell in (*table.columns, *first.values())]
    return any(is_picture(word) or (word.casefold() in there and not word.isdigit()) for word in words)


def _columns(files: Files, name: str) -> list[str]:
    try:
        if name.lower().endswith(".json"):
            return json_tables.table(files.open(name), Where(name, Faults())).columns
        return csv_table(lambda: files.open(name), Where(name, Faults()), is_header).columns
    except DataError:
        return []


def _counts_votes(files: Files, name: str) -> bool:
    """Whether a table is like FER+'s: without a header, an image with its box and ten counts a row."""
    try:
        row = next(csv_rows(files.open(name), Where(name, Faults())), [])
    except DataError:
        return False
    return len(row) == 12 and all(cell.strip().isdigit() for cell in row[2:])
